// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/ops/cluster_tokens.h"
#include "tests/support/policy_properties.h"

#include <set>

using namespace toca;
using plan::Action;
using plan::ModuleKind;
using plan::ParameterValues;
using test::SmallRun;

class TestPolicyClusca : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void intervalOneEqualsTheBaseline();
    void clustersAreFoundAgain();
    void everyTokenIsNearestToItsOwnCentre();
    void emptyClusterKeepsItsCentre();
    void oneTokenOfEveryCluster();
    void freshTokensSpreadWithinTheirCluster_data();
    void freshTokensSpreadWithinTheirCluster();
    void exactTokensKeepTheTrend();
    void planIsWhatIsDone_data();
    void planIsWhatIsDone();
    void guidanceRowsChooseApart();
    void moreClustersThanTokens();
    void seedChangesTheRun();
    void resumedRunEqualsTheWhole();
};

void TestPolicyClusca::intervalOneEqualsTheBaseline()
{
    SmallRun run;
    const auto outcome = test::runPolicy(run, "clusca", {{"interval", std::int64_t{1}}});
    QVERIFY(outcome.plan.cachesNothing());
    QCOMPARE(outcome.trace->peakCacheBytes(), std::int64_t{0});
    QVERIFY(torch::equal(outcome.latent, run.uncached()));
}

void TestPolicyClusca::clustersAreFoundAgain()
{
    torch::manual_seed(5);
    const auto groups = torch::tensor({0, 1, 2, 2, 1, 0, 0, 2, 1, 1, 0, 2}, torch::kInt64);
    const auto places = torch::tensor({{0.0, 0.0}, {10.0, 0.0}, {0.0, 10.0}});
    const auto x = (places.index_select(0, groups) + 0.5 * torch::randn({12, 2})).unsqueeze(0);
    const auto begin = x.index_select(1, torch::tensor({0, 1, 2}, torch::kInt64));
    const auto clusters = cache::clusterTokens(x, begin, 20);
    QVERIFY(torch::equal(clusters.labels[0].to(torch::kInt64), groups));
    for (std::int64_t group = 0; group < 3; ++group)
        QVERIFY(torch::allclose(clusters.centres[0][group], x[0].index({groups == group}).mean(0), 1e-5, 1e-5));
}

void TestPolicyClusca::everyTokenIsNearestToItsOwnCentre()
{
    torch::manual_seed(6);
    const auto x = torch::randn({2, 40, 8});
    const auto clusters = cache::clusterTokens(x, cache::firstCentres(x, 5, 1), 100);
    const auto distances = (x.unsqueeze(2) - clusters.centres.unsqueeze(1)).abs().sum(-1);
    QVERIFY(torch::equal(distances.argmin(-1).to(torch::kInt32), clusters.labels));
    QVERIFY(torch::equal(cache::firstCentres(x, 5, 1), cache::firstCentres(x, 5, 1)));
    QVERIFY(!torch::equal(cache::firstCentres(x, 5, 1), cache::firstCentres(x, 5, 2)));
}

void TestPolicyClusca::emptyClusterKeepsItsCentre()
{
    const auto x = torch::tensor({{{0.0F}, {1.0F}, {2.0F}}});
    const auto clusters = cache::clusterTokens(x, torch::tensor({{{1.0F}, {50.0F}}}), 10);
    QVERIFY(torch::equal(clusters.labels, torch::zeros({1, 3}, torch::kInt32)));
    QCOMPARE(clusters.centres[0][1][0].item<float>(), 50.0F);
}

