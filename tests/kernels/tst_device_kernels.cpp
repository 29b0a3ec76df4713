// SPDX-License-Identifier: Apache-2.0
// Every GPU kernel against the CPU's, where there is a GPU; without LibTorch, so that any GPU machine can run it.
#include "kernels/attention_scores.h"
#include "kernels/cache_codec.h"
#include "kernels/gated_add.h"
#include "kernels/norm_modulate.h"
#include "kernels/row_moves.h"
#include "kernels/select_tokens.h"
#include "kernels/taylor.h"
#include "kernels/token_scores.h"
#include "random_values.h"

#include <QtTest>

#include <cuda_runtime_api.h>

#include <cmath>
#include <random>
#include <vector>

using namespace toca::kernels;
using toca::test::randomValues;

class TestDeviceKernels : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void rowsMove();
    void gatedAddEqualsTheCpu();
    void normModulateEqualsTheCpu();
    void taylorEqualsTheCpu();
    void scoresHaveTheCpusBits();
    void selectionIsTheCpus();
    void attentionEqualsTheCpu();
    void codesAreTheCpus();

private:
    cudaStream_t m_stream = nullptr; ///< not the default one: kernels must be launched on the caller's
};

namespace {

/// A copy on the GPU.
template <class T>
class OnDevice {
public:
    explicit OnDevice(const std::vector<T>& values)
        : m_count(values.size())
    {
        if (cudaMalloc(&m_memory, m_count * sizeof(T)) != cudaSuccess
            || cudaMemcpy(m_memory, values.data(), m_count * sizeof(T), cudaMemcpyHostToDevice) != cudaSuccess)
            qFatal("no memory on the GPU");
    }
    ~OnDevice() { cudaFree(m_memory); }
    OnDevice(const OnDevice&) = delete;
    OnDevice& operator=(const OnDevice&) = delete;
    T* get() const { return static_cast<T*>(m_memory); }
    std::vector<T> values() const
    {
        std::vector<T> result(m_count);
        if (cudaDeviceSynchronize() != cudaSuccess
            || cudaMemcpy(result.data(), m_memory, m_count * sizeof(T), cudaMemcpyDeviceToHost) != cudaSuccess)
            qFatal("a kernel failed: %s", cudaGetErrorString(cudaGetLastError()));
        return result;
    }

private:
    std::size_t m_count;
    void* m_memory = nullptr;
};

bool areClose(const std::vector<float>& a, const std::vector<float>& b, float tolerance)
{
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!(std::abs(a[i] - b[i]) <= tolerance))
            return false;
    return a.size() == b.size();
}

} // namespace

void TestDeviceKernels::initTestCase()
{
    int count = 0;
    if (cudaGetDeviceCount(&count) != cudaSuccess || count == 0)
        QSKIP("no GPU was found: the kernels' bodies are tested on the CPU by tst_blocks");
    QCOMPARE(cudaStreamCreateWithFlags(&m_stream, cudaStreamNonBlocking), cudaSuccess);
}

void TestDeviceKernels::cleanupTestCase()
{
    if (m_stream)
        cudaStreamDestroy(m_stream);
}

void TestDeviceKernels::rowsMove()
{
    constexpr std::int64_t kBatches = 4, kTokens = 50, kChosen = 7, kWidth = 9;
    auto table = randomValues(kBatches * kTokens * kWidth, 1);
    const std::vector<std::int64_t> ids{3, 49, 0, 7, 22, 8, 11, 1, 2, 44, 5, 6, 30, 9};
    std::vector<float> packed(kBatches * kChosen * kWidth);
    RowMove move{table.data(), packed.data(), ids.data(), kBatches, kChosen, kTokens, kWidth * 4, 2};
    gatherRows(move, 0, move.rows());
    const OnDevice<float> tableThere(table), packedThere(std::vector<float>(packed.size()));
    const OnDevice<std::int64_t> idsThere(ids);
    RowMove there = move;
    there.table = tableThere.get();
    there.packed = packedThere.get();
    there.ids = idsThere.get();
    QCOMPARE(gatherRowsCuda(there, m_stream), 0);
    QCOMPARE(packedThere.values(), packed);
    const OnDevice<float> emptyThere(std::vector<float>(table.size()));
    there.table = emptyThere.get();
    QCOMPARE(scatterRowsCuda(there, m_stream), 0);
    std::vector<float> scattered(table.size());
    move.table = scattered.data();
    scatterRows(move, 0, move.rows());
    QCOMPARE(emptyThere.values(), scattered);
}

