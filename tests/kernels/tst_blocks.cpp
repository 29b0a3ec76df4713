// SPDX-License-Identifier: Apache-2.0
#include "host_block.h"
#include "kernels/attention_scores_body.h"
#include "kernels/gated_add_body.h"
#include "kernels/norm_modulate_body.h"
#include "kernels/select_tokens.h"
#include "kernels/select_tokens_body.h"
#include "random_values.h"

#include <QtTest>

#include <cmath>
#include <vector>

using namespace toca::kernels;
using toca::test::BlockRunner;
using toca::test::kThreadOrders;
using toca::test::randomValues;
using toca::test::ThreadOrder;

/// What the GPU's blocks run, executed on this CPU against the CPU's own kernels: places, edges, barriers and sums.
class TestBlocks : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void runnerFindsAMissingBarrier();
    void runnerFindsABarrierThatNotAllReach();
    void normModulate_data();
    void normModulate();
    void gatedAddInPacks();
    void receivedAttention_data();
    void receivedAttention();
    void entropy_data();
    void entropy();
    void maskedAndDamagedRows();
    void selection_data();
    void selection();
    void ages();
};

namespace {

std::vector<BFloat16> halvesOf(const std::vector<float>& values)
{
    std::vector<BFloat16> halves(values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        fromFloat(halves[i], values[i]);
    return halves;
}

bool areClose(const std::vector<float>& a, const std::vector<float>& b, float tolerance)
{
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!(std::abs(a[i] - b[i]) <= tolerance))
            return false;
    return a.size() == b.size();
}

/// Each thread reads its neighbour's mark; without the barrier it may not be there yet.
struct NeighbourBody {
    struct Shared {
        int marks[64];
    };
    bool hasBarrier;
    int* seen;
    template <class Block>
    void run(Block& block) const
    {
        auto& shared = block.template shared<Shared>();
        shared.marks[block.thread()] = block.thread();
        if (hasBarrier)
            block.sync();
        seen[block.thread()] = shared.marks[(block.thread() + 1) % block.threads()];
    }
};

struct UnevenBody {
    struct Shared { };
    template <class Block>
    void run(Block& block) const
    {
        if (block.thread() != 5)
            block.sync();
    }
};

} // namespace

void TestBlocks::runnerFindsAMissingBarrier()
{
    for (const bool hasBarrier : {true, false}) {
        int wrong = 0;
        for (const ThreadOrder order : kThreadOrders) {
            std::vector<int> seen(64);
            BlockRunner::run(NeighbourBody{hasBarrier, seen.data()}, 1, 64, order);
            for (int thread = 0; thread < 64; ++thread)
                wrong += seen[static_cast<std::size_t>(thread)] != (thread + 1) % 64;
        }
        QCOMPARE(wrong == 0, hasBarrier);
    }
}

void TestBlocks::runnerFindsABarrierThatNotAllReach()
{
    QVERIFY_EXCEPTION_THROWN(BlockRunner::run(UnevenBody{}, 1, 64, ThreadOrder::Ascending), std::runtime_error);
}

void TestBlocks::normModulate_data()
{
    QTest::addColumn<int>("width");
    QTest::addColumn<bool>("hasIds");
    QTest::newRow("one warp's step") << 128 << true;
    QTest::newRow("embedded model") << 160 << false;
    QTest::newRow("DiT-XL") << 1152 << true;
    QTest::newRow("no packs") << 37 << true;
}

