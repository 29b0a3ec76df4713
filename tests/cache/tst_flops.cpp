// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/flops.h"
#include "cache/plan/policy.h"

#include <QTest>

#include <cmath>

using namespace toca;
using namespace toca::plan;

namespace {

/// Small enough for sums by hand: 12 tokens (3 frames of 4), width 2.
Geometry tinyGeometry()
{
    Geometry geometry;
    geometry.family = "stdit3";
    geometry.grid = {3, 2, 2};
    geometry.hiddenSize = 2;
    geometry.mlpHiddenSize = 8;
    geometry.layers = {LayerKind::Spatial, LayerKind::Temporal};
    geometry.textTokens = 5;
    geometry.captionChannels = 7;
    geometry.captionTokens = 10;
    geometry.patchInputs = 16;
    geometry.patchOutputs = 32;
    return geometry;
}

double teraFlops(const char* policy, const ParameterValues& values, const char* preset = "")
{
    const auto geometry = geometryFor(*publishedShape("opensora-v1.2"), 51, 854, 480, 25);
    const auto made = makePolicy(policy, values, preset);
    if (!geometry || !made)
        return 0;
    const auto plan = (*made)->plan(*geometry, uniformSchedule("rflow", 30));
    return plan ? plan->totalFlops() / 1e12 : 0;
}

} // namespace

class TestFlops : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void fullModulesByHand();
    void subsetsByHand();
    void nothingComputedCostsNothing();
    void workAroundTheLayersByHand();
    void totalsAgreeWithThePublishedTables_data();
    void totalsAgreeWithThePublishedTables();
    void evaluationsWithFewerRowsCostLess();
    void cacheBytesCountReusedModulesOnly();
    void freshRatioIsTheMeanOverModules();
};

void TestFlops::fullModulesByHand()
{
    const Geometry geometry = tinyGeometry();
    // q, k, v: 3 x 2 x 12 x 2 x 2 = 288; projection 96; scores and sum: 2 x 2 x 12 x span x 2.
    QCOMPARE(moduleFlops(geometry, 0, ModuleKind::SelfAttention, 12, 1), 288.0 + 96 + 96 * 4);
    QCOMPARE(moduleFlops(geometry, 1, ModuleKind::SelfAttention, 12, 1), 288.0 + 96 + 96 * 3);
    // q and projection: 2 x 96; scores and sum over 5 text tokens: 96 x 5.
    QCOMPARE(moduleFlops(geometry, 0, ModuleKind::CrossAttention, 12, 1), 192.0 + 480);
    // 2 -> 8 -> 2: 2 x 2 x 12 x 16.
    QCOMPARE(moduleFlops(geometry, 0, ModuleKind::Mlp, 12, 1), 768.0);
    QCOMPARE(moduleFlops(geometry, 0, ModuleKind::Mlp, 12, 4), 4 * 768.0);
}

void TestFlops::subsetsByHand()
{
    const Geometry geometry = tinyGeometry();
    // 3 of 12 tokens: a quarter of queries, projection and scores; keys and values of all tokens (192).
    QCOMPARE(moduleFlops(geometry, 0, ModuleKind::SelfAttention, 3, 1), 24.0 + 192 + 24 + 96);
    QCOMPARE(moduleFlops(geometry, 0, ModuleKind::CrossAttention, 3, 1), (192.0 + 480) / 4);
    QCOMPARE(moduleFlops(geometry, 0, ModuleKind::Mlp, 3, 1), 192.0);
}

void TestFlops::nothingComputedCostsNothing()
{
    for (const ModuleKind module : kAllModules)
        QCOMPARE(moduleFlops(tinyGeometry(), 0, module, 0, 2), 0.0);
    Geometry withoutText = tinyGeometry();
    withoutText.crossAttention = false;
    QCOMPARE(moduleFlops(withoutText, 0, ModuleKind::CrossAttention, 12, 2), 0.0);
    QCOMPARE(onceFlops(withoutText), 0.0);
}

