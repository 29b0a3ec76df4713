// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/scores.h"
#include "tests/support/policy_properties.h"
#include "tests/support/small_dit.h"
#include "tests/support/small_pixart.h"

#include <QtTest>

using namespace toca;
using cache::CachingSession;
using cache::EvidenceKind;
using plan::Action;
using plan::ModuleKind;
using test::differenceFromPlan;
using test::runPolicy;

namespace {

constexpr std::array<const char*, 5> kScores{"attention", "kv-norm", "norm", "similarity", "random"};

plan::ParameterValues withScore(const char* score)
{
    return {{"score", std::string(score)}, {"fresh_ratio", 0.3}, {"ratio_schedule", std::string("constant")}};
}

template <class Run>
void checkFamily()
{
    Run run(9);
    const auto uncached = run.uncached();
    const plan::ParameterValues full{{"interval", std::int64_t{1}}, {"fresh_ratio", 0.0},
        {"spatial_attention_interval", std::int64_t{1}}, {"temporal_attention_interval", std::int64_t{1}},
        {"cross_attention_interval", std::int64_t{1}}, {"mlp_interval", std::int64_t{1}}};
    QVERIFY(torch::equal(runPolicy(run, "toca", full).latent, uncached));
    QCOMPARE(differenceFromPlan(runPolicy(run, "toca")), QString());
    QCOMPARE(differenceFromPlan(runPolicy(run, "fora")), QString());
    std::vector<torch::Tensor> latents;
    for (const char* score : kScores) {
        for (const bool together : {true, false}) {
            auto values = withScore(score);
            values["shared_selection"] = together;
            const auto outcome = runPolicy(run, "toca", values);
            QCOMPARE(differenceFromPlan(outcome), QString());
            QVERIFY2(torch::equal(runPolicy(run, "toca", values).latent, outcome.latent), score);
            QVERIFY(torch::isfinite(outcome.latent).all().template item<bool>());
            if (together)
                latents.push_back(outcome.latent);
        }
    }
    for (std::size_t i = 0; i < latents.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            QVERIFY2(!torch::equal(latents[i], latents[j]), kScores[i]);
}

/// Evidence of two prompts in both guidance rows, as a policy sees it.
struct Seen {
    plan::Geometry geometry;
    cache::FeatureStore features{geometryOf()};
    cache::EvidenceStore store{geometryOf()};
    torch::Tensor x = torch::zeros({4, 3, 2});

    static plan::Geometry geometryOf()
    {
        plan::Geometry geometry;
        geometry.family = "dit";
        geometry.grid = {1, 1, 3};
        geometry.prompts = 2;
        geometry.layers = {plan::LayerKind::Joint};
        return geometry;
    }
    Seen()
        : geometry(geometryOf())
    {
    }
    cache::Evidence of(std::int64_t selectionRows)
    {
        return {store, features, geometry, {0, 0, plan::Stream::Joint, 0, ModuleKind::Mlp}, {0, 4}, selectionRows, x};
    }
};

} // namespace

class TestTokenScores : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void clips() { checkFamily<test::SmallRun>(); }
    void classPictures() { checkFamily<test::SmallDitRun>(); }
    void textPictures() { checkFamily<test::SmallPixart>(); }
    void evidenceOfRowsThatChooseTogetherOrApart();
    void normAndChangeByHand();
    void randomScoresDependOnSeedAndPlace();
    void ditRowsChooseApart();
    void partialCrossAttentionRenewsTheMapBeforeTheMlp();
    void onlyWantedEvidenceIsLeft_data();
    void onlyWantedEvidenceIsLeft();
    void resumedRunsAreTheSame();
};

void TestTokenScores::evidenceOfRowsThatChooseTogetherOrApart()
{
    Seen seen;
    const auto values = torch::arange(12, torch::kFloat32).view({4, 3});
    const auto all = cache::TokenSubset::all(3);
    for (const auto kind :
        {EvidenceKind::SelfAttentionInfluence, EvidenceKind::ValueNorm, EvidenceKind::CrossAttentionEntropy})
        seen.store.record(kind, 0, {0, 4}, all, values);
    const auto pairSum = values.narrow(0, 0, 2) + values.narrow(0, 2, 2); // rows are [conditional | unconditional]
    QVERIFY(torch::equal(seen.of(4).selfAttentionInfluence(), values));
    QVERIFY(torch::equal(seen.of(2).selfAttentionInfluence(), pairSum / 2));
    QVERIFY(torch::equal(seen.of(4).valueNorms(), values));
    QVERIFY(torch::equal(seen.of(2).valueNorms(), pairSum / 2));
    // The text's entropy holds both rows' distributions side by side: it is the same for both.
    QVERIFY(torch::equal(seen.of(2).crossAttentionEntropy(), pairSum));
    QVERIFY(torch::equal(seen.of(4).crossAttentionEntropy(), pairSum.repeat({2, 1})));
}

void TestTokenScores::normAndChangeByHand()
{
    const auto x = torch::tensor({3.0F, 4.0F, 0.0F, 2.0F, -1.0F, 0.0F}).view({1, 3, 2});
    const auto stored = torch::tensor({6.0F, 8.0F, 1.0F, 0.0F, 1.0F, 0.0F}).view({1, 3, 2});
    QVERIFY(torch::allclose(cache::tokenNorms(x), torch::tensor({{5.0F, 2.0F, 1.0F}})));
    QVERIFY(torch::allclose(cache::tokenChanges(x, stored), torch::tensor({{0.0F, 1.0F, 2.0F}}), 1e-6, 1e-6));
    QCOMPARE(cache::tokenNorms(x.to(torch::kBFloat16)).scalar_type(), torch::kFloat32);
}

