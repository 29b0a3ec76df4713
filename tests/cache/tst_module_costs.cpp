// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/flops.h"
#include "cache/plan/module_costs.h"
#include "cache/plan/policy.h"

#include <QtTest>

using namespace toca;
using namespace toca::plan;

namespace {

constexpr int kSteps = 12;
constexpr double kPerFlop = 1e-10, kPerReuse = 2e-5, kPerSelection = 3e-4, kPerEvaluation = 5e-3;

Geometry geometry(int side = 128)
{
    ModelShape shape;
    shape.hiddenSize = 64;
    shape.heads = 4;
    shape.depth = 3;
    shape.captionChannels = 32;
    shape.maxTextTokens = 16;
    return *geometryFor(shape, 17, side, side, 9);
}

Plan planOf(const char* policy, const ParameterValues& values = {}, int side = 128)
{
    const auto made = makePolicy(policy, values);
    if (!made)
        qFatal("%s", made.error().message.c_str());
    return *(*made)->plan(geometry(side), uniformSchedule("rflow", kSteps));
}

/// What a machine with the costs above takes for a module.
double moduleSeconds(const Plan& plan, int evaluation, int layer, ModuleKind module)
{
    const PlannedModule& planned = plan.at(evaluation, layer, module);
    const double flops = moduleFlops(plan.geometry(), layer, module, planned.tokens, plan.geometry().rows());
    return planned.action == Action::Full                        ? flops * kPerFlop
        : planned.action == Action::Subset && planned.tokens > 0 ? flops * kPerFlop + kPerSelection
                                                                 : kPerReuse;
}

/// A run that follows the plan on that machine; its first evaluation takes longer.
std::shared_ptr<Trace> traceOf(const Plan& plan, double& seconds)
{
    auto trace = std::make_shared<Trace>(plan.geometry(), plan.schedule());
    seconds = 0;
    for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation) {
        double sum = kPerEvaluation;
        for (int layer = 0; layer < plan.layerCount(); ++layer) {
            for (const ModuleKind module : kAllModules) {
                const PlannedModule& planned = plan.at(evaluation, layer, module);
                TraceCell cell;
                cell.action = planned.action;
                cell.computedTokens = planned.tokens;
                cell.selected = planned.action == Action::Subset;
                cell.flops = moduleFlops(plan.geometry(), layer, module, planned.tokens, plan.geometry().rows());
                cell.seconds =
                    static_cast<float>(moduleSeconds(plan, evaluation, layer, module) * (evaluation ? 1 : 3));
                sum += static_cast<double>(cell.seconds);
                std::vector<std::int64_t> ids;
                for (std::int64_t id = 0; planned.action == Action::Subset && id < planned.tokens; ++id)
                    ids.push_back(id);
                trace->append(cell, ids);
            }
        }
        TraceEvaluation done;
        done.seconds = sum;
        trace->appendEvaluation(done);
        seconds += sum;
    }
    return trace;
}

double truth(const Plan& plan)
{
    double sum = kPerEvaluation * plan.evaluationCount();
    for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation)
        for (int layer = 0; layer < plan.layerCount(); ++layer)
            for (const ModuleKind module : kAllModules)
                sum += moduleSeconds(plan, evaluation, layer, module);
    return sum;
}

ModuleCosts learnedFrom(const Plan& plan)
{
    ModuleCosts costs;
    double seconds = 0;
    const auto trace = traceOf(plan, seconds);
    costs.learn(*trace, seconds);
    return costs;
}

} // namespace

class TestModuleCosts : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void plansOfTheSameWorkAreExact();
    void otherSettingsAreWithinAPercent();
    void otherSizesScale();
    void fullModulesCostMoreWhereSomethingIsKept();
    void disturbancesAreLeftOut();
    void unknownWorkIsCalledAGuess();
    void newRunsOutweighOldOnes();
    void jsonReadsBack();
    void damagedJsonIsRefused_data();
    void damagedJsonIsRefused();
};

void TestModuleCosts::plansOfTheSameWorkAreExact()
{
    const Plan plan = planOf("toca");
    const ModuleCosts costs = learnedFrom(plan);
    QCOMPARE(costs.runs(), 1);
    const auto estimate = costs.secondsOf(plan);
    QVERIFY(estimate.isMeasured);
    QVERIFY2(std::abs(estimate.seconds / truth(plan) - 1) < 1e-4, qPrintable(QString::number(estimate.seconds)));
}

void TestModuleCosts::otherSettingsAreWithinAPercent()
{
    const ModuleCosts costs = learnedFrom(planOf("toca"));
    for (const double ratio : {0.05, 0.3, 0.6}) {
        const Plan plan = planOf("toca", {{"fresh_ratio", ratio}, {"mlp_interval", std::int64_t{4}}});
        const auto estimate = costs.secondsOf(plan);
        QVERIFY(estimate.isMeasured);
        QVERIFY2(std::abs(estimate.seconds / truth(plan) - 1) < 0.01,
            qPrintable(QString("%1: %2 planned, %3 true").arg(ratio).arg(estimate.seconds).arg(truth(plan))));
    }
    const Plan uncached = planOf("none");
    QVERIFY(std::abs(costs.secondsOf(uncached).seconds / truth(uncached) - 1) < 0.01);
}

void TestModuleCosts::otherSizesScale()
{
    const ModuleCosts costs = learnedFrom(planOf("none"));
    const double small = costs.secondsOf(planOf("none")).seconds,
                 large = costs.secondsOf(planOf("none", {}, 256)).seconds;
    QVERIFY(large > 3.5 * small && large < 8 * small); // four times the tokens, attention more
}

