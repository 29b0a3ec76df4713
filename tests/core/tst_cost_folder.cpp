// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/flops.h"
#include "core/library/cost_folder.h"

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

using namespace toca;
using toca::library::CostFolder;

namespace {

plan::Geometry geometry(int side)
{
    plan::ModelShape shape;
    shape.hiddenSize = 64;
    shape.heads = 4;
    shape.depth = 2;
    shape.captionChannels = 32;
    shape.maxTextTokens = 16;
    return *plan::geometryFor(shape, 17, side, side, 9);
}

/// An uncached run in which every module takes the same time.
RunResult runOf(int side, float moduleSeconds, const std::string& device = "cpu", int threads = 2)
{
    const plan::Plan plan(geometry(side), plan::uniformSchedule("rflow", 6));
    auto trace = std::make_shared<plan::Trace>(plan.geometry(), plan.schedule());
    RunResult run;
    for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation) {
        for (int layer = 0; layer < plan.layerCount(); ++layer)
            for (const plan::ModuleKind module : plan::kAllModules) {
                plan::TraceCell cell;
                cell.flops = plan::moduleFlops(
                    plan.geometry(), layer, module, plan.at(evaluation, layer, module).tokens, plan.geometry().rows());
                cell.seconds = moduleSeconds;
                trace->append(cell);
            }
        plan::TraceEvaluation done;
        done.seconds = static_cast<double>(moduleSeconds) * 3 * plan.layerCount();
        trace->appendEvaluation(done);
        run.times.denoising += done.seconds;
    }
    run.trace = trace;
    run.device = device;
    run.threads = threads;
    return run;
}

ModelInfo modelNamed(const char* identity)
{
    ModelInfo model;
    model.identity = identity;
    return model;
}

double secondsOf(const std::optional<plan::ModuleCosts>& costs, int side)
{
    return costs ? costs->secondsOf(plan::Plan(geometry(side), plan::uniformSchedule("rflow", 6))).seconds : 0;
}

} // namespace

class TestCostFolder : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void keepsEachSizeDeviceAndModelApart();
    void theLatestServesAnySize();
    void damagedFilesAreMeasuredAnew();
    void namesCannotLeaveTheFolder();
    void withoutAHomeNothingIsKept();
    void liesInTheCacheFolder();
};

void TestCostFolder::keepsEachSizeDeviceAndModelApart()
{
    const QTemporaryDir place;
    const ModelInfo model = modelNamed("abc"), other = modelNamed("abd");
    const std::filesystem::path folder = place.filePath("costs").toStdString();
    QVERIFY(!CostFolder(folder).costs(model, geometry(128), "cpu", 2));
    QVERIFY(CostFolder(folder).learn(model, runOf(128, 0.001F)));
    const CostFolder costs(folder); // as another program would open it
    const auto known = costs.costs(model, geometry(128), "cpu", 2);
    QVERIFY(known);
    QCOMPARE(known->runs(), 1);
    QVERIFY(std::abs(secondsOf(known, 128) / runOf(128, 0.001F).times.denoising - 1) < 1e-3);
    QVERIFY(!costs.costs(model, geometry(256), "cpu", 2));
    QVERIFY(!costs.costs(model, geometry(128), "cuda", 2));
    QVERIFY(!costs.costs(model, geometry(128), "cpu", 1));
    QVERIFY(!costs.costs(other, geometry(128), "cpu", 2));
    QVERIFY(costs.learn(model, runOf(128, 0.001F)));
    QCOMPARE(costs.costs(model, geometry(128), "cpu", 2)->runs(), 2);
}

void TestCostFolder::theLatestServesAnySize()
{
    const QTemporaryDir place;
    const CostFolder costs(place.filePath("costs").toStdString());
    const ModelInfo model = modelNamed("abc");
    QVERIFY(!costs.latest(model));
    QVERIFY(costs.learn(model, runOf(128, 0.001F)));
    QTest::qWait(20); // two times of files must differ
    QVERIFY(costs.learn(model, runOf(256, 0.1F)));
    QVERIFY(std::abs(secondsOf(costs.latest(model), 256) / runOf(256, 0.1F).times.denoising - 1) < 1e-3);
}

void TestCostFolder::damagedFilesAreMeasuredAnew()
{
    const QTemporaryDir place;
    const CostFolder costs(place.filePath("costs").toStdString());
    const ModelInfo model = modelNamed("abc");
    const auto lesson = costs.lesson(model, runOf(128, 0.001F));
    QVERIFY(lesson);
    QVERIFY(CostFolder::keep(*lesson));
    for (const QByteArray& damage : {QByteArray("{"), QByteArray(), QByteArray(3 << 20, '[')}) {
        QFile file(QString::fromStdString(lesson->file.string()));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(damage);
        file.close();
        QVERIFY(!costs.costs(model, geometry(128), "cpu", 2));
        QVERIFY(!costs.latest(model));
        QVERIFY(costs.learn(model, runOf(128, 0.001F)));
        QCOMPARE(costs.costs(model, geometry(128), "cpu", 2)->runs(), 1);
    }
}

void TestCostFolder::namesCannotLeaveTheFolder()
{
    const QTemporaryDir place;
    const CostFolder costs(place.filePath("costs").toStdString());
    const auto lesson = costs.lesson(modelNamed("../../x"), runOf(128, 0.001F, "../cpu"));
    QVERIFY(lesson);
    QVERIFY2(lesson->file.string().find("..") == std::string::npos, lesson->file.c_str());
}

void TestCostFolder::withoutAHomeNothingIsKept()
{
    const CostFolder costs{std::filesystem::path()};
    QVERIFY(costs.learn(modelNamed("abc"), runOf(128, 0.001F)));
    QVERIFY(!costs.costs(modelNamed("abc"), geometry(128), "cpu", 2));
    QVERIFY(!costs.latest(modelNamed("abc")));
    const QTemporaryDir place;
    QVERIFY(!CostFolder(place.path().toStdString()).lesson(modelNamed("abc"), RunResult()));
}

void TestCostFolder::liesInTheCacheFolder()
{
    qputenv("XDG_CACHE_HOME", "/some/where");
    QCOMPARE(CostFolder::defaultFolder(), std::filesystem::path("/some/where/toca-studio/costs"));
    qputenv("XDG_CACHE_HOME", "relative");
    qputenv("HOME", "/place/of/somebody");
    QCOMPARE(CostFolder::defaultFolder(), std::filesystem::path("/place/of/somebody/.cache/toca-studio/costs"));
    qunsetenv("HOME");
    qunsetenv("XDG_CACHE_HOME");
    QVERIFY(CostFolder::defaultFolder().empty());
}

QTEST_GUILESS_MAIN(TestCostFolder)
#include "tst_cost_folder.moc"
