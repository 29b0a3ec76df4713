// SPDX-License-Identifier: Apache-2.0
#include "kernels/token_scores_body.h"

#include <QtTest>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace toca::kernels;

/// Scores of tokens against their definition, written out.
class TestTokenScoresKernel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void sumIsRoundedStepByStep();
    void bonusGoesToTheFirstMaximumOfEachBlock_data();
    void bonusGoesToTheFirstMaximumOfEachBlock();
    void nanTakesTheBonus();
    void bodiesAreTheSame();
};

namespace {

struct Scores {
    std::vector<float> ages, first, second, score;
    TokenScores operation;

    Scores(std::int64_t rows, std::int64_t frames, std::int64_t gridRows, std::int64_t gridColumns)
    {
        operation.rows = rows;
        operation.frames = frames;
        operation.gridRows = gridRows;
        operation.gridColumns = gridColumns;
        const auto count = static_cast<std::size_t>(rows * operation.tokens());
        std::mt19937 random(7);
        std::uniform_real_distribution<float> uniform;
        for (std::size_t i = 0; i < count; ++i) {
            ages.push_back(static_cast<float>(random() % 7U));
            first.push_back(uniform(random));
            second.push_back(uniform(random));
        }
        score.resize(count, -1);
        operation.ages = ages.data();
        operation.ageWeight = 0.25F;
        operation.interval = 3;
        operation.terms[0] = first.data();
        operation.terms[1] = second.data();
        operation.weights[1] = 0.7F;
        operation.termCount = 2;
        operation.score = score.data();
    }
};

/// One rounding of each operation: a `volatile` cannot be fused with what follows.
float sumOf(const Scores& scores, std::size_t i)
{
    volatile float age = scores.ages[i] / 3.0F;
    age = 0.25F * age;
    volatile float sum = age + scores.first[i];
    volatile float second = scores.second[i] * 0.7F;
    return sum + second;
}

} // namespace

void TestTokenScoresKernel::sumIsRoundedStepByStep()
{
    Scores scores(2, 1, 7, 9);
    scoreTokens(scores.operation, 0, 1);
    QCOMPARE(scores.score.back(), -1.0F); // the second row is not touched
    scoreTokens(scores.operation, 1, 2);
    for (std::size_t i = 0; i < scores.score.size(); ++i)
        QCOMPARE(scores.score[i], sumOf(scores, i));
}

void TestTokenScoresKernel::bonusGoesToTheFirstMaximumOfEachBlock_data()
{
    QTest::addColumn<int>("frames");
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("columns");
    QTest::addColumn<int>("cell");
    QTest::newRow("whole blocks") << 1 << 8 << 8 << 2;
    QTest::newRow("cut off at the border") << 3 << 7 << 5 << 4;
    QTest::newRow("one block") << 2 << 3 << 3 << 10;
    QTest::newRow("every token") << 1 << 4 << 4 << 1;
}

void TestTokenScoresKernel::bonusGoesToTheFirstMaximumOfEachBlock()
{
    QFETCH(int, frames);
    QFETCH(int, rows);
    QFETCH(int, columns);
    QFETCH(int, cell);
    Scores scores(2, frames, rows, columns);
    for (float& value : scores.first) // few values: ties
        value = std::round(value * 4);
    scores.operation.termCount = 1;
    scores.operation.cell = cell;
    scoreTokens(scores.operation, 0, 2);
    auto expected = scores.score; // the sums
    for (std::size_t frame = 0; frame < static_cast<std::size_t>(2 * frames); ++frame)
        for (int top = 0; top < rows; top += cell)
            for (int left = 0; left < columns; left += cell) {
                std::size_t best = 0;
                bool isFound = false;
                for (int y = top; y < std::min(rows, top + cell); ++y)
                    for (int x = left; x < std::min(columns, left + cell); ++x) {
                        const std::size_t i = (frame * static_cast<std::size_t>(rows) + static_cast<std::size_t>(y))
                                * static_cast<std::size_t>(columns)
                            + static_cast<std::size_t>(x);
                        if (!isFound || scores.score[i] > scores.score[best])
                            best = i;
                        isFound = true;
                    }
                volatile float bonus = 0.6F * expected[best];
                expected[best] += bonus;
            }
    scores.operation.bonus = 0.6F;
    scoreTokens(scores.operation, 0, 2);
    QCOMPARE(scores.score, expected);
}

void TestTokenScoresKernel::nanTakesTheBonus()
{
    Scores scores(1, 1, 2, 2);
    scores.operation.ages = nullptr;
    scores.operation.termCount = 1;
    scores.first = {1, std::numeric_limits<float>::quiet_NaN(), 3, 2};
    scores.operation.terms[0] = scores.first.data();
    scores.operation.cell = 2;
    scores.operation.bonus = 1;
    scoreTokens(scores.operation, 0, 1);
    QCOMPARE(scores.score[2], 3.0F); // as LibTorch's argmax: nothing is larger than NaN
    QVERIFY(std::isnan(scores.score[1]));
}

void TestTokenScoresKernel::bodiesAreTheSame()
{
    Scores here(3, 2, 9, 11), there(3, 2, 9, 11);
    for (Scores* scores : {&here, &there}) {
        scores->operation.cell = 2;
        scores->operation.weights[1] = 0.5F; // exact: this file may be compiled with fused multiplications
        scores->operation.ageWeight = 0.5F;
        scores->operation.bonus = 0.5F;
    }
    scoreTokens(here.operation, 0, 3);
    const ScoreSumBody sums{there.operation};
    for (std::int64_t i = 0; i < sums.count(); ++i)
        sums(i);
    const SpatialBonusBody bonuses{there.operation};
    QCOMPARE(bonuses.count(), 3 * 2 * 5 * 6);
    for (std::int64_t i = bonuses.count(); i-- > 0;) // in any order
        bonuses(i);
    for (std::size_t i = 0; i < here.score.size(); ++i)
        QVERIFY(std::abs(there.score[i] - here.score[i]) <= 1e-6F);
}

QTEST_GUILESS_MAIN(TestTokenScoresKernel)
#include "tst_token_scores_kernel.moc"
