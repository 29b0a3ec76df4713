// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/calibration.h"
#include "cache/plan/policy.h"
#include "core/engine/model_identity.h"
#include "tests/support/engine_run.h"
#include "tests/support/picture_models.h"

#include <QTemporaryDir>
#include <QtTest>

#include <cmath>

using namespace toca;
using test::generate;

namespace {

constexpr int kSteps = 10;

/// Settings with which a policy computes everything at every step, in every family.
const std::map<std::string, plan::ParameterValues>& settingsThatCacheNothing()
{
    using plan::ParameterValues;
    const std::int64_t one = 1;
    const ParameterValues intervals{{"interval", one}, {"spatial_attention_interval", one},
        {"temporal_attention_interval", one}, {"cross_attention_interval", one}, {"mlp_interval", one}};
    auto selecting = intervals;
    selecting["fresh_ratio"] = 0.0; // else the cycle of interval 1 is not always 1 (reference README section 6.2)
    static const std::map<std::string, ParameterValues> settings{
        {"none", {}},
        {"toca", selecting},
        {"duca", selecting},
        {"fora", {{"interval", one}, {"per_module", false}}},
        {"taylorseer", {{"interval", one}}},
        {"teacache", {{"threshold", 0.0}}},
        {"dbcache", {{"threshold", 0.0}}},
        {"magcache", {{"threshold", 0.0}}},
        {"easycache", {{"threshold", 0.0}}},
        {"pab",
            {{"spatial_range", one}, {"temporal_range", one}, {"cross_range", one}, {"mlp_timesteps", std::string()}}},
        {"ebcache", {{"table", std::string("0")}, {"noise_scale", 1.0}}},
        {"deltadit", {{"interval", one}}},
        {"fastercache", {{"attention_interval", one}, {"guidance_interval", one}}},
        {"speca", {{"max_drafts", std::int64_t{0}}, {"min_drafts", std::int64_t{0}}}},
        {"clusca", {{"interval", one}}},
        {"harmonica", {{"threshold", 0.0}}},
        {"schedule", {{"table", std::string()}}},
    };
    return settings;
}

/// Calibrations as `toca calibrate` would leave them there, with made-up numbers.
void writeCalibrations(const std::filesystem::path& model)
{
    const auto identity = engine::modelIdentity(model);
    if (!identity)
        qFatal("%s", identity.error().message.c_str());
    std::filesystem::create_directories(engine::calibrationFolder(model));
    plan::Calibration calibration;
    calibration.modelIdentity = *identity;
    calibration.modelName = "small";
    calibration.source = {{"a prompt"}, {1}, kSteps, "any", 2.0, 1, 128, 128, "test"};
    const std::pair<const char*, std::map<std::string, std::vector<double>>> methods[] = {
        {"teacache", {{"coefficients", {0, 0, 0, 1, 0}}, {"range", {0, 10}}}},
        {"magcache", {{"ratios", {1, 0.98, 0.99, 0.97, 1.01, 0.99, 0.98, 0.97, 0.99, 0.96}}}},
        {"ebcache", {{"noise_scale", {0.99}}}},
    };
    for (const auto& [method, values] : methods) {
        calibration.method = method;
        calibration.values = values;
        const auto written =
            plan::writeCalibration(engine::calibrationFolder(model) / (std::string(method) + ".json"), calibration);
        if (!written)
            qFatal("%s", written.error().message.c_str());
    }
}

} // namespace

/// What must hold for every policy with every family of models.
class TestEveryPolicy : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cachingNothingEqualsTheBaseline_data() { addAll(); }
    void cachingNothingEqualsTheBaseline();
    void planIsWhatHappens_data() { addAll(); }
    void planIsWhatHappens();
    void shorterFormatsHoldWhatIsPlanned_data() { addAll(); }
    void shorterFormatsHoldWhatIsPlanned();
    void bfloat16RunsAndHoldsHalf_data() { addAll(); }
    void weightsArePlannedInTheirType();
    void bfloat16RunsAndHoldsHalf();
    void sameRequestGivesTheSameBytes_data() { addAll(); }
    void sameRequestGivesTheSameBytes();
    void cancelledRunLeavesNothingBehind_data() { addAll(); }
    void cancelledRunLeavesNothingBehind();

private:
    void addAll() const;
    GenerationRequest requestFor(const QString& family, const std::string& policy) const;
    /// Nothing when the policy says that it does not fit the family.
    std::optional<RunForecast> forecast(const GenerationRequest& request);

    QTemporaryDir m_folder;
    std::unique_ptr<Engine> m_engine;
    std::map<QString, RunResult> m_baselines;
};

void TestEveryPolicy::initTestCase()
{
    const std::filesystem::path folder = m_folder.path().toStdString();
    test::writeDitFolder(folder / "dit");
    test::writePixartFolder(folder / "pixart");
    test::copyModel(folder / "stdit3");
    for (const char* family : {"stdit3", "dit", "pixart"})
        writeCalibrations(folder / family);
    m_engine = test::newEngine();
    for (const char* family : {"stdit3", "dit", "pixart"}) {
        auto run = generate(*m_engine, requestFor(family, "none"));
        QVERIFY2(run, run ? "" : run.error().message.c_str());
        QVERIFY(std::isfinite(run->latent.front()));
        m_baselines[family] = std::move(*run);
    }
}

