// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/ebcache_policy.h"
#include "tests/support/policy_properties.h"

using namespace toca;
using plan::Action;
using plan::ModuleKind;
using plan::ParameterValues;
using plan::StepWork;
using test::SmallRun;

namespace {

/// The table of a number of steps as text, in sampling order.
std::string tableOf(const ParameterValues& values, int steps, const std::string& preset = {})
{
    const auto policy = test::policyNamed("ebcache", values, preset);
    const auto table = dynamic_cast<const plan::EbCachePolicy&>(*policy).stepTable(steps);
    if (!table)
        return table.error().message;
    std::string text;
    for (const StepWork work : *table)
        text += static_cast<char>('0' + static_cast<int>(work));
    return text;
}

} // namespace

class TestPolicyEbCache : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everythingFullEqualsTheBaseline();
    void publishedTableIsReadBackwards();
    void otherStepCountsKeepTheIntervals();
    void intervalsOfAttentionAndMlpDiffer();
    void tableIsFollowed();
    void planIsWhatIsDone_data();
    void planIsWhatIsDone();
    void noiseScaleDividesTheVelocityOnly();
    void explicitScaleNeedsNoCalibration();
    void resumedRunEqualsTheWhole();
    void badTablesAreRefused();
};

void TestPolicyEbCache::everythingFullEqualsTheBaseline()
{
    SmallRun run;
    const auto outcome = test::runPolicy(run, "ebcache", {{"table", std::string("0")}});
    QVERIFY(outcome.plan.cachesNothing());
    QVERIFY(torch::equal(outcome.latent, run.uncached()));
    const auto intervals =
        test::runPolicy(run, "ebcache", {{"attention_interval", std::int64_t{1}}, {"mlp_interval", std::int64_t{1}}});
    QVERIFY(torch::equal(intervals.latent, run.uncached()));
}

void TestPolicyEbCache::publishedTableIsReadBackwards()
{
    // METHODS: the 21 to 22 noisiest steps are all computed, later intervals are 2 to 4.
    const std::string published = "00000000000000000000002020202020202020202220220220";
    QCOMPARE(tableOf({}, 50, "dit-xl-2"), published);
    QCOMPARE(tableOf({}, 50), tableOf({}, 50, "dit-xl-2")); // the derived table of 50 steps is the published one
}

void TestPolicyEbCache::otherStepCountsKeepTheIntervals()
{
    QCOMPARE(tableOf({}, 25), std::string("0000000000002020202020220"));
    QCOMPARE(tableOf({}, 1), std::string("0"));
    const std::string long250 = tableOf({}, 250);
    QCOMPARE(long250.substr(0, 106), std::string(106, '0'));
    QCOMPARE(long250.find("2222"), std::string::npos); // intervals are at most 4 steps long at any length
    QCOMPARE(long250.back(), '0');
    QVERIFY(long250.find("0222") != std::string::npos);
}

void TestPolicyEbCache::intervalsOfAttentionAndMlpDiffer()
{
    const ParameterValues values{
        {"attention_interval", std::int64_t{4}}, {"mlp_interval", std::int64_t{2}}, {"full_share", 0.25}};
    QCOMPARE(tableOf(values, 12), std::string("000212021202"));
    QCOMPARE(tableOf({{"attention_interval", std::int64_t{3}}, {"full_share", 0.0}}, 7), std::string("0220220"));
    QCOMPARE(
        tableOf({{"attention_interval", std::int64_t{3}}, {"mlp_interval", std::int64_t{1}}, {"full_share", 0.0}}, 7),
        std::string("0110110"));
}

void TestPolicyEbCache::tableIsFollowed()
{
    SmallRun run;
    const auto outcome = test::runPolicy(run, "ebcache", {{"table", std::string("0,2,1,0,1,2")}});
    const auto action = [&](int step, ModuleKind module) { return outcome.plan.at(step, 3, module).action; };
    QCOMPARE(action(1, ModuleKind::Mlp), Action::Reuse);
    QCOMPARE(action(2, ModuleKind::Mlp), Action::Full);
    QCOMPARE(action(2, ModuleKind::SelfAttention), Action::Reuse);
    QCOMPARE(action(2, ModuleKind::CrossAttention), Action::Reuse);
    QCOMPARE(action(3, ModuleKind::SelfAttention), Action::Full);
    QCOMPARE(test::differenceFromPlan(outcome), QString());
}

