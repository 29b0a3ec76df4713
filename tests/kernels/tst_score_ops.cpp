// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/ops/select_tokens.h"
#include "cache/exec/ops/taylor.h"
#include "cache/exec/ops/token_scores.h"
#include "cache/exec/scores.h"

#include <torch/torch.h>

#include <QtTest>

using namespace toca;

/// Scores, ages and Taylor forecasts as policies call them, against LibTorch's own operations.
class TestScoreOps : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { torch::manual_seed(11); }
    void scoresHaveTheSameBits_data();
    void scoresHaveTheSameBits();
    void scoresKeepGradients();
    void agesAreRenewed();
    void derivativesHaveTheSameBits();
    void derivativesAreAllocatedOnce();
    void derivativesOfAnOutputInUseStay();
    void derivativesKeepGradients();
    void sumsAreTheSame_data();
    void sumsAreTheSame();
};

void TestScoreOps::scoresHaveTheSameBits_data()
{
    QTest::addColumn<int>("terms");
    QTest::addColumn<int>("frames");
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("columns");
    QTest::addColumn<int>("cell");
    QTest::addColumn<double>("bonus");
    QTest::newRow("DiT") << 1 << 1 << 16 << 16 << 2 << 0.6;
    QTest::newRow("PixArt") << 1 << 1 << 16 << 16 << 4 << 0.4;
    QTest::newRow("clip, no bonus") << 1 << 5 << 8 << 8 << 1 << 0.0;
    QTest::newRow("two terms, uneven") << 2 << 3 << 15 << 9 << 4 << 0.3;
    QTest::newRow("age alone") << 0 << 1 << 8 << 8 << 2 << 0.5;
}

void TestScoreOps::scoresHaveTheSameBits()
{
    QFETCH(int, terms);
    QFETCH(int, frames);
    QFETCH(int, rows);
    QFETCH(int, columns);
    QFETCH(int, cell);
    QFETCH(double, bonus);
    const torch::NoGradGuard noGradients;
    cache::TokenScore score;
    score.grid = {frames, rows, columns};
    const std::int64_t tokens = score.grid.tokens();
    score.ages = torch::randint(0, 9, {2, tokens}).to(torch::kFloat32);
    score.ageWeight = 0.25;
    score.interval = 3;
    score.bonusCell = cell;
    score.bonus = bonus;
    torch::Tensor expected = score.ageWeight * (score.ages / score.interval);
    for (int term = 0; term < terms; ++term) {
        score.terms.push_back(cache::normalizedOverTokens(1 + torch::rand({2, tokens})));
        score.weights.push_back(term == 0 ? 1.0 : 0.35);
        expected = expected + cache::weighted(score.terms.back(), score.weights.back());
    }
    if (bonus != 0)
        expected = cache::withSpatialBonus(expected, score.grid, cell, bonus);
    const auto made = cache::scored(score);
    QVERIFY(torch::equal(made, expected)); // the last bit can choose another token
    for (const std::int64_t count : {std::int64_t{1}, tokens / 7, tokens / 2}) {
        const auto order = std::get<1>(expected.sort(/*stable=*/true, -1, /*descending=*/true)).narrow(1, 0, count);
        QVERIFY(torch::equal(cache::selectTokens(made, count), std::get<0>(order.sort(-1))));
    }
}

void TestScoreOps::scoresKeepGradients()
{
    cache::TokenScore score;
    score.grid = {1, 2, 2};
    score.ages = torch::zeros({1, 4});
    score.terms = {torch::rand({1, 4}).requires_grad_(true)};
    score.weights = {0.5};
    QVERIFY(cache::scored(score).requires_grad());
}

void TestScoreOps::agesAreRenewed()
{
    auto ages = torch::tensor({{0.0F, 2.0F, 5.0F}, {1.0F, 1.0F, 0.0F}});
    cache::renewAges(ages, torch::tensor({{0, 2}, {1, 2}}, torch::kInt64));
    QVERIFY(torch::equal(ages, torch::tensor({{0.0F, 3.0F, 0.0F}, {2.0F, 0.0F, 0.0F}})));
    cache::renewAges(ages, {});
    QVERIFY(torch::equal(ages, torch::tensor({{1.0F, 4.0F, 1.0F}, {3.0F, 1.0F, 1.0F}})));
    auto part = torch::zeros({2, 6}).narrow(1, 0, 3); // no whole rows of memory
    cache::renewAges(part, torch::tensor({{1}, {0}}, torch::kInt64));
    QVERIFY(torch::equal(part, torch::tensor({{1.0F, 0.0F, 1.0F}, {0.0F, 1.0F, 1.0F}})));
}

