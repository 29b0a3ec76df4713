// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/duca_policy.h"
#include "cache/plan/policies/published_steps.h"
#include "cache/plan/policies/taylorseer_policy.h"
#include "tests/support/plain_tensors.h"

#include <QTest>

#include <algorithm>

using namespace toca;
using namespace toca::plan;

namespace {

const std::string kVectors = TOCA_SOURCE_DIR "/tests/reference/schedulers/vectors.safetensors";

std::unique_ptr<Policy> policyFor(
    const std::string& family, const std::string& name, const ParameterValues& values, const std::string& preset = {})
{
    PolicyContext context;
    context.family = family;
    auto policy = makePolicy(name, values, preset, context);
    if (!policy)
        qFatal("%s", policy.error().message.c_str());
    return std::move(*policy);
}

/// A model of 28 layers (or pairs of them) on this many tokens.
Geometry geometryOf(const std::string& family, std::int64_t tokens)
{
    Geometry geometry;
    geometry.family = family;
    geometry.grid = {1, 1, tokens};
    geometry.hiddenSize = geometry.mlpHiddenSize = geometry.patchInputs = geometry.patchOutputs = 4;
    geometry.crossAttention = family != "dit";
    for (int layer = 0; layer < 28; ++layer) {
        geometry.layers.push_back(family == "stdit3" ? LayerKind::Spatial : LayerKind::Joint);
        if (family == "stdit3")
            geometry.layers.push_back(LayerKind::Temporal);
    }
    return geometry;
}

Plan planOf(const Policy& policy, const Geometry& geometry, int steps)
{
    const auto plan = policy.plan(geometry, uniformSchedule("", steps));
    if (!plan)
        qFatal("%s", plan.error().message.c_str());
    return *plan;
}

Geometry published(const char* name, std::int64_t side, std::int64_t textTokens)
{
    return *geometryFor(*publishedShape(name), 1, side, side, textTokens);
}

double share(double part, double whole)
{
    return part / whole;
}

} // namespace

/// Step types, cycles and token counts of the published codes (reference README sections 6 to 11).
class TestPublishedSteps : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void tablesOfPictureModels_data();
    void tablesOfPictureModels();
    void tableOfDucaForOpenSora();
    void tablesOfTaylorSeer_data();
    void tablesOfTaylorSeer();
    void onlyTheFirstLayerIsFullInMixedSteps();
    void cycleIsRoundedHalfToEven();
    void cycleOneIsNotAlwaysFullWithTokens();
    void presetsOfAFamilyAreItsPublishedSettings();
    void publishedFlops_data();
    void publishedFlops();
    void ducaKeepsOneOutputForPictures();
    void ducaModulesOfOtherIntervals();
    void taylorSeerKeepsWhatItNeeds_data();
    void taylorSeerKeepsWhatItNeeds();
    void settingsThatCacheNothing_data();
    void settingsThatCacheNothing();
};

void TestPublishedSteps::tablesOfPictureModels_data()
{
    QTest::addColumn<QString>("family");
    QTest::addColumn<QString>("policy");
    QTest::addColumn<int>("steps");
    QTest::addColumn<double>("ratio");
    QTest::addColumn<int>("interval");
    QTest::addColumn<QString>("schedule");
    QTest::newRow("dit_toca_ddim50") << "dit"
                                     << "toca" << 50 << 0.07 << 3 << "toca-ddim50";
    QTest::newRow("dit_toca_ddpm250") << "dit"
                                      << "toca" << 250 << 0.07 << 4 << "toca-ddpm250";
    QTest::newRow("dit_fora_ddim50") << "dit"
                                     << "toca" << 50 << 0.0 << 3 << "toca-ddim50";
    QTest::newRow("dit_duca_ddim50") << "dit"
                                     << "duca" << 50 << 0.05 << 3 << "toca-ddim50";
    QTest::newRow("pixart_toca_20") << "pixart"
                                    << "toca" << 20 << 0.3 << 3 << "toca";
    QTest::newRow("pixart_duca_20") << "pixart"
                                    << "duca" << 20 << 0.75 << 3 << "toca";
    for (const char* schedule : {"constant", "linear", "exp", "linear-mode", "layerwise", "linear-layerwise"})
        QTest::addRow("dit_sched_%s", schedule) << "dit"
                                                << "toca" << 50 << 0.1 << 3 << schedule;
}

