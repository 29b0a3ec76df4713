// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/schedule_table.h"
#include "tests/support/policy_properties.h"
#include "tests/support/small_dit.h"
#include "tests/support/small_pixart.h"

#include <QtTest>

#include <random>

using namespace toca;
using test::differenceFromPlan;
using test::runPolicy;

namespace {

constexpr int kSteps = 9;

plan::ParameterValues withTable(const std::string& table, plan::ParameterValues values = {})
{
    values["table"] = table;
    return values;
}

std::string randomTable(unsigned seed, int layers)
{
    using plan::ScheduleCell;
    std::mt19937 random(seed);
    plan::ScheduleTable table(kSteps, layers);
    for (int step = 0; step < kSteps; ++step)
        for (int layer = 0; layer < layers; ++layer)
            for (const plan::ModuleKind module : plan::kAllModules) {
                const unsigned kind = random() % 4;
                table.at(step, layer, module) = kind == 0 ? ScheduleCell::compute()
                    : kind == 1                           ? ScheduleCell::reuse()
                    : kind == 2                           ? ScheduleCell::forecast(1 + static_cast<int>(random() % 3))
                                : ScheduleCell::ratio(0.1 * static_cast<double>(random() % 10));
            }
    return table.text();
}

/// Any painting runs just as it was planned: actions, tokens, FLOPs and the largest cache.
template <class Run>
void checkFamily()
{
    Run run(kSteps);
    const auto uncached = run.uncached();
    const plan::ParameterValues scores = run.geometry.crossAttention
        ? plan::ParameterValues{}
        : plan::ParameterValues{{"cross_attention_weight", 0.0}, {"self_attention_weight", 1.0}};
    QVERIFY(torch::equal(runPolicy(run, "schedule", withTable("", scores)).latent, uncached));
    for (unsigned seed = 1; seed <= 4; ++seed) {
        const auto values = withTable(randomTable(seed, run.geometry.layerCount()), scores);
        const auto outcome = runPolicy(run, "schedule", values);
        QCOMPARE(differenceFromPlan(outcome), QString());
        QVERIFY(outcome.latent.isfinite().all().template item<bool>());
        QVERIFY(!torch::equal(outcome.latent, uncached));
        QVERIFY(torch::equal(runPolicy(run, "schedule", values).latent, outcome.latent));
    }
}

/// A policy's plan as a table gives the very same clip.
template <class Run>
void checkDerived(Run& run, const std::string& policy, const plan::ParameterValues& values, int order,
    const std::vector<std::string>& copied = {})
{
    const auto original = runPolicy(run, policy, values);
    const plan::DerivedSchedule derived = plan::scheduleOf(original.plan, order);
    QVERIFY2(derived.approximation.empty(), derived.approximation.c_str());
    plan::PolicyContext context;
    context.family = run.geometry.family;
    const auto made = test::policyNamed(policy, values, {}, context);
    auto taken = withTable(derived.table.text());
    for (const std::string& name : copied)
        taken[name] = made->parameters().at(name);
    const auto same = runPolicy(run, "schedule", taken);
    QVERIFY(torch::equal(same.latent, original.latent));
    QCOMPARE(same.trace->peakCacheBytes(), original.trace->peakCacheBytes());
}

const std::vector<std::string> kScores{"score", "interval", "age_weight", "cross_attention_weight",
    "self_attention_weight", "spatial_bonus", "spatial_bonus_grid", "random_seed", "shared_selection"};

} // namespace

class TestPolicySchedule : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void clips() { checkFamily<test::SmallRun>(); }
    void classPictures() { checkFamily<test::SmallDitRun>(); }
    void textPictures() { checkFamily<test::SmallPixart>(); }
    void foraAsATableIsTheSameRun();
    void tocaAsATableIsTheSameRun();
    void taylorseerAsATableIsTheSameRun();
    void forecastsIgnoreTokensComputedSince();
    void selfAttentionMayComputeAShare();
    void resumedRunEqualsTheWholeOne();
};

void TestPolicySchedule::foraAsATableIsTheSameRun()
{
    test::SmallRun run(kSteps);
    checkDerived(run, "fora", {}, 1);
    test::SmallDitRun pictures(kSteps);
    checkDerived(pictures, "fora", {}, 1);
}

void TestPolicySchedule::tocaAsATableIsTheSameRun()
{
    test::SmallRun run(kSteps);
    checkDerived(run, "toca", {{"fresh_ratio", 0.3}}, 1, kScores);
    test::SmallDitRun pictures(kSteps);
    checkDerived(pictures, "toca", {{"fresh_ratio", 0.3}}, 1, kScores);
    test::SmallPixart pixart(kSteps);
    checkDerived(pixart, "toca", {}, 1, kScores);
}

void TestPolicySchedule::taylorseerAsATableIsTheSameRun()
{
    test::SmallRun run(kSteps);
    checkDerived(run, "taylorseer", {{"interval", std::int64_t{3}}, {"max_order", std::int64_t{2}}}, 2);
}

void TestPolicySchedule::forecastsIgnoreTokensComputedSince()
{
    // What a selection writes reaches the next reuse, but no forecast: only the modules after it differ.
    test::SmallRun run(kSteps);
    const auto with = runPolicy(run, "schedule", withTable("9x1; mlp = 4c r50 f 3c"));
    const auto without = runPolicy(run, "schedule", withTable("9x1; mlp = 4c u f 3c"));
    const auto reused = runPolicy(run, "schedule", withTable("9x1; mlp = 4c r50 u 3c"));
    QVERIFY(!torch::equal(with.latent, without.latent));
    QVERIFY(!torch::equal(with.latent, reused.latent));
    // Both tensors of the line, and the output that the selection writes into.
    QCOMPARE(with.plan.cacheBytes(1), 3 * run.geometry.layerCount() * run.geometry.moduleOutputBytes(1));
    QCOMPARE(without.plan.cacheBytes(1), 2 * run.geometry.layerCount() * run.geometry.moduleOutputBytes(1));
}

void TestPolicySchedule::selfAttentionMayComputeAShare()
{
    test::SmallRun run(kSteps);
    const auto some = runPolicy(run, "schedule", withTable("9x1; sa = c 8r50"));
    QCOMPARE(differenceFromPlan(some), QString());
    const auto all = runPolicy(run, "schedule", withTable("9x1; sa = c 8r100"));
    // All tokens chosen is everything computed, but for the order of sums.
    QVERIFY(torch::allclose(all.latent, run.uncached(), 1e-3, 1e-4));
    QVERIFY(!torch::allclose(some.latent, run.uncached(), 1e-3, 1e-4));
}

void TestPolicySchedule::resumedRunEqualsTheWholeOne()
{
    test::SmallRun run(kSteps);
    const auto [whole, resumed] =
        test::wholeAndResumed(run, "schedule", withTable(randomTable(5, run.geometry.layerCount())), 4);
    QVERIFY(torch::equal(whole, resumed));
}

QTEST_GUILESS_MAIN(TestPolicySchedule)
#include "tst_policy_schedule.moc"
