// SPDX-License-Identifier: Apache-2.0
#include "kernels/attention_scores.h"
#include "kernels/cpu/lane_functions.h"
#include "random_values.h"

#include <QtTest>

#include <cmath>
#include <limits>
#include <vector>

using namespace toca::kernels;

/// Column sums and entropies of attention against plain sums in double precision.
class TestAttentionScores : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void functionsAreAccurate();
    void columnSumsEqualTheSoftmax_data();
    void columnSumsEqualTheSoftmax();
    void entropyEqualsItsFormula_data();
    void entropyEqualsItsFormula();
    void hugeScoresDoNotOverflow();
    void maskedKeysReceiveNothing();
    void nanStaysInItsRow();
};

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<float> scoresOf(std::size_t count, float deviation)
{
    return toca::test::randomValues(count, 3, deviation);
}

std::vector<double> softmax(const float* scores, std::int64_t length, double scale)
{
    double largest = -std::numeric_limits<double>::infinity(), sum = 0;
    for (std::int64_t l = 0; l < length; ++l)
        largest = std::max(largest, scale * static_cast<double>(scores[l]));
    std::vector<double> probabilities;
    for (std::int64_t l = 0; l < length; ++l)
        sum += probabilities.emplace_back(std::exp(scale * static_cast<double>(scores[l]) - largest));
    for (double& probability : probabilities)
        probability /= sum;
    return probabilities;
}

void addLengths()
{
    QTest::addColumn<int>("length");
    for (const int length : {1, 2, 15, 16, 17, 25, 120, 300})
        QTest::addRow("%d", length) << length;
}

} // namespace

void TestAttentionScores::functionsAreAccurate()
{
    for (int step = 0; step < 20000; ++step) {
        const float x = -87.0F + 0.004F * static_cast<float>(step),
                    y = std::exp(0.004F * static_cast<float>(step) - 40);
        Lanes e = Lanes{} + x, l = Lanes{} + y;
        exponentials(e);
        logarithms(l);
        const double exact = std::exp(static_cast<double>(x)), log = std::log(static_cast<double>(y));
        QVERIFY(std::abs(static_cast<double>(e[5]) - exact) <= 3e-7 * exact);
        QVERIFY(std::abs(static_cast<double>(l[11]) - log) <= 3e-7 * std::max(1.0, std::abs(log)));
    }
    Lanes low = Lanes{} - 100.0F;
    low[3] = -kInfinity;
    low[4] = std::numeric_limits<float>::quiet_NaN();
    exponentials(low);
    QCOMPARE(low[0], 0.0F);
    QCOMPARE(low[3], 0.0F);
    QVERIFY(std::isnan(low[4]));
}

void TestAttentionScores::columnSumsEqualTheSoftmax_data()
{
    addLengths();
}

void TestAttentionScores::columnSumsEqualTheSoftmax()
{
    QFETCH(int, length);
    constexpr int kRows = 9;
    constexpr float kScale = 0.3F;
    auto scores = scoresOf(static_cast<std::size_t>(kRows * length), 4);
    std::vector<double> expected(static_cast<std::size_t>(length), 0.5); // it adds
    for (int row = 0; row < kRows; ++row) {
        const auto map = softmax(scores.data() + row * length, length, static_cast<double>(kScale));
        for (std::size_t l = 0; l < map.size(); ++l)
            expected[l] += map[l];
    }
    std::vector<float> sums(static_cast<std::size_t>(length), 0.5F);
    addReceivedAttention(scores.data(), kRows, length, kScale, sums.data());
    for (std::size_t l = 0; l < sums.size(); ++l)
        QVERIFY(std::abs(static_cast<double>(sums[l]) - expected[l]) < 1e-6 * kRows); // rounding of each row's share
}

void TestAttentionScores::entropyEqualsItsFormula_data()
{
    addLengths();
}

void TestAttentionScores::entropyEqualsItsFormula()
{
    QFETCH(int, length);
    constexpr int kBatches = 2, kHeads = 3, kQueries = 4;
    const auto raw = scoresOf(static_cast<std::size_t>(kBatches * kHeads * kQueries * length), 3);
    auto scores = raw;
    std::vector<float> entropy(kBatches * kQueries), mean(static_cast<std::size_t>(length));
    AttentionEntropy operation;
    operation.scores = scores.data();
    operation.entropy = entropy.data();
    operation.batches = kBatches;
    operation.heads = kHeads;
    operation.queries = kQueries;
    operation.length = length;
    operation.scale = 0.7F;
    operation.weight = 0.5F;
    attentionEntropy(operation, 0, 3, mean.data());
    attentionEntropy(operation, 3, operation.rows(), mean.data());
    for (int b = 0; b < kBatches; ++b)
        for (int k = 0; k < kQueries; ++k) {
            std::vector<double> p(static_cast<std::size_t>(length), 0.0);
            for (int head = 0; head < kHeads; ++head) {
                const std::ptrdiff_t row = ((b * kHeads + head) * kQueries + k) * std::ptrdiff_t{length};
                const auto map = softmax(raw.data() + row, length, static_cast<double>(operation.scale));
                for (std::size_t l = 0; l < map.size(); ++l) {
                    QVERIFY(std::abs(static_cast<double>(scores[static_cast<std::size_t>(row) + l]) - map[l]) < 1e-6);
                    p[l] += map[l] * 0.5 / kHeads;
                }
            }
            double expected = 0;
            for (const double value : p)
                expected -= value * std::log(value + 1e-7);
            QVERIFY(
                std::abs(static_cast<double>(entropy[static_cast<std::size_t>(b * kQueries + k)]) - expected) < 5e-6);
        }
}

void TestAttentionScores::hugeScoresDoNotOverflow()
{
    std::vector<float> scores{1e30F, 1e30F, -1e30F}, sums(3, 0.0F);
    addReceivedAttention(scores.data(), 1, 3, 1.0F, sums.data());
    QCOMPARE(sums, (std::vector<float>{0.5F, 0.5F, 0.0F}));
}

void TestAttentionScores::maskedKeysReceiveNothing()
{
    auto scores = scoresOf(2 * 20, 1);
    scores[4] = scores[24] = scores[19] = -kInfinity;
    std::vector<float> sums(20, 0.0F);
    addReceivedAttention(scores.data(), 2, 20, 1.0F, sums.data());
    QCOMPARE(sums[4], 0.0F);
    QVERIFY(sums[19] > 0 && sums[19] < 1); // masked in one of the rows only
    float whole = 0;
    for (const float sum : sums)
        whole += sum;
    QVERIFY(std::abs(whole - 2) < 1e-5F);
}

void TestAttentionScores::nanStaysInItsRow()
{
    constexpr int kLength = 18;
    auto scores = scoresOf(2 * kLength, 1);
    scores[17] = std::numeric_limits<float>::quiet_NaN();
    std::vector<float> entropy(2), mean(kLength);
    AttentionEntropy operation;
    operation.scores = scores.data();
    operation.entropy = entropy.data();
    operation.batches = 1;
    operation.heads = 1;
    operation.queries = 2;
    operation.length = kLength;
    attentionEntropy(operation, 0, 2, mean.data());
    QVERIFY(std::isnan(entropy[0]));
    QVERIFY(std::isfinite(entropy[1]));
}

QTEST_GUILESS_MAIN(TestAttentionScores)
#include "tst_attention_scores.moc"
