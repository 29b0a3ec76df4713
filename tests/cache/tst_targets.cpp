// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/flops.h"
#include "cache/plan/targets.h"

#include <QtTest>

#include <limits>

using namespace toca;
using namespace toca::plan;

namespace {

TargetQuestion question(const char* policy)
{
    ModelShape shape;
    shape.hiddenSize = 64;
    shape.heads = 4;
    shape.depth = 4;
    shape.captionChannels = 32;
    shape.maxTextTokens = 16;
    TargetQuestion asked;
    asked.policy = findPolicy(policy);
    asked.geometry = *geometryFor(shape, 17, 128, 128, 9);
    asked.schedule = uniformSchedule("rflow", 30);
    return asked;
}

Plan planOf(const TargetQuestion& asked, const ParameterValues& values)
{
    const auto policy = makePolicy(asked.policy->name, values, asked.preset, asked.context);
    if (!policy)
        qFatal("%s", policy.error().message.c_str());
    return *(*policy)->plan(asked.geometry, asked.schedule);
}

/// Every module takes the same time, whatever it does: a machine on which caching hardly helps.
ModuleCosts flatCosts(const TargetQuestion& asked)
{
    const Plan plan = planOf(asked, {});
    Trace trace(plan.geometry(), plan.schedule());
    double seconds = 0;
    for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation) {
        for (int layer = 0; layer < plan.layerCount(); ++layer)
            for (const ModuleKind module : kAllModules) {
                TraceCell cell;
                cell.action = plan.at(evaluation, layer, module).action;
                cell.flops = moduleFlops(
                    plan.geometry(), layer, module, plan.at(evaluation, layer, module).tokens, plan.geometry().rows());
                cell.seconds = 0.001F;
                trace.append(cell);
            }
        TraceEvaluation done;
        done.seconds = 0.001 * plan.layerCount() * 3 + 0.002;
        trace.appendEvaluation(done);
        seconds += done.seconds;
    }
    ModuleCosts costs;
    costs.learn(trace, seconds);
    return costs;
}

ParameterValues completeValues(const char* policy, ParameterValues values)
{
    return (*makePolicy(policy, values))->parameters();
}

} // namespace

class TestTargets : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void speedIsSolvedByThePlan_data();
    void speedIsSolvedByThePlan();
    void fasterRatherThanTooSlow();
    void impossibleSpeedSaysSo();
    void speedIsOfTimeWhereThatIsKnown();
    void memoryKeepsTheLimit_data();
    void memoryKeepsTheLimit();
    void impossibleMemorySaysSo();
    void fidelityIsReadFromRecords();
    void fidelityOutOfReachSaysSo();
    void withoutRecordsItSaysSo();
    void policiesThatDecideWhileRunningSaySo();
    void wrongNumbersAreRefused();
};

void TestTargets::speedIsSolvedByThePlan_data()
{
    QTest::addColumn<QString>("policy");
    QTest::addColumn<double>("gain");
    for (const char* policy : {"toca", "fora", "taylorseer", "duca", "pab"})
        for (const double gain : {1.5, 2.0})
            QTest::addRow("%s %.1f", policy, gain) << policy << gain;
}

void TestTargets::speedIsSolvedByThePlan()
{
    QFETCH(QString, policy);
    QFETCH(double, gain);
    const TargetQuestion asked = question(policy.toUtf8());
    const auto answer = solveTarget(TargetKind::Speed, gain, asked);
    QVERIFY2(answer, answer ? "" : answer.error().message.c_str());
    const Plan plan = planOf(asked, answer->values);
    QCOMPARE(plan.flopsGain(), answer->flopsGain);
    QCOMPARE(plan.cacheBytes(), answer->cacheBytes);
    QVERIFY(!answer->timeGain);
    QCOMPARE(answer->isMet, answer->flopsGain >= 0.97 * gain);
    if (policy != "pab") // its ranges lie apart
        QVERIFY2(std::abs(answer->flopsGain / gain - 1) < 0.06, qPrintable(QString::number(answer->flopsGain)));
    QVERIFY(answer->reason.find("FLOPs") != std::string::npos);
    QVERIFY(answer->reason.find("no run has been timed") != std::string::npos);
}

void TestTargets::fasterRatherThanTooSlow()
{
    // Intervals come in whole steps: a target between two of them is met by the faster one, as long as there is one.
    const TargetQuestion asked = question("fora");
    double fastest = 1;
    std::vector<std::pair<double, TargetAnswer>> answers;
    for (double gain = 1.5; gain < 5; gain += 0.25) {
        auto answer = solveTarget(TargetKind::Speed, gain, asked);
        QVERIFY(answer);
        fastest = std::max(fastest, answer->flopsGain);
        answers.emplace_back(gain, std::move(*answer));
    }
    for (const auto& [gain, answer] : answers)
        QVERIFY2(answer.isMet || fastest < gain, qPrintable(QString("%1: %2").arg(gain).arg(answer.flopsGain)));
}

void TestTargets::impossibleSpeedSaysSo()
{
    const auto answer = solveTarget(TargetKind::Speed, 100, question("toca"));
    QVERIFY(answer);
    QVERIFY(!answer->isMet);
    QVERIFY2(answer->reason.find("cannot be met") != std::string::npos, answer->reason.c_str());
    QVERIFY(answer->flopsGain > 3);
}

