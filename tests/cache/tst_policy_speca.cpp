// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/policies/speca_run.h"
#include "cache/plan/policies/speca_policy.h"
#include "tests/support/policy_properties.h"

using namespace toca;
using plan::Action;
using plan::ModuleKind;
using plan::ParameterValues;
using plan::SpecaDecisions;
using plan::SpecaOptions;
using test::SmallRun;

namespace {

/// F = full, d = drafted, c = drafted and checked; every check finds `error`.
std::string decisionsOf(const SpecaOptions& options, int steps, double error)
{
    SpecaDecisions decisions;
    std::string text;
    for (int step = 0; step < steps; ++step) {
        const auto decision = decisions.next(options, step, steps);
        text += decision.isFull ? 'F' : decision.isChecked ? 'c' : 'd';
        if (decision.isChecked)
            decisions.measured(error);
    }
    return text;
}

} // namespace

class TestPolicySpeca : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void noDraftsEqualTheBaseline();
    void decisionsAreThePublishedOnes();
    void thresholdFallsToItsLeastValue();
    void errorsAreWhatTheyAreCalled();
    void acceptedDraftsFollowThePlan();
    void rejectedDraftIsFollowedByAFullStep();
    void traceHoldsTheScalars();
    void bytesHeldAreThePlanned();
    void keptCheckDiffersFromTheDraft();
    void resumedRunEqualsTheWhole();
    void checkedLayerMustExist();
};

void TestPolicySpeca::noDraftsEqualTheBaseline()
{
    SmallRun run;
    const auto outcome = test::runPolicy(run, "speca", {{"max_drafts", std::int64_t{0}}});
    QVERIFY(outcome.plan.cachesNothing() && outcome.plan.isStatic());
    QCOMPARE(outcome.trace->peakCacheBytes(), std::int64_t{0});
    QVERIFY(torch::equal(outcome.latent, run.uncached()));
    const auto warm = test::runPolicy(run, "speca", {{"warmup_steps", std::int64_t{6}}});
    QVERIFY(torch::equal(warm.latent, run.uncached()));
}

void TestPolicySpeca::decisionsAreThePublishedOnes()
{
    // cal_type.py, 3 enhanced first steps, 2 to 5 drafts: the step after a full one is always drafted, a draft is
    // checked from the third on, its error decides about the next checked step.
    SpecaOptions options;
    options.draftsInWarmup = true;
    QCOMPARE(decisionsOf(options, 16, 0.0), std::string("FdFddcccFddcccFd"));
    QCOMPARE(decisionsOf(options, 16, 1.0), std::string("FdFddcFddcFddcFd"));
    options.draftsInWarmup = false;
    QCOMPARE(decisionsOf(options, 12, 1.0), std::string("FFFddcFddcFd"));
    options.minDrafts = 0;
    QCOMPARE(decisionsOf(options, 9, 1.0), std::string("FFFdcFdcF"));
    options.maxDrafts = 1;
    QCOMPARE(decisionsOf(options, 9, 1.0), std::string("FFFdFdFdF"));
}

void TestPolicySpeca::thresholdFallsToItsLeastValue()
{
    SpecaOptions options;
    options.baseThreshold = 0.3;
    options.decay = 0.05;
    // Published: progress = (steps - counter) / steps, counter from steps - 1 down to 0.
    QVERIFY(std::abs(options.threshold(0, 50) - 0.3 * std::pow(0.05, 1.0 / 50)) < 1e-12);
    QVERIFY(std::abs(options.threshold(49, 50) - 0.3 * 0.05) < 1e-12);
    options.decay = 0.01;
    QCOMPARE(options.threshold(49, 50), 0.01);
}

void TestPolicySpeca::errorsAreWhatTheyAreCalled()
{
    const auto real = torch::tensor({{{1.0, -2.0}, {4.0, 0.5}}}), drafted = torch::tensor({{{1.5, -2.0}, {3.0, 0.5}}});
    QVERIFY(std::abs(cache::draftError(drafted, real, plan::DraftError::RelativeL1) - (0.5 + 0.25) / 4) < 1e-6);
    QVERIFY(std::abs(cache::draftError(drafted, real, plan::DraftError::NormL1) - 1.5 / 7.5) < 1e-6);
    QVERIFY(std::abs(cache::draftError(drafted, real, plan::DraftError::NormL2) - std::sqrt(1.25 / 21.25)) < 1e-6);
    const double cosine = (1.5 + 4 + 12 + 0.25) / std::sqrt(21.25 * (2.25 + 4 + 9 + 0.25));
    QVERIFY(std::abs(cache::draftError(drafted, real, plan::DraftError::Cosine) - (1 - cosine)) < 1e-6);
    for (const auto error : {plan::DraftError::RelativeL1, plan::DraftError::NormL1, plan::DraftError::NormL2})
        QCOMPARE(cache::draftError(real, real, error), 0.0);
}

