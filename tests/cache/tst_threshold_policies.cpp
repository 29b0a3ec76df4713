// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/flops.h"
#include "cache/plan/policies/magcache.h"
#include "cache/plan/policies/teacache.h"
#include "tests/support/threshold_policies.h"

using namespace toca;
using cache::CachingSession;
using plan::Action;
using plan::ModuleKind;
using test::SmallRun;

namespace {

constexpr double kHuge = 1000; // skips whatever may be skipped
constexpr int kSteps = 8;

void addMethods()
{
    QTest::addColumn<std::string>("method");
    for (const char* method : {"teacache", "dbcache", "magcache", "easycache"})
        QTest::newRow(method) << std::string(method);
}

/// A threshold at which some evaluations are skipped and some decided ones computed.
double someThreshold(const std::string& method, const test::ThresholdSettings& settings)
{
    SmallRun run(kSteps);
    const auto all = test::runPolicy(run, method, settings.of(method, 1e-9));
    double least = 1e9, most = 0;
    for (int evaluation = 0; evaluation < kSteps; ++evaluation) {
        const double value = all.trace->evaluation(evaluation).scalars.accumulated;
        if (std::isnan(value))
            continue;
        least = std::min(least, value);
        most = std::max(most, value);
    }
    return std::sqrt(least * most) * 1.3;
}

} // namespace

class TestThresholdPolicies : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void zeroThresholdIsTheBaselineBitForBit_data() { addMethods(); }
    void zeroThresholdIsTheBaselineBitForBit();
    void scalarsExplainEveryDecision_data() { addMethods(); }
    void scalarsExplainEveryDecision();
    void planBoundsFlopsAndSaysTheBytes_data() { addMethods(); }
    void planBoundsFlopsAndSaysTheBytes();
    void restoredRunGoesOnTheSame_data() { addMethods(); }
    void restoredRunGoesOnTheSame();
    void nothingChangedMeansNothingLost_data();
    void nothingChangedMeansNothingLost();
    void streamsAreKeptApart_data() { addMethods(); }
    void streamsAreKeptApart();
    void teaCacheComputesFirstAndLast();
    void teaCachePolynomialOutsideItsRange();
    void dbCacheKeepsFirstAndLastLayers();
    void dbCacheWarmsUpAndLimitsSkips();
    void dbCacheNeedsLayersInBetween();
    void magCacheFollowsItsPlan();
    void magCacheTakesTheNearestRatio();
    void easyCacheMovesThePredictionWithTheLatent_data();
    void easyCacheMovesThePredictionWithTheLatent();
    void presetsFitEveryFamily();

private:
    test::ThresholdSettings m_settings;
};

void TestThresholdPolicies::zeroThresholdIsTheBaselineBitForBit()
{
    QFETCH(std::string, method);
    SmallRun run(kSteps);
    const auto outcome = test::runPolicy(run, method, m_settings.of(method, 0.0));
    QVERIFY(torch::equal(outcome.latent, run.uncached()));
    QCOMPARE(test::differenceFromPlan(outcome), QString());
    QVERIFY(outcome.plan.cachesNothing());
    QCOMPARE(outcome.trace->peakCacheBytes(), std::int64_t{0});
    QCOMPARE(outcome.trace->evaluation(3).scalars.threshold, 0.0);
    // It can fail: a threshold that skips gives something else.
    QVERIFY(!torch::equal(test::runPolicy(run, method, m_settings.of(method, kHuge)).latent, run.uncached()));
}