void TestScoreOps::derivativesHaveTheSameBits()
{
    const torch::NoGradGuard noGradients;
    std::vector<torch::Tensor> kept;
    std::vector<torch::Tensor> expected;
    for (int step = 0; step < 6; ++step) {
        const auto output = torch::randn({2, 37, 21});
        std::vector<torch::Tensor> next{output};
        for (std::size_t i = 0; i < 3 && i < expected.size(); ++i)
            next.push_back((next[i] - expected[i]) / -3.0);
        expected = next;
        kept = cache::renewedDerivatives(std::move(kept), output, -3.0, 3);
        QCOMPARE(kept.size(), expected.size());
        for (std::size_t i = 0; i < kept.size(); ++i)
            QVERIFY(torch::equal(kept[i], expected[i]));
    }
    QCOMPARE(kept.size(), std::size_t{4});
}

void TestScoreOps::derivativesAreAllocatedOnce()
{
    const torch::NoGradGuard noGradients;
    std::vector<torch::Tensor> kept;
    for (int step = 0; step < 4; ++step)
        kept = cache::renewedDerivatives(std::move(kept), torch::randn({4, 8}), 2, 2);
    const void* const first = kept[1].data_ptr();
    const void* const second = kept[2].data_ptr();
    kept = cache::renewedDerivatives(std::move(kept), torch::randn({4, 8}), 2, 2);
    QCOMPARE(kept[1].data_ptr(), first);
    QCOMPARE(kept[2].data_ptr(), second);
}

void TestScoreOps::derivativesOfAnOutputInUseStay()
{
    const torch::NoGradGuard noGradients;
    const auto output = torch::randn({4, 8}), copy = output.clone();
    auto kept = cache::renewedDerivatives({}, output, 1, 2);
    kept = cache::renewedDerivatives(std::move(kept), torch::randn({4, 8}), 1, 2);
    kept = cache::renewedDerivatives(std::move(kept), torch::randn({4, 8}), 1, 2);
    QVERIFY(torch::equal(output, copy)); // the module's output may still be read
}

void TestScoreOps::derivativesKeepGradients()
{
    const auto output = torch::randn({4, 8}).requires_grad_(true);
    const auto kept = cache::renewedDerivatives({torch::randn({4, 8})}, output, 2, 1);
    QVERIFY(kept[1].requires_grad());
    QVERIFY(cache::taylorSum(kept, 1, 1).requires_grad());
}

void TestScoreOps::sumsAreTheSame_data()
{
    QTest::addColumn<bool>("isHalf");
    QTest::addColumn<int>("order");
    QTest::newRow("first order") << false << 1;
    QTest::newRow("fourth order") << false << 4;
    QTest::newRow("half") << true << 2;
}

void TestScoreOps::sumsAreTheSame()
{
    QFETCH(bool, isHalf);
    QFETCH(int, order);
    const torch::NoGradGuard noGradients;
    std::vector<torch::Tensor> derivatives;
    for (int i = 0; i <= order; ++i)
        derivatives.push_back(torch::randn({2, 19, 30}).to(isHalf ? torch::kBFloat16 : torch::kFloat32));
    auto exact = derivatives[0].to(torch::kFloat64);
    double coefficient = 1;
    for (int i = 1; i <= order; ++i) {
        coefficient *= -2.0 / i;
        exact = exact + coefficient * derivatives[static_cast<std::size_t>(i)].to(torch::kFloat64);
    }
    const auto sum = cache::taylorSum(derivatives, -2, order);
    QCOMPARE(sum.scalar_type(), derivatives[0].scalar_type());
    // A rounding of each addend, or the one of a bfloat16 at the end; values are below 16.
    QVERIFY((sum.to(torch::kFloat64) - exact).abs().max().item<double>() <= (isHalf ? 16.0 / 512 : 1e-5));
}

QTEST_GUILESS_MAIN(TestScoreOps)
#include "tst_score_ops.moc"
