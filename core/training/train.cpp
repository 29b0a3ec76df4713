// SPDX-License-Identifier: Apache-2.0
#include "core/training/train.h"

#include "core/base/printable.h"
#include "core/engine/guarded.h"
#include "core/engine/make_engine.h"
#include "core/training/gradients.h"
#include "core/training/new_model.h"
#include "core/training/picture_task.h"
#include "core/training/precision.h"
#include "core/training/random.h"
#include "core/training/trainer.h"
#include "core/training/training_place.h"
#include "core/training/vae_task.h"
#include "core/training/video_task.h"

#ifdef TOCA_HAS_MEDIA
#include "core/media/clip_writer.h"
#endif

#include <torch/torch.h>

#include <chrono>
#include <cstdio>

namespace toca::training {
namespace {

namespace fs = std::filesystem;

/// Makes clips of an exported model, uncached, with the engine as everybody else uses it.
class Samples {
public:
    Samples(fs::path folder, std::vector<SampleSubject> subjects, std::stop_token stop)
        : m_folder(std::move(folder))
        , m_subjects(std::move(subjects))
        , m_stop(std::move(stop))
    {
    }

    bool hasAny() const { return !m_subjects.empty(); }
    Result<void> make(const fs::path& model, std::int64_t step) const
    {
#ifdef TOCA_HAS_MEDIA
        std::error_code failed;
        fs::create_directories(m_folder, failed);
        const auto engine = makeEngine(); // a new one: the weights have changed
        const auto info = engine->describe(model.string());
        if (!info)
            return unexpected(info.error());
        for (std::size_t i = 0; i < m_subjects.size(); ++i) {
            GenerationRequest request;
            request.modelPath = model.string();
            request.prompt = m_subjects[i].prompt;
            request.classLabel = m_subjects[i].label;
            request.seed = i + 1;
            request.steps = info->steps;
            request.guidanceScale = info->guidanceScale;
            request.frames = info->frames;
            request.width = info->width;
            request.height = info->height;
            request.fps = info->fps;
            request.policy = "none";
            request.device = Device::Cpu;
            request.threads = torch::get_num_threads();
            Observer quiet;
            const auto run = engine->generate(request, quiet, m_stop);
            if (!run)
                return unexpected(run.error());
            char name[64];
            std::snprintf(name, sizeof name, "step-%06lld-%zu.%s", static_cast<long long>(step), i + 1,
                run->clip.frames.size() > 1 ? "mp4" : "png");
            if (auto written = media::writeClip(m_folder / name, run->clip, toJson(request)); !written)
                return unexpected(written.error());
        }
        return {};
#else
        (void)model;
        (void)step;
        return unexpected(ErrorCode::Unsupported, "this program was built without FFmpeg.");
#endif
    }

private:
    fs::path m_folder;
    std::vector<SampleSubject> m_subjects;
    std::stop_token m_stop;
};

double measuredStep(Task& task, bool usesBfloat16)
{
    const auto start = std::chrono::steady_clock::now();
    StepLoss loss;
    {
        const MixedPrecision precision(usesBfloat16);
        loss = task.loss({0, 0});
    }
    loss.loss.backward();
    clearGradients(task.parameters());
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Interleaved, so that what else the machine does weighs on both.
TrainingPrecision fasterPrecision(Task& task)
{
    constexpr int kRounds = 3;
    double best[2] = {1e30, 1e30};
    for (int round = 0; round < kRounds; ++round)
        for (const bool usesBfloat16 : {false, true})
            best[usesBfloat16] = std::min(best[usesBfloat16], measuredStep(task, usesBfloat16));
    return best[1] < best[0] ? TrainingPrecision::Bfloat16 : TrainingPrecision::Float32;
}

Result<std::unique_ptr<Task>> openTask(
    const TrainingRequest& request, const fs::path& latents, TrainingObserver& observer)
{
    const auto told = [&](const std::string& sentence) { observer.told(sentence); };
    const auto asTask = [](auto opened) -> Result<std::unique_ptr<Task>> {
        if (!opened)
            return unexpected(opened.error());
        return std::unique_ptr<Task>(std::move(*opened));
    };
    const bool isVae = request.part == TrainedPart::SpatialVae || request.part == TrainedPart::TemporalVae;
    if (fs::exists(request.init / "pipeline.json"))
        return isVae ? asTask(VaeTask::open(request, latents, told)) : asTask(VideoTask::open(request, latents, told));
    const auto parts = engine::findParts(request.init);
    if (!parts)
        return unexpected(parts.error());
    if (isVae || (!parts->first(engine::PartKind::Dit) && !parts->first(engine::PartKind::Pixart)))
        return unexpected(ErrorCode::Unsupported,
            quotedPath(request.init.string())
                + " holds nothing that can be trained here: expected a video model's folder "
                + (isVae ? "with its VAE in two parts." : "with a pipeline.json, or a DiT or PixArt transformer."));
    return asTask(PictureTask::open(request, *parts, latents, told));
}

} // namespace

bool hasTraining(const fs::path& folder)
{
    std::error_code ignored;
    return fs::exists(Trainer::statePath(folder), ignored);
}

Result<TrainingRequest> storedRequest(const fs::path& folder)
{
    const auto path = Trainer::statePath(folder);
    const auto settings = readSettings(path);
    if (!settings)
        return unexpected(settings.error());
    auto request = requestFromJson(*settings, quotedPath(path.string()) + ", settings");
    if (request)
        request->init = resolvedInit(request->init.string(), folder);
    return request;
}

Result<std::int64_t> train(const TrainingRequest& given, const TrainingPlace& place, const Limits& limits,
    TrainingObserver& observer, std::stop_token stop)
{
    if (auto valid = checkRequest(given); !valid)
        return unexpected(valid.error());
    TrainingRequest request = given;
    request.init = modelFolderOf(request.init.string());
    std::error_code failed;
    fs::create_directories(place.folder, failed);
    if (failed)
        return unexpected(ErrorCode::Io,
            "Cannot make the folder " + quotedPath(place.folder.string()) + ": " + failed.message() + ".");
    if (!request.data.empty())
        request.data = fs::absolute(request.data, failed); // of whoever goes on from another folder
    if (!place.latents.empty())
        request.latents = fs::absolute(place.latents, failed);
    const auto lock = TrainingLock::take(place.folder);
    if (!lock)
        return unexpected(lock.error());
    return engine::guarded([&]() -> Result<std::int64_t> {
        if (place.newModel && hasTraining(place.folder)) {
            if (auto same = checkNewModel(*place.newModel, place.folder); !same)
                return unexpected(same.error());
        } else if (place.newModel) {
            if (auto made = makeModel(*place.newModel, request.seed, request.init, place.folder / "start"); !made)
                return unexpected(made.error());
            if (auto noted = writeNewModel(*place.newModel, place.folder); !noted)
                return unexpected(noted.error());
            request.init = place.folder / "start";
        }
        if (place.threads > 0)
            torch::set_num_threads(place.threads);
        makeDeterministic();
        auto task = openTask(request, request.latents.empty() ? place.folder / "latents" : request.latents, observer);
        if (!task)
            return unexpected(task.error());
        if (auto prepared = (*task)->prepare(0, stop); !prepared)
            return unexpected(prepared.error());
        if (request.precision == TrainingPrecision::Auto) {
            request.precision = fasterPrecision(**task);
            observer.told(std::string("Matrix products in ") + precisionName(request.precision)
                + ", which is faster on this machine.");
        }
        Trainer trainer(**task, request, place.folder, request.precision == TrainingPrecision::Bfloat16);
        const Samples samples(place.folder / "samples", (*task)->samples(request.samples), stop);
        if (samples.hasAny())
            trainer.setSampler([&](const fs::path& model, std::int64_t step) { return samples.make(model, step); });
        return trainer.run(limits, observer, stop);
    });
}

} // namespace toca::training
