// SPDX-License-Identifier: Apache-2.0
#include "core/engine/calibration.h"

#include "cache/plan/threshold_response.h"
#include "core/engine/model_identity.h"
#include "tests/support/engine_run.h"

#include <torch/torch.h>

#include <QTemporaryDir>

using namespace toca;
using test::smallRequest;

namespace {

using Tensors = std::vector<std::pair<std::string, torch::Tensor>>;

std::string identityOf(const Tensors& tensors, const QTemporaryDir& folder, const char* name = "model.safetensors")
{
    const auto path = std::filesystem::path(folder.path().toStdString()) / name;
    if (!checkpoint::writeSafetensors(path, tensors))
        qFatal("cannot write");
    const auto checkpoint = checkpoint::Checkpoint::open(path);
    const auto identity = engine::contentIdentity(*checkpoint);
    return identity ? *identity : identity.error().message;
}

GenerationRequest requestOf(const std::string& prompt, std::uint64_t seed, int steps = 10)
{
    auto request = smallRequest();
    request.prompt = prompt;
    request.seed = seed;
    request.steps = steps;
    return request;
}

engine::CalibrationJob jobOf(const std::string& method)
{
    engine::CalibrationJob job;
    job.method = method;
    job.requests = {requestOf("a red ball moves to the right on a blue background", 1),
        requestOf("a white star moves up in a night sky", 2)};
    return job;
}

Result<engine::CalibrationOutcome> calibrated(const engine::CalibrationJob& job)
{
    const auto engine = test::newEngine();
    return engine::calibrate(*engine, job, [](int, int) {}, {});
}

} // namespace

/// The identity of weights, and calibrations made by the engine.
class TestCalibration : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void identityFollowsTheContent();
    void identityOfTheEmbeddedModel();
    void recordingIsTheUncachedRun();
    void recordingRefusesWhatItCannotDo();
    void teaCacheIsFitted();
    void magCacheIsFitted();
    void ebCacheIsFitted();
    void sameRunsGiveTheSameFile();
    void wrongJobsAreRefused();
    void cancelledIsCancelled();
    void ownCalibrationServesAndAForeignOneIsRefused();
    void shippedCalibrationsAreOfTheShippedModel();
    void thresholdsFoundByReplayReachTheirGain();
};

void TestCalibration::identityFollowsTheContent()
{
    QTemporaryDir folder;
    torch::manual_seed(3);
    const Tensors tensors{{"a.weight", torch::randn({100, 300})}, {"b.bias", torch::randn({7})}};
    const std::string identity = identityOf(tensors, folder);
    QCOMPARE(identity.size(), std::size_t(32));
    QCOMPARE(identityOf(tensors, folder, "elsewhere.safetensors"), identity);
    const auto changed = [&](const std::function<void(Tensors&)>& change) {
        Tensors copy;
        for (const auto& [name, tensor] : tensors)
            copy.emplace_back(name, tensor.clone());
        change(copy);
        return identityOf(copy, folder);
    };
    QCOMPARE(changed([](Tensors&) {}), identity);
    QVERIFY(changed([](Tensors& t) { t[1].second[3] += 1e-6f; }) != identity); // one value of a small tensor
    QVERIFY(changed([](Tensors& t) { t[0].second *= 1.0001f; }) != identity); // all of a large one
    QVERIFY(changed([](Tensors& t) { t[0].second[0][0] += 1; }) != identity); // its first and its last value
    QVERIFY(changed([](Tensors& t) { t[0].second[99][299] += 1; }) != identity);
    QVERIFY(changed([](Tensors& t) { t[1].first = "b.scale"; }) != identity);
    QVERIFY(changed([](Tensors& t) { t[0].second = t[0].second.view({300, 100}); }) != identity);
    QVERIFY(changed([](Tensors& t) { t[1].second = t[1].second.to(torch::kFloat64); }) != identity);
    QVERIFY(changed([](Tensors& t) { t.pop_back(); }) != identity);
    QVERIFY(changed([](Tensors& t) { std::swap(t[0].first, t[1].first); }) != identity);
}

void TestCalibration::identityOfTheEmbeddedModel()
{
    QTemporaryDir folder;
    const auto copy = std::filesystem::path(folder.path().toStdString()) / "copy";
    test::copyModel(copy);
    const auto original = engine::modelIdentity(test::embeddedModel()), copied = engine::modelIdentity(copy);
    QVERIFY2(original.has_value(), test::told(original));
    QVERIFY2(copied.has_value(), test::told(copied));
    QCOMPARE(*copied, *original);
    QVERIFY(!engine::modelIdentity(copy / "vae"));
    QVERIFY(!engine::modelIdentity(copy / "missing"));
    QCOMPARE(engine::calibrationFolder(copy), copy / "calibration");
    QCOMPARE(engine::calibrationFolder(copy / "m.pt"), copy / "m.pt.calibration");
}