void TestFlops::workAroundTheLayersByHand()
{
    Geometry geometry = tinyGeometry();
    ModelShape shape;
    shape.hiddenSize = 2;
    shape.depth = 3;
    geometry.conditioningFlops = conditioningFlops(shape);
    const double patches = 2 * 12 * 2 * (16 + 32);
    const double timestepAndFps = 2 * (2 * 256 * 2 + 2 * 2 * 2);
    const double modulation = 2 * 2 * 12;
    QCOMPARE(fixedFlops(geometry, 1), patches + timestepAndFps + modulation);
    // DiT has no fps, and modulation weights in each of 3 blocks (6 vectors) and in the final layer (2).
    shape.family = "dit";
    QCOMPARE(conditioningFlops(shape), timestepAndFps / 2 + 2 * 2 * 2 * (3 * 6 + 2));
    // Caption MLP 7 -> 2 -> 2 on 10 tokens; keys and values of 5 tokens in 2 layers and 2 rows.
    QCOMPARE(onceFlops(geometry), 2.0 * 10 * (14 + 4) + 4.0 * 5 * 4 * 2 * 2);
}

void TestFlops::totalsAgreeWithThePublishedTables_data()
{
    QTest::addColumn<QString>("policy");
    QTest::addColumn<QString>("preset");
    QTest::addColumn<double>("published");
    QTest::addColumn<double>("tolerance");
    // ToCa paper, table 2: Open-Sora 1.2, 480x854, 51 frames, 30 steps.
    QTest::newRow("uncached") << "none"
                              << "" << 3283.20 << 0.002;
    QTest::newRow("ToCa R = 85 %") << "toca"
                                   << "opensora-r85" << 1394.03 << 0.002;
    QTest::newRow("ToCa R = 80 %") << "toca"
                                   << "opensora-r80" << 1439.70 << 0.002;
    QTest::newRow("FORA") << "fora"
                          << "every-2" << 1751.32 << 0.002;
}

void TestFlops::totalsAgreeWithThePublishedTables()
{
    QFETCH(QString, policy);
    QFETCH(QString, preset);
    QFETCH(double, published);
    QFETCH(double, tolerance);
    const double total = teraFlops(qPrintable(policy), {}, qPrintable(preset));
    QVERIFY2(std::abs(total / published - 1) < tolerance, qPrintable(QString::number(total)));
}

void TestFlops::evaluationsWithFewerRowsCostLess()
{
    const Geometry geometry = tinyGeometry();
    SamplerSchedule schedule = uniformSchedule("rflow", 3);
    schedule.evaluations[2].stream = Stream::Unconditional;
    Plan plan(geometry, schedule);
    plan.decision(1) = EvaluationDecision::ConditionalOnly;
    QCOMPARE(plan.evaluationFlops(1), plan.evaluationFlops(0) / 2);
    QCOMPARE(plan.evaluationFlops(2), plan.evaluationFlops(0) / 2);
    plan.decision(1) = EvaluationDecision::ReusePrediction;
    QCOMPARE(plan.evaluationFlops(1), 0.0);
    QCOMPARE(plan.freshRatio(1), 0.0);
    QVERIFY(!plan.cachesNothing());
    QCOMPARE(plan.totalFlops(), onceFlops(geometry) + 1.5 * plan.evaluationFlops(0));
    QCOMPARE(plan.baselineFlops(), onceFlops(geometry) + 2.5 * plan.evaluationFlops(0));
}

void TestFlops::cacheBytesCountReusedModulesOnly()
{
    Plan plan(tinyGeometry(), uniformSchedule("rflow", 2));
    QCOMPARE(plan.cacheBytes(), 0);
    QVERIFY(plan.cachesNothing());
    plan.at(1, 0, ModuleKind::Mlp) = {Action::Subset, 0, false};
    plan.at(1, 1, ModuleKind::SelfAttention) = {Action::Reuse, 0, false};
    QCOMPARE(plan.cacheBytes(), 2 * 2 * 12 * 2 * 4);
    QCOMPARE(plan.cacheBytes(1), 2 * 2 * 12 * 2);
}

void TestFlops::freshRatioIsTheMeanOverModules()
{
    Plan plan(tinyGeometry(), uniformSchedule("rflow", 1));
    QCOMPARE(plan.freshRatio(0), 1.0);
    plan.at(0, 0, ModuleKind::Mlp) = {Action::Subset, 6, false};
    QCOMPARE(plan.freshRatio(0), 5.5 / 6);
}

QTEST_GUILESS_MAIN(TestFlops)
#include "tst_flops.moc"
