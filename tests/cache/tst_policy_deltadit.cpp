// SPDX-License-Identifier: Apache-2.0
#include "tests/support/policy_properties.h"

using namespace toca;
using plan::Action;
using plan::ModuleKind;
using plan::ParameterValues;
using test::SmallRun;

namespace {

/// For each step the layers that run, as digits.
std::vector<std::string> layersOf(const plan::Plan& plan)
{
    std::vector<std::string> running;
    for (int step = 0; step < plan.evaluationCount(); ++step) {
        running.emplace_back();
        for (int layer = 0; layer < plan.layerCount(); ++layer)
            if (plan.at(step, layer, ModuleKind::Mlp).action == Action::Full)
                running.back() += static_cast<char>('0' + layer);
    }
    return running;
}

} // namespace

class TestPolicyDeltaDit : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everythingFullEqualsTheBaseline_data();
    void everythingFullEqualsTheBaseline();
    void lastBlocksFirstThenFirstBlocks();
    void warmUpComputesEverything();
    void wholeModelMayBeJumpedOver();
    void jumpIsExactWhenNothingChanges();
    void planIsWhatIsDone_data();
    void planIsWhatIsDone();
    void resumedRunEqualsTheWhole();
    void publishedGainAtRealSize();
};

void TestPolicyDeltaDit::everythingFullEqualsTheBaseline_data()
{
    QTest::addColumn<int>("interval");
    QTest::addColumn<double>("share");
    QTest::newRow("interval 1") << 1 << 0.75;
    QTest::newRow("no blocks") << 2 << 0.0;
    QTest::newRow("less than half a block") << 2 << 0.2;
}

void TestPolicyDeltaDit::everythingFullEqualsTheBaseline()
{
    QFETCH(int, interval);
    QFETCH(double, share);
    SmallRun run;
    const auto outcome =
        test::runPolicy(run, "deltadit", {{"interval", std::int64_t{interval}}, {"skipped_share", share}});
    QVERIFY(outcome.plan.cachesNothing());
    QCOMPARE(outcome.trace->peakCacheBytes(), std::int64_t{0});
    QVERIFY(torch::equal(outcome.latent, run.uncached()));
}

void TestPolicyDeltaDit::lastBlocksFirstThenFirstBlocks()
{
    SmallRun run(10); // two pairs of layers: a block is a pair
    const auto plan =
        test::planOf(*test::policyNamed("deltadit", {{"skipped_share", 0.5}, {"interval", std::int64_t{3}}}),
            run.geometry, run.schedule());
    // Outline while 9 - step > 4: steps 0 to 4. Both parts begin with a full step.
    QCOMPARE(
        layersOf(plan), (std::vector<std::string>{"0123", "01", "01", "0123", "01", "0123", "23", "23", "0123", "23"}));
}

void TestPolicyDeltaDit::warmUpComputesEverything()
{
    SmallRun run(8);
    const auto plan =
        test::planOf(*test::policyNamed("deltadit",
                         {{"skipped_share", 0.5}, {"outline_share", 1.0}, {"warmup_steps", std::int64_t{4}}}),
            run.geometry, run.schedule());
    QCOMPARE(layersOf(plan), (std::vector<std::string>{"0123", "0123", "0123", "0123", "01", "0123", "01", "0123"}));
}

void TestPolicyDeltaDit::wholeModelMayBeJumpedOver()
{
    SmallRun run(4);
    const auto outcome = test::runPolicy(run, "deltadit", {{"skipped_share", 1.0}, {"outline_share", 1.0}});
    QCOMPARE(layersOf(outcome.plan), (std::vector<std::string>{"0123", "", "0123", ""}));
    QCOMPARE(test::differenceFromPlan(outcome), QString());
}

void TestPolicyDeltaDit::jumpIsExactWhenNothingChanges()
{
    // Two evaluations of the same latent at the same time: the stored deviation is what the blocks would add.
    SmallRun run(2);
    run.timesteps = torch::full({2, 1}, 500.0);
    const auto policy = test::policyNamed("deltadit", {{"outline_share", 1.0}});
    const auto plan = test::planOf(*policy, run.geometry, run.schedule());
    cache::CachingSession session(run.geometry, cache::startPolicy(*policy, plan));
    std::vector<torch::Tensor> predictions;
    run.denoise(session, [&](const engine::DenoisingStep& step) { predictions.push_back(step.prediction.clone()); });
    QVERIFY(torch::allclose(predictions[0], predictions[1], 1e-4, 1e-4));
}

void TestPolicyDeltaDit::planIsWhatIsDone_data()
{
    QTest::addColumn<QString>("preset");
    for (const auto& preset : plan::findPolicy("deltadit")->presets)
        QTest::newRow(preset.name.c_str()) << QString::fromStdString(preset.name);
}

void TestPolicyDeltaDit::planIsWhatIsDone()
{
    QFETCH(QString, preset);
    SmallRun run(11);
    const auto outcome = test::runPolicy(run, "deltadit", {}, preset.toStdString());
    QCOMPARE(test::differenceFromPlan(outcome), QString());
    QVERIFY(outcome.plan.flopsGain() > 1.2);
    QCOMPARE(outcome.plan.cacheBytes(), run.geometry.moduleOutputBytes());
    QVERIFY(!torch::equal(outcome.latent, run.uncached()));
}

void TestPolicyDeltaDit::resumedRunEqualsTheWhole()
{
    SmallRun run(12);
    for (const int step : {3, 4, 8}) {
        const auto [whole, resumed] = test::wholeAndResumed(run, "deltadit", {{"interval", std::int64_t{3}}}, step);
        QVERIFY(torch::equal(whole, resumed));
    }
}

void TestPolicyDeltaDit::publishedGainAtRealSize()
{
    // NUMBERS.md, FLUX: N = 2 costs 1.50 times fewer FLOPs, N = 3 2.21 times. With 21 of 28 blocks:
    const auto shape = *plan::publishedShape("pixart-alpha-256");
    const auto geometry = *plan::geometryFor(shape, 1, 256, 256, 120);
    const auto two = test::planOf(*test::policyNamed("deltadit"), geometry, plan::uniformSchedule("dpm", 20));
    QVERIFY(two.flopsGain() > 1.5 && two.flopsGain() < 1.6);
}

QTEST_GUILESS_MAIN(TestPolicyDeltaDit)
#include "tst_policy_deltadit.moc"
