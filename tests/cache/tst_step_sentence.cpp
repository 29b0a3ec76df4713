// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/step_sentence.h"
#include "tests/ui/small_run.h"

#include <QtTest>

using namespace toca::plan;
using toca::ui::testing::pictureGeometry;
using toca::ui::testing::run;
using toca::ui::testing::smallPlan;

namespace {

Trace& happened(Trace& trace, const Plan& plan, int steps)
{
    run(trace, plan, static_cast<std::size_t>(steps) * Trace::cellsPerEvaluation(trace.geometry()));
    return trace;
}

QString sentence(const Trace& trace, int step, double fullSeconds = 0, double error = StepAccount::kUnknown)
{
    return QString::fromStdString(stepSentence(accountOf(trace, step, fullSeconds), error));
}

} // namespace

class TestStepSentence : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void partialStep();
    void fullStep();
    void stepToCome();
    void errorIsTold();
    void baselineGivesTheTime();
    void forecastsAndJumps();
    void predictionUsedAgain();
    void modelWithoutPrompt();
    void percentages_data();
    void percentages();
};

void TestStepSentence::partialStep()
{
    const Plan plan = smallPlan(3);
    Trace trace(plan.geometry(), plan.schedule());
    happened(trace, plan, 3);
    const StepAccount account = accountOf(trace, 2);
    QVERIFY(account.happened && !account.isFull());
    QCOMPARE(account.modules[2].freshRatio, 0.25);
    QCOMPARE(account.modules[0].reusedFrom, 0);
    // 4 modules at 1 ms, 2 MLPs at 4 ms and 5 ms besides, of 6 at 10 ms and 5 ms.
    QVERIFY(std::abs(account.timeShare - 17.0 / 65) < 1e-6);
    QCOMPARE(sentence(trace, 2),
        QString("Step 2: MLP computes 25 % of the tokens, self-attention and cross-attention are reused from step 0, "
                "26 % of a full step's time."));
}

void TestStepSentence::fullStep()
{
    const Plan plan = smallPlan(2);
    Trace trace(plan.geometry(), plan.schedule());
    happened(trace, plan, 1);
    QVERIFY(accountOf(trace, 0).isFull());
    QCOMPARE(sentence(trace, 0), QString("Step 0: everything is computed and kept, 100 % of a full step's time."));
}

void TestStepSentence::stepToCome()
{
    const Plan plan = smallPlan(2);
    Trace trace(plan.geometry(), plan.schedule());
    run(trace, plan, 3); // in the middle of step 0
    QCOMPARE(sentence(trace, 0), QString("Step 0: not made yet."));
    QCOMPARE(sentence(trace, 7), QString("Step 7: not made yet."));
}

void TestStepSentence::errorIsTold()
{
    const Plan plan = smallPlan(2);
    Trace trace(plan.geometry(), plan.schedule());
    happened(trace, plan, 2);
    QVERIFY(sentence(trace, 1, 0, 0.004).endsWith("; error 0.4 %."));
}

void TestStepSentence::baselineGivesTheTime()
{
    const Plan plan = smallPlan(2);
    Trace trace(plan.geometry(), plan.schedule());
    happened(trace, plan, 2);
    QVERIFY(sentence(trace, 1, 0.170).contains(", 10 % of a full step's time"));
}

void TestStepSentence::forecastsAndJumps()
{
    Plan plan = smallPlan(2);
    for (int layer = 0; layer < plan.layerCount(); ++layer) {
        plan.at(1, layer, ModuleKind::Mlp) = {Action::Forecast, 0, false};
        plan.at(1, layer, ModuleKind::SelfAttention) = {Action::Skip, 0, false};
    }
    Trace trace(plan.geometry(), plan.schedule());
    happened(trace, plan, 2);
    QVERIFY2(sentence(trace, 1).startsWith("Step 1: MLP is forecast from step 0, self-attention is jumped over, "
                                           "cross-attention is reused from step 0"),
        qPrintable(sentence(trace, 1)));
}

void TestStepSentence::predictionUsedAgain()
{
    const Plan plan = smallPlan(1);
    Trace trace(plan.geometry(), plan.schedule());
    run(trace, plan, 5);
    TraceCell skipped;
    skipped.action = Action::Skip;
    trace.append(skipped);
    TraceEvaluation evaluation;
    evaluation.decision = EvaluationDecision::ReusePrediction;
    evaluation.seconds = 0.001;
    trace.appendEvaluation(evaluation);
    QVERIFY(!accountOf(trace, 0).isFull());
    QCOMPARE(sentence(trace, 0, 0.1),
        QString("Step 0: the model is not called, its last prediction is used again, 1.0 % of a full step's time."));
}

void TestStepSentence::modelWithoutPrompt()
{
    Plan plan(pictureGeometry(), uniformSchedule("ddim", 2));
    for (int layer = 0; layer < plan.layerCount(); ++layer)
        plan.at(1, layer, ModuleKind::Mlp) = {Action::Reuse, 0, false};
    Trace trace(plan.geometry(), plan.schedule());
    happened(trace, plan, 2);
    QVERIFY(sentence(trace, 1).startsWith("Step 1: MLP is reused from step 0, self-attention computes all tokens"));
    QVERIFY(!sentence(trace, 1).contains("cross-attention"));
}

void TestStepSentence::percentages_data()
{
    QTest::addColumn<double>("share");
    QTest::addColumn<QString>("text");
    QTest::newRow("none") << 0.0 << "0 %";
    QTest::newRow("tiny") << 0.0004 << "0.04 %";
    QTest::newRow("small") << 0.004 << "0.4 %";
    QTest::newRow("plain") << 0.147 << "15 %";
    QTest::newRow("nearly ten") << 0.0996 << "10 %";
    QTest::newRow("all") << 1.0 << "100 %";
    QTest::newRow("more") << 1.02 << "102 %";
}

void TestStepSentence::percentages()
{
    QFETCH(double, share);
    QTEST(QString::fromStdString(spokenPercent(share)), "text");
}

QTEST_GUILESS_MAIN(TestStepSentence)
#include "tst_step_sentence.moc"
