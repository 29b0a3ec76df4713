// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/ops/select_tokens.h"
#include "cache/exec/scores.h"
#include "tests/support/small_stdit3.h"

#include <QtTest>

using namespace toca;
using cache::CachingSession;
using plan::Action;
using plan::ModuleKind;
using test::SmallRun;

namespace {

struct PolicyResult {
    torch::Tensor latent;
    std::shared_ptr<plan::Trace> trace;
    plan::Plan plan;
};

PolicyResult runPolicy(SmallRun& run, const std::string& name, const plan::ParameterValues& values = {},
    plan::TraceLevel level = plan::TraceLevel::Decisions)
{
    auto policy = plan::makePolicy(name, values);
    if (!policy)
        qFatal("%s", policy.error().message.c_str());
    auto plan = (*policy)->plan(run.geometry, run.schedule());
    if (!plan)
        qFatal("%s", plan.error().message.c_str());
    auto trace = std::make_shared<plan::Trace>(run.geometry, run.schedule(), run.geometry.prompts, level);
    CachingSession session(
        run.geometry, cache::startPolicy(**policy, *plan, {level == plan::TraceLevel::Scores, {}}), {trace, {}});
    auto latent = run.denoise(session);
    return {latent, trace, *plan};
}

const plan::ParameterValues kAlwaysFull{{"spatial_attention_interval", std::int64_t{1}},
    {"temporal_attention_interval", std::int64_t{1}}, {"cross_attention_interval", std::int64_t{1}},
    {"mlp_interval", std::int64_t{1}}};

} // namespace

class TestTocaRun : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void noneEqualsTheUncachedRun();
    void everyModuleFullEqualsNone_data();
    void everyModuleFullEqualsNone();
    void ratioZeroEqualsFora();
    void plannedEqualsCounted_data();
    void plannedEqualsCounted();
    void guidanceRowsShareOneSelection();
    void optionsChangeTheChoice_data();
    void optionsChangeTheChoice();
    void severalPromptsChooseApart();
    void cacheBytesAreWhatIsHeld();
    void runsAreRepeatable();
    void equalScoresTakeTheLowerToken();
    void selectionEqualsASort();
    void spatialBonusPicksTheFirstMaximumOfEachCell();
};

void TestTocaRun::noneEqualsTheUncachedRun()
{
    SmallRun run;
    const auto none = runPolicy(run, "none");
    QVERIFY(torch::equal(none.latent, run.uncached()));
    QCOMPARE(none.trace->peakCacheBytes(), std::int64_t{0});
}

void TestTocaRun::everyModuleFullEqualsNone_data()
{
    QTest::addColumn<QString>("policy");
    QTest::newRow("toca") << "toca";
    QTest::newRow("fora") << "fora";
}

void TestTocaRun::everyModuleFullEqualsNone()
{
    QFETCH(QString, policy);
    SmallRun run;
    const auto cached = runPolicy(run, policy.toStdString(), kAlwaysFull);
    QVERIFY(torch::equal(cached.latent, run.uncached()));
    QVERIFY(cached.plan.cachesNothing());
}

void TestTocaRun::ratioZeroEqualsFora()
{
    SmallRun run(12);
    QVERIFY(torch::equal(runPolicy(run, "toca", {{"fresh_ratio", 0.0}}).latent, runPolicy(run, "fora").latent));
}

void TestTocaRun::plannedEqualsCounted_data()
{
    QTest::addColumn<QString>("policy");
    QTest::addColumn<double>("ratio");
    QTest::newRow("none") << "none" << -1.0;
    QTest::newRow("fora") << "fora" << -1.0;
    QTest::newRow("toca 0.1") << "toca" << 0.1;
    QTest::newRow("toca 0.6") << "toca" << 0.6;
    QTest::newRow("toca 1.0") << "toca" << 1.0;
}

void TestTocaRun::plannedEqualsCounted()
{
    QFETCH(QString, policy);
    QFETCH(double, ratio);
    SmallRun run(9);
    const auto result = runPolicy(
        run, policy.toStdString(), ratio < 0 ? plan::ParameterValues{} : plan::ParameterValues{{"fresh_ratio", ratio}});
    result.trace->setOnce(
        result.plan.totalFlops() -
            [&] {
                double sum = 0;
                for (int step = 0; step < run.steps(); ++step)
                    sum += result.plan.evaluationFlops(step);
                return sum;
            }(),
        0);
    QVERIFY(std::abs(result.trace->flops() - result.plan.totalFlops()) <= 1e-9 * result.plan.totalFlops());
    for (std::size_t cell = 0; cell < result.trace->publishedCells(); ++cell) {
        const auto site = result.trace->siteOf(cell);
        const auto& planned = result.plan.at(site.evaluation, site.layer, site.module);
        QCOMPARE(result.trace->cell(cell).action, planned.action);
        if (planned.action == Action::Subset)
            QCOMPARE(result.trace->cell(cell).computedTokens, planned.tokens);
    }
}

void TestTocaRun::guidanceRowsShareOneSelection()
{
    SmallRun run(6);
    auto policy = plan::makePolicy("toca", {{"fresh_ratio", 0.3}});
    auto plan = (*policy)->plan(run.geometry, run.schedule());
    CachingSession session(run.geometry, cache::startPolicy(**policy, *plan));
    run.denoise(session);
    QVERIFY(!session.policy().selectsPerRow());
    const auto out = session.features().output(0, ModuleKind::Mlp, {0, 2});
    QCOMPARE(out.size(0), 2);
}