void TestPolicySpeca::acceptedDraftsFollowThePlan()
{
    SmallRun run(12);
    const auto outcome = test::runPolicy(run, "speca",
        {{"threshold", 1000.0}, {"decay", 1.0}, {"warmup_steps", std::int64_t{3}}, {"keeps_checked", false}});
    QVERIFY(!outcome.plan.isStatic());
    for (int step = 0; step < run.steps(); ++step) {
        for (int layer = 0; layer < run.geometry.layerCount(); ++layer)
            for (const ModuleKind module : plan::kAllModules)
                QCOMPARE(outcome.trace->cell(outcome.trace->cellIndex(step, layer, module)).action,
                    outcome.plan.at(step, layer, module).action);
        const double planned = outcome.plan.evaluationFlops(step);
        QVERIFY(std::abs(outcome.trace->evaluation(step).flops - planned) <= 1e-9 * planned);
    }
    QVERIFY(outcome.plan.flopsGain() > 1.5);
    // Checks were counted: layer 3 in full, the others forecast.
    const auto cell = [&](int layer) {
        return outcome.trace->cell(outcome.trace->cellIndex(5, layer, ModuleKind::SelfAttention)).action;
    };
    QCOMPARE(cell(3), Action::Full);
    QCOMPARE(cell(2), Action::Forecast);
}

void TestPolicySpeca::rejectedDraftIsFollowedByAFullStep()
{
    SmallRun run(12);
    const auto outcome = test::runPolicy(run, "speca",
        {{"threshold", 0.0}, {"decay", 1.0}, {"order", std::int64_t{0}}, {"min_drafts", std::int64_t{2}},
            {"warmup_steps", std::int64_t{3}}, {"keeps_checked", false}});
    std::string done;
    for (int step = 0; step < run.steps(); ++step) {
        const bool isFull =
            outcome.trace->cell(outcome.trace->cellIndex(step, 0, ModuleKind::Mlp)).action == Action::Full;
        const bool isChecked =
            outcome.trace->cell(outcome.trace->cellIndex(step, 3, ModuleKind::Mlp)).action == Action::Full;
        done += isFull ? 'F' : isChecked ? 'c' : 'd';
    }
    QCOMPARE(QString::fromStdString(done), QString("FFFddcFddcFd"));
}

void TestPolicySpeca::traceHoldsTheScalars()
{
    SmallRun run(12);
    const auto outcome = test::runPolicy(run, "speca",
        {{"threshold", 0.0}, {"decay", 1.0}, {"min_drafts", std::int64_t{2}}, {"warmup_steps", std::int64_t{3}},
            {"keeps_checked", false}});
    const auto& checked = outcome.trace->evaluation(5).scalars;
    const auto& after = outcome.trace->evaluation(6).scalars;
    QVERIFY2(checked.signal > 0.01, qPrintable(QString("%1 against %2").arg(checked.signal).arg(checked.threshold)));
    QVERIFY(std::isnan(checked.accumulated)); // nothing was known when it was decided
    QCOMPARE(after.accumulated, checked.signal);
    QCOMPARE(after.threshold, 0.01);
    QVERIFY(std::isnan(outcome.trace->evaluation(0).scalars.signal));
}

void TestPolicySpeca::bytesHeldAreThePlanned()
{
    for (const std::int64_t order : {0, 1, 2, 4}) {
        SmallRun run(24);
        const auto outcome = test::runPolicy(
            run, "speca", {{"order", order}, {"threshold", 0.0}, {"decay", 1.0}}); // rejects every draft
        QCOMPARE(outcome.trace->peakCacheBytes(), outcome.plan.cacheBytes());
        QCOMPARE(outcome.plan.cacheBytes(), (order + 1) * 12 * run.geometry.moduleOutputBytes());
    }
}

void TestPolicySpeca::keptCheckDiffersFromTheDraft()
{
    SmallRun run(12);
    const ParameterValues accept{
        {"threshold", 1000.0}, {"decay", 1.0}, {"warmup_steps", std::int64_t{3}}, {"keeps_checked", false}};
    ParameterValues keep = accept;
    keep["keeps_checked"] = true;
    const auto drafted = test::runPolicy(run, "speca", accept).latent,
               kept = test::runPolicy(run, "speca", keep).latent;
    QVERIFY(!torch::equal(drafted, kept));
    QVERIFY(torch::equal(kept, test::runPolicy(run, "speca", keep).latent));
}

void TestPolicySpeca::resumedRunEqualsTheWhole()
{
    SmallRun run(14);
    for (const int step : {2, 4, 5, 6, 9}) {
        const auto [whole, resumed] =
            test::wholeAndResumed(run, "speca", {{"order", std::int64_t{2}}, {"threshold", 0.5}}, step);
        QVERIFY(torch::equal(whole, resumed));
    }
}

void TestPolicySpeca::checkedLayerMustExist()
{
    SmallRun run;
    const auto plan =
        test::policyNamed("speca", {{"check_layer", std::int64_t{5}}})->plan(run.geometry, run.schedule());
    QVERIFY(!plan);
    QVERIFY(plan.error().message.find("check_layer") != std::string::npos);
}

QTEST_GUILESS_MAIN(TestPolicySpeca)
#include "tst_policy_speca.moc"
