// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/toca_policy.h"
#include "tests/support/plain_tensors.h"

#include <QTest>

using namespace toca;
using namespace toca::plan;

namespace {

Plan planOf(
    const char* policy, const ParameterValues& values, const Geometry& geometry, const SamplerSchedule& schedule)
{
    const auto made = makePolicy(policy, values);
    if (!made)
        qFatal("%s", made.error().message.c_str());
    const auto plan = (*made)->plan(geometry, schedule);
    if (!plan)
        qFatal("%s", plan.error().message.c_str());
    return *plan;
}

Geometry geometryWith(std::int64_t frames, std::int64_t width, std::int64_t height)
{
    return *geometryFor(*publishedShape("opensora-v1.2"), frames, width, height, 25);
}

ParameterValues allIntervals(std::int64_t interval)
{
    return {{"spatial_attention_interval", interval}, {"temporal_attention_interval", interval},
        {"cross_attention_interval", interval}, {"mlp_interval", interval}};
}

} // namespace

class TestTocaPlan : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void agreesWithThePublishedCode();
    void foraIsTheSameWithoutTokens();
    void foraIntervalSetsAllModules();
    void intervalOneComputesEverything();
    void warmupIsFull();
    void everyStreamStartsFull();
    void ratioOneSelectsAllTokensButIsNoFullStep();
    void schedulesByHand_data();
    void schedulesByHand();
    void layerFactorCountsPairsOfBlocks();
    void countsAreTruncatedProductsInFloat();
    void withoutTextTheScoreIsRefused();
};

void TestTocaPlan::agreesWithThePublishedCode()
{
    const std::string file = TOCA_SOURCE_DIR "/tests/reference/schedulers/vectors.safetensors";
    const auto types = test::plainTensor<std::uint8_t>(file, "plan/opensora_toca/type");
    const auto topk = test::plainTensor<std::int32_t>(file, "plan/opensora_toca/topk");
    constexpr int kSteps = 30;
    QCOMPARE(types.size(), std::size_t{kSteps * 2 * 3});
    QCOMPARE(topk.size(), std::size_t{kSteps * 2 * 2});
    const Geometry geometry = geometryWith(51, 816, 480);
    QCOMPARE(geometry.grid.tokens(), 22950); // the size of the vectors
    const Plan plan = planOf("toca", {}, geometry, uniformSchedule("rflow", kSteps));
    for (int step = 0; step < kSteps; ++step) {
        for (int layer = 0; layer < plan.layerCount(); ++layer) {
            const auto row = static_cast<std::size_t>(step * 2 + layer % 2);
            for (const ModuleKind module : kAllModules) {
                const auto column = static_cast<std::size_t>(module);
                const PlannedModule& planned = plan.at(step, layer, module);
                QCOMPARE(planned.action == Action::Full, types[row * 3 + column] == 0);
                if (module == ModuleKind::SelfAttention)
                    continue;
                // -1 = no selection was made
                const std::int32_t selected = planned.action == Action::Subset ? planned.tokens : -1;
                QCOMPARE(selected, topk[row * 2 + column - 1]);
            }
        }
    }
    QVERIFY(plan.isStatic());
}

void TestTocaPlan::foraIsTheSameWithoutTokens()
{
    const Geometry geometry = geometryWith(17, 64, 64);
    const SamplerSchedule schedule = uniformSchedule("rflow", 30);
    const Plan toca = planOf("toca", {{"fresh_ratio", 0.0}}, geometry, schedule);
    const Plan fora = planOf("fora", {}, geometry, schedule);
    for (int step = 0; step < 30; ++step) {
        for (const ModuleKind module : kAllModules) {
            QCOMPARE(fora.at(step, 5, module).tokens, toca.at(step, 5, module).tokens);
            QVERIFY(fora.at(step, 5, module).action != Action::Subset);
        }
    }
    QCOMPARE(fora.totalFlops(), toca.totalFlops());
}

void TestTocaPlan::foraIntervalSetsAllModules()
{
    const Plan plan =
        planOf("fora", {{"per_module", false}, {"interval", std::int64_t{4}}, {"warmup_steps", std::int64_t{1}}},
            geometryWith(17, 64, 64), uniformSchedule("rflow", 9));
    for (int step = 0; step < 9; ++step)
        for (const ModuleKind module : kAllModules)
            QCOMPARE(plan.at(step, 1, module).action, step % 4 == 0 ? Action::Full : Action::Reuse);
}

void TestTocaPlan::intervalOneComputesEverything()
{
    const Geometry geometry = geometryWith(17, 64, 64);
    const SamplerSchedule schedule = uniformSchedule("rflow", 10);
    const Plan none = planOf("none", {}, geometry, schedule);
    QVERIFY(none.cachesNothing());
    QVERIFY(planOf("toca", allIntervals(1), geometry, schedule) == none);
    QVERIFY(planOf("fora", allIntervals(1), geometry, schedule) == none);
    QVERIFY(!planOf("toca", {}, geometry, schedule).cachesNothing());
}

void TestTocaPlan::warmupIsFull()
{
    ParameterValues values = allIntervals(100);
    values["warmup_steps"] = std::int64_t{4};
    const Plan plan = planOf("toca", values, geometryWith(17, 64, 64), uniformSchedule("rflow", 10));
    for (int step = 0; step < 10; ++step)
        QCOMPARE(plan.freshRatio(step) == 1.0, step < 4);
}

