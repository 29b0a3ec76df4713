// SPDX-License-Identifier: Apache-2.0
// Whole trainings of tiny models, from random weights to what they make.
#include "core/engine/make_engine.h"
#include "core/training/convert_model.h"
#include "core/training/train.h"
#include "core/training/training_place.h"
#include "core/world/png.h"
#include "core/world/world.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <fstream>
#include <map>

using namespace toca;
using namespace toca::training;
namespace fs = std::filesystem;

namespace {

constexpr int kSide = 32; // pixels
constexpr std::uint64_t kFirstSeed = 1'000'000; // of the clips that a training looks at

/// Means of the losses of the first and the last steps, by kind.
class Losses final : public TrainingObserver {
public:
    void stepFinished(const training::StepReport& report) override { m_losses[report.kind].push_back(report.loss); }
    void validated(std::int64_t, double loss) override { validation = loss; }
    double first(const std::string& kind) { return mean(kind, true); }
    double last(const std::string& kind) { return mean(kind, false); }
    void told(const std::string& sentence) override { sentences += sentence + "\n"; }
    double validation = -1;
    std::string sentences;

private:
    double mean(const std::string& kind, bool isFirst)
    {
        const auto& all = m_losses[kind];
        const std::size_t count = std::min<std::size_t>(10, all.size());
        double sum = 0;
        for (std::size_t i = 0; i < count; ++i)
            sum += isFirst ? all[i] : all[all.size() - 1 - i];
        return count > 0 ? sum / static_cast<double>(count) : -1;
    }
    std::map<std::string, std::vector<double>> m_losses;
};

TrainingRequest smallRequest()
{
    TrainingRequest request;
    request.init = fs::path(TOCA_SOURCE_DIR) / "resources" / "models" / "toca-miniature";
    request.precision = TrainingPrecision::Float32;
    request.width = request.height = kSide;
    request.warmupSteps = 10;
    request.learningRate = 5e-3;
    request.averageDecay = 0.95;
    request.samples = 0;
    request.saveEvery = 10'000;
    request.validateEvery = 10'000;
    return request;
}

TrainingPlace placeOf(const QTemporaryDir& folder, const NewModel& model)
{
    TrainingPlace place;
    place.folder = fs::path(folder.path().toStdString()) / "out";
    place.threads = 1; // so small a model gains nothing by more
    place.newModel = model;
    return place;
}

double difference(const std::vector<std::uint8_t>& truth, const Clip& clip)
{
    double sum = 0;
    std::size_t at = 0;
    for (const auto& frame : clip.frames)
        for (const std::uint8_t value : frame.rgb)
            sum += std::abs(static_cast<double>(value) - truth[at++]);
    return sum / static_cast<double>(at);
}

} // namespace

