// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/router_table.h"
#include "core/base/atomic_file.h"
#include "core/checkpoint/checkpoint.h"
#include "core/engine/convert_router.h"
#include "tests/support/pickle_bytes.h"
#include "tests/support/policy_properties.h"
#include "tests/support/small_dit.h"

#include <QTemporaryDir>

#include <limits>

using namespace toca;
using plan::Action;
using plan::ModuleKind;
using plan::RouterTable;
using test::SmallRun;

namespace {

/// A table whose modules are computed now and then: every third number is high.
RouterTable tableFor(int steps, int layers)
{
    RouterTable table;
    table.source = "made by hand";
    for (int step = 0; step < steps; ++step) {
        auto& router = table.routers.emplace_back();
        for (int number = 0; number < 2 * layers; ++number)
            router.push_back((step + number) % 3 == 0 ? 4.0 : -4.0);
    }
    return table;
}

/// What torch.save writes for {"routers": state_dict} with these vectors.
std::string routerFile(const std::vector<std::vector<float>>& vectors, const std::string& section = "routers")
{
    using namespace tests;
    std::vector<std::pair<std::string, std::string>> entries, storages;
    for (std::size_t i = 0; i < vectors.size(); ++i) {
        const std::string key = std::to_string(i);
        const auto count = static_cast<std::int64_t>(vectors[i].size());
        entries.emplace_back(
            key + ".prob", pickled::tensor(pickled::storage(key, "FloatStorage", count), 0, {count}, {1}));
        storages.emplace_back(key, bytesOf(vectors[i]));
    }
    return torchZip(pickled::whole(pickled::dictionary({{section, pickled::dictionary(entries)}})), storages);
}

} // namespace

class TestPolicyHarmonica : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void lastEntryIsTheFirstStep();
    void thresholdZeroEqualsTheBaseline();
    void tableIsFollowed();
    void tableOfADit();
    void resumedRunEqualsTheWhole();
    void withoutATableItSaysSo();
    void tableOfAnotherRunIsRefused();
    void tableSurvivesItsFile();
    void damagedTablesAreRefused_data();
    void damagedTablesAreRefused();
    void publishedRouterIsConverted();
    void wrongRoutersAreRefused();

private:
    std::string saved(const RouterTable& table)
    {
        const std::string path = m_folder.filePath("router.json").toStdString();
        const auto written = plan::writeRouterTable(path, table);
        if (!written)
            qFatal("%s", written.error().message.c_str());
        return path;
    }
    QTemporaryDir m_folder;
};

void TestPolicyHarmonica::lastEntryIsTheFirstStep()
{
    RouterTable table;
    table.routers = {{0.0, 1.0, 2.0, 3.0}, {-1.0, -2.0, -3.0, -4.0}};
    const auto sigmoid = [](double value) { return 1 / (1 + std::exp(-value)); };
    QCOMPARE(table.layers(), 2);
    QCOMPARE(table.probability(0, 0, false), sigmoid(-1.0));
    QCOMPARE(table.probability(0, 1, true), sigmoid(-4.0));
    QCOMPARE(table.probability(1, 1, false), sigmoid(2.0));
    QCOMPARE(table.probability(1, 0, true), sigmoid(1.0));
}

void TestPolicyHarmonica::thresholdZeroEqualsTheBaseline()
{
    SmallRun run;
    const auto outcome = test::runPolicy(run, "harmonica", {{"router", saved(tableFor(6, 4))}, {"threshold", 0.0}});
    QVERIFY(outcome.plan.cachesNothing());
    QVERIFY(torch::equal(outcome.latent, run.uncached()));
}