void TestPolicyEbCache::planIsWhatIsDone_data()
{
    QTest::addColumn<QString>("preset");
    QTest::addColumn<int>("steps");
    QTest::newRow("published") << "published" << 25;
    QTest::newRow("dit-xl-2") << "dit-xl-2" << 50;
    QTest::newRow("feb-2-4") << "feb-2-4" << 12;
}

void TestPolicyEbCache::planIsWhatIsDone()
{
    QFETCH(QString, preset);
    QFETCH(int, steps);
    SmallRun run(steps);
    const auto outcome = test::runPolicy(run, "ebcache", {}, preset.toStdString());
    QCOMPARE(test::differenceFromPlan(outcome), QString());
    QVERIFY(outcome.plan.flopsGain() > 1.1);
}

void TestPolicyEbCache::noiseScaleDividesTheVelocityOnly()
{
    SmallRun run(1);
    const auto policy = test::policyNamed("ebcache", {{"table", std::string("0")}, {"noise_scale", 0.8}});
    const auto plan = test::planOf(*policy, run.geometry, run.schedule());
    cache::CachingSession session(run.geometry, cache::startPolicy(*policy, plan));
    auto plain = cache::CachingSession::uncached(run.geometry);
    torch::Tensor scaled, raw;
    run.denoise(session, [&](const engine::DenoisingStep& step) { scaled = step.prediction.clone(); });
    run.denoise(plain, [&](const engine::DenoisingStep& step) { raw = step.prediction.clone(); });
    const std::int64_t channels = run.input.noise.size(1);
    QCOMPARE(raw.size(1), 2 * channels); // velocity and variance
    QVERIFY(torch::equal(scaled.narrow(1, 0, channels), raw.narrow(1, 0, channels) / 0.8));
    QVERIFY(torch::equal(scaled.narrow(1, channels, channels), raw.narrow(1, channels, channels)));
}

void TestPolicyEbCache::explicitScaleNeedsNoCalibration()
{
    plan::PolicyContext context;
    context.modelIdentity = "0123456789abcdef";
    QVERIFY(plan::makePolicy("ebcache", {{"noise_scale", 0.97}}, {}, context));
    QVERIFY(plan::makePolicy("ebcache", {}, {}, context)); // scaling is off unless asked for
    QVERIFY(!plan::makePolicy("ebcache", {{"noise_scale", 0.0}}, {}, context)); // this model has none
    QVERIFY(plan::makePolicy("ebcache", {{"noise_scale", 0.0}})); // a plan without weights needs none
    QVERIFY(!plan::makePolicy("ebcache", {{"noise_scale", 0.01}}));
}

void TestPolicyEbCache::resumedRunEqualsTheWhole()
{
    SmallRun run(12);
    const ParameterValues values{{"attention_interval", std::int64_t{4}}, {"mlp_interval", std::int64_t{2}},
        {"full_share", 0.2}, {"noise_scale", 0.97}};
    const auto [whole, resumed] = test::wholeAndResumed(run, "ebcache", values, 5);
    QVERIFY(torch::equal(whole, resumed));
}

void TestPolicyEbCache::badTablesAreRefused()
{
    QVERIFY(!plan::makePolicy("ebcache", {{"table", std::string("2,0")}}));
    QVERIFY(!plan::makePolicy("ebcache", {{"table", std::string("0,3")}}));
    QVERIFY(plan::makePolicy("ebcache", {{"table", std::string("2,0")}, {"table_order", std::string("published")}}));
    SmallRun run; // 6 steps
    const auto policy = test::policyNamed("ebcache", {{"table", std::string("0,2,2")}});
    const auto plan = policy->plan(run.geometry, run.schedule());
    QVERIFY(!plan);
    QCOMPARE(plan.error().code, ErrorCode::InvalidArgument);
    QVERIFY(plan.error().message.find("6 steps") != std::string::npos);
}

QTEST_GUILESS_MAIN(TestPolicyEbCache)
#include "tst_policy_ebcache.moc"