void TestEveryPolicy::addAll() const
{
    QTest::addColumn<QString>("family");
    QTest::addColumn<QString>("policy");
    for (const char* family : {"stdit3", "dit", "pixart"}) // one after the other: the engine keeps one model loaded
        for (const auto& entry : plan::policyEntries())
            QTest::addRow("%s, %s", family, entry.name.c_str()) << family << QString::fromStdString(entry.name);
}

GenerationRequest TestEveryPolicy::requestFor(const QString& family, const std::string& policy) const
{
    GenerationRequest request = test::smallRequest();
    request.steps = kSteps;
    request.policy = policy;
    request.modelPath = (m_folder.path() + "/" + family).toStdString();
    if (family == "stdit3")
        return request;
    request.frames = 1;
    request.width = request.height = 128;
    request.guidanceScale = 2.0;
    if (family == "dit") {
        request.prompt.clear();
        request.classLabel = 4;
    }
    return request;
}

std::optional<RunForecast> TestEveryPolicy::forecast(const GenerationRequest& request)
{
    auto made = m_engine->forecast(request);
    if (made)
        return std::move(*made);
    // A refusal must say why.
    if (made.error().code != ErrorCode::Unsupported && made.error().code != ErrorCode::NotFound)
        qFatal("%s: %s", request.policy.c_str(), made.error().message.c_str());
    if (made.error().message.size() < 40)
        qFatal("%s: no reason in '%s'", request.policy.c_str(), made.error().message.c_str());
    return {};
}

void TestEveryPolicy::cachingNothingEqualsTheBaseline()
{
    QFETCH(QString, family);
    QFETCH(QString, policy);
    auto request = requestFor(family, policy.toStdString());
    const auto settings = settingsThatCacheNothing().find(request.policy);
    QVERIFY2(settings != settingsThatCacheNothing().end(), "add the settings with which this policy caches nothing");
    request.policyParameters = settings->second;
    if (!forecast(request))
        QSKIP("the policy does not fit this family");
    const auto run = generate(*m_engine, request);
    QVERIFY2(run, run ? "" : run.error().message.c_str());
    QVERIFY(run->latent == m_baselines[family].latent);
    QVERIFY(run->clip == m_baselines[family].clip);
    QCOMPARE(run->trace->flops(), m_baselines[family].trace->flops());
}

void TestEveryPolicy::planIsWhatHappens()
{
    QFETCH(QString, family);
    QFETCH(QString, policy);
    const auto request = requestFor(family, policy.toStdString());
    const auto planned = forecast(request);
    if (!planned)
        QSKIP("the policy does not fit this family");
    const auto run = generate(*m_engine, request);
    QVERIFY2(run, run ? "" : run.error().message.c_str());
    QCOMPARE(run->trace->publishedCells(), run->trace->cellCount());
    QVERIFY(std::isfinite(run->latent.front()));
    QVERIFY(run->trace->flops() <= m_baselines[family].trace->flops() * (1 + 1e-12));
    if (planned->plan.isStatic()) {
        const double counted = run->trace->flops(), expected = planned->plan.totalFlops();
        QVERIFY2(std::abs(counted - expected) <= 1e-9 * expected,
            qPrintable(QString("%1 counted, %2 planned").arg(counted).arg(expected)));
        QCOMPARE(run->trace->peakCacheBytes(), planned->plan.cacheBytes());
    } else {
        // What is stored depends on what was decided; never more than was said.
        QVERIFY2(run->trace->peakCacheBytes() <= planned->plan.cacheBytes(),
            qPrintable(
                QString("%1 held, %2 planned").arg(run->trace->peakCacheBytes()).arg(planned->plan.cacheBytes())));
    }
}

void TestEveryPolicy::weightsArePlannedInTheirType()
{
    for (const char* family : {"stdit3", "dit", "pixart"}) {
        auto request = requestFor(family, "none");
        const auto weights = [&](Precision precision) {
            request.precision = precision;
            const auto planned = test::newEngine()->forecast(request); // one that has loaded nothing yet
            return planned ? planned->memory.weights : 0;
        };
        const auto info = m_engine->describe(request.modelPath);
        QVERIFY(info);
        const auto transformer = std::find_if(info->parts.begin(), info->parts.end(),
            [](const ModelPart& part) { return part.name.find("transformer") != std::string::npos; });
        QVERIFY(transformer != info->parts.end());
        // Linear layers are there twice, as they are and packed: 2 bytes less of each.
        QCOMPARE(weights(Precision::Float32) - weights(Precision::BFloat16), 4 * transformer->parameters);
        QVERIFY(weights(Precision::BFloat16) > 4 * transformer->parameters);
    }
}

