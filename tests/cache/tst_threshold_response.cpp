// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/signal_recorder.h"
#include "cache/plan/threshold_response.h"
#include "tests/support/threshold_policies.h"

using namespace toca;
using test::SmallRun;

namespace {

constexpr int kSteps = 14;

void addMethods()
{
    QTest::addColumn<std::string>("method");
    for (const char* method : {"teacache", "dbcache", "magcache", "easycache"})
        QTest::newRow(method) << std::string(method);
}

plan::SignalRecord recorded(SmallRun& run, plan::SignalOptions options = {}, torch::Tensor* latent = nullptr)
{
    auto record = std::make_shared<plan::SignalRecord>();
    cache::CachingSession session(
        run.geometry, std::make_unique<cache::SignalRecorder>(run.geometry, run.schedule(), options, record));
    const auto result = run.denoise(session);
    if (latent)
        *latent = result;
    return *record;
}

std::vector<int> skippedIn(const plan::Trace& trace)
{
    std::vector<int> skipped;
    for (int evaluation = 0; evaluation < trace.evaluationCount(); ++evaluation)
        if (test::isSkipped(trace, evaluation))
            skipped.push_back(evaluation);
    return skipped;
}

} // namespace

class TestThresholdResponse : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void recordingChangesNothing();
    void firstSkipIsThatOfARealRun_data() { addMethods(); }
    void firstSkipIsThatOfARealRun();
    void inertThresholdIsExact_data() { addMethods(); }
    void inertThresholdIsExact();
    void countsRiseAndFlopsFollow_data() { addMethods(); }
    void countsRiseAndFlopsFollow();
    void magCacheReplayIsTheWholeRun();
    void cliffAndLongSkipsAreMarked();
    void fewerTokensGiveAnEstimate();
    void whatCannotBeReplayedIsRefused();

private:
    std::unique_ptr<plan::Policy> policy(const std::string& method) const
    {
        return test::policyNamed(method, m_settings.of(method));
    }
    plan::ThresholdResponse response(const std::string& method, const plan::ThresholdRange& range = {}) const
    {
        auto response = plan::thresholdResponse(*policy(method), m_record, range);
        if (!response)
            qFatal("%s", response.error().message.c_str());
        return *response;
    }

    test::ThresholdSettings m_settings;
    plan::SignalRecord m_record;
};

void TestThresholdResponse::initTestCase()
{
    SmallRun run(kSteps);
    m_record = recorded(run);
}

void TestThresholdResponse::recordingChangesNothing()
{
    SmallRun run(kSteps);
    torch::Tensor latent;
    const auto record = recorded(run, {}, &latent);
    QVERIFY(torch::equal(latent, run.uncached()));
    QCOMPARE(record.evaluations.size(), std::size_t(kSteps));
    QVERIFY(std::isnan(record.evaluations[0].modulatedChange));
    for (int s = 1; s < kSteps; ++s) {
        const auto& signals = record.evaluations[std::size_t(s)];
        QVERIFY(signals.modulatedChange > 0 && signals.residualRatio > 0 && signals.outputChange > 0);
        QCOMPARE(signals.firstLayerChange.size(), std::size_t(s));
        QCOMPARE(signals.inputDistance.size(), std::size_t(s));
        QCOMPARE(signals.outputDistance.size(), std::size_t(s));
    }
}

void TestThresholdResponse::firstSkipIsThatOfARealRun()
{
    QFETCH(std::string, method);
    const auto all = response(method, {12, 0, 0, 3});
    SmallRun run(kSteps);
    int withSkips = 0;
    for (const auto& point : all.points) {
        const auto real = skippedIn(*test::runPolicy(run, method, m_settings.of(method, point.threshold)).trace);
        QCOMPARE(real.empty(), point.skippedEvaluations.empty());
        if (real.empty())
            continue;
        ++withSkips;
        QCOMPARE(real.front(), point.skippedEvaluations.front());
    }
    QVERIFY(withSkips >= 4 && withSkips < 12);
}

void TestThresholdResponse::inertThresholdIsExact()
{
    QFETCH(std::string, method);
    const double inert = response(method, {2, 0, 0, 3}).inertThreshold;
    QVERIFY(inert > 0 && std::isfinite(inert));
    SmallRun run(kSteps);
    const auto at = test::runPolicy(run, method, m_settings.of(method, inert));
    QVERIFY(skippedIn(*at.trace).empty());
    QVERIFY(torch::equal(at.latent, run.uncached()));
    const double above = std::nextafter(inert, 1e9);
    QVERIFY(!skippedIn(*test::runPolicy(run, method, m_settings.of(method, above)).trace).empty());
}

