// SPDX-License-Identifier: Apache-2.0
#include "small_run.h"

#include "ui/statistics/run_statistics_model.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace toca;
using namespace toca::ui;
using Reference = RunStatisticsModel::TimeReference;

static bool near(double value, double expected)
{
    return std::abs(value - expected) <= 1e-6 * std::max(1.0, std::abs(expected)); // cell times are floats
}

class TestStatisticsModel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void planAloneGivesPlannedNumbers();
    void numbersOfARunByHand();
    void savedTimeAgainstTheBaseline();
    void noReferenceBeforeAFullStep();
    void growsWithTheTrace();
    void severalEvaluationsOfAStepAddUp();
    void skippedEvaluationIsAllCached();
    void crossAttentionCountsOnlyWhereThereIsOne();
    void decisionsAreTakenOver();
    void csvLeavesUnknownFieldsEmpty();
    void emptyModel();
};

void TestStatisticsModel::planAloneGivesPlannedNumbers()
{
    const plan::Plan plan = ui::testing::smallPlan(3);
    RunStatisticsModel model;
    model.setPlan(plan);
    QCOMPARE(model.stepCount(), 3);
    QVERIFY(!model.step(0).happened);
    QVERIFY(near(model.step(0).plannedCacheRatio, 0.0));
    // Two modules of three reused, the third 9 of 12: (1 + 1 + 0.75) / 3.
    QVERIFY(near(model.step(1).plannedCacheRatio, 2.75 / 3));
    const plan::Plan full(plan.geometry(), plan.schedule());
    QCOMPARE(model.step(1).fullFlops, full.evaluationFlops(1));
    QCOMPARE(model.step(1).plannedFlops, plan.evaluationFlops(1));
    QVERIFY(model.step(1).plannedFlops < model.step(1).fullFlops);
    QVERIFY(near(model.step(2).plannedFlopsSaved, 2 * (full.evaluationFlops(1) - plan.evaluationFlops(1))));
    QVERIFY(std::isnan(model.step(1).flops));
    QVERIFY(std::isnan(model.step(1).flopsSaved));
}

void TestStatisticsModel::numbersOfARunByHand()
{
    const plan::Plan plan = ui::testing::smallPlan(3);
    const auto trace = std::make_shared<plan::Trace>(plan.geometry(), plan.schedule());
    ui::testing::run(*trace, plan, trace->cellCount());
    RunStatisticsModel model;
    model.setPlan(plan);
    model.setTrace(trace);
    QCOMPARE(model.happenedSteps(), 3);
    const StepStatistics& full = model.step(0);
    QVERIFY(full.isFull);
    QVERIFY(near(full.meanCacheRatio, 0.0));
    QVERIFY(near(full.seconds, 0.065)); // 6 modules of 10 ms and 5 ms outside
    QVERIFY(near(full.otherSeconds, 0.005));
    QVERIFY(near(full.moduleSeconds[0], 0.020));
    QVERIFY(near(full.selectionSeconds, 0.0));

    const StepStatistics& cached = model.step(1);
    QVERIFY(!cached.isFull);
    QVERIFY(near(cached.cacheRatio[0], 1.0));
    QVERIFY(near(cached.cacheRatio[1], 1.0));
    QVERIFY(near(cached.cacheRatio[2], 0.75));
    QVERIFY(near(cached.meanCacheRatio, 2.75 / 3));
    QVERIFY(near(cached.seconds, 0.017)); // 4 reused of 1 ms, 2 subsets of 4 ms, 5 ms outside
    QVERIFY(near(cached.moduleSeconds[2], 0.006)); // without selection
    QVERIFY(near(cached.selectionSeconds, 0.002));
    QVERIFY(near(cached.otherSeconds, 0.005));
    QVERIFY(near(cached.flops, 100));
    QVERIFY(near(cached.flopsSaved, model.step(0).fullFlops + model.step(1).fullFlops - 200));
    QVERIFY(near(cached.cacheBytes, 100));

    QCOMPARE(model.timeReference(), Reference::MeanFullStep);
    QVERIFY(near(model.baselineSeconds(), 0.065));
    QVERIFY(near(model.step(0).secondsSaved, 0.0));
    QVERIFY(near(model.step(2).secondsSaved, 2 * (0.065 - 0.017)));
}