void TestPublishedSteps::tablesOfPictureModels()
{
    QFETCH(QString, family);
    QFETCH(QString, policy);
    QFETCH(int, steps);
    QFETCH(double, ratio);
    QFETCH(int, interval);
    QFETCH(QString, schedule);
    const std::string table = std::string("plan/") + QTest::currentDataTag();
    const auto types = test::plainTensor<std::uint8_t>(kVectors, table + "/type");
    const auto cycles = test::plainTensor<float>(kVectors, table + "/cycle");
    const auto topk = test::plainTensor<std::int32_t>(kVectors, table + "/topk");
    const Geometry geometry = geometryOf(family.toStdString(), 256);
    const auto made = policyFor(family.toStdString(), policy.toStdString(),
        {{"fresh_ratio", ratio}, {"interval", std::int64_t{interval}}, {"ratio_schedule", schedule.toStdString()}});
    const Plan plan = planOf(*made, geometry, steps);
    const auto places = static_cast<std::size_t>(steps * plan.layerCount());
    QCOMPARE(types.size(), places);
    QCOMPARE(publishedCycles(*made, geometry, plan.schedule()), cycles);
    const std::size_t modules = topk.size() / places;
    QCOMPARE(modules, family == "dit" ? std::size_t{1} : std::size_t{2});
    for (std::size_t place = 0; place < places; ++place) {
        const int step = static_cast<int>(place) / plan.layerCount(),
                  layer = static_cast<int>(place) % plan.layerCount();
        QCOMPARE(static_cast<int>(publishedType(plan, step, layer)), static_cast<int>(types[place]));
        for (std::size_t i = 0; i < modules; ++i) {
            const auto module = i + 1 == modules ? ModuleKind::Mlp : ModuleKind::CrossAttention;
            const PlannedModule& planned = plan.at(step, layer, module);
            QCOMPARE(planned.action == Action::Subset ? planned.tokens : -1, topk[place * modules + i]);
        }
    }
}

void TestPublishedSteps::tableOfDucaForOpenSora()
{
    const auto types = test::plainTensor<std::uint8_t>(kVectors, "plan/opensora_duca/type");
    const auto topk = test::plainTensor<std::int32_t>(kVectors, "plan/opensora_duca/topk");
    QCOMPARE(types.size(), std::size_t{30 * 2 * 3});
    const Plan plan = planOf(*policyFor("stdit3", "duca", {}), geometryOf("stdit3", 22950), 30);
    for (int step = 0; step < 30; ++step) {
        for (int layer = 0; layer < plan.layerCount(); ++layer) {
            for (const ModuleKind module : kAllModules) {
                const auto place = static_cast<std::size_t>(step * 2 + layer % 2),
                           index = static_cast<std::size_t>(module);
                const PlannedModule& planned = plan.at(step, layer, module);
                const int type = planned.action == Action::Full ? 0 : planned.action == Action::Skip ? 2 : 1;
                QCOMPARE(type, static_cast<int>(types[place * 3 + index]));
                if (index > 0)
                    QCOMPARE(planned.action == Action::Subset ? planned.tokens : -1, topk[place * 2 + index - 1]);
            }
        }
    }
}

void TestPublishedSteps::tablesOfTaylorSeer_data()
{
    QTest::addColumn<int>("steps");
    QTest::addColumn<int>("interval");
    QTest::newRow("taylor_50_i4") << 50 << 4;
    QTest::newRow("taylor_50_i3") << 50 << 3;
    QTest::newRow("taylor_250_i4") << 250 << 4;
}