void TestThresholdPolicies::scalarsExplainEveryDecision()
{
    QFETCH(std::string, method);
    SmallRun run(kSteps);
    const double threshold = someThreshold(method, m_settings);
    const auto outcome = test::runPolicy(run, method, m_settings.of(method, threshold));
    int skipped = 0, computed = 0;
    for (int evaluation = 0; evaluation < kSteps; ++evaluation) {
        const plan::DecisionScalars& scalars = outcome.trace->evaluation(evaluation).scalars;
        QCOMPARE(scalars.threshold, threshold);
        const bool isSkipped = test::isSkipped(*outcome.trace, evaluation);
        if (std::isnan(scalars.signal)) { // computed whatever it is
            QVERIFY(std::isnan(scalars.accumulated) && !isSkipped);
            continue;
        }
        QVERIFY(std::isfinite(scalars.accumulated));
        QCOMPARE(isSkipped, scalars.accumulated < threshold);
        (isSkipped ? skipped : computed) += 1;
    }
    QVERIFY2(skipped > 0 && computed > 0, qPrintable(QString("%1 skipped, %2 computed").arg(skipped).arg(computed)));
}

void TestThresholdPolicies::planBoundsFlopsAndSaysTheBytes()
{
    QFETCH(std::string, method);
    SmallRun run(kSteps);
    const auto outcome = test::runPolicy(run, method, m_settings.of(method, kHuge));
    QCOMPARE(outcome.plan.isStatic(), method == "magcache");
    QCOMPARE(outcome.trace->publishedCells(), outcome.trace->cellCount());
    QCOMPARE(outcome.trace->peakCacheBytes(), outcome.plan.cacheBytes());
    QVERIFY(outcome.plan.cacheBytes() > 0);
    double counted = 0;
    for (int evaluation = 0; evaluation < kSteps; ++evaluation) {
        const double flops = outcome.trace->evaluation(evaluation).flops;
        QVERIFY(flops <= outcome.plan.evaluationFlops(evaluation) * (1 + 1e-9));
        counted += flops;
    }
    QVERIFY(counted < 0.8 * outcome.plan.baselineFlops());
}

void TestThresholdPolicies::restoredRunGoesOnTheSame()
{
    QFETCH(std::string, method);
    const double threshold = someThreshold(method, m_settings);
    for (int step = 0; step + 1 < kSteps; ++step) {
        SmallRun run(kSteps);
        const auto [whole, resumed] = test::wholeAndResumed(run, method, m_settings.of(method, threshold), step);
        QVERIFY2(torch::equal(whole, resumed), qPrintable(QString("from step %1").arg(step)));
    }
}

void TestThresholdPolicies::nothingChangedMeansNothingLost_data()
{
    QTest::addColumn<std::string>("method");
    for (const char* method : {"teacache", "dbcache", "magcache"}) // EasyCache needs a movement to know its rate
        QTest::newRow(method) << std::string(method);
}

void TestThresholdPolicies::nothingChangedMeansNothingLost()
{
    QFETCH(std::string, method);
    // All evaluations at the same time and, as the step length is 0, with the same latent: what is stored is exact.
    SmallRun run(4);
    run.timesteps = torch::full({4, 1}, 500.0);
    const auto policy = test::policyNamed(method, m_settings.of(method, kHuge));
    const auto plan = test::planOf(*policy, run.geometry, run.schedule());
    auto trace = std::make_shared<plan::Trace>(run.geometry, run.schedule());
    CachingSession session(run.geometry, cache::startPolicy(*policy, plan), {trace, {}});
    std::vector<torch::Tensor> predictions;
    run.denoise(session, [&](const engine::DenoisingStep& step) { predictions.push_back(step.prediction.clone()); });
    QVERIFY(test::isSkipped(*trace, 2));
    QVERIFY(torch::allclose(predictions[2], predictions[0], 1e-4, 1e-4));
}