void TestStatisticsModel::savedTimeAgainstTheBaseline()
{
    const plan::Plan plan = ui::testing::smallPlan(3);
    const auto trace = std::make_shared<plan::Trace>(plan.geometry(), plan.schedule());
    ui::testing::run(*trace, plan, trace->cellCount());
    RunStatisticsModel model;
    model.setTrace(trace);
    model.setBaselineSeconds(0.060);
    QCOMPARE(model.timeReference(), Reference::Baseline);
    QVERIFY(near(model.step(0).secondsSaved, -0.005)); // a full step may be slower than the baseline's
    QVERIFY(near(model.step(2).secondsSaved, 3 * 0.060 - 0.065 - 2 * 0.017));
    model.setBaselineSeconds(std::numeric_limits<double>::quiet_NaN());
    QCOMPARE(model.timeReference(), Reference::MeanFullStep);
}

void TestStatisticsModel::noReferenceBeforeAFullStep()
{
    plan::Plan plan = ui::testing::smallPlan(2);
    plan.at(0, 0, plan::ModuleKind::Mlp) = {plan::Action::Subset, 3, false};
    const auto trace = std::make_shared<plan::Trace>(plan.geometry(), plan.schedule());
    ui::testing::run(*trace, plan, trace->cellCount());
    RunStatisticsModel model;
    model.setTrace(trace);
    QCOMPARE(model.timeReference(), Reference::None);
    QVERIFY(std::isnan(model.step(1).secondsSaved));
    QVERIFY(std::isfinite(model.step(1).flopsSaved));
}

void TestStatisticsModel::growsWithTheTrace()
{
    const plan::Plan plan = ui::testing::smallPlan(3);
    const auto trace = std::make_shared<plan::Trace>(plan.geometry(), plan.schedule());
    RunStatisticsModel model;
    model.setTrace(trace);
    QVERIFY(!model.refresh());
    ui::testing::run(*trace, plan, 5);
    QVERIFY(!model.refresh()); // the evaluation has not ended
    QCOMPARE(model.happenedSteps(), 0);
    ui::testing::run(*trace, plan, 1);
    QVERIFY(model.refresh());
    QVERIFY(!model.refresh());
    QCOMPARE(model.happenedSteps(), 1);
    QVERIFY(std::isnan(model.step(1).seconds));
    model.setPlan(plan); // may come later; what happened stays
    QCOMPARE(model.happenedSteps(), 1);
}

void TestStatisticsModel::severalEvaluationsOfAStepAddUp()
{
    plan::SamplerSchedule schedule = plan::uniformSchedule("rflow", 2);
    schedule.evaluations = {{0, plan::Stream::Conditional, 900}, {0, plan::Stream::Unconditional, 900},
        {1, plan::Stream::Conditional, 400}, {1, plan::Stream::Unconditional, 400}};
    plan::Plan plan(ui::testing::smallGeometry(), schedule);
    for (int layer = 0; layer < 2; ++layer) {
        plan.at(1, layer, plan::ModuleKind::Mlp) = {plan::Action::Reuse, 0, false};
    }
    const auto trace = std::make_shared<plan::Trace>(plan.geometry(), schedule);
    RunStatisticsModel model;
    model.setTrace(trace);
    QCOMPARE(model.stepCount(), 2);
    ui::testing::run(*trace, plan, 6);
    QVERIFY(model.refresh());
    QVERIFY(!model.step(0).happened); // its second evaluation is still to come
    ui::testing::run(*trace, plan, 12);
    model.refresh();
    QVERIFY(model.step(0).happened);
    QVERIFY(!model.step(0).isFull);
    QVERIFY(near(model.step(0).cacheRatio[2], 0.5));
    QVERIFY(near(model.step(0).flops, 200));
    QVERIFY(near(model.step(0).seconds, 0.065 + 0.047));
    QVERIFY(!model.step(1).happened);
}

void TestStatisticsModel::skippedEvaluationIsAllCached()
{
    const plan::Plan plan = ui::testing::smallPlan(1);
    const auto trace = std::make_shared<plan::Trace>(plan.geometry(), plan.schedule());
    plan::TraceCell skipped;
    skipped.action = plan::Action::Skip;
    for (int i = 0; i < 6; ++i) {
        trace->append(skipped);
    }
    plan::TraceEvaluation evaluation;
    evaluation.decision = plan::EvaluationDecision::ReusePrediction;
    trace->appendEvaluation(evaluation);
    RunStatisticsModel model;
    model.setTrace(trace);
    QVERIFY(near(model.step(0).meanCacheRatio, 1.0));
    QVERIFY(!model.step(0).isFull);
}