void TestPublishedSteps::tablesOfTaylorSeer()
{
    QFETCH(int, steps);
    QFETCH(int, interval);
    const auto types =
        test::plainTensor<std::uint8_t>(kVectors, std::string("plan/") + QTest::currentDataTag() + "/type");
    QCOMPARE(types.size(), static_cast<std::size_t>(steps));
    const auto policy = policyFor("dit", "taylorseer", {{"interval", std::int64_t{interval}}});
    const Plan plan = planOf(*policy, geometryOf("dit", 64), steps);
    for (int step = 0; step < steps; ++step)
        for (int layer = 0; layer < plan.layerCount(); ++layer)
            QCOMPARE(static_cast<int>(publishedType(plan, step, layer)),
                static_cast<int>(types[static_cast<std::size_t>(step)]));
}

void TestPublishedSteps::onlyTheFirstLayerIsFullInMixedSteps()
{
    const auto policy = policyFor("dit", "toca", {});
    const Plan plan = planOf(*policy, geometryOf("dit", 64), 50);
    std::vector<int> mixed;
    for (int step = 0; step < 50; ++step)
        if (publishedType(plan, step, 0) == PublishedType::Full && publishedType(plan, step, 1) != PublishedType::Full)
            mixed.push_back(step);
    QCOMPARE(mixed, (std::vector<int>{4, 17})); // reference README section 6.2
    // FORA: a ratio of 0 switches the adaption off.
    const Plan fora = planOf(*policyFor("dit", "toca", {{"fresh_ratio", 0.0}}), geometryOf("dit", 64), 50);
    for (int step = 0; step < 50; ++step)
        QCOMPARE(publishedType(fora, step, 27), publishedType(fora, step, 0));
}

void TestPublishedSteps::cycleIsRoundedHalfToEven()
{
    // 5 / 2 and 7 / 2 are halves: both go to the even neighbour. The factor is 2 at counter 0 and 1 in the middle.
    QCOMPARE((RefreshCycle{5, 1.0, 0, 0}.after({0, 0, 10})), std::int64_t{2});
    QCOMPARE((RefreshCycle{7, 1.0, 0, 0}.after({0, 0, 10})), std::int64_t{4});
    QCOMPARE((RefreshCycle{7, 1.0, 0, 0}.after({5, 5, 10})), std::int64_t{7});
    // int(0.2 S) .. int(0.4 S) of 23 steps: 4 .. 8
    const RefreshCycle sensitive{9, 0, 0.2, 0.4};
    QCOMPARE(sensitive.after({3, 3, 23}), std::int64_t{9});
    QCOMPARE(sensitive.after({4, 4, 23}), std::int64_t{2});
    QCOMPARE(sensitive.after({8, 8, 23}), std::int64_t{2});
    QCOMPARE(sensitive.after({9, 9, 23}), std::int64_t{9});
    // A factor of 0 and below has no cycle: everything is full.
    QCOMPARE((RefreshCycle{3, -1.0, 0, 0}.after({0, 0, 10})), std::int64_t{1});
}

void TestPublishedSteps::cycleOneIsNotAlwaysFullWithTokens()
{
    const Geometry geometry = geometryOf("dit", 64);
    const Plan with = planOf(*policyFor("dit", "toca", {{"interval", std::int64_t{1}}}), geometry, 50);
    QVERIFY(!with.cachesNothing()); // 1 / 0.616 rounds to 2
    const Plan without =
        planOf(*policyFor("dit", "toca", {{"interval", std::int64_t{1}}, {"fresh_ratio", 0.0}}), geometry, 50);
    QVERIFY(without.cachesNothing());
}