void TestTokenScores::randomScoresDependOnSeedAndPlace()
{
    const plan::Site site{3, 3, plan::Stream::Joint, 2, ModuleKind::Mlp};
    const auto score = cache::randomScore(1, site, 2, 500);
    QVERIFY(torch::equal(score, cache::randomScore(1, site, 2, 500)));
    QVERIFY(!torch::equal(score, cache::randomScore(2, site, 2, 500)));
    QVERIFY(!torch::equal(score, cache::randomScore(1, {4, 4, plan::Stream::Joint, 2, ModuleKind::Mlp}, 2, 500)));
    QVERIFY(!torch::equal(score, cache::randomScore(1, {3, 3, plan::Stream::Joint, 3, ModuleKind::Mlp}, 2, 500)));
    QVERIFY(!torch::equal(score[0], score[1]));
    QVERIFY(score.min().item<float>() >= 0 && score.max().item<float>() < 1);
    QVERIFY(std::abs(score.mean().item<float>() - 0.5F) < 0.05F);
    QVERIFY(std::abs(score.std().item<float>() - 0.2887F) < 0.02F);
}

void TestTokenScores::ditRowsChooseApart()
{
    test::SmallDitRun run(12);
    plan::PolicyContext context;
    context.family = "dit";
    const auto policy = test::policyNamed("toca", {{"fresh_ratio", 0.2}}, {}, context);
    const auto plan = test::planOf(*policy, run.geometry, run.schedule());
    auto started = cache::startPolicy(*policy, plan);
    QVERIFY(started->selectsPerRow());
    auto trace = std::make_shared<plan::Trace>(run.geometry, run.schedule(), 2);
    CachingSession session(run.geometry, std::move(started), {trace, {}});
    run.denoise(session);
    int different = 0;
    for (std::size_t cell = 0; cell < trace->publishedCells(); ++cell) {
        if (trace->cell(cell).action != Action::Subset)
            continue;
        QCOMPARE(trace->siteOf(cell).module, ModuleKind::Mlp); // DiT's attention is never computed in part
        different += trace->freshTokens(cell, 0) != trace->freshTokens(cell, 1) ? 1 : 0;
    }
    QVERIFY(different > 0);
}

void TestTokenScores::partialCrossAttentionRenewsTheMapBeforeTheMlp()
{
    test::SmallPixart run(6);
    plan::PolicyContext context;
    context.family = "pixart";
    const auto policy = test::policyNamed("toca", {{"age_weight", 0.0}, {"spatial_bonus", 0.0}}, {}, context);
    const auto plan = test::planOf(*policy, run.geometry, run.schedule());
    std::map<std::pair<int, int>, torch::Tensor> crossScores;
    int renewed = 0, compared = 0;
    const auto observe = [&](const plan::Site& site, const cache::ScoreParts& parts) {
        const std::pair place{site.evaluation, site.layer};
        if (site.module == ModuleKind::CrossAttention) {
            crossScores[place] = parts.crossAttention.clone();
            return;
        }
        if (plan.at(site.evaluation, site.layer, ModuleKind::CrossAttention).tokens == 0)
            return;
        ++compared;
        renewed += torch::equal(crossScores.at(place), parts.crossAttention) ? 0 : 1;
    };
    CachingSession session(run.geometry, cache::startPolicy(*policy, plan, {false, observe}));
    run.denoise(session);
    QVERIFY(compared > 0);
    QCOMPARE(renewed, compared);
}

void TestTokenScores::onlyWantedEvidenceIsLeft_data()
{
    QTest::addColumn<QString>("score");
    QTest::addColumn<int>("attention");
    QTest::addColumn<int>("crossAttention");
    using Kind = EvidenceKind;
    QTest::newRow("attention") << "attention" << 0 << static_cast<int>(Kind::CrossAttentionEntropy);
    QTest::newRow("kv-norm") << "kv-norm" << static_cast<int>(Kind::ValueNorm) << 0;
    QTest::newRow("norm") << "norm" << 0 << 0;
    QTest::newRow("random") << "random" << 0 << 0;
}

void TestTokenScores::onlyWantedEvidenceIsLeft()
{
    QFETCH(QString, score);
    QFETCH(int, attention);
    QFETCH(int, crossAttention);
    const test::SmallRun run(9);
    const auto policy = test::policyNamed("toca", {{"score", score.toStdString()}});
    const auto started = cache::startPolicy(*policy, test::planOf(*policy, run.geometry, run.schedule()));
    const auto wanted = [&](int step, ModuleKind module) {
        return int{started->evidenceWanted({step, step, plan::Stream::Joint, 0, module})};
    };
    QCOMPARE(wanted(3, ModuleKind::SelfAttention), attention);
    QCOMPARE(wanted(0, ModuleKind::CrossAttention), 0); // renewed at the next step, read by nobody before
    QCOMPARE(wanted(2, ModuleKind::CrossAttention), crossAttention);
    QCOMPARE(wanted(3, ModuleKind::Mlp), 0);
}

void TestTokenScores::resumedRunsAreTheSame()
{
    test::SmallRun run(9);
    for (const char* score : kScores) {
        const auto [whole, resumed] = test::wholeAndResumed(run, "toca", withScore(score), 4);
        QVERIFY2(torch::equal(whole, resumed), score);
    }
}

QTEST_GUILESS_MAIN(TestTokenScores)
#include "tst_token_scores.moc"