void TestDeviceKernels::gatedAddEqualsTheCpu()
{
    constexpr std::int64_t kBatches = 2, kTokens = 33;
    for (const std::int64_t width : {37, 160, 1152}) {
        auto x = randomValues(static_cast<std::size_t>(kBatches * kTokens * width), 1);
        const auto y = randomValues(x.size(), 2), gate = randomValues(static_cast<std::size_t>(kBatches * width), 3);
        const OnDevice<float> xThere(x), yThere(y), gateThere(gate);
        GatedAdd operation{
            Element::Float32, x.data(), y.data(), gate.data(), x.data(), kBatches, kTokens, width, width};
        gatedAdd(operation, 0, operation.rows());
        operation.x = operation.out = xThere.get();
        operation.y = yThere.get();
        operation.gate = gateThere.get();
        QCOMPARE(gatedAddCuda(operation, m_stream), 0);
        QVERIFY(areClose(xThere.values(), x, 2e-6F));
    }
}

void TestDeviceKernels::normModulateEqualsTheCpu()
{
    constexpr std::int64_t kBatches = 2, kTokens = 40, kChosen = 3;
    const std::vector<std::int64_t> ids{39, 0, 17, 5, 8, 2};
    const OnDevice<std::int64_t> idsThere(ids);
    for (const std::int64_t width : {37, 160, 1152}) {
        const auto x = randomValues(static_cast<std::size_t>(kBatches * kTokens * width), 1, 3),
                   vectors = randomValues(static_cast<std::size_t>(kBatches * 2 * width), 2);
        std::vector<float> expected(static_cast<std::size_t>(kBatches * kChosen * width));
        NormModulate operation;
        operation.x = x.data();
        operation.ids = ids.data();
        operation.shift = vectors.data();
        operation.scale = vectors.data() + width;
        operation.out = expected.data();
        operation.batches = kBatches;
        operation.chosen = kChosen;
        operation.tokens = kTokens;
        operation.width = width;
        operation.shiftStride = operation.scaleStride = 2 * width;
        normModulate(operation, 0, operation.rows());
        const OnDevice<float> xThere(x), vectorsThere(vectors), outThere(std::vector<float>(expected.size()));
        operation.x = xThere.get();
        operation.ids = idsThere.get();
        operation.shift = vectorsThere.get();
        operation.scale = vectorsThere.get() + width;
        operation.out = outThere.get();
        QCOMPARE(normModulateCuda(operation, m_stream), 0);
        QVERIFY(areClose(outThere.values(), expected, 2e-5F));
    }
}

void TestDeviceKernels::taylorEqualsTheCpu()
{
    for (const std::size_t count : {std::size_t{1001}, std::size_t{320} * 160}) {
        const auto output = randomValues(count, 1), old = randomValues(count, 2);
        auto first = randomValues(count, 3), second = randomValues(count, 4);
        const OnDevice<float> outputThere(output), oldThere(old), firstThere(first), secondThere(second);
        TaylorUpdate update;
        update.output = output.data();
        update.oldOutput = old.data();
        update.derivatives[0] = first.data();
        update.derivatives[1] = second.data();
        update.order = update.known = 2;
        update.distance = 3;
        update.count = static_cast<std::int64_t>(count);
        taylorUpdate(update, 0, update.count);
        update.output = outputThere.get();
        update.oldOutput = oldThere.get();
        update.derivatives[0] = firstThere.get();
        update.derivatives[1] = secondThere.get();
        QCOMPARE(taylorUpdateCuda(update, m_stream), 0);
        QVERIFY(areClose(firstThere.values(), first, 1e-6F));
        QVERIFY(areClose(secondThere.values(), second, 1e-6F));

        std::vector<float> sum(count);
        const OnDevice<float> sumThere(sum);
        TaylorSum forecast;
        forecast.output = output.data();
        forecast.derivatives[0] = first.data();
        forecast.derivatives[1] = second.data();
        forecast.coefficients[0] = 2;
        forecast.coefficients[1] = 2;
        forecast.order = 2;
        forecast.out = sum.data();
        forecast.count = update.count;
        taylorSum(forecast, 0, forecast.count);
        forecast.output = outputThere.get();
        forecast.derivatives[0] = firstThere.get();
        forecast.derivatives[1] = secondThere.get();
        forecast.out = sumThere.get();
        QCOMPARE(taylorSumCuda(forecast, m_stream), 0);
        QVERIFY(areClose(sumThere.values(), sum, 1e-5F));
    }
}