void TestStatisticsModel::crossAttentionCountsOnlyWhereThereIsOne()
{
    const plan::Plan plan(ui::testing::pictureGeometry(), plan::uniformSchedule("ddim", 1));
    auto trace = std::make_shared<plan::Trace>(plan.geometry(), plan.schedule());
    for (int layer = 0; layer < 2; ++layer) {
        for (const plan::ModuleKind module : plan::kAllModules) {
            plan::TraceCell cell;
            const bool isThere = module != plan::ModuleKind::CrossAttention;
            cell.action = isThere ? plan::Action::Full : plan::Action::Skip;
            cell.computedTokens = isThere ? 12 : 0;
            trace->append(cell);
        }
    }
    trace->appendEvaluation({});
    RunStatisticsModel model;
    model.setTrace(trace);
    QVERIFY(model.step(0).isFull);
    QVERIFY(!model.step(0).skipped);
    QVERIFY(near(model.step(0).meanCacheRatio, 0.0));
    QVERIFY(std::isnan(model.step(0).cacheRatio[1]));
    QCOMPARE(model.modules().size(), std::size_t{2});
}

void TestStatisticsModel::decisionsAreTakenOver()
{
    const plan::Plan plan = ui::testing::smallPlan(2);
    auto trace = std::make_shared<plan::Trace>(plan.geometry(), plan.schedule());
    RunStatisticsModel model;
    model.setTrace(trace);
    for (int evaluation = 0; evaluation < 2; ++evaluation) {
        for (std::size_t cell = 0; cell < plan::Trace::cellsPerEvaluation(plan.geometry()); ++cell) {
            plan::TraceCell done;
            done.action = evaluation == 0 ? plan::Action::Full : plan::Action::Skip;
            done.computedTokens = evaluation == 0 ? 12 : 0;
            trace->append(done);
        }
        plan::TraceEvaluation done;
        if (evaluation == 1) {
            done.scalars = {0.02, 0.05, 0.1};
        }
        trace->appendEvaluation(done);
    }
    QVERIFY(!model.hasDecisions());
    QVERIFY(model.refresh());
    QVERIFY(model.hasDecisions());
    QVERIFY(std::isnan(model.step(0).threshold));
    QCOMPARE(model.step(1).signal, 0.02);
    QCOMPARE(model.step(1).accumulated, 0.05);
    QCOMPARE(model.step(1).threshold, 0.1);
    QVERIFY(model.step(1).skipped && !model.step(0).skipped);
    QVERIFY(model.csv().trimmed().endsWith(",0.02,0.05,0.1"));
}

void TestStatisticsModel::csvLeavesUnknownFieldsEmpty()
{
    const plan::Plan plan = ui::testing::smallPlan(2);
    const auto trace = std::make_shared<plan::Trace>(plan.geometry(), plan.schedule());
    ui::testing::run(*trace, plan, 6);
    RunStatisticsModel model;
    model.setTrace(trace);
    const QByteArrayList lines = model.csv().split('\n');
    QCOMPARE(lines.size(), 4);
    const QByteArrayList names = lines[0].split(',');
    QCOMPARE(lines[1].split(',').size(), names.size());
    QCOMPARE(lines[2].split(',').size(), names.size());
    QCOMPARE(lines[1].split(',')[names.indexOf("flops")], QByteArray("100"));
    QVERIFY(lines[2].split(',')[names.indexOf("flops")].isEmpty());
    QVERIFY(lines[1].split(',')[names.indexOf("planned_flops")].isEmpty());
}

void TestStatisticsModel::emptyModel()
{
    RunStatisticsModel model;
    QVERIFY(model.isEmpty());
    QVERIFY(!model.refresh());
    QCOMPARE(model.timeReference(), Reference::None);
    model.setPlan(ui::testing::smallPlan(2));
    model.clear();
    QVERIFY(model.isEmpty());
}

QTEST_GUILESS_MAIN(TestStatisticsModel)
#include "tst_statistics_model.moc"