void TestBlocks::normModulate()
{
    QFETCH(int, width);
    QFETCH(bool, hasIds);
    constexpr std::int64_t kBatches = 2, kTokens = 7, kChosen = 5;
    const std::vector<std::int64_t> ids{6, 0, 3, 1, 5, 2, 2, 4, 0, 6};
    const auto x = randomValues(static_cast<std::size_t>(kBatches * kTokens * width), 1, 3),
               vectors = randomValues(static_cast<std::size_t>(kBatches * 3 * width), 2);
    NormModulate operation;
    operation.x = x.data();
    operation.ids = hasIds ? ids.data() : nullptr;
    operation.shift = vectors.data();
    operation.scale = vectors.data() + 2 * width;
    operation.batches = kBatches;
    operation.chosen = hasIds ? kChosen : kTokens;
    operation.tokens = kTokens;
    operation.width = width;
    operation.shiftStride = operation.scaleStride = 3 * width;
    std::vector<float> expected(static_cast<std::size_t>(operation.rows() * width)), out(expected.size());
    operation.out = expected.data();
    toca::kernels::normModulate(operation, 0, operation.rows());
    operation.out = out.data();
    for (const ThreadOrder order : kThreadOrders) {
        std::fill(out.begin(), out.end(), 0.0F);
        const NormModulateBody<float, float> single{operation};
        BlockRunner::run(single, single.blocks(), single.kThreads, order);
        QVERIFY(areClose(out, expected, 2e-5F)); // another order of additions, values up to 16
        if (width % Pack::kValues == 0) {
            std::fill(out.begin(), out.end(), 0.0F);
            const NormModulateBody<Pack, float> packs{operation};
            BlockRunner::run(packs, packs.blocks(), packs.kThreads, order);
            QVERIFY(areClose(out, expected, 2e-5F));
        }
    }
    // bfloat16 inputs, the same sums.
    const auto xHalf = halvesOf(x), vectorsHalf = halvesOf(vectors);
    std::vector<BFloat16> halfExpected(expected.size()), halfOut(expected.size());
    operation.element = Element::BFloat16;
    operation.x = xHalf.data();
    operation.shift = vectorsHalf.data();
    operation.scale = vectorsHalf.data() + 2 * width;
    operation.out = halfExpected.data();
    toca::kernels::normModulate(operation, 0, operation.rows());
    operation.out = halfOut.data();
    const NormModulateBody<float, BFloat16> half{operation};
    BlockRunner::run(half, half.blocks(), half.kThreads, ThreadOrder::Shuffled);
    for (std::size_t i = 0; i < halfOut.size(); ++i) {
        const float a = toFloat(halfOut[i]), b = toFloat(halfExpected[i]);
        QVERIFY(std::abs(a - b) <= std::abs(b) / 128 + 1e-4F); // the last bit, where a sum differs in its own
    }
}

void TestBlocks::gatedAddInPacks()
{
    constexpr std::int64_t kBatches = 2, kTokens = 3, kWidth = 20, kStride = 2 * kWidth;
    const auto x = randomValues(kBatches * kTokens * kWidth, 1), y = randomValues(x.size(), 2),
               gate = randomValues(kBatches * kStride, 3);
    std::vector<float> expected(x.size()), out(x.size());
    GatedAdd operation{
        Element::Float32, x.data(), y.data(), gate.data(), expected.data(), kBatches, kTokens, kWidth, kStride};
    gatedAdd(operation, 0, operation.rows());
    operation.out = out.data();
    const GatedAddBody<Pack, float> body{operation};
    QCOMPARE(body.count(), kBatches * kTokens * kWidth / Pack::kValues);
    for (std::int64_t i = 0; i < body.count(); ++i)
        body(i);
    QVERIFY(areClose(out, expected, 1e-6F)); // fused or not
}

void TestBlocks::receivedAttention_data()
{
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("length");
    QTest::newRow("small") << 3 << 5;
    QTest::newRow("whole stripes") << 64 << 64;
    QTest::newRow("uneven") << 19 << 77;
    QTest::newRow("more keys than rows") << 2 << 300;
}

void TestBlocks::receivedAttention()
{
    QFETCH(int, rows);
    QFETCH(int, length);
    constexpr std::int64_t kMaps = 3;
    const auto size = static_cast<std::size_t>(kMaps * rows * length);
    const auto scores = randomValues(size, 4, 5);
    std::vector<float> expected(static_cast<std::size_t>(kMaps * length), 0.25F);
    auto work = scores;
    for (std::int64_t map = 0; map < kMaps; ++map)
        addReceivedAttention(work.data() + map * rows * length, rows, length, 0.3F, expected.data() + map * length);
    for (const ThreadOrder order : kThreadOrders) {
        std::vector<float> sums(expected.size(), 0.25F), logSumExp(static_cast<std::size_t>(kMaps * rows));
        ReceivedAttention operation{
            Element::Float32, scores.data(), logSumExp.data(), sums.data(), kMaps, rows, length, 0.3F};
        const LogSumExpBody<float> first{operation};
        BlockRunner::run(first, first.blocks(), first.kThreads, order);
        const ReceivedAttentionBody<float> second{operation};
        BlockRunner::run(second, second.blocks(), second.kThreads, order);
        QVERIFY(areClose(sums, expected, 2e-6F * static_cast<float>(rows))); // a rounding of each row's share
    }
    const auto halves = halvesOf(scores);
    std::vector<float> sums(expected.size(), 0.25F), logSumExp(static_cast<std::size_t>(kMaps * rows));
    ReceivedAttention operation{
        Element::BFloat16, halves.data(), logSumExp.data(), sums.data(), kMaps, rows, length, 0.3F};
    const LogSumExpBody<BFloat16> first{operation};
    BlockRunner::run(first, first.blocks(), first.kThreads, ThreadOrder::Shuffled);
    const ReceivedAttentionBody<BFloat16> second{operation};
    BlockRunner::run(second, second.blocks(), second.kThreads, ThreadOrder::Shuffled);
    QVERIFY(areClose(sums, expected, 0.03F * static_cast<float>(rows))); // scores rounded to 1 in 256
}