void TestEveryPolicy::bfloat16RunsAndHoldsHalf()
{
    QFETCH(QString, family);
    QFETCH(QString, policy);
    auto request = requestFor(family, policy.toStdString());
    const auto exact = forecast(request);
    if (!exact)
        QSKIP("the policy does not fit this family");
    request.precision = Precision::BFloat16;
    const auto planned = forecast(request);
    QVERIFY(planned);
    const std::int64_t others = exact->plan.cacheContents().otherElements * 4; // are planned with 4 bytes always
    QCOMPARE(2 * (planned->plan.cacheBytes() - others), exact->plan.cacheBytes() - others);
    const auto run = generate(*m_engine, request);
    QVERIFY2(run, run ? "" : run.error().message.c_str());
    QCOMPARE(run->device, std::string("cpu, bf16"));
    QVERIFY(std::all_of(run->latent.begin(), run->latent.end(), [](float value) { return std::isfinite(value); }));
    if (planned->plan.isStatic() && others == 0)
        QCOMPARE(run->trace->peakCacheBytes(), planned->plan.cacheBytes());
    else
        QVERIFY(run->trace->peakCacheBytes() <= planned->plan.cacheBytes());

    // It rounds, and gives the same clip but for that: seen without a policy, whose choices may fall otherwise.
    request.policy = "none";
    const auto rounded = generate(*m_engine, request);
    request.precision = Precision::Float32;
    const auto whole = generate(*m_engine, request);
    QVERIFY(rounded && whole);
    QVERIFY(rounded->latent != whole->latent);
    double error = 0, size = 0;
    for (std::size_t i = 0; i < whole->latent.size(); ++i) {
        error += std::pow(rounded->latent[i] - whole->latent[i], 2);
        size += std::pow(whole->latent[i], 2);
    }
    // No measure of fidelity: guidance multiplies what is rounded. That it is the same clip.
    QVERIFY2(std::sqrt(error / size) < 0.2, qPrintable(QString::number(std::sqrt(error / size))));
}

void TestEveryPolicy::shorterFormatsHoldWhatIsPlanned()
{
    QFETCH(QString, family);
    QFETCH(QString, policy);
    auto request = requestFor(family, policy.toStdString());
    const auto exact = forecast(request);
    if (!exact)
        QSKIP("the policy does not fit this family");
    for (const plan::CacheDtype format : {plan::CacheDtype::BFloat16, plan::CacheDtype::Int8}) {
        request.cacheStorage = plan::CacheStorage::all(format);
        const auto planned = forecast(request);
        QVERIFY(planned);
        QCOMPARE(planned->memory.cache, planned->plan.cacheBytes());
        QVERIFY(planned->plan.cacheBytes() <= exact->plan.cacheBytes());
        const auto run = generate(*m_engine, request);
        QVERIFY2(run, run ? "" : run.error().message.c_str());
        QVERIFY(std::isfinite(run->latent.front()));
        if (planned->plan.isStatic())
            QCOMPARE(run->trace->peakCacheBytes(), planned->plan.cacheBytes());
        else
            QVERIFY(run->trace->peakCacheBytes() <= planned->plan.cacheBytes());
    }
    // A budget of one byte less than before takes fewer bits, or is refused where nothing can be held in fewer.
    request.cacheStorage = {};
    request.cacheBudget = exact->plan.cacheBytes() - 1;
    if (request.cacheBudget <= 0)
        return;
    const auto within = m_engine->forecast(request);
    if (within) {
        QVERIFY(within->plan.cacheBytes() <= request.cacheBudget);
        QVERIFY(std::any_of(within->warnings.begin(), within->warnings.end(),
            [](const std::string& text) { return text.find("bf16") != std::string::npos; }));
    } else {
        QCOMPARE(within.error().code, ErrorCode::TooLarge);
        QVERIFY(within.error().message.find(std::to_string(exact->plan.cacheBytes())) != std::string::npos);
    }
}

void TestEveryPolicy::sameRequestGivesTheSameBytes()
{
    QFETCH(QString, family);
    QFETCH(QString, policy);
    const auto request = requestFor(family, policy.toStdString());
    if (!forecast(request))
        QSKIP("the policy does not fit this family");
    const auto first = generate(*m_engine, request), second = generate(*m_engine, request);
    QVERIFY(first && second);
    QVERIFY(first->latent == second->latent);
    QVERIFY(first->clip == second->clip);
}

void TestEveryPolicy::cancelledRunLeavesNothingBehind()
{
    QFETCH(QString, family);
    QFETCH(QString, policy);
    const auto request = requestFor(family, policy.toStdString());
    if (!forecast(request))
        QSKIP("the policy does not fit this family");
    const auto whole = generate(*m_engine, request);
    QVERIFY(whole);
    std::stop_source stop;
    test::Recorder observer;
    observer.onStep = [&](int step) {
        if (step == kSteps / 2)
            stop.request_stop();
    };
    const auto cancelled = m_engine->generate(request, observer, stop.get_token());
    QVERIFY(!cancelled);
    QCOMPARE(cancelled.error().code, ErrorCode::Cancelled);
    const auto again = generate(*m_engine, request);
    QVERIFY(again);
    QVERIFY(again->latent == whole->latent);
}

QTEST_GUILESS_MAIN(TestEveryPolicy)
#include "tst_every_policy.moc"
