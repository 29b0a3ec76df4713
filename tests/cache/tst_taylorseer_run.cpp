// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/ops/taylor.h"
#include "tests/support/policy_properties.h"
#include "tests/support/small_dit.h"
#include "tests/support/small_pixart.h"

#include <QtTest>

using namespace toca;
using cache::CachingSession;
using plan::ModuleKind;
using test::differenceFromPlan;
using test::runPolicy;

namespace {

plan::ParameterValues settings(int interval, int order, bool light = false)
{
    return {{"interval", std::int64_t{interval}}, {"max_order", std::int64_t{order}}, {"light", light},
        {"first_enhance", std::int64_t{2}}};
}

template <class Run>
void checkFamily()
{
    Run run(10);
    const auto uncached = run.uncached();
    for (const bool light : {false, true}) {
        QVERIFY(torch::equal(runPolicy(run, "taylorseer", settings(1, 2, light)).latent, uncached));
        for (const int order : {0, 1, 4}) {
            const auto outcome = runPolicy(run, "taylorseer", settings(3, order, light));
            QCOMPARE(differenceFromPlan(outcome), QString());
            QVERIFY(!torch::equal(outcome.latent, uncached));
            QVERIFY(torch::equal(runPolicy(run, "taylorseer", settings(3, order, light)).latent, outcome.latent));
        }
    }
}

/// A module whose output is a polynomial of the step, run through a session; @return the largest error of its outputs.
double errorOnPolynomial(int degree, const plan::ParameterValues& values, int steps)
{
    plan::Geometry geometry;
    geometry.family = "dit";
    geometry.grid = {1, 1, 2};
    geometry.hiddenSize = geometry.mlpHiddenSize = geometry.patchInputs = geometry.patchOutputs = 3;
    geometry.crossAttention = false;
    geometry.layers = {plan::LayerKind::Joint};
    const auto policy = test::policyNamed("taylorseer", values);
    const auto plan = test::planOf(*policy, geometry, plan::uniformSchedule("", steps));
    CachingSession session(geometry, cache::startPolicy(*policy, plan));
    double worst = 0;
    for (int step = 0; step < steps; ++step) {
        const auto truth = torch::full({2, 2, 3}, std::pow(step, degree), torch::kFloat64);
        const cache::EvaluationView view{step, step, steps, plan::Stream::Joint, 0.0, torch::zeros({1, 1, 1, 1, 1})};
        session.evaluate(view, [&](cache::RowRange) {
            return session.layers(torch::zeros_like(truth), [&](int, const torch::Tensor& x) {
                auto y =
                    x + session.module(ModuleKind::SelfAttention, x, [&](const cache::TokenSubset&) { return truth; });
                const auto mlp = session.module(ModuleKind::Mlp, y, [&](const cache::TokenSubset&) { return -truth; });
                worst = std::max(worst, (mlp + truth).abs().max().item<double>());
                return y + mlp;
            });
        });
    }
    return worst;
}

} // namespace

class TestTaylorseerRun : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void clips() { checkFamily<test::SmallRun>(); }
    void classPictures() { checkFamily<test::SmallDitRun>(); }
    void textPictures() { checkFamily<test::SmallPixart>(); }
    void derivativesByHand();
    void linesAreContinuedExactly();
    void orderZeroReuses();
    void lightForecastsTheLastFeatures();
    void lightKeepsAFractionOfTheMemory();
    void resumedRunsAreTheSame_data();
    void resumedRunsAreTheSame();
};

