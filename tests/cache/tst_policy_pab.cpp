// SPDX-License-Identifier: Apache-2.0
#include "tests/support/policy_properties.h"

using namespace toca;
using plan::Action;
using plan::LayerKind;
using plan::ModuleKind;
using plan::ParameterValues;
using test::SmallRun;

namespace {

plan::SamplerSchedule scheduleAt(const std::vector<double>& timesteps)
{
    plan::SamplerSchedule schedule;
    schedule.steps = static_cast<int>(timesteps.size());
    for (std::size_t i = 0; i < timesteps.size(); ++i)
        schedule.evaluations.push_back({static_cast<int>(i), plan::Stream::Joint, timesteps[i]});
    return schedule;
}

/// 'F' or 'r' for each step of one module.
std::string actionsOf(const plan::Plan& plan, int layer, ModuleKind module)
{
    std::string actions;
    for (int step = 0; step < plan.evaluationCount(); ++step)
        actions += plan.at(step, layer, module).action == Action::Full ? 'F' : 'r';
    return actions;
}

} // namespace

class TestPolicyPab : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void rangesOneEqualTheBaseline();
    void broadcastsInsideTheWindowOnly();
    void mlpBroadcastsBeginAtTheirTimesteps();
    void planIsWhatIsDone_data();
    void planIsWhatIsDone();
    void resumedRunEqualsTheWhole();
    void pictureFamiliesBroadcastTheirAttention();
    void badTimestepsAreRefused();
};

void TestPolicyPab::rangesOneEqualTheBaseline()
{
    SmallRun run;
    const auto one = std::int64_t{1};
    const auto outcome = test::runPolicy(run, "pab",
        {{"spatial_range", one}, {"temporal_range", one}, {"cross_range", one}, {"mlp_skip", std::int64_t{0}}});
    QVERIFY(outcome.plan.cachesNothing());
    QVERIFY(torch::equal(outcome.latent, run.uncached()));
}

void TestPolicyPab::broadcastsInsideTheWindowOnly()
{
    SmallRun run;
    // Layer 0 is spatial, layer 1 temporal. The window is open: 930 and 450 themselves compute; so does 930.7, which is
    // compared as 930.
    const auto schedule = scheduleAt({1000, 930.7, 929, 900, 800, 700, 600, 500, 451, 450, 400});
    const auto plan =
        test::planOf(*test::policyNamed("pab", {{"mlp_timesteps", std::string()}}), run.geometry, schedule);
    QCOMPARE(actionsOf(plan, 0, ModuleKind::SelfAttention), std::string("FFFrFrFrFFF"));
    QCOMPARE(actionsOf(plan, 1, ModuleKind::SelfAttention), std::string("FFrrFrrrFFF"));
    QCOMPARE(actionsOf(plan, 0, ModuleKind::CrossAttention), std::string("FFrrrrFrrFF"));
    QCOMPARE(actionsOf(plan, 1, ModuleKind::CrossAttention), std::string("FFrrrrFrrFF"));
    QCOMPARE(actionsOf(plan, 1, ModuleKind::Mlp), std::string(11, 'F'));
}

void TestPolicyPab::mlpBroadcastsBeginAtTheirTimesteps()
{
    SmallRun run; // two pairs of blocks: layers 0 and 2 are spatial
    const auto schedule = scheduleAt({1000, 900, 864, 830, 800, 788, 740, 670, 600, 500, 400});
    const auto values = ParameterValues{{"mlp_blocks", std::int64_t{1}}};
    const auto plan = test::planOf(*test::policyNamed("pab", values), run.geometry, schedule);
    // 864 and 788 are met, 676 begins at the first step below it, which ends the broadcast before it.
    QCOMPARE(actionsOf(plan, 0, ModuleKind::Mlp), std::string("FFFrrFrFrrF"));
    QCOMPARE(actionsOf(plan, 1, ModuleKind::Mlp), std::string("FFFrrFrFrrF"));
    QCOMPARE(actionsOf(plan, 2, ModuleKind::Mlp), std::string(11, 'F')); // second block of its kind
}

void TestPolicyPab::planIsWhatIsDone_data()
{
    QTest::addColumn<QString>("preset");
    for (const auto& preset : plan::findPolicy("pab")->presets)
        QTest::newRow(preset.name.c_str()) << QString::fromStdString(preset.name);
}

void TestPolicyPab::planIsWhatIsDone()
{
    QFETCH(QString, preset);
    SmallRun run(14);
    const auto outcome = test::runPolicy(run, "pab", {}, preset.toStdString());
    QCOMPARE(test::differenceFromPlan(outcome), QString());
    QVERIFY(outcome.plan.flopsGain() > 1.0);
    QVERIFY(!torch::equal(outcome.latent, run.uncached()));
    QVERIFY(torch::equal(outcome.latent, test::runPolicy(run, "pab", {}, preset.toStdString()).latent));
}

void TestPolicyPab::resumedRunEqualsTheWhole()
{
    SmallRun run(12);
    const auto [whole, resumed] = test::wholeAndResumed(run, "pab", {}, 5);
    QVERIFY(torch::equal(whole, resumed));
}

void TestPolicyPab::pictureFamiliesBroadcastTheirAttention()
{
    for (const char* name : {"dit-xl-2-256", "pixart-alpha-256"}) {
        const auto shape = *plan::publishedShape(name);
        const auto geometry = *plan::geometryFor(shape, 1, 256, 256, shape.maxTextTokens);
        plan::PolicyContext context;
        context.family = geometry.family;
        const auto policy = test::policyNamed("pab", {}, {}, context);
        const auto plan = test::planOf(*policy, geometry, plan::uniformSchedule("ddim", 50));
        QCOMPARE(plan.at(21, 0, ModuleKind::SelfAttention).action, Action::Reuse);
        QCOMPARE(plan.at(22, 0, ModuleKind::SelfAttention).action, Action::Full);
        QCOMPARE(plan.at(49, 0, ModuleKind::SelfAttention).action, Action::Full); // timestep 20
        QCOMPARE(plan.at(21, 0, ModuleKind::CrossAttention).action, Action::Full);
        QVERIFY(plan.flopsGain() > 1.05);
    }
}

void TestPolicyPab::badTimestepsAreRefused()
{
    for (const char* text : {"864,", ",864", "864;788", "1001", "-1", "x", "864,,788", "9999999999999999999999"}) {
        const auto policy = plan::makePolicy("pab", {{"mlp_timesteps", std::string(text)}});
        QVERIFY2(!policy, text);
        QCOMPARE(policy.error().code, ErrorCode::InvalidArgument);
        QVERIFY(policy.error().message.find("mlp_timesteps") != std::string::npos);
    }
    QVERIFY(plan::makePolicy("pab", {{"mlp_timesteps", std::string(" 864 , 788 ")}}));
}

QTEST_GUILESS_MAIN(TestPolicyPab)
#include "tst_policy_pab.moc"