void TestPolicyClusca::oneTokenOfEveryCluster()
{
    const auto labels = torch::tensor({{0, 3, 1, 1, 0, 3, 3, 0}, {1, 1, 1, 1, 1, 1, 1, 1}}, torch::kInt32);
    std::set<std::int64_t> chosenOfThree;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        const auto ids = cache::oneTokenPerCluster(labels, 4, seed);
        QCOMPARE(ids.sizes(), (torch::IntArrayRef{2, 4}));
        for (std::int64_t row = 0; row < 2; ++row) {
            std::set<std::int64_t> distinct;
            for (std::int64_t cluster = 0; cluster < 4; ++cluster) {
                const auto id = ids[row][cluster].item<std::int64_t>();
                distinct.insert(id);
                const bool isEmpty = row == 0 ? cluster == 2 : cluster != 1;
                if (!isEmpty)
                    QCOMPARE(labels[row][id].item<int>(), static_cast<int>(cluster));
            }
            QCOMPARE(distinct.size(), std::size_t{4});
        }
        chosenOfThree.insert(ids[0][3].item<std::int64_t>());
    }
    QCOMPARE(chosenOfThree, (std::set<std::int64_t>{1, 5, 6})); // each of its tokens is drawn now and then
}

void TestPolicyClusca::freshTokensSpreadWithinTheirCluster_data()
{
    QTest::addColumn<bool>("isExact");
    QTest::newRow("exact") << true;
    QTest::newRow("published") << false;
}

void TestPolicyClusca::freshTokensSpreadWithinTheirCluster()
{
    QFETCH(bool, isExact);
    // Order 0, one layer's MLP that gives 1 on full steps and 5 afterwards: chosen tokens become 5, the others of their
    // cluster move a quarter of the way.
    SmallRun run(2);
    const std::int64_t tokens = run.geometry.grid.tokens();
    const auto policy = test::policyNamed("clusca",
        {{"order", std::int64_t{0}}, {"propagation", 0.25}, {"clusters", std::int64_t{3}},
            {"warmup_steps", std::int64_t{1}}, {"exact_tokens", isExact}});
    auto geometry = run.geometry;
    geometry.layers.resize(1);
    const auto plan = test::planOf(*policy, geometry, plan::uniformSchedule("rflow", 3));
    cache::CachingSession session(geometry, cache::startPolicy(*policy, plan));
    const auto x = torch::randn({2, tokens, 4});
    torch::Tensor out;
    std::vector<torch::Tensor> ids;
    for (int step = 0; step < 3; ++step)
        session.evaluate({step, step, 3, plan::Stream::Joint, 0.0, {}}, [&](cache::RowRange) {
            return session.layers(x, [&](int, const torch::Tensor& input) {
                for (const ModuleKind module : plan::kAllModules)
                    out = session.module(module, input, [&](const cache::TokenSubset& subset) {
                        if (!subset.isAll())
                            ids.push_back(subset.ids());
                        return torch::full_like(subset.gather(input), step == 0 ? 1.0 : 5.0);
                    });
                return input;
            });
        });
    QCOMPARE(ids.size(), std::size_t{2});
    // After two such steps a token is at 5 since it was chosen last, or at 5 - 4 * 0.75^n after n steps of moving.
    for (std::int64_t row = 0; row < 2; ++row)
        for (std::int64_t token = 0; token < tokens; ++token) {
            const bool isFresh = ids[1][row].eq(token).any().item<bool>();
            const bool wasFresh = ids[0][row].eq(token).any().item<bool>();
            const double expected = isFresh || wasFresh ? 5.0 : 5.0 - 4.0 * 0.75 * 0.75;
            QCOMPARE(out[row][token][1].item<double>(), expected);
        }
}