void TestTargets::speedIsOfTimeWhereThatIsKnown()
{
    TargetQuestion asked = question("fora");
    asked.costs = flatCosts(asked);
    const auto answer = solveTarget(TargetKind::Speed, 2, asked);
    QVERIFY(answer);
    QVERIFY(answer->timeGain);
    QVERIFY(!answer->isMet); // reuse costs as much as computing there
    QVERIFY(*answer->timeGain < 1.2);
    QVERIFY(answer->reason.find("measured on this machine") != std::string::npos);
}

void TestTargets::memoryKeepsTheLimit_data()
{
    QTest::addColumn<QString>("policy");
    for (const char* policy : {"toca", "taylorseer", "pab", "clusca"})
        QTest::newRow(policy) << policy;
}

void TestTargets::memoryKeepsTheLimit()
{
    QFETCH(QString, policy);
    const TargetQuestion asked = question(policy.toUtf8());
    const double usual = static_cast<double>(planOf(asked, {}).cacheBytes());
    const auto answer = solveTarget(TargetKind::Memory, 0.7 * usual, asked);
    QVERIFY2(answer, answer ? "" : answer.error().message.c_str());
    QVERIFY2(answer->isMet, answer->reason.c_str());
    QVERIFY(static_cast<double>(answer->cacheBytes) <= 0.7 * usual);
    QCOMPARE(planOf(asked, answer->values).cacheBytes(), answer->cacheBytes);
    QVERIFY(answer->flopsGain > 1.01);
}

void TestTargets::impossibleMemorySaysSo()
{
    const auto answer = solveTarget(TargetKind::Memory, 10, question("toca"));
    QVERIFY(answer);
    QVERIFY(!answer->isMet);
    QVERIFY(answer->cacheBytes > 10);
    QVERIFY2(answer->reason.find("smallest still holds") != std::string::npos, answer->reason.c_str());
}

void TestTargets::fidelityIsReadFromRecords()
{
    TargetQuestion asked = question("toca");
    const auto slow = completeValues("toca", {{"fresh_ratio", 0.5}}),
               good = completeValues("toca", {{"fresh_ratio", 0.3}}),
               poor = completeValues("toca", {{"fresh_ratio", 0.05}});
    asked.recorded = {{"toca", slow, 30, std::numeric_limits<double>::infinity()}, {"toca", good, 30, 33},
        {"toca", good, 30, 31}, {"toca", poor, 30, 22}, {"toca", poor, 30, 35}, {"toca", poor, 20, 50},
        {"fora", completeValues("fora", {}), 30, 45}};
    const auto answer = solveTarget(TargetKind::Fidelity, 30, asked);
    QVERIFY2(answer, answer ? "" : answer.error().message.c_str());
    QVERIFY(answer->isMet);
    QCOMPARE(answer->values, good); // the fastest whose worst run keeps it
    QCOMPARE(*answer->psnrDb, 31.0);
    QVERIFY2(answer->reason.find("worst of 2") != std::string::npos, answer->reason.c_str());
    QCOMPARE(solveTarget(TargetKind::Fidelity, 60, asked)->values, slow);
}

void TestTargets::fidelityOutOfReachSaysSo()
{
    TargetQuestion asked = question("toca");
    asked.recorded = {{"toca", completeValues("toca", {}), 30, 25}};
    const auto answer = solveTarget(TargetKind::Fidelity, 40, asked);
    QVERIFY(answer);
    QVERIFY(!answer->isMet);
    QVERIFY2(answer->reason.find("cannot be met") != std::string::npos, answer->reason.c_str());
    QCOMPARE(*answer->psnrDb, 25.0);
}

void TestTargets::withoutRecordsItSaysSo()
{
    const auto answer = solveTarget(TargetKind::Fidelity, 30, question("toca"));
    QVERIFY(!answer);
    QCOMPARE(answer.error().code, ErrorCode::Unsupported);
    QVERIFY(answer.error().message.find("compared") != std::string::npos);
}

void TestTargets::policiesThatDecideWhileRunningSaySo()
{
    const auto answer = solveTarget(TargetKind::Speed, 2, question("dbcache"));
    QVERIFY(!answer);
    QVERIFY(answer.error().message.find("threshold response") != std::string::npos);
    QVERIFY(!solveTarget(TargetKind::Speed, 2, question("none")));
}

void TestTargets::wrongNumbersAreRefused()
{
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const double wrong : {0.5, -1.0, 2000.0, nan})
        QCOMPARE(solveTarget(TargetKind::Speed, wrong, question("toca")).error().code, ErrorCode::InvalidArgument);
    for (const double wrong : {-1.0, nan, std::numeric_limits<double>::infinity()})
        QCOMPARE(solveTarget(TargetKind::Memory, wrong, question("toca")).error().code, ErrorCode::InvalidArgument);
    for (const double wrong : {-1.0, 300.0, nan})
        QCOMPARE(solveTarget(TargetKind::Fidelity, wrong, question("toca")).error().code, ErrorCode::InvalidArgument);
}

QTEST_GUILESS_MAIN(TestTargets)
#include "tst_targets.moc"