void TestDeviceKernels::scoresHaveTheCpusBits()
{
    constexpr std::int64_t kRows = 2, kEdge = 17;
    const std::size_t count = kRows * kEdge * kEdge;
    std::vector<float> ages(count), score(count);
    std::mt19937 random(1);
    for (float& age : ages)
        age = static_cast<float>(random() % 6U);
    const auto first = randomValues(count, 2), second = randomValues(count, 3);
    const OnDevice<float> agesThere(ages), firstThere(first), secondThere(second), scoreThere(score);
    TokenScores operation;
    operation.ages = ages.data();
    operation.ageWeight = 0.25F;
    operation.interval = 3;
    operation.terms[0] = first.data();
    operation.terms[1] = second.data();
    operation.weights[1] = 0.35F;
    operation.termCount = 2;
    operation.score = score.data();
    operation.rows = kRows;
    operation.frames = 1;
    operation.gridRows = operation.gridColumns = kEdge;
    operation.cell = 2;
    operation.bonus = 0.6F;
    scoreTokens(operation, 0, kRows);
    operation.ages = agesThere.get();
    operation.terms[0] = firstThere.get();
    operation.terms[1] = secondThere.get();
    operation.score = scoreThere.get();
    QCOMPARE(scoreTokensCuda(operation, m_stream), 0);
    QCOMPARE(scoreThere.values(), score);
}

void TestDeviceKernels::selectionIsTheCpus()
{
    constexpr std::int64_t kRows = 2;
    for (const std::int64_t tokens : {31, 256, 4096, 23850})
        for (const std::int64_t count : {std::int64_t{1}, tokens / 7, tokens}) {
            auto score = randomValues(static_cast<std::size_t>(kRows * tokens), 5);
            for (std::size_t i = 0; i < static_cast<std::size_t>(tokens); ++i)
                score[i] = std::round(score[i]); // ties
            std::vector<std::int64_t> expected(static_cast<std::size_t>(kRows * count));
            std::vector<float> ages(score.size(), 2);
            std::vector<std::uint64_t> scratch;
            const OnDevice<float> scoreThere(score), agesThere(ages);
            const OnDevice<std::int64_t> idsThere(expected);
            for (std::int64_t row = 0; row < kRows; ++row) {
                selectTokens(score.data() + row * tokens, tokens, count, expected.data() + row * count, scratch);
                renewAges(ages.data() + row * tokens, tokens, expected.data() + row * count, count);
            }
            QCOMPARE(selectTokensCuda(scoreThere.get(), kRows, tokens, count, idsThere.get(), m_stream), 0);
            QCOMPARE(renewAgesCuda(agesThere.get(), kRows, tokens, idsThere.get(), count, m_stream), 0);
            QCOMPARE(idsThere.values(), expected);
            QCOMPARE(agesThere.values(), ages);
        }
}