void TestTocaPlan::everyStreamStartsFull()
{
    SamplerSchedule schedule = uniformSchedule("inverted", 4);
    for (int i = 0; i < 4; ++i)
        schedule.evaluations[static_cast<std::size_t>(i)] = {
            5 + i / 2, i % 2 == 0 ? Stream::Conditional : Stream::Unconditional, 500.0};
    schedule.steps = 10;
    const Plan plan = planOf("toca", allIntervals(100), geometryWith(17, 64, 64), schedule);
    QCOMPARE(plan.freshRatio(0), 1.0); // nothing is stored yet
    QCOMPARE(plan.freshRatio(1), 1.0);
    QVERIFY(plan.freshRatio(2) < 1);
    QVERIFY(plan.freshRatio(3) < 1);
}

void TestTocaPlan::ratioOneSelectsAllTokensButIsNoFullStep()
{
    const Geometry geometry = geometryWith(17, 64, 64);
    const Plan plan = planOf("toca", {{"fresh_ratio", 1.0}}, geometry, uniformSchedule("rflow", 6));
    QCOMPARE(plan.at(4, 0, ModuleKind::Mlp).action, Action::Subset);
    QCOMPARE(plan.at(4, 0, ModuleKind::Mlp).tokens, geometry.grid.tokens());
    QCOMPARE(plan.at(4, 0, ModuleKind::CrossAttention).action, Action::Subset);
    QCOMPARE(plan.at(4, 0, ModuleKind::CrossAttention).tokens, 0);
    QCOMPARE(plan.at(4, 0, ModuleKind::SelfAttention).action, Action::Reuse);
}

void TestTocaPlan::schedulesByHand_data()
{
    QTest::addColumn<QString>("schedule");
    QTest::addColumn<int>("step");
    QTest::addColumn<int>("layer");
    QTest::addColumn<double>("expected"); // R = 0.2, 10 steps, interval 4, cross-attention
    QTest::newRow("toca") << "toca" << 5 << 3 << 0.2 * -0.005;
    QTest::newRow("constant") << "constant" << 5 << 3 << 0.2;
    QTest::newRow("linear") << "linear" << 5 << 3 << 0.2;
    QTest::newRow("linear late") << "linear" << 10 << 3 << 0.02;
    QTest::newRow("exp") << "exp" << 10 << 3 << 0.18;
    QTest::newRow("linear-mode") << "linear-mode" << 5 << 3 << 0.2 * (1.0 + 0.1 * (0.25 - 0.5));
    QTest::newRow("layerwise first") << "layerwise" << 5 << 0 << 0.38;
    QTest::newRow("layerwise last") << "layerwise" << 5 << 27 << 0.02;
}

void TestTocaPlan::schedulesByHand()
{
    QFETCH(QString, schedule);
    QFETCH(int, step);
    QFETCH(int, layer);
    QFETCH(double, expected);
    const auto options = TocaOptions::from(*completed(TocaOptions::specs(),
        {{"fresh_ratio", 0.2}, {"ratio_schedule", schedule.toStdString()}, {"interval", std::int64_t{4}}}));
    QVERIFY(std::abs(options.ratio({step, step, 10}, layer, ModuleKind::CrossAttention) - expected) < 1e-12);
    const double mlp = schedule == "toca" ? 0.2 * 1.495 : expected; // the others have no module factor
    QVERIFY(std::abs(options.ratio({step, step, 10}, layer, ModuleKind::Mlp) - mlp) < 1e-12);
    QCOMPARE(options.ratio({step, step, 10}, layer, ModuleKind::SelfAttention), 0.0);
}

void TestTocaPlan::layerFactorCountsPairsOfBlocks()
{
    const Geometry geometry = geometryWith(17, 128, 128);
    const Plan plan = planOf("toca", {{"fresh_ratio", 0.2}, {"ratio_schedule", std::string("layerwise")}}, geometry,
        uniformSchedule("rflow", 6));
    const auto tokens = static_cast<double>(geometry.grid.tokens());
    for (int layer = 0; layer < 56; ++layer) {
        const auto expected = tokenCount(0.2 * (1.9 - 1.8 * (layer / 2) / 27), geometry.grid.tokens());
        QCOMPARE(plan.at(4, layer, ModuleKind::Mlp).tokens, expected);
    }
    QVERIFY(plan.at(4, 0, ModuleKind::Mlp).tokens > 0.37 * tokens);
    QVERIFY(plan.at(4, 55, ModuleKind::Mlp).tokens < 0.03 * tokens);
}

void TestTocaPlan::countsAreTruncatedProductsInFloat()
{
    QCOMPARE(tokenCount(-0.005, 100), 0);
    QCOMPARE(tokenCount(1.7, 100), 100);
    QCOMPARE(tokenCount(0.999, 100), 99);
    // 0.29 x 100 is 28.999... in 64 bits, but exactly 29 in 32 bits.
    QCOMPARE(static_cast<int>(0.29 * 100), 28);
    QCOMPARE(tokenCount(0.29, 100), 29);
    QCOMPARE(tokenCount(std::numeric_limits<double>::quiet_NaN(), 100), 0);
    QCOMPARE(tokenCount(1.0, std::numeric_limits<std::int32_t>::max()), std::numeric_limits<std::int32_t>::max());
}

void TestTocaPlan::withoutTextTheScoreIsRefused()
{
    Geometry geometry = geometryWith(17, 64, 64);
    geometry.crossAttention = false;
    const auto plan = (*makePolicy("toca"))->plan(geometry, uniformSchedule("rflow", 6));
    QVERIFY(!plan);
    QCOMPARE(plan.error().code, ErrorCode::Unsupported);
    QVERIFY((*makePolicy("toca", {{"cross_attention_weight", 0.0}}))->plan(geometry, uniformSchedule("rflow", 6)));
}

QTEST_GUILESS_MAIN(TestTocaPlan)
#include "tst_toca_plan.moc"