void TestPublishedSteps::presetsOfAFamilyAreItsPublishedSettings()
{
    for (const char* policy : {"toca", "duca", "fora"}) {
        const PolicyEntry& entry = *findPolicy(policy);
        for (const char* family : {"stdit3", "dit", "pixart"}) {
            const Preset* preset = defaultPreset(entry, family);
            QVERIFY2(preset && preset->family == family, policy);
            QVERIFY(policyFor(family, policy, {})->plan(geometryOf(family, 64), uniformSchedule("", 10)));
        }
        // Every preset plans on its own family.
        for (const Preset& preset : entry.presets)
            QVERIFY2(policyFor(preset.family, policy, {}, preset.name)
                         ->plan(geometryOf(preset.family, 64), uniformSchedule("", 10)),
                preset.name.c_str());
    }
}

void TestPublishedSteps::publishedFlops_data()
{
    QTest::addColumn<QString>("model");
    QTest::addColumn<QString>("family");
    QTest::addColumn<QString>("policy");
    QTest::addColumn<QString>("preset");
    QTest::addColumn<int>("steps");
    QTest::addColumn<double>("published"); // TFLOPs of the papers' tables
    const auto dit = [](const char* policy, const char* preset, double published) {
        QTest::addRow("dit %s %s", policy, preset) << "dit-xl-2-256"
                                                   << "dit" << policy << preset << 50 << published;
    };
    dit("none", "default", 23.74);
    dit("toca", "dit-ddim50", 10.23);
    dit("fora", "dit-n3", 8.58);
    dit("duca", "dit", 9.58);
    dit("taylorseer", "n3-o3", 8.56);
    const auto pixart = [](const char* policy, const char* preset, double published) {
        QTest::addRow("pixart %s %s", policy, preset) << "pixart-alpha-256"
                                                      << "pixart" << policy << preset << 20 << published;
    };
    pixart("none", "default", 11.18);
    pixart("toca", "pixart-r60", 6.33);
    pixart("toca", "pixart-r70", 5.78);
    pixart("toca", "pixart-r80", 5.05);
    pixart("toca", "pixart-r90", 4.26);
    pixart("fora", "pixart-n3", 4.01);
}

void TestPublishedSteps::publishedFlops()
{
    QFETCH(QString, model);
    QFETCH(QString, family);
    QFETCH(QString, policy);
    QFETCH(QString, preset);
    QFETCH(int, steps);
    QFETCH(double, published);
    const auto made = policyFor(family.toStdString(), policy.toStdString(), {}, preset.toStdString());
    const Geometry geometry = ::published(model.toUtf8().constData(), 256, family == "dit" ? 0 : 120);
    const double ours = planOf(*made, geometry, steps).totalFlops() / 1e12;
    QVERIFY2(std::abs(share(ours, published) - 1) < 0.02, qPrintable(QString::number(ours)));
}

void TestPublishedSteps::ducaKeepsOneOutputForPictures()
{
    const Geometry picture = geometryOf("pixart", 64);
    const Plan duca = planOf(*policyFor("pixart", "duca", {}), picture, 20);
    QCOMPARE(keptLayers(duca), (std::vector<int>{27}));
    QCOMPARE(duca.cacheBytes(1), (28 * 3 + 1) * picture.moduleOutputBytes(1));
    // In Open-Sora's aggressive steps the temporal blocks' output replaces the spatial ones': it alone is kept.
    const Geometry clip = geometryOf("stdit3", 64);
    const Plan video = planOf(*policyFor("stdit3", "duca", {}), clip, 30);
    QCOMPARE(keptLayers(video), (std::vector<int>{55}));
    QVERIFY(isLayerSkipped(video, 5, 0) && isLayerSkipped(video, 5, 55));
    QVERIFY(!isLayerSkipped(video, 4, 0));
    // Where no step is aggressive nothing more is kept than in ToCa.
    const Plan two = planOf(*policyFor("pixart", "duca", {{"interval", std::int64_t{2}}}), picture, 20);
    QVERIFY(keptLayers(two).empty());
}