void TestTocaRun::optionsChangeTheChoice_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<double>("value");
    QTest::newRow("self-attention influence") << "self_attention_weight" << 5.0;
    QTest::newRow("spatial bonus") << "spatial_bonus" << 2.0;
    QTest::newRow("age") << "age_weight" << 2.0;
    QTest::newRow("no cross-attention entropy") << "cross_attention_weight" << 0.0;
}

void TestTocaRun::optionsChangeTheChoice()
{
    QFETCH(QString, name);
    QFETCH(double, value);
    SmallRun run(9);
    const auto base = runPolicy(run, "toca", {{"fresh_ratio", 0.2}, {"age_weight", 0.0}});
    plan::ParameterValues changed{{"fresh_ratio", 0.2}, {"age_weight", 0.0}, {"interval", std::int64_t{3}}};
    changed[name.toStdString()] = value;
    const auto other = runPolicy(run, "toca", changed);
    int differing = 0, cells = 0;
    for (std::size_t cell = 0; cell < base.trace->publishedCells(); ++cell) {
        if (base.trace->cell(cell).action != Action::Subset || base.trace->cell(cell).computedTokens == 0)
            continue;
        ++cells;
        QCOMPARE(other.trace->cell(cell).computedTokens, base.trace->cell(cell).computedTokens); // the count stays
        differing += base.trace->freshTokens(cell) != other.trace->freshTokens(cell) ? 1 : 0;
    }
    QVERIFY(cells > 0);
    QVERIFY2(differing > 0, "the option had no effect on any selection");
}

void TestTocaRun::severalPromptsChooseApart()
{
    SmallRun run(6, /*prompts=*/2);
    const auto both = runPolicy(run, "toca", {{"fresh_ratio", 0.2}});
    int differing = 0;
    for (std::size_t cell = 0; cell < both.trace->publishedCells(); ++cell)
        if (both.trace->cell(cell).action == Action::Subset && both.trace->cell(cell).computedTokens > 0)
            differing += both.trace->freshTokens(cell, 0) != both.trace->freshTokens(cell, 1) ? 1 : 0;
    QVERIFY(differing > 0);
    // The same prompts one at a time give the same clips: rows do not disturb each other.
    SmallRun single(6, 2);
    single.input.noise = run.input.noise.narrow(0, 0, 1);
    single.input.conditions.text =
        torch::cat({run.input.conditions.text.narrow(0, 0, 1), run.input.conditions.text.narrow(0, 2, 1)});
    single.input.conditions.mask = run.input.conditions.mask.narrow(0, 0, 1);
    for (auto* values : {&single.input.conditions.fps, &single.input.conditions.height, &single.input.conditions.width})
        *values = values->narrow(0, 0, 1);
    single.timesteps = run.timesteps.narrow(1, 0, 1);
    single.geometry.prompts = 1;
    const auto alone = runPolicy(single, "toca", {{"fresh_ratio", 0.2}});
    QVERIFY(torch::allclose(alone.latent[0], both.latent[0], 1e-3, 1e-3));
}

void TestTocaRun::cacheBytesAreWhatIsHeld()
{
    SmallRun run(9);
    const auto result = runPolicy(run, "toca");
    QCOMPARE(result.trace->peakCacheBytes(), result.plan.cacheBytes());
}

void TestTocaRun::runsAreRepeatable()
{
    SmallRun run(9);
    QVERIFY(torch::equal(runPolicy(run, "toca").latent, runPolicy(run, "toca").latent));
}

void TestTocaRun::equalScoresTakeTheLowerToken()
{
    const auto ids = cache::selectTokens(torch::tensor({{1.0F, 5.0F, 5.0F, 5.0F, 0.0F}}), 2);
    QVERIFY(torch::equal(ids, torch::tensor({{1, 2}}, torch::kInt64)));
}

void TestTocaRun::selectionEqualsASort()
{
    torch::manual_seed(3);
    for (const std::int64_t tokens : {1, 2, 7, 64, 320, 2999})
        for (const std::int64_t count : {std::int64_t{1}, tokens / 3, tokens - 1, tokens}) {
            if (count < 1)
                continue;
            const auto score = (torch::randn({3, tokens}) * 4).round(); // many ties
            const auto order = std::get<1>(score.sort(/*stable=*/true, -1, /*descending=*/true)).narrow(1, 0, count);
            QVERIFY(torch::equal(cache::selectTokens(score, count), std::get<0>(order.sort(-1))));
        }
}

void TestTocaRun::spatialBonusPicksTheFirstMaximumOfEachCell()
{
    // One frame of 3 x 4 tokens in cells of 2 x 2: the lower row of cells is cut off at the border.
    const auto score = torch::tensor({{1.0F, 4.0F, 2.0F, 2.0F, 3.0F, 4.0F, 0.0F, 1.0F, 5.0F, 1.0F, 6.0F, 6.0F}});
    const auto bonus = cache::withSpatialBonus(score, {1, 3, 4}, 2, 0.5);
    const auto expected = torch::tensor({{1.0F, 6.0F, 3.0F, 2.0F, 3.0F, 4.0F, 0.0F, 1.0F, 7.5F, 1.0F, 9.0F, 6.0F}});
    QVERIFY(torch::equal(bonus, expected));
}

QTEST_GUILESS_MAIN(TestTocaRun)
#include "tst_toca_run.moc"