void TestBlocks::entropy_data()
{
    QTest::addColumn<int>("length");
    for (const int length : {1, 7, 32, 120, 300})
        QTest::addRow("%d", length) << length;
}

void TestBlocks::entropy()
{
    QFETCH(int, length);
    constexpr std::int64_t kBatches = 2, kHeads = 5, kQueries = 3;
    const auto raw = randomValues(static_cast<std::size_t>(kBatches * kHeads * kQueries * length), 5, 3);
    auto map = raw;
    std::vector<float> expected(kBatches * kQueries), mean(static_cast<std::size_t>(length));
    AttentionEntropy operation;
    operation.scores = map.data();
    operation.entropy = expected.data();
    operation.batches = kBatches;
    operation.heads = kHeads;
    operation.queries = kQueries;
    operation.length = length;
    operation.scale = 0.7F;
    operation.weight = 0.5F;
    attentionEntropy(operation, 0, operation.rows(), mean.data());
    for (const ThreadOrder order : kThreadOrders) {
        auto scores = raw;
        std::vector<float> entropy(expected.size());
        AttentionEntropy same = operation;
        same.scores = scores.data();
        same.entropy = entropy.data();
        const AttentionEntropyBody<float> body{same};
        QVERIFY(body.fits());
        BlockRunner::run(body, body.blocks(), body.kThreads, order);
        QVERIFY(areClose(scores, map, 2e-6F));
        QVERIFY(areClose(entropy, expected, 1e-5F));
    }
}

void TestBlocks::maskedAndDamagedRows()
{
    constexpr std::int64_t kLength = 40;
    auto scores = randomValues(3 * kLength, 6);
    for (const std::size_t masked : {std::size_t{0}, std::size_t{31}, std::size_t{39}})
        scores[masked] = -INFINITY;
    scores[kLength + 3] = NAN;
    scores[2 * kLength + 5] = 1e30F; // a row of one
    std::vector<float> logSumExp(3), sums(kLength, 0.0F);
    ReceivedAttention operation{Element::Float32, scores.data(), logSumExp.data(), sums.data(), 1, 3, kLength, 1};
    const LogSumExpBody<float> body{operation};
    BlockRunner::run(body, body.blocks(), body.kThreads, ThreadOrder::Shuffled);
    QVERIFY(std::isfinite(logSumExp[0]));
    QVERIFY(std::isnan(logSumExp[1]));
    QCOMPARE(logSumExp[2], 1e30F);
}

void TestBlocks::selection_data()
{
    QTest::addColumn<int>("tokens");
    QTest::addColumn<int>("count");
    QTest::newRow("one of one") << 1 << 1;
    QTest::newRow("few") << 31 << 4;
    QTest::newRow("a block") << 256 << 102;
    QTest::newRow("all") << 320 << 320;
    QTest::newRow("many") << 1500 << 333;
}

void TestBlocks::selection()
{
    QFETCH(int, tokens);
    QFETCH(int, count);
    constexpr std::int64_t kRows = 3;
    auto scores = randomValues(static_cast<std::size_t>(kRows * tokens), 8);
    for (std::size_t i = 0; i < scores.size(); ++i) // the second row is full of ties, the third has NaN
        if (i / static_cast<std::size_t>(tokens) == 1)
            scores[i] = std::round(scores[i]);
    if (tokens > count)
        scores.back() = NAN;
    std::vector<std::int64_t> expected(static_cast<std::size_t>(kRows * count));
    std::vector<std::uint64_t> scratch;
    for (std::int64_t row = 0; row < kRows; ++row)
        selectTokens(scores.data() + row * tokens, tokens, count, expected.data() + row * count, scratch);
    for (const ThreadOrder order : kThreadOrders) {
        std::vector<std::int64_t> ids(expected.size(), -1);
        BlockRunner::run(
            SelectTokensBody{scores.data(), tokens, count, ids.data()}, kRows, SelectTokensBody::kThreads, order);
        QCOMPARE(ids, expected);
    }
}

void TestBlocks::ages()
{
    constexpr std::int64_t kTokens = 600;
    const std::vector<std::int64_t> ids{0, 599, 300, 1, 2, 257};
    std::vector<float> expected(2 * kTokens, 4.0F);
    for (std::int64_t row = 0; row < 2; ++row)
        renewAges(expected.data() + row * kTokens, kTokens, ids.data() + row * 3, 3);
    for (const ThreadOrder order : kThreadOrders) {
        std::vector<float> ages(2 * kTokens, 4.0F);
        BlockRunner::run(RenewAgesBody{ages.data(), kTokens, ids.data(), 3}, 2, RenewAgesBody::kThreads, order);
        QCOMPARE(ages, expected);
    }
}

QTEST_GUILESS_MAIN(TestBlocks)
#include "tst_blocks.moc"