void TestPolicyClusca::exactTokensKeepTheTrend()
{
    // An MLP whose output rises by 1 a step: a first-order forecast is right everywhere, so fresh tokens change nothing
    // when they count as they are. With the published sum the trend is added to them twice.
    SmallRun run(2);
    auto geometry = run.geometry;
    geometry.layers.resize(1);
    for (const bool isExact : {true, false}) {
        const auto policy = test::policyNamed("clusca",
            {{"exact_tokens", isExact}, {"propagation", 0.1}, {"warmup_steps", std::int64_t{2}},
                {"interval", std::int64_t{4}}});
        const auto plan = test::planOf(*policy, geometry, plan::uniformSchedule("rflow", 5));
        cache::CachingSession session(geometry, cache::startPolicy(*policy, plan));
        const auto x = torch::randn({2, geometry.grid.tokens(), 4});
        torch::Tensor out;
        for (int step = 0; step < 5; ++step)
            session.evaluate({step, step, 5, plan::Stream::Joint, 0.0, {}}, [&](cache::RowRange) {
                return session.layers(x, [&](int, const torch::Tensor& input) {
                    for (const ModuleKind module : plan::kAllModules)
                        out = session.module(module, input, [&](const cache::TokenSubset& subset) {
                            return torch::full_like(subset.gather(input), static_cast<double>(step));
                        });
                    return input;
                });
            });
        QCOMPARE(torch::allclose(out, torch::full_like(out, 4.0), 0, 1e-4), isExact);
    }
}

void TestPolicyClusca::planIsWhatIsDone_data()
{
    QTest::addColumn<QString>("preset");
    for (const auto& preset : plan::findPolicy("clusca")->presets)
        QTest::newRow(preset.name.c_str()) << QString::fromStdString(preset.name);
}

void TestPolicyClusca::planIsWhatIsDone()
{
    QFETCH(QString, preset);
    SmallRun run(22);
    const auto outcome = test::runPolicy(run, "clusca", {}, preset.toStdString());
    QCOMPARE(test::differenceFromPlan(outcome), QString());
    QVERIFY(outcome.plan.flopsGain() > 1.5);
    QVERIFY(torch::equal(outcome.latent, test::runPolicy(run, "clusca", {}, preset.toStdString()).latent));
}

void TestPolicyClusca::guidanceRowsChooseApart()
{
    SmallRun run(4);
    const auto policy = test::policyNamed("clusca", {{"clusters", std::int64_t{4}}, {"warmup_steps", std::int64_t{2}}});
    const auto plan = test::planOf(*policy, run.geometry, run.schedule());
    QCOMPARE(plan.at(2, 0, ModuleKind::Mlp).tokens, 4);
    QCOMPARE(plan.at(2, 0, ModuleKind::Mlp).action, Action::Subset);
    QCOMPARE(plan.at(2, 0, ModuleKind::SelfAttention).action, Action::Forecast);
    QVERIFY(cache::startPolicy(*policy, plan)->selectsPerRow());
}

void TestPolicyClusca::moreClustersThanTokens()
{
    SmallRun run(4);
    const auto outcome =
        test::runPolicy(run, "clusca", {{"clusters", std::int64_t{4096}}, {"warmup_steps", std::int64_t{2}}});
    QCOMPARE(test::differenceFromPlan(outcome), QString());
}

void TestPolicyClusca::seedChangesTheRun()
{
    SmallRun run(6);
    const auto one =
        test::runPolicy(run, "clusca", {{"seed", std::int64_t{1}}, {"warmup_steps", std::int64_t{2}}}).latent;
    QVERIFY(torch::equal(
        one, test::runPolicy(run, "clusca", {{"seed", std::int64_t{1}}, {"warmup_steps", std::int64_t{2}}}).latent));
    QVERIFY(!torch::equal(
        one, test::runPolicy(run, "clusca", {{"seed", std::int64_t{2}}, {"warmup_steps", std::int64_t{2}}}).latent));
}

void TestPolicyClusca::resumedRunEqualsTheWhole()
{
    SmallRun run(12);
    for (const std::int64_t order : {0, 2})
        for (const int step : {1, 2, 3, 6}) {
            const auto [whole, resumed] = test::wholeAndResumed(run, "clusca", {{"order", order}}, step);
            QVERIFY(torch::equal(whole, resumed));
        }
}

QTEST_GUILESS_MAIN(TestPolicyClusca)
#include "tst_policy_clusca.moc"