void TestCalibration::recordingIsTheUncachedRun()
{
    const auto engine = test::newEngine();
    auto request = requestOf("a red ball", 4, 6);
    request.policy = "fora"; // not followed
    test::Recorder observer;
    const auto record = engine->recordSignals(request, {}, observer, {});
    QVERIFY2(record.has_value(), test::told(record));
    QCOMPARE(record->evaluations.size(), std::size_t(6));
    QVERIFY(record->evaluations[5].modulatedChange > 0 && record->evaluations[5].residualRatio > 0);
    QCOMPARE(record->evaluations[5].firstLayerChange.size(), std::size_t(5));
    QCOMPARE(record->modelName, std::string("toca-miniature"));
    QCOMPARE(record->modelIdentity, *engine::modelIdentity(test::embeddedModel()));
    QVERIFY(observer.decoding.empty()); // nothing is decoded
    QCOMPARE(observer.steps.size(), std::size_t(6));
    request.policy = "none";
    const auto uncached = test::generate(*engine, request);
    QVERIFY(uncached.has_value());
    QCOMPARE(record->latent, uncached->latent);
    QCOMPARE(record->evaluations[3].latentRms, uncached->trace->evaluation(3).latentRms);
}

void TestCalibration::recordingRefusesWhatItCannotDo()
{
    const auto engine = test::newEngine();
    Observer nobody;
    plan::SignalOptions none;
    none.firstLayers = 0;
    QVERIFY(!engine->recordSignals(smallRequest(), none, nobody, {}));
    auto request = smallRequest();
    request.width = 7;
    QVERIFY(!engine->recordSignals(request, {}, nobody, {}));
    plan::SignalOptions many;
    many.firstLayers = 1000; // there is no such layer: nothing of it is recorded
    const auto record = engine->recordSignals(smallRequest(), many, nobody, {});
    QVERIFY(record.has_value());
    QVERIFY(record->evaluations.back().firstLayerChange.empty());
}

void TestCalibration::teaCacheIsFitted()
{
    const auto outcome = calibrated(jobOf("teacache"));
    QVERIFY2(outcome.has_value(), test::told(outcome));
    const plan::Calibration& calibration = outcome->calibration;
    QVERIFY(plan::checkCalibration(calibration).has_value());
    const auto& range = calibration.values.at("range");
    QVERIFY(range[0] > 0 && range[0] < range[1]);
    QCOMPARE(calibration.values.at("quality")[1], 18.0); // two runs of nine changes
    QVERIFY(calibration.values.at("quality")[0] > 0.3 && calibration.values.at("quality")[0] <= 1);
    QCOMPARE(calibration.source.steps, 10);
    QCOMPARE(calibration.source.seeds, (std::vector<std::uint64_t>{1, 2}));
    QCOMPARE(calibration.source.prompts.size(), std::size_t(2));
    QCOMPARE(calibration.source.sampler, std::string("rflow"));
    QVERIFY(!outcome->warnings.empty()); // so few changes are said
    // A fit knows its own data: the polynomial's mean over them is that of the output changes.
    const auto engine = test::newEngine();
    double foretold = 0, real = 0;
    Observer nobody;
    for (const auto& request : jobOf("teacache").requests) {
        const auto record = engine->recordSignals(request, {}, nobody, {});
        QVERIFY(record.has_value());
        for (std::size_t i = 1; i < record->evaluations.size(); ++i) {
            foretold +=
                plan::polynomialAt(calibration.values.at("coefficients"), record->evaluations[i].modulatedChange);
            real += record->evaluations[i].outputChange;
        }
    }
    QVERIFY(std::abs(foretold - real) < 1e-6 * real);
}

void TestCalibration::magCacheIsFitted()
{
    const auto outcome = calibrated(jobOf("magcache"));
    QVERIFY2(outcome.has_value(), test::told(outcome));
    const auto& ratios = outcome->calibration.values.at("ratios");
    QCOMPARE(ratios.size(), std::size_t(10));
    QCOMPARE(ratios[0], 1.0);
    const auto engine = test::newEngine();
    Observer nobody;
    double mean = 0;
    for (const auto& request : jobOf("magcache").requests)
        mean += engine->recordSignals(request, {}, nobody, {})->evaluations[4].residualRatio / 2;
    QVERIFY(std::abs(ratios[4] - mean) < 1e-12);
}

void TestCalibration::ebCacheIsFitted()
{
    auto job = jobOf("ebcache");
    int last = 0, of = 0;
    const auto engine = test::newEngine();
    const auto outcome = engine::calibrate(*engine, job,
        [&](int done, int all) {
            QVERIFY(done >= last && done <= all);
            last = done;
            of = all;
        },
        {});
    QVERIFY2(outcome.has_value(), test::told(outcome));
    const double scale = outcome->calibration.values.at("noise_scale")[0];
    const auto& quality = outcome->calibration.values.at("quality");
    QVERIFY(scale >= 0.9 && scale <= 1.1);
    QVERIFY(quality[0] <= quality[1]);
    QVERIFY(last > 10 && of >= last);
}

void TestCalibration::sameRunsGiveTheSameFile()
{
    for (const char* method : {"teacache", "magcache"}) {
        const auto first = calibrated(jobOf(method)), second = calibrated(jobOf(method));
        QVERIFY(first.has_value() && second.has_value());
        QCOMPARE(plan::calibrationJson(first->calibration), plan::calibrationJson(second->calibration));
    }
}