void TestModuleCosts::fullModulesCostMoreWhereSomethingIsKept()
{
    // The caching run pays a quarter more for its full modules; the uncached run must not be thought to.
    const Plan uncached = planOf("none"), cached = planOf("taylorseer");
    ModuleCosts costs;
    for (int round = 0; round < 3; ++round) {
        double seconds = 0;
        const auto plain = traceOf(uncached, seconds);
        costs.learn(*plain, seconds);
        auto keeping = std::make_shared<Trace>(cached.geometry(), cached.schedule());
        seconds = 0;
        for (int evaluation = 0; evaluation < cached.evaluationCount(); ++evaluation) {
            TraceEvaluation done;
            done.seconds = kPerEvaluation;
            for (int layer = 0; layer < cached.layerCount(); ++layer)
                for (const ModuleKind module : kAllModules) {
                    const PlannedModule& planned = cached.at(evaluation, layer, module);
                    TraceCell cell;
                    cell.action = planned.action;
                    cell.computedTokens = planned.tokens;
                    cell.flops =
                        moduleFlops(cached.geometry(), layer, module, planned.tokens, cached.geometry().rows());
                    cell.seconds = static_cast<float>(
                        moduleSeconds(cached, evaluation, layer, module) * (planned.action == Action::Full ? 1.25 : 1));
                    done.seconds += static_cast<double>(cell.seconds);
                    keeping->append(cell);
                }
            keeping->appendEvaluation(done);
            seconds += done.seconds;
        }
        costs.learn(*keeping, seconds);
        QVERIFY(std::abs(costs.secondsOf(uncached).seconds / truth(uncached) - 1) < 1e-3);
        QVERIFY(std::abs(costs.secondsOf(cached).seconds / seconds - 1) < 1e-3);
    }
}

void TestModuleCosts::disturbancesAreLeftOut()
{
    // For two of twelve evaluations the machine does something else too.
    const Plan plan = planOf("none");
    Trace trace(plan.geometry(), plan.schedule());
    double seconds = 0;
    for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation) {
        const double slower = evaluation == 4 || evaluation == 9 ? 5 : 1;
        TraceEvaluation done;
        done.seconds = kPerEvaluation;
        for (int layer = 0; layer < plan.layerCount(); ++layer)
            for (const ModuleKind module : kAllModules) {
                TraceCell cell;
                cell.flops = moduleFlops(
                    plan.geometry(), layer, module, plan.at(evaluation, layer, module).tokens, plan.geometry().rows());
                cell.seconds = static_cast<float>(slower * moduleSeconds(plan, evaluation, layer, module));
                done.seconds += static_cast<double>(cell.seconds);
                trace.append(cell);
            }
        trace.appendEvaluation(done);
        seconds += done.seconds;
    }
    QVERIFY(seconds > 1.3 * truth(plan));
    ModuleCosts costs;
    costs.learn(trace, seconds);
    QVERIFY(std::abs(costs.secondsOf(plan).seconds / truth(plan) - 1) < 1e-3);
}

void TestModuleCosts::unknownWorkIsCalledAGuess()
{
    const ModuleCosts costs = learnedFrom(planOf("fora"));
    QVERIFY(costs.secondsOf(planOf("fora")).isMeasured);
    QVERIFY(!costs.secondsOf(planOf("toca")).isMeasured);
    QVERIFY(!costs.secondsOf(planOf("taylorseer")).isMeasured);
    QVERIFY(costs.secondsOf(planOf("toca")).seconds > 0);
    QVERIFY(ModuleCosts().isEmpty());
}

void TestModuleCosts::newRunsOutweighOldOnes()
{
    const Plan plan = planOf("none");
    double seconds = 0;
    const auto trace = traceOf(plan, seconds);
    ModuleCosts costs;
    costs.learn(*trace, 2 * seconds); // as on a machine that does something else between the evaluations
    const double before = costs.secondsOf(plan).seconds;
    for (int i = 0; i < 24; ++i)
        costs.learn(*trace, seconds);
    const double after = costs.secondsOf(plan).seconds;
    QVERIFY(before > 1.5 * truth(plan));
    QVERIFY(std::abs(after / truth(plan) - 1) < 0.02);
}

void TestModuleCosts::jsonReadsBack()
{
    const ModuleCosts costs = learnedFrom(planOf("toca"));
    const auto back = ModuleCosts::fromJson(costs.json());
    QVERIFY2(back, back ? "" : back.error().message.c_str());
    QVERIFY(*back == costs);
}

void TestModuleCosts::damagedJsonIsRefused_data()
{
    QTest::addColumn<QByteArray>("json");
    const QByteArray whole = QByteArray::fromStdString(learnedFrom(planOf("toca")).json());
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("no object") << QByteArray("[1]");
    QTest::newRow("cut off") << whole.left(whole.size() / 2);
    QTest::newRow("other version") << QByteArray(whole).replace("\"version\":2", "\"version\":1");
    QTest::newRow("no runs") << QByteArray(whole).replace("\"runs\":1", "\"runs\":0");
    QTest::newRow("negative") << QByteArray(whole).replace("\"modules\":[", "\"modules\":[[-1,2,3],");
    QTest::newRow("no number") << QByteArray(whole).replace("\"evaluation\":[[", "\"evaluation\":[[null,");
    QTest::newRow("too few modules") << QByteArray(whole).replace("\"modules\":[", "\"modules\":[[0,0]],\"x\":[");
    QTest::newRow("deep") << QByteArray(100000, '[');
}

void TestModuleCosts::damagedJsonIsRefused()
{
    QFETCH(QByteArray, json);
    const auto costs = ModuleCosts::fromJson(json.toStdString());
    QVERIFY(!costs);
    QCOMPARE(costs.error().code, ErrorCode::BadFormat);
}

QTEST_GUILESS_MAIN(TestModuleCosts)
#include "tst_module_costs.moc"