void TestThresholdResponse::countsRiseAndFlopsFollow()
{
    QFETCH(std::string, method);
    const auto all = response(method);
    QCOMPARE(all.points.size(), std::size_t(200));
    QCOMPARE(all.points.front().skipped(), 0); // the inert zone is seen
    QVERIFY(all.points.back().skipped() > kSteps / 2);
    for (std::size_t i = 1; i < all.points.size(); ++i) {
        const auto &before = all.points[i - 1], &now = all.points[i];
        QVERIFY(now.threshold > before.threshold);
        if (method != "easycache") // whose rate k depends on which evaluations were computed
            QVERIFY2(now.skipped() >= before.skipped(), qPrintable(QString("point %1").arg(i)));
        if (now.skipped() > before.skipped())
            QVERIFY(now.flops < before.flops && now.flopsGain > before.flopsGain);
    }
    // FLOPs are those that a run with these skips counts.
    if (method == "magcache") {
        SmallRun run(kSteps);
        const auto& point = all.points[150];
        const auto real = test::runPolicy(run, method, m_settings.of(method, point.threshold));
        QVERIFY(std::abs(real.plan.totalFlops() - point.flops) < 1e-9 * point.flops);
    }
    QVERIFY(std::abs(all.points.back().flopsGain - all.baselineFlops / all.points.back().flops) < 1e-12);
    const auto found = plan::pointOfGain(all, 1.3);
    QVERIFY(found && found->flopsGain >= 1.3);
    QVERIFY(!plan::pointOfGain(all, 1e6));
}

void TestThresholdResponse::magCacheReplayIsTheWholeRun()
{
    SmallRun run(kSteps);
    for (const auto& point : response("magcache", {15, 0, 0, 3}).points)
        QCOMPARE(skippedIn(*test::runPolicy(run, "magcache", m_settings.of("magcache", point.threshold)).trace),
            point.skippedEvaluations);
}

void TestThresholdResponse::cliffAndLongSkipsAreMarked()
{
    const auto all = response("teacache");
    QVERIFY(all.cliff > 0);
    const auto rise = [&](int i) {
        return all.points[std::size_t(i)].skipped() - all.points[std::size_t(i - 1)].skipped();
    };
    for (int i = 1; i < 200; ++i)
        QVERIFY(rise(i) <= rise(all.cliff));
    QVERIFY(all.longSkips > 0);
    QVERIFY(all.points[std::size_t(all.longSkips)].longestSkip > 3);
    QVERIFY(all.points[std::size_t(all.longSkips - 1)].longestSkip <= 3);
    // A method that can decide nothing has neither.
    SmallRun run(2);
    const auto nothing = plan::thresholdResponse(*policy("teacache"), recorded(run));
    QVERIFY(nothing.has_value());
    QVERIFY(std::isinf(nothing->inertThreshold));
    QCOMPARE(nothing->cliff, -1);
    QCOMPARE(nothing->points.back().skipped(), 0);
}

void TestThresholdResponse::fewerTokensGiveAnEstimate()
{
    SmallRun run(kSteps);
    plan::SignalOptions options;
    options.maximumBytes = 40'000; // of 14 x 2 x 36 x 32 x 4
    const auto record = recorded(run, options);
    QVERIFY(record.firstLayerStride >= 3);
    for (std::size_t s = 1; s < kSteps; ++s) {
        const double exact = m_record.evaluations[s].firstLayerChange[0];
        QVERIFY(std::abs(record.evaluations[s].firstLayerChange[0] - exact) < 0.5 * exact);
    }
}

void TestThresholdResponse::whatCannotBeReplayedIsRefused()
{
    const auto refusal = [&](const plan::Policy& policy, const plan::ThresholdRange& range = {}) {
        const auto response = plan::thresholdResponse(policy, m_record, range);
        return response ? std::string() : response.error().message;
    };
    QVERIFY(refusal(*test::policyNamed("fora")).find("decides by no threshold") != std::string::npos);
    QVERIFY(refusal(*test::policyNamed("teacache")).find("toca calibrate") != std::string::npos);
    QVERIFY(refusal(*test::policyNamed("magcache")).find("toca calibrate") != std::string::npos);
    QVERIFY(refusal(*test::policyNamed("dbcache", {{"first_layers", std::int64_t{2}}})).find("first_layers is 2")
        != std::string::npos);
    QVERIFY(refusal(*test::policyNamed("dbcache", {}, "f8b0")).find("only 4 layers") != std::string::npos);
    for (const plan::ThresholdRange& range :
        {plan::ThresholdRange{1, 0, 0, 3}, plan::ThresholdRange{20'000, 0, 0, 3}, plan::ThresholdRange{10, 2, 1, 3},
            plan::ThresholdRange{10, -1, 1, 3}, plan::ThresholdRange{10, std::nan(""), 1, 3}})
        QVERIFY(!refusal(*policy("easycache"), range).empty());
    auto broken = m_record;
    broken.evaluations.pop_back();
    QVERIFY(!plan::thresholdResponse(*policy("easycache"), broken));
    broken = m_record;
    broken.evaluations[3].inputDistance.clear();
    QVERIFY(!plan::thresholdResponse(*policy("easycache"), broken));
}

QTEST_GUILESS_MAIN(TestThresholdResponse)
#include "tst_threshold_response.moc"