void TestThresholdPolicies::streamsAreKeptApart()
{
    QFETCH(std::string, method);
    // Conditional and unconditional rows in calls of their own, in turn, of a latent that hardly moves: each must get
    // its own back.
    SmallRun run(4);
    plan::SamplerSchedule schedule{"rflow", 4, {}};
    for (int step = 0; step < 4; ++step)
        for (const auto stream : {plan::Stream::Conditional, plan::Stream::Unconditional})
            schedule.evaluations.push_back({step, stream, 500.0});
    const auto policy = test::policyNamed(method, m_settings.of(method, kHuge));
    const auto plan = test::planOf(*policy, run.geometry, schedule);
    auto trace = std::make_shared<plan::Trace>(run.geometry, schedule);
    CachingSession session(run.geometry, cache::startPolicy(*policy, plan), {trace, {}});
    models::Stdit3Denoiser denoiser(run.model);
    const torch::NoGradGuard noGrad;
    const auto t = torch::full({1}, 500.0);
    std::vector<torch::Tensor> predictions;
    for (int evaluation = 0; evaluation < 8; ++evaluation) {
        const auto& info = schedule.evaluations[static_cast<std::size_t>(evaluation)];
        const auto latent = run.input.noise * (1 - 1e-3 * info.step);
        const cache::EvaluationView view{evaluation, info.step, 4, info.stream, info.timestep, latent};
        predictions.push_back(session.evaluate(view,
            [&](cache::RowRange rows) { return denoiser.predict(latent, t, run.input.conditions, rows, session); }));
    }
    QVERIFY(!test::isSkipped(*trace, 0) && !test::isSkipped(*trace, 1)); // nothing is stored before
    QVERIFY(test::isSkipped(*trace, 4) && test::isSkipped(*trace, 5));
    const auto distance = [&](int a, int b) {
        return (predictions[std::size_t(a)] - predictions[std::size_t(b)]).abs().mean().item<double>();
    };
    QVERIFY(distance(4, 0) < 0.1 * distance(4, 1));
    QVERIFY(distance(5, 1) < 0.1 * distance(5, 0));
    QCOMPARE(trace->peakCacheBytes(), plan.cacheBytes());
}

void TestThresholdPolicies::teaCacheComputesFirstAndLast()
{
    SmallRun run(kSteps);
    const auto outcome = test::runPolicy(run, "teacache", m_settings.of("teacache", kHuge));
    for (int evaluation = 0; evaluation < kSteps; ++evaluation)
        QCOMPARE(test::isSkipped(*outcome.trace, evaluation), evaluation != 0 && evaluation != kSteps - 1);
    QCOMPARE(outcome.trace->evaluation(1).flops, plan::fixedFlops(run.geometry, 2));
    // Sums restart at each computed evaluation.
    const double threshold = someThreshold("teacache", m_settings);
    const auto some = test::runPolicy(run, "teacache", m_settings.of("teacache", threshold));
    double sum = 0;
    for (int evaluation = 1; evaluation + 1 < kSteps; ++evaluation) {
        const auto& scalars = some.trace->evaluation(evaluation).scalars;
        sum += scalars.signal;
        QVERIFY(std::abs(scalars.accumulated - sum) < 1e-9);
        if (!test::isSkipped(*some.trace, evaluation))
            sum = 0;
    }
}

void TestThresholdPolicies::teaCachePolynomialOutsideItsRange()
{
    const plan::ChangePolynomial polynomial{{0, 0, 1, 0, 0.5}, 0.2, 0.4}; // x^2 + 0.5
    QCOMPARE(polynomial(0.3), 0.59);
    QCOMPARE(polynomial(0.4), 0.66);
    QCOMPARE(polynomial(0.8), 1.32); // in proportion beyond the largest fitted change
    QCOMPARE(polynomial(0.1), 0.27); // and below the least
    const plan::ChangePolynomial negative{{0, 0, 0, -1, 0}};
    QCOMPARE(negative(0.3), 0.0);
    QVERIFY(!(polynomial(std::numeric_limits<double>::infinity()) < 1e300)); // computed
    QVERIFY(!(polynomial(std::nan("")) < 1e300));
    for (const char* text : {"1,2,3,4", "1,2,3,4,5,6", "1,2,x,4,5", "1,2,3,4,5,", "nan,1,1,1,1", ",1,2,3,4"})
        QVERIFY2(!plan::makePolicy("teacache", {{"coefficients", std::string(text)}}), text);
    QVERIFY(plan::makePolicy("teacache", {{"coefficients", std::string("1e2, -2,3.5 ,4,5")}}).has_value());
}