void TestCalibration::wrongJobsAreRefused()
{
    QVERIFY(!calibrated(jobOf("fora")));
    QVERIFY(!calibrated({"teacache", {}}));
    const auto few = calibrated({"teacache", {requestOf("a red ball", 1, 3)}}); // two changes make no polynomial
    QVERIFY(!few);
    QVERIFY2(test::isClear(few.error().message), few.error().message.c_str());
    auto job = jobOf("magcache");
    job.requests[0].modelPath = "/nowhere";
    QVERIFY(!calibrated(job));
}

void TestCalibration::cancelledIsCancelled()
{
    const auto engine = test::newEngine();
    std::stop_source stop;
    const auto outcome = engine::calibrate(
        *engine, jobOf("magcache"), [&](int, int) { stop.request_stop(); }, stop.get_token());
    QVERIFY(!outcome);
    QCOMPARE(outcome.error().code, ErrorCode::Cancelled);
}

void TestCalibration::ownCalibrationServesAndAForeignOneIsRefused()
{
    QTemporaryDir folder;
    const auto model = std::filesystem::path(folder.path().toStdString()) / "model";
    test::copyModel(model);
    std::filesystem::remove_all(model / "calibration");
    const auto engine = test::newEngine();
    auto request = requestOf("a red ball", 1, 6);
    request.modelPath = model.string();
    request.policy = "teacache";
    const auto without = test::generate(*engine, request);
    QVERIFY(!without);
    QCOMPARE(without.error().code, ErrorCode::NotFound);
    QVERIFY2(test::isClear(without.error().message), without.error().message.c_str());

    auto outcome = calibrated(jobOf("teacache")); // the same weights, elsewhere
    QVERIFY(outcome.has_value());
    const auto file = (std::filesystem::path(folder.path().toStdString()) / "made.json").string();
    QVERIFY(plan::writeCalibration(file, outcome->calibration).has_value());
    request.policyParameters["calibration"] = file;
    QVERIFY2(test::generate(*engine, request).has_value(), "own");
    request.policyParameters.clear();
    std::filesystem::create_directories(model / "calibration");
    std::filesystem::copy(file, model / "calibration" / "teacache.json");
    QVERIFY2(test::generate(*engine, request).has_value(), "in the model's folder");

    outcome->calibration.modelIdentity = "00112233445566778899aabbccddeeff";
    QVERIFY(plan::writeCalibration(file, outcome->calibration).has_value());
    request.policyParameters["calibration"] = file;
    const auto foreign = test::generate(*engine, request);
    QVERIFY(!foreign);
    QCOMPARE(foreign.error().code, ErrorCode::InvalidArgument);
    QVERIFY2(test::isClear(foreign.error().message), foreign.error().message.c_str());
    QVERIFY(!engine->forecast(request));
}

void TestCalibration::shippedCalibrationsAreOfTheShippedModel()
{
    const auto identity = engine::modelIdentity(test::embeddedModel());
    const auto engine = test::newEngine();
    for (const std::string& method : plan::calibratedMethods()) {
        const auto path = test::embeddedModel() / "calibration" / (method + ".json");
        const auto calibration = plan::readCalibration(path);
        QVERIFY2(calibration.has_value(), test::told(calibration));
        QCOMPARE(calibration->method, method);
        QCOMPARE(calibration->modelIdentity, *identity);
        auto request = requestOf("a red ball", 1, 6);
        request.policy = method;
        const auto run = test::generate(*engine, request);
        QVERIFY2(run.has_value(), test::told(run));
    }
}

void TestCalibration::thresholdsFoundByReplayReachTheirGain()
{
    // The use of replays: which threshold makes a run about 1.5 times as cheap?
    const auto engine = test::newEngine();
    Observer nobody;
    const auto base = requestOf("a red ball", 1, 20);
    const auto record = engine->recordSignals(base, {}, nobody, {});
    QVERIFY(record.has_value());
    for (const char* method : {"teacache", "dbcache", "magcache", "easycache"}) {
        const auto policy = plan::makePolicy(
            method, {}, {}, {record->geometry.family, record->modelIdentity, record->calibrationFolder});
        QVERIFY2(policy.has_value(), test::told(policy));
        const auto response = plan::thresholdResponse(**policy, *record);
        QVERIFY2(response.has_value(), test::told(response));
        const auto point = plan::pointOfGain(*response, 1.5);
        QVERIFY2(point.has_value(), method);
        auto request = base;
        request.policy = method;
        request.policyParameters["threshold"] = point->threshold;
        const auto run = test::generate(*engine, request);
        QVERIFY2(run.has_value(), test::told(run));
        const double gain = run->plan.baselineFlops() / run->trace->flops();
        QVERIFY2(gain > 1.25 && gain < 2.2, qPrintable(QString("%1: %2").arg(method).arg(gain)));
    }
}

QTEST_GUILESS_MAIN(TestCalibration)
#include "tst_calibration.moc"