class TestTrainModels : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void eightClipsAreReproducedFromTheirCaptions()
    {
        constexpr int kClips = 8, kFrames = 17;
        const QTemporaryDir folder;
        auto request = smallRequest();
        request.clips = kClips;
        request.batch = 16;
        request.imageShare = 0;
        request.captionDropout = 0;
        request.noiseLocation = 0.5;
        const TrainingPlace place = placeOf(folder, {"stdit3", 64, 2, 2, 2});
        Losses losses;
        const auto trained = train(request, place, {.decaySteps = 450}, losses, {});
        QVERIFY2(trained.has_value(), trained ? "" : trained.error().message.c_str());
        QVERIFY2(losses.last("video") < 0.12 * losses.first("video"),
            (std::to_string(losses.first("video")) + " to " + std::to_string(losses.last("video"))).c_str());

        // Each caption makes its own clip: nearer to it than to any other.
        std::vector<std::vector<std::uint8_t>> truths;
        std::vector<std::string> captions;
        for (std::uint64_t i = 0; i < kClips; ++i) {
            const world::WorldOptions options{.width = kSide, .height = kSide, .frames = kFrames};
            const auto scene = world::sceneOf(kFirstSeed + i, options);
            truths.emplace_back(std::size_t{kFrames} * kSide * kSide * 3);
            world::render(scene, kSide, kSide, kFrames, truths.back());
            captions.push_back(world::captionOf(scene));
        }
        const auto engine = makeEngine();
        int own = 0;
        for (std::size_t i = 0; i < captions.size(); ++i) {
            GenerationRequest run;
            run.modelPath = (place.folder / "model").string();
            run.prompt = captions[i];
            run.width = run.height = kSide;
            run.steps = 20;
            run.guidanceScale = 1;
            run.policy = "none";
            run.device = Device::Cpu;
            Observer quiet;
            const auto made = engine->generate(run, quiet, {});
            QVERIFY2(made.has_value(), made ? "" : made.error().message.c_str());
            std::size_t nearest = 0;
            for (std::size_t j = 1; j < truths.size(); ++j)
                if (difference(truths[j], made->clip) < difference(truths[nearest], made->clip))
                    nearest = j;
            own += nearest == i ? 1 : 0;
        }
        QVERIFY2(own >= 7, std::to_string(own).c_str());
    }
    void ditLearnsClasses() { pictureModel("dit"); }
    void ditLearnsClassesAsVelocity() { pictureModel("dit", /*asVelocity=*/true); }
    void weightsForOtherTasksAreRefused()
    {
        const QTemporaryDir folder;
        auto request = smallRequest();
        request.asVelocity = true;
        Losses losses;
        for (const TrainedPart part : {TrainedPart::Transformer, TrainedPart::SpatialVae}) {
            request.part = part;
            TrainingPlace place = placeOf(folder, {});
            place.newModel.reset();
            const auto refused = train(request, place, {.steps = 1}, losses, {});
            QVERIFY(!refused && refused.error().code == ErrorCode::InvalidArgument);
            QVERIFY2(
                refused.error().message.find("--as-velocity") != std::string::npos, refused.error().message.c_str());
        }
    }
    void pixartLearnsCaptions() { pictureModel("pixart"); }
    void spatialVaeImproves() { vae(TrainedPart::SpatialVae, "picture"); }
    void temporalVaeTrains() { vae(TrainedPart::TemporalVae, "latents"); }
    void aFolderOfPicturesIsTrainedOn()
    {
        const QTemporaryDir folder;
        const fs::path data = fs::path(folder.path().toStdString()) / "data";
        fs::create_directories(data);
        std::ofstream(data / "broken.png") << "no picture";
        std::ofstream(data / "broken.txt") << "a broken picture\n";
        auto request = smallRequest();
        request.width = request.height = 0;
        request.batch = 4;
        request.data = data;
        const TrainingPlace place = placeOf(folder, {"pixart", 32, 1, 2, 4});
        Losses losses;
        const auto none = train(request, place, {.steps = 1}, losses, {});
        QVERIFY(!none.has_value());
        QVERIFY2(none.error().message.find("nothing to train on") != std::string::npos, none.error().message.c_str());

        constexpr int kPictures = 40, kPictureSide = 128;
        for (int i = 0; i < kPictures; ++i) {
            const world::WorldOptions options{.width = kPictureSide, .height = kPictureSide, .frames = 1};
            const auto scene = world::sceneOf(static_cast<std::uint64_t>(i), options);
            Frame frame;
            frame.width = frame.height = kPictureSide;
            frame.rgb.resize(std::size_t{kPictureSide} * kPictureSide * 3);
            world::render(scene, kPictureSide, kPictureSide, 1, frame.rgb);
            const std::string name = "picture-" + std::to_string(i);
            const auto png = world::pngOf(frame);
            QVERIFY(png);
            std::ofstream(data / (name + ".png"), std::ios::binary) << *png;
            std::ofstream(data / (name + ".txt")) << world::captionOf(scene) << "\n";
        }
        const auto trained = train(request, place, {.steps = 40}, losses, {});
        QVERIFY2(trained.has_value(), trained ? "" : trained.error().message.c_str());
        QVERIFY2(losses.last("picture") < 0.85 * losses.first("picture"),
            (std::to_string(losses.first("picture")) + " to " + std::to_string(losses.last("picture"))).c_str());
        QVERIFY2(losses.sentences.find("broken.png") != std::string::npos, losses.sentences.c_str());
    }
    void aMovedTrainingGoesOn()
    {
        const QTemporaryDir folder;
        TrainingPlace place = placeOf(folder, {"dit", 32, 1, 2, 4});
        auto request = smallRequest();
        request.width = request.height = 0;
        request.clips = 64;
        place.latents = place.folder.parent_path() / "latents";
        Losses losses;
        QVERIFY(train(request, place, {.steps = 1}, losses, {}));
        place.latents.clear(); // is remembered
        const fs::path moved = place.folder.parent_path() / "moved";
        fs::rename(place.folder, moved);
        const auto stored = storedRequest(moved);
        QVERIFY(stored && stored->init == moved / "start");
        place.folder = moved;
        const auto gone = train(*stored, place, {.steps = 2}, losses, {});
        QVERIFY2(gone && *gone == 2, gone ? "" : gone.error().message.c_str());
        QVERIFY(!fs::exists(moved / "latents"));

        place.newModel->depth = 2;
        const auto other = train(*stored, place, {.steps = 3}, losses, {});
        QVERIFY(!other && other.error().message.find("another transformer") != std::string::npos);
        const auto lock = TrainingLock::take(moved);
        QVERIFY(lock);
        place.newModel.reset();
        const auto second = train(*stored, place, {.steps = 3}, losses, {});
        QVERIFY(!second && second.error().message.find("Another program trains") != std::string::npos);
    }
    void embeddedModelsAreStoredByName()
    {
        const QTemporaryDir folder;
        const fs::path place = folder.path().toStdString();
        const std::string stored = storedInit(modelFolderOf("toca-miniature"), place);
        QCOMPARE(stored, std::string("toca-miniature"));
        QVERIFY(fs::equivalent(resolvedInit(stored, place), modelFolderOf("toca-miniature")));
        QVERIFY(fs::path(storedInit("elsewhere/model", place)).is_absolute());
        // As earlier versions stored it, from a folder that is not there now.
        fs::create_directories(place / "start");
        QCOMPARE(resolvedInit("runs/out/start", place), place / "start");
    }
    void convertingIntoItselfIsRefused()
    {
        const QTemporaryDir folder;
        const fs::path model = fs::path(folder.path().toStdString()) / "model";
        fs::copy(modelFolderOf("toca-miniature"), model, fs::copy_options::recursive);
        const auto inside = convertModel(model, model / "half", "float16");
        QVERIFY(!inside && inside.error().code == ErrorCode::InvalidArgument);
        QVERIFY(!fs::exists(model / "half"));
        QVERIFY(convertModel(model, model.parent_path() / "half", "float16"));
    }