void TestDeviceKernels::attentionEqualsTheCpu()
{
    constexpr std::int64_t kBatches = 2, kHeads = 4, kQueries = 65;
    for (const std::int64_t length : {5, 120, 300}) {
        const auto raw = randomValues(static_cast<std::size_t>(kBatches * kHeads * kQueries * length), 6, 3);
        auto map = raw;
        std::vector<float> sums(static_cast<std::size_t>(kBatches * kHeads * length), 0.5F);
        const OnDevice<float> rawThere(raw), sumsThere(sums),
            logSumExpThere(std::vector<float>(kBatches * kHeads * kQueries));
        for (std::int64_t m = 0; m < kBatches * kHeads; ++m)
            addReceivedAttention(map.data() + m * kQueries * length, kQueries, length, 0.3F, sums.data() + m * length);
        const ReceivedAttention received{Element::Float32, rawThere.get(), logSumExpThere.get(), sumsThere.get(),
            kBatches * kHeads, kQueries, length, 0.3F};
        QCOMPARE(logSumExpCuda(received, m_stream), 0);
        QCOMPARE(receivedAttentionCuda(received, m_stream), 0);
        QVERIFY(areClose(sumsThere.values(), sums, 2e-4F));

        map = raw;
        std::vector<float> entropy(kBatches * kQueries), mean(static_cast<std::size_t>(length));
        const OnDevice<float> entropyThere(entropy);
        AttentionEntropy operation{
            Element::Float32, map.data(), entropy.data(), kBatches, kHeads, kQueries, length, 0.7F, 0.5F};
        attentionEntropy(operation, 0, operation.rows(), mean.data());
        operation.scores = rawThere.get();
        operation.entropy = entropyThere.get();
        QCOMPARE(attentionEntropyCuda(operation, m_stream), 0);
        QVERIFY(areClose(rawThere.values(), map, 5e-6F));
        QVERIFY(areClose(entropyThere.values(), entropy, 2e-5F));
    }
}

void TestDeviceKernels::codesAreTheCpus()
{
    constexpr std::int64_t kRows = 37, kWidth = 165;
    const auto first = randomValues(kRows * kWidth, 1, 4), second = randomValues(kRows * kWidth, 2, 4);
    const std::vector<std::int8_t> noCodes(kRows * kWidth);
    auto codes0 = noCodes, codes1 = noCodes;
    std::vector<float> scales0(kRows), scales1(kRows), out(kRows * kWidth);
    const OnDevice<float> firstThere(first), secondThere(second), scales0There(scales0), scales1There(scales1),
        outThere(out);
    const OnDevice<std::int8_t> codes0There(noCodes), codes1There(noCodes);
    EncodeRows encoding;
    encoding.features = first.data();
    encoding.to = {codes0.data(), scales0.data()};
    encoding.batches = 1;
    encoding.chosen = encoding.tokens = kRows;
    encoding.width = kWidth;
    encodeRows(encoding, 0, kRows);
    encoding.features = firstThere.get();
    encoding.to = {codes0There.get(), scales0There.get()};
    QCOMPARE(encodeRowsCuda(encoding, m_stream), 0);
    QCOMPARE(codes0There.values(), codes0);
    QCOMPARE(scales0There.values(), scales0);

    RenewFactors renewing;
    renewing.features = second.data();
    renewing.factors[0] = {codes0.data(), scales0.data()};
    renewing.factors[1] = {codes1.data(), scales1.data()};
    renewing.held = 1;
    renewing.made = 2;
    renewing.distance = 3;
    renewing.rows = kRows;
    renewing.width = kWidth;
    renewFactors(renewing, 0, kRows);
    renewing.features = secondThere.get();
    renewing.factors[0] = {codes0There.get(), scales0There.get()};
    renewing.factors[1] = {codes1There.get(), scales1There.get()};
    QCOMPARE(renewFactorsCuda(renewing, m_stream), 0);
    QCOMPARE(codes0There.values(), codes0);
    QCOMPARE(codes1There.values(), codes1);

    DecodeRows decoding;
    decoding.terms[0] = {codes0.data(), scales0.data()};
    decoding.terms[1] = {codes1.data(), scales1.data()};
    decoding.weights = {1.0F, 2.0F};
    decoding.count = 2;
    decoding.x = first.data();
    decoding.out = out.data();
    decoding.batches = 1;
    decoding.tokens = kRows;
    decoding.width = kWidth;
    decodeRows(decoding, 0, kRows);
    decoding.terms[0] = renewing.factors[0];
    decoding.terms[1] = renewing.factors[1];
    decoding.x = firstThere.get();
    decoding.out = outThere.get();
    QCOMPARE(decodeRowsCuda(decoding, m_stream), 0);
    QCOMPARE(outThere.values(), out);
}

QTEST_GUILESS_MAIN(TestDeviceKernels)
#include "tst_device_kernels.moc"