void TestTaylorseerRun::derivativesByHand()
{
    // Full steps 0, 1, 5 of the square of the step (reference README section 11).
    const auto value = [](double x) { return torch::full({1}, x, torch::kFloat64); };
    auto kept = cache::renewedDerivatives({}, value(0), 1, 2);
    QCOMPARE(kept.size(), std::size_t{1});
    kept = cache::renewedDerivatives(kept, value(1), 1, 2);
    QCOMPARE(kept.size(), std::size_t{2});
    QCOMPARE(kept[1].item<double>(), 1.0);
    kept = cache::renewedDerivatives(kept, value(25), 4, 2);
    QCOMPARE(kept.size(), std::size_t{3});
    QCOMPARE(kept[1].item<double>(), 6.0); // (25 - 1) / 4
    QCOMPARE(kept[2].item<double>(), 1.25); // (6 - 1) / 4
    kept = cache::renewedDerivatives(kept, value(36), 1, 2);
    QCOMPARE(kept.size(), std::size_t{3}); // no more than the order
    const std::vector<torch::Tensor> derivatives{value(25), value(6), value(1.25)};
    QCOMPARE(cache::taylorSum(derivatives, 2, 2).item<double>(), 25 + 6 * 2 + 1.25 * 2 * 2 / 2);
    QCOMPARE(cache::taylorSum(derivatives, 2, 1).item<double>(), 37.0);
    QCOMPARE(cache::taylorSum(derivatives, 2, 0).item<double>(), 25.0);
    QCOMPARE(derivatives[0].item<double>(), 25.0); // they stay
}

void TestTaylorseerRun::linesAreContinuedExactly()
{
    QVERIFY(errorOnPolynomial(1, settings(4, 1), 20) < 1e-12);
    QVERIFY(errorOnPolynomial(1, settings(4, 4), 20) < 1e-12);
    QVERIFY(errorOnPolynomial(1, settings(4, 0), 20) > 1);
    // A curve is followed better by higher orders.
    QVERIFY(errorOnPolynomial(2, settings(4, 2), 40) < errorOnPolynomial(2, settings(4, 1), 40));
}

void TestTaylorseerRun::orderZeroReuses()
{
    test::SmallRun run(8);
    const auto seer = runPolicy(run, "taylorseer", settings(3, 0));
    QCOMPARE(seer.plan.at(2, 0, ModuleKind::Mlp).action, plan::Action::Forecast);
    // The stored outputs meet the current step's modulation; the last features do not.
    QVERIFY(!torch::equal(seer.latent, runPolicy(run, "taylorseer", settings(3, 0, true)).latent));
}

void TestTaylorseerRun::lightForecastsTheLastFeatures()
{
    test::SmallDitRun run(8);
    const auto outcome = runPolicy(run, "taylorseer", settings(4, 1, true));
    for (int step = 0; step < 8; ++step)
        QCOMPARE(outcome.plan.freshRatio(step) == 0.0 || step < 2 || step == 5, true);
    for (std::size_t cell = 0; cell < outcome.trace->publishedCells(); ++cell)
        QVERIFY(outcome.trace->cell(cell).action == plan::Action::Full
            || outcome.trace->cell(cell).action == plan::Action::Skip);
}

void TestTaylorseerRun::lightKeepsAFractionOfTheMemory()
{
    test::SmallPixart run(12);
    const auto all = runPolicy(run, "taylorseer", settings(4, 2)),
               light = runPolicy(run, "taylorseer", settings(4, 2, true));
    QCOMPARE(all.trace->peakCacheBytes(), 3 * 9 * run.geometry.moduleOutputBytes());
    QCOMPARE(light.trace->peakCacheBytes(), 3 * run.geometry.moduleOutputBytes());
}

void TestTaylorseerRun::resumedRunsAreTheSame_data()
{
    QTest::addColumn<bool>("light");
    QTest::newRow("all modules") << false;
    QTest::newRow("light") << true;
}

void TestTaylorseerRun::resumedRunsAreTheSame()
{
    QFETCH(bool, light);
    test::SmallRun run(10);
    for (const int step : {1, 4, 5}) {
        const auto [whole, resumed] = test::wholeAndResumed(run, "taylorseer", settings(3, 3, light), step);
        QVERIFY(torch::equal(whole, resumed));
    }
}

QTEST_GUILESS_MAIN(TestTaylorseerRun)
#include "tst_taylorseer_run.moc"
