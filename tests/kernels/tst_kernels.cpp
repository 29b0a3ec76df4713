// SPDX-License-Identifier: Apache-2.0
#include "kernels/gated_add.h"
#include "kernels/row_moves_body.h"
#include "kernels/score_key.h"
#include "kernels/select_tokens.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

using namespace toca::kernels;

/// The kernels against what they mean, written out.
class TestKernels : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void keysOrderAsScoresDo();
    void selectionEqualsAStableSort();
    void nanIsNeverPreferred();
    void rowMovesEqualTheBody_data();
    void rowMovesEqualTheBody();
    void scatterUndoesGather();
    void gatedAddEqualsItsFormula();
};

void TestKernels::keysOrderAsScoresDo()
{
    const float inf = std::numeric_limits<float>::infinity();
    const std::vector<float> ascending{-inf, -3.4e38F, -2.0F, -1e-40F, 0.0F, 1e-40F, 1.5F, 3.4e38F, inf};
    for (std::size_t i = 1; i < ascending.size(); ++i)
        QVERIFY(scoreKey(ascending[i - 1]) < scoreKey(ascending[i]));
    QCOMPARE(scoreKey(-0.0F), scoreKey(0.0F));
    QVERIFY(scoreKey(std::nanf("")) < scoreKey(-inf));
}

void TestKernels::selectionEqualsAStableSort()
{
    std::mt19937 random(5);
    std::vector<std::uint64_t> scratch;
    for (const int tokens : {1, 2, 3, 31, 320, 5000})
        for (int trial = 0; trial < 20; ++trial) {
            std::vector<float> score(static_cast<std::size_t>(tokens));
            for (float& value : score)
                value = static_cast<float>(static_cast<int>(random() % 9) - 4); // many ties
            const int count = 1 + static_cast<int>(random() % static_cast<unsigned>(tokens));
            std::vector<std::int64_t> order(score.size()), ids(static_cast<std::size_t>(count));
            std::iota(order.begin(), order.end(), 0);
            std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
                return score[static_cast<std::size_t>(a)] > score[static_cast<std::size_t>(b)];
            });
            order.resize(static_cast<std::size_t>(count));
            std::sort(order.begin(), order.end());
            selectTokens(score.data(), tokens, count, ids.data(), scratch);
            QCOMPARE(ids, order);
        }
}

void TestKernels::nanIsNeverPreferred()
{
    const float nan = std::nanf("");
    const std::vector<float> score{nan, -1e30F, nan, 2.0F};
    std::vector<std::int64_t> ids(2);
    std::vector<std::uint64_t> scratch;
    selectTokens(score.data(), 4, 2, ids.data(), scratch);
    QCOMPARE(ids, (std::vector<std::int64_t>{1, 3}));
}

void TestKernels::rowMovesEqualTheBody_data()
{
    QTest::addColumn<int>("width"); // 2-byte words in a row
    QTest::newRow("one word") << 1;
    QTest::newRow("odd") << 7;
    QTest::newRow("wide") << 320;
}

void TestKernels::rowMovesEqualTheBody()
{
    QFETCH(int, width);
    constexpr int kBatches = 4, kTokens = 9, kChosen = 3;
    std::vector<std::uint16_t> table(static_cast<std::size_t>(kBatches * kTokens * width)),
        packed(static_cast<std::size_t>(kBatches * kChosen * width));
    std::iota(table.begin(), table.end(), std::uint16_t{1});
    const std::vector<std::int64_t> ids{8, 0, 4, 1, 7, 2}; // two id rows serve four batches
    const RowMove move{table.data(), packed.data(), ids.data(), kBatches, kChosen, kTokens, 2LL * width, 2};
    gatherRows(move, 0, move.rows());
    for (int b = 0; b < kBatches; ++b)
        for (int k = 0; k < kChosen; ++k)
            for (int w = 0; w < width; ++w)
                QCOMPARE(packed[static_cast<std::size_t>((b * kChosen + k) * width + w)],
                    table[static_cast<std::size_t>(
                        (b * kTokens + ids[static_cast<std::size_t>((b % 2) * kChosen + k)]) * width + w)]);
    // The body that the GPU runs, executed here.
    std::vector<std::uint16_t> other(packed.size());
    RowMove same = move;
    same.packed = other.data();
    const RowMoveBody<std::uint16_t, false> body{same};
    for (std::int64_t i = 0; i < body.count(); ++i)
        body(i);
    QCOMPARE(other, packed);
}

void TestKernels::scatterUndoesGather()
{
    constexpr int kTokens = 6, kWidth = 4;
    std::vector<float> table(kTokens * kWidth), packed{10, 11, 12, 13, 20, 21, 22, 23};
    const std::vector<std::int64_t> ids{5, 2};
    const RowMove move{table.data(), packed.data(), ids.data(), 1, 2, kTokens, kWidth * 4, 1};
    scatterRows(move, 0, 1); // rows may be moved in parts
    scatterRows(move, 1, 2);
    QCOMPARE(table[5 * kWidth], 10.0F);
    QCOMPARE(table[2 * kWidth + 3], 23.0F);
    QCOMPARE(std::count(table.begin(), table.end(), 0.0F), 4 * kWidth);
    std::vector<float> again(packed.size());
    RowMove back = move;
    back.packed = again.data();
    gatherRows(back, 0, 2);
    QCOMPARE(again, packed);
    // and by the shared body
    std::vector<float> second(table.size());
    RowMove bodyMove = move;
    bodyMove.table = second.data();
    const RowMoveBody<std::uint32_t, true> body{bodyMove};
    for (std::int64_t i = 0; i < body.count(); ++i)
        body(i);
    QCOMPARE(second, table);
}

void TestKernels::gatedAddEqualsItsFormula()
{
    constexpr std::int64_t kBatches = 2, kTokens = 3, kWidth = 37, kStride = 6 * kWidth; // a chunk of six vectors
    std::mt19937 random(9);
    std::normal_distribution<float> normal;
    const auto fill = [&](std::size_t count) {
        std::vector<float> values(count);
        for (float& value : values)
            value = normal(random);
        return values;
    };
    auto x = fill(kBatches * kTokens * kWidth);
    const auto y = fill(x.size()), gate = fill(kBatches * kStride), before = x;
    GatedAdd operation{
        Element::Float32, x.data(), y.data(), gate.data(), x.data(), kBatches, kTokens, kWidth, kStride}; // over x
    gatedAdd(operation, 0, 2);
    gatedAdd(operation, 2, operation.rows());
    for (std::size_t i = 0; i < x.size(); ++i) {
        const std::size_t row = i / kWidth, c = i % kWidth;
        const double expected =
            static_cast<double>(before[i]) + static_cast<double>(gate[row / kTokens * kStride + c]) * y[i];
        QVERIFY(std::abs(x[i] - expected) <= 1e-6 * (1 + std::abs(expected))); // one rounding of float32, fused or not
    }
}

QTEST_GUILESS_MAIN(TestKernels)
#include "tst_kernels.moc"