void TestThresholdPolicies::dbCacheKeepsFirstAndLastLayers()
{
    SmallRun run(kSteps);
    const auto outcome = test::runPolicy(run, "dbcache", m_settings.of("dbcache", kHuge));
    for (int layer = 0; layer < 4; ++layer)
        QCOMPARE(outcome.trace->cell(outcome.trace->cellIndex(2, layer, ModuleKind::Mlp)).action,
            layer == 1 || layer == 2 ? Action::Skip : Action::Full);
}

void TestThresholdPolicies::dbCacheWarmsUpAndLimitsSkips()
{
    SmallRun run(12);
    auto values = m_settings.of("dbcache", kHuge);
    values["warmup_steps"] = std::int64_t{3};
    values["max_continuous"] = std::int64_t{2};
    const auto outcome = test::runPolicy(run, "dbcache", values);
    std::string pattern;
    for (int evaluation = 0; evaluation < 12; ++evaluation)
        pattern += test::isSkipped(*outcome.trace, evaluation) ? 's' : 'c';
    QCOMPARE(pattern, std::string("cccsscsscssc"));
}

void TestThresholdPolicies::dbCacheNeedsLayersInBetween()
{
    SmallRun run(2);
    const auto policy = test::policyNamed("dbcache", {}, "f8b0");
    const auto plan = policy->plan(run.geometry, run.schedule());
    QVERIFY(!plan);
    QCOMPARE(plan.error().code, ErrorCode::Unsupported);
    QVERIFY(plan.error().message.find("only 4 layers") != std::string::npos);
}

void TestThresholdPolicies::magCacheFollowsItsPlan()
{
    SmallRun run(kSteps);
    for (const double threshold : {0.02, 0.06, 0.2, kHuge}) {
        const auto outcome = test::runPolicy(run, "magcache", m_settings.of("magcache", threshold));
        QCOMPARE(test::differenceFromPlan(outcome), QString());
    }
    auto values = m_settings.of("magcache", kHuge);
    values["retention"] = 0.25;
    const auto outcome = test::runPolicy(run, "magcache", values);
    std::string pattern;
    for (int evaluation = 0; evaluation < kSteps; ++evaluation)
        pattern += test::isSkipped(*outcome.trace, evaluation) ? 's' : 'c';
    QCOMPARE(pattern, std::string("ccssscss")); // a quarter kept, then K = 3
    // By hand: ratios 1 .9 .95 .97 .99 .., errors |1 - .9| = .1, then |1 - .855| = .145 more.
    const auto decisions =
        plan::magCacheDecisions({0.2, 3, 0.0, test::smallCalibration("magcache").values.at("ratios")}, run.schedule());
    QCOMPARE(decisions[1].scalars.accumulated, 1 - 0.9);
    QVERIFY(decisions[1].isSkipped);
    QVERIFY(std::abs(decisions[2].scalars.accumulated - 0.245) < 1e-12);
    QVERIFY(!decisions[2].isSkipped);
    QVERIFY(std::abs(decisions[3].scalars.accumulated - 0.03) < 1e-12);
}

void TestThresholdPolicies::magCacheTakesTheNearestRatio()
{
    const std::vector<double> ratios{1, 2, 3, 4, 5};
    QCOMPARE(plan::nearestRatios(ratios, 5), ratios);
    QCOMPARE(plan::nearestRatios(ratios, 3), (std::vector<double>{1, 3, 5}));
    QCOMPARE(plan::nearestRatios(ratios, 9), (std::vector<double>{1, 1, 2, 3, 3, 3, 4, 5, 5})); // halves to even
    QCOMPARE(plan::nearestRatios(ratios, 1), (std::vector<double>{5}));
    QVERIFY(plan::nearestRatios({}, 4).empty());
}