private:
    void pictureModel(const std::string& family, bool asVelocity = false)
    {
        const QTemporaryDir folder;
        auto request = smallRequest();
        request.width = request.height = 0; // a DiT has one size only
        request.clips = 64;
        request.batch = 8;
        request.asVelocity = asVelocity;
        request.objectWeight = asVelocity ? 4 : 1;
        const TrainingPlace place = placeOf(folder, {family, 32, 2, 2, 4});
        Losses losses;
        const auto trained = train(request, place, {.steps = 40}, losses, {});
        QVERIFY2(trained.has_value(), trained ? "" : trained.error().message.c_str());
        QVERIFY2(losses.last("picture") < 0.85 * losses.first("picture"),
            (std::to_string(losses.first("picture")) + " to " + std::to_string(losses.last("picture"))).c_str());
        QVERIFY(losses.validation > 0);
        // The engine opens what was written and makes a picture of it.
        const auto engine = makeEngine();
        const auto info = engine->describe((place.folder / "model").string());
        QVERIFY2(info.has_value(), info ? "" : info.error().message.c_str());
        GenerationRequest run;
        run.modelPath = (place.folder / "model").string();
        if (info->takesPrompt)
            run.prompt = "a red ball on a blue background";
        else
            run.classLabel = 3;
        run.steps = 5;
        run.frames = 1;
        run.width = info->width;
        run.height = info->height;
        run.guidanceScale = 2;
        run.policy = "none";
        Observer quiet;
        const auto made = engine->generate(run, quiet, {});
        QVERIFY2(made.has_value(), made ? "" : made.error().message.c_str());
        QCOMPARE(made->clip.frames.size(), std::size_t{1});
    }
    void vae(TrainedPart part, const char* kind)
    {
        const QTemporaryDir folder;
        auto request = smallRequest();
        request.part = part;
        request.clips = 64;
        request.batch = 4;
        request.learningRate = 1e-4; // the shipped one is good: it must not get worse
        TrainingPlace place = placeOf(folder, {});
        place.newModel.reset();
        Losses losses;
        const auto trained = train(request, place, {.steps = 15}, losses, {});
        QVERIFY2(trained.has_value(), trained ? "" : trained.error().message.c_str());
        QVERIFY(losses.first(kind) > 0);
        // The shipped temporal VAE packs without loss, which any step disturbs a little.
        QVERIFY2(losses.last(kind) < 1.3 * losses.first(kind) + 0.01, std::to_string(losses.last(kind)).c_str());
        const auto info = makeEngine()->describe((place.folder / "model").string());
        QVERIFY2(info.has_value(), info ? "" : info.error().message.c_str());
    }
};

QTEST_GUILESS_MAIN(TestTrainModels)
#include "tst_train_models.moc"