void TestPublishedSteps::ducaModulesOfOtherIntervals()
{
    // Attention over space every 4 steps, over time every 3: their aggressive steps part.
    const ParameterValues values{{"spatial_attention_interval", std::int64_t{4}}, {"warmup_steps", std::int64_t{1}}};
    const Plan plan = planOf(*policyFor("stdit3", "duca", values), geometryOf("stdit3", 64), 12);
    const auto action = [&](int step, int layer) { return plan.at(step, layer, ModuleKind::SelfAttention).action; };
    QCOMPARE(action(2, 0), Action::Skip);
    QCOMPARE(action(3, 0), Action::Full); // the published list is [full, ToCa, aggressive, full, ...]
    QCOMPARE(action(5, 0), Action::Reuse);
    QCOMPARE(action(5, 1), Action::Skip);
    QVERIFY(!isLayerSkipped(plan, 5, 0));
    QVERIFY(isLayerSkipped(plan, 5, 1));
}

void TestPublishedSteps::taylorSeerKeepsWhatItNeeds_data()
{
    QTest::addColumn<int>("steps");
    QTest::addColumn<int>("order");
    QTest::addColumn<bool>("light");
    QTest::addColumn<int>("tensors"); // of each module, or of the last layer alone
    QTest::newRow("order 1") << 20 << 1 << false << 2;
    QTest::newRow("order 4") << 50 << 4 << false << 5;
    QTest::newRow("order 4, only three full steps before the last forecast") << 9 << 4 << false << 3;
    QTest::newRow("order 0") << 20 << 0 << false << 1;
    QTest::newRow("light") << 50 << 4 << true << 5;
    QTest::newRow("nothing to forecast") << 2 << 4 << false << 0;
}

void TestPublishedSteps::taylorSeerKeepsWhatItNeeds()
{
    QFETCH(int, steps);
    QFETCH(int, order);
    QFETCH(bool, light);
    QFETCH(int, tensors);
    for (const char* family : {"dit", "pixart"}) {
        const Geometry geometry = geometryOf(family, 64);
        const auto policy = policyFor(family, "taylorseer", {{"max_order", std::int64_t{order}}, {"light", light}});
        const std::int64_t modules = light ? 1 : 28 * (geometry.crossAttention ? 3 : 2);
        QCOMPARE(planOf(*policy, geometry, steps).cacheBytes(1), tensors * modules * geometry.moduleOutputBytes(1));
    }
}

void TestPublishedSteps::settingsThatCacheNothing_data()
{
    QTest::addColumn<QString>("family");
    for (const char* family : {"stdit3", "dit", "pixart"})
        QTest::newRow(family) << family;
}

void TestPublishedSteps::settingsThatCacheNothing()
{
    QFETCH(QString, family);
    const std::int64_t one = 1;
    const ParameterValues modules{{"spatial_attention_interval", one}, {"temporal_attention_interval", one},
        {"cross_attention_interval", one}, {"mlp_interval", one}};
    ParameterValues tokenwise = modules, alike = modules;
    tokenwise["interval"] = one;
    tokenwise["fresh_ratio"] = 0.0;
    alike["interval"] = one;
    const Geometry geometry = geometryOf(family.toStdString(), 64);
    const Plan none = planOf(*policyFor(family.toStdString(), "none", {}), geometry, 12);
    for (const auto& [name, values] :
        {std::pair<const char*, ParameterValues>{"toca", tokenwise}, {"duca", tokenwise}, {"fora", alike},
            {"taylorseer", {{"interval", one}}}, {"taylorseer", {{"interval", one}, {"light", true}}}}) {
        const Plan plan = planOf(*policyFor(family.toStdString(), name, values), geometry, 12);
        QVERIFY2(plan.cachesNothing(), name);
        QCOMPARE(plan.totalFlops(), none.totalFlops());
        QCOMPARE(plan.cacheBytes(), std::int64_t{0});
    }
}

QTEST_GUILESS_MAIN(TestPublishedSteps)
#include "tst_published_steps.moc"