void TestThresholdPolicies::easyCacheMovesThePredictionWithTheLatent_data()
{
    QTest::addColumn<double>("sign");
    QTest::addColumn<bool>("follows");
    QTest::newRow("noise") << 1.0 << true;
    QTest::newRow("velocity towards the picture") << -1.0 << true;
    QTest::newRow("reused as it is") << -1.0 << false;
}

void TestThresholdPolicies::easyCacheMovesThePredictionWithTheLatent()
{
    QFETCH(double, sign);
    QFETCH(bool, follows);
    SmallRun run(5);
    auto values = m_settings.of("easycache", kHuge);
    values["follow_latent"] = follows;
    const auto policy = test::policyNamed("easycache", values);
    const auto plan = test::planOf(*policy, run.geometry, run.schedule());
    auto trace = std::make_shared<plan::Trace>(run.geometry, run.schedule());
    CachingSession session(run.geometry, cache::startPolicy(*policy, plan), {trace, {}});
    std::vector<torch::Tensor> latents, predictions;
    int calls = 0;
    for (int step = 0; step < 5; ++step) {
        latents.push_back(torch::randn({1, 4, 3, 8, 6}) + 0.5);
        const cache::EvaluationView view{step, step, 5, plan::Stream::Joint, 1000.0 - 100 * step, latents.back()};
        predictions.push_back(session.evaluate(view, [&](cache::RowRange rows) {
            ++calls;
            session.layers(torch::zeros({rows.count, 36, 32}), [&](int, const torch::Tensor& x) {
                for (const auto module : plan::kAllModules)
                    (void)session.module(module, x, [&](const cache::TokenSubset&) { return x; });
                return x;
            });
            // Twice as many channels as the latent; rows differ.
            auto out = torch::cat({sign * (0.5 * latents.back() + 0.1), torch::full({1, 4, 3, 8, 6}, 7.0 + step)}, 1);
            return torch::cat({out, 2 * out});
        }));
    }
    QCOMPARE(calls, 2);
    const auto movement = follows ? sign * (latents[3] - latents[1]) : torch::zeros_like(latents[0]);
    for (int row = 0; row < 2; ++row) {
        QVERIFY(torch::allclose(
            predictions[3][row].narrow(0, 0, 4), predictions[1][row].narrow(0, 0, 4) + movement[0], 1e-5, 1e-5));
        QVERIFY(torch::equal(predictions[3][row].narrow(0, 4, 4), predictions[1][row].narrow(0, 4, 4)));
    }
    // The rate is 0.5: the change foretold at step 2 is half of the latent's, over the output's norm.
    const double expected = 0.5 * (latents[2] - latents[1]).abs().mean().item<double>()
        / predictions[1][0].narrow(0, 0, 4).abs().mean().item<double>();
    QVERIFY(std::abs(trace->evaluation(2).scalars.signal - expected) < 1e-5);
    QCOMPARE(trace->evaluation(3).flops, 0.0);
    QCOMPARE(trace->peakCacheBytes(), plan.cacheBytes());
}

void TestThresholdPolicies::presetsFitEveryFamily()
{
    for (const char* name : {"teacache", "dbcache", "magcache", "easycache"}) {
        const plan::PolicyEntry* entry = plan::findPolicy(name);
        QVERIFY(entry);
        for (const char* family : {"stdit3", "dit", "pixart"}) {
            QVERIFY2(plan::defaultPreset(*entry, family), name);
            plan::PolicyContext context;
            context.family = family;
            for (const plan::Preset& preset : entry->presets)
                QVERIFY2(plan::makePolicy(name, {}, preset.name, context).has_value(), preset.name.c_str());
        }
    }
}

QTEST_GUILESS_MAIN(TestThresholdPolicies)
#include "tst_threshold_policies.moc"