void TestPolicyHarmonica::tableIsFollowed()
{
    SmallRun run;
    const RouterTable table = tableFor(6, 4);
    const auto outcome = test::runPolicy(run, "harmonica", {{"router", saved(table)}});
    QCOMPARE(test::differenceFromPlan(outcome), QString());
    for (int step = 0; step < 6; ++step)
        for (int layer = 0; layer < 4; ++layer) {
            const auto& router = table.routers[static_cast<std::size_t>(5 - step)];
            const auto isFull = [&](ModuleKind module) {
                return outcome.plan.at(step, layer, module).action == Action::Full;
            };
            const auto at = static_cast<std::size_t>(2 * layer);
            QCOMPARE(isFull(ModuleKind::SelfAttention), step == 0 || router[at] > 0);
            QCOMPARE(isFull(ModuleKind::CrossAttention), isFull(ModuleKind::SelfAttention));
            QCOMPARE(isFull(ModuleKind::Mlp), step == 0 || router[at + 1] > 0);
        }
    QVERIFY(outcome.plan.flopsGain() > 1.5);
    QVERIFY(!torch::equal(outcome.latent, run.uncached()));
}

void TestPolicyHarmonica::tableOfADit()
{
    test::SmallDitRun run(8);
    const auto outcome = test::runPolicy(run, "harmonica", {{"router", saved(tableFor(8, 3))}});
    QCOMPARE(test::differenceFromPlan(outcome), QString());
    QVERIFY(outcome.plan.flopsGain() > 1.5);
}

void TestPolicyHarmonica::resumedRunEqualsTheWhole()
{
    SmallRun run;
    const auto [whole, resumed] = test::wholeAndResumed(run, "harmonica", {{"router", saved(tableFor(6, 4))}}, 3);
    QVERIFY(torch::equal(whole, resumed));
}

void TestPolicyHarmonica::withoutATableItSaysSo()
{
    SmallRun run;
    const auto plan = test::policyNamed("harmonica")->plan(run.geometry, run.schedule());
    QVERIFY(!plan);
    QCOMPARE(plan.error().code, ErrorCode::Unsupported);
    QVERIFY(plan.error().message.find("router") != std::string::npos);
    const auto missing = plan::makePolicy("harmonica", {{"router", m_folder.filePath("none.json").toStdString()}});
    QVERIFY(!missing);
    QCOMPARE(missing.error().code, ErrorCode::NotFound);
}

void TestPolicyHarmonica::tableOfAnotherRunIsRefused()
{
    SmallRun run;
    for (const auto& [steps, layers, word] : {std::tuple{5, 4, "5 steps"}, std::tuple{6, 3, "3 layers"}}) {
        const auto policy = test::policyNamed("harmonica", {{"router", saved(tableFor(steps, layers))}});
        const auto plan = policy->plan(run.geometry, run.schedule());
        QVERIFY(!plan);
        QCOMPARE(plan.error().code, ErrorCode::InvalidArgument);
        QVERIFY2(plan.error().message.find(word) != std::string::npos, plan.error().message.c_str());
    }
}

void TestPolicyHarmonica::tableSurvivesItsFile()
{
    RouterTable table = tableFor(10, 28);
    table.routers[3][5] = 0.1 + 0.2; // every digit counts at a threshold
    table.source = "dit \"xl\"\n";
    const auto read = plan::readRouterTable(saved(table));
    QVERIFY2(read, read ? "" : read.error().message.c_str());
    QVERIFY(*read == table);
    QCOMPARE(plan::routerTableJson(table), plan::routerTableJson(*read));
    table.routers[1].pop_back();
    QVERIFY(!plan::writeRouterTable(m_folder.filePath("bad.json").toStdString(), table));
}

void TestPolicyHarmonica::damagedTablesAreRefused_data()
{
    QTest::addColumn<QByteArray>("json");
    const QByteArray head = R"({"format":"toca-router","version":1,"order":"rising-timesteps","source":"",)";
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("cut off") << head;
    QTest::newRow("a list") << QByteArray("[1,2]");
    QTest::newRow("another format") << QByteArray(R"({"format":"toca-calibration","version":1})");
    QTest::newRow("another version") << QByteArray(
        R"({"format":"toca-router","version":2,"order":"rising-timesteps","layers":1,"routers":[[1,2]]})");
    QTest::newRow("another order") << QByteArray(
        R"({"format":"toca-router","version":1,"order":"falling","layers":1,"routers":[[1,2]]})");
    QTest::newRow("no routers") << head + R"("layers":1})";
    QTest::newRow("no steps") << head + R"("layers":0,"routers":[]})";
    QTest::newRow("odd") << head + R"("layers":1,"routers":[[1,2,3]]})";
    QTest::newRow("uneven") << head + R"("layers":1,"routers":[[1,2],[1,2,3,4]]})";
    QTest::newRow("texts") << head + R"("layers":1,"routers":[["1","2"]]})";
    QTest::newRow("nothing") << head + R"("layers":1,"routers":[[1,null]]})";
    QTest::newRow("huge number") << head + R"("layers":1,"routers":[[1,1e999]]})";
    QTest::newRow("wrong layers") << head + R"("layers":2,"routers":[[1,2]]})";
    QTest::newRow("nested") << head + R"("layers":1,"routers":)" + QByteArray(100000, '[');
}

void TestPolicyHarmonica::damagedTablesAreRefused()
{
    QFETCH(QByteArray, json);
    const auto table = plan::routerTableFromJson(json.toStdString(), "table.json");
    QVERIFY(!table);
    QCOMPARE(table.error().code, ErrorCode::BadFormat);
    QVERIFY(table.error().message.find("table.json") != std::string::npos);
}

void TestPolicyHarmonica::publishedRouterIsConverted()
{
    // Twelve entries: names sort as text (0, 1, 10, 11, 2, ..), steps must not.
    std::vector<std::vector<float>> vectors;
    for (int step = 0; step < 12; ++step)
        vectors.push_back({static_cast<float>(step), -0.5F, 0.25F, 5.0F});
    const std::string path = m_folder.filePath("router.pth").toStdString();
    QVERIFY(writeFileAtomically(path, routerFile(vectors)));
    const auto table = engine::publishedRouter(path);
    QVERIFY2(table, table ? "" : table.error().message.c_str());
    QCOMPARE(table->steps(), 12);
    QCOMPARE(table->layers(), 2);
    QCOMPARE(table->source, std::string("router.pth"));
    for (int step = 0; step < 12; ++step)
        QCOMPARE(table->routers[static_cast<std::size_t>(step)], (std::vector<double>{double(step), -0.5, 0.25, 5.0}));
    // The first step of a run reads the last entry.
    QVERIFY(table->probability(0, 0, false) > table->probability(11, 0, false));

    const std::string other = m_folder.filePath("router.safetensors").toStdString();
    QVERIFY(checkpoint::writeSafetensors(
        other, {{"0.prob", torch::tensor({1.0F, 2.0F})}, {"1.prob", torch::tensor({3.0F, 4.0F})}}));
    const auto fromSafetensors = engine::publishedRouter(other);
    QVERIFY2(fromSafetensors, fromSafetensors ? "" : fromSafetensors.error().message.c_str());
    QCOMPARE(fromSafetensors->routers, (std::vector<std::vector<double>>{{1, 2}, {3, 4}}));
}

void TestPolicyHarmonica::wrongRoutersAreRefused()
{
    const std::string path = m_folder.filePath("wrong.pth").toStdString();
    const float nan = std::numeric_limits<float>::quiet_NaN();
    for (const std::string& bytes : {routerFile({{1, 2, 3}}), routerFile({{1, 2}, {1, 2, 3, 4}}),
             routerFile({{1, nan}}), routerFile({{1, 2}}, "model"), std::string("no checkpoint at all")}) {
        QVERIFY(writeFileAtomically(path, bytes));
        const auto table = engine::publishedRouter(path);
        QVERIFY(!table);
        QVERIFY2(table.error().message.find("wrong.pth") != std::string::npos, table.error().message.c_str());
    }
    const std::string other = m_folder.filePath("wrong.safetensors").toStdString();
    QVERIFY(checkpoint::writeSafetensors(other, {{"0.prob", torch::zeros({2})}, {"2.prob", torch::zeros({2})}}));
    const auto gap = engine::publishedRouter(other);
    QVERIFY(!gap);
    QVERIFY(gap.error().message.find("1.prob") != std::string::npos);
    QVERIFY(checkpoint::writeSafetensors(other, {{"0.prob", torch::zeros({2, 2})}}));
    QVERIFY(!engine::publishedRouter(other));
    QVERIFY(!engine::publishedRouter(m_folder.filePath("absent.pth").toStdString()));
}

QTEST_GUILESS_MAIN(TestPolicyHarmonica)
#include "tst_policy_harmonica.moc"
