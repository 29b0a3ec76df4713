// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/lanes.h"
#include "kernels/gated_add.h"
#include "kernels/norm_modulate.h"

#include <QtTest>

#include <cmath>
#include <limits>
#include <random>

using namespace toca::kernels;

/// Gather, norm and modulation in one pass, and the gated residual, against the formulas in double precision.
class TestNormModulate : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void equalsItsFormula_data();
    void equalsItsFormula();
    void takesAllRowsWithoutIds();
    void keepsSmallVarianceOfALargeMean();
    void nanStaysInItsRow();
    void halvesRoundAsFloatsDo();
    void halfGatedAddEqualsItsFormula();
};

namespace {

/// B x K rows out of N, shift and scale between other values.
struct Case {
    std::int64_t batches = 2, tokens = 7, chosen = 3, width = 5, stride = 0;
    std::vector<float> x, vectors, out;
    std::vector<std::int64_t> ids;
    NormModulate operation;

    Case(std::int64_t tokenCount, std::int64_t chosenCount, std::int64_t rowWidth, bool hasIds, float mean = 0)
        : tokens(tokenCount)
        , chosen(chosenCount)
        , width(rowWidth)
        , stride(2 * rowWidth + 3)
    {
        std::mt19937 random(9);
        std::normal_distribution<float> normal(mean, 1.5F), vector(0.0F, 0.7F);
        x.resize(static_cast<std::size_t>(batches * tokens * width));
        vectors.resize(static_cast<std::size_t>(batches * stride));
        out.resize(static_cast<std::size_t>(batches * chosen * width));
        for (float& value : x)
            value = normal(random);
        for (float& value : vectors)
            value = vector(random);
        for (std::int64_t row = 0; hasIds && row < batches * chosen; ++row)
            ids.push_back((row * 5 + row / chosen) % tokens);
        operation.x = x.data();
        operation.ids = hasIds ? ids.data() : nullptr;
        operation.shift = vectors.data();
        operation.scale = vectors.data() + width;
        operation.out = out.data();
        operation.batches = batches;
        operation.chosen = chosen;
        operation.tokens = tokens;
        operation.width = width;
        operation.shiftStride = operation.scaleStride = stride;
    }
    double expected(std::int64_t b, std::int64_t k, std::int64_t c) const
    {
        const std::int64_t token = ids.empty() ? k : ids[static_cast<std::size_t>(b * chosen + k)];
        const float* row = x.data() + (b * tokens + token) * width;
        double mean = 0, variance = 0;
        for (std::int64_t i = 0; i < width; ++i)
            mean += row[i] / static_cast<double>(width);
        for (std::int64_t i = 0; i < width; ++i)
            variance += (row[i] - mean) * (row[i] - mean) / static_cast<double>(width);
        const float* vector = vectors.data() + b * stride;
        return (row[c] - mean) / std::sqrt(variance + static_cast<double>(operation.epsilon))
            * (1.0 + static_cast<double>(vector[width + c]))
            + static_cast<double>(vector[c]);
    }
    /// Largest distance from the formula; NaN when there is one.
    double worst() const
    {
        double worst = 0;
        for (std::int64_t i = 0; i < batches * chosen * width; ++i) {
            const double distance = std::abs(static_cast<double>(out[static_cast<std::size_t>(i)])
                - expected(i / width / chosen, i / width % chosen, i % width));
            worst = distance > worst || std::isnan(distance) ? distance : worst;
        }
        return worst;
    }
};

BFloat16 half(float value)
{
    BFloat16 result;
    fromFloat(result, value);
    return result;
}

} // namespace

void TestNormModulate::equalsItsFormula_data()
{
    QTest::addColumn<int>("width");
    for (const int width : {1, 2, 15, 16, 17, 33, 160, 1152})
        QTest::addRow("%d", width) << width;
}

void TestNormModulate::equalsItsFormula()
{
    QFETCH(int, width);
    Case test(11, 4, width, true);
    // In two pieces, as two threads would.
    normModulate(test.operation, 0, 3);
    normModulate(test.operation, 3, test.operation.rows());
    if (width == 1) // no variance: a division by sqrt(epsilon) of a difference that is exactly 0
        QVERIFY(test.worst() < 1e-3);
    else
        QVERIFY2(test.worst() < 2e-5, qPrintable(QString::number(test.worst()))); // 8 units of the largest outputs
}

void TestNormModulate::takesAllRowsWithoutIds()
{
    Case test(6, 6, 37, false);
    normModulate(test.operation, 0, test.operation.rows());
    QVERIFY(test.worst() < 2e-5);
}

void TestNormModulate::keepsSmallVarianceOfALargeMean()
{
    // E[x^2] - E[x]^2 in float32 would have no correct digit here.
    Case test(4, 2, 320, true, 3000.0F);
    normModulate(test.operation, 0, test.operation.rows());
    QVERIFY2(test.worst() < 5e-3, qPrintable(QString::number(test.worst()))); // inputs are rounded to 2.4e-4 there
}

void TestNormModulate::nanStaysInItsRow()
{
    Case test(5, 2, 20, false);
    test.operation.tokens = 5;
    test.x[7] = std::numeric_limits<float>::quiet_NaN();
    normModulate(test.operation, 0, test.operation.rows());
    for (std::size_t c = 0; c < 20; ++c) {
        QVERIFY(std::isnan(test.out[c]));
        QVERIFY(std::isfinite(test.out[20 + c]));
    }
}

void TestNormModulate::halvesRoundAsFloatsDo()
{
    QCOMPARE(half(1.0F).bits, std::uint16_t{0x3F80});
    QCOMPARE(half(1.00390625F).bits, std::uint16_t{0x3F80}); // a tie goes to the even one
    QCOMPARE(half(1.01171875F).bits, std::uint16_t{0x3F82});
    QVERIFY(std::isnan(toFloat(half(std::numeric_limits<float>::quiet_NaN()))));
    QCOMPARE(toFloat(half(-std::numeric_limits<float>::infinity())), -std::numeric_limits<float>::infinity());
    // Many at once round as one does; the rows' tail takes the other path.
    Case test(5, 3, 43, true);
    std::vector<BFloat16> x, vectors, out(test.out.size());
    for (const float value : test.x)
        x.push_back(half(value));
    for (const float value : test.vectors)
        vectors.push_back(half(value));
    for (std::size_t i = 0; i < x.size(); ++i)
        test.x[i] = toFloat(x[i]);
    for (std::size_t i = 0; i < vectors.size(); ++i)
        test.vectors[i] = toFloat(vectors[i]);
    test.operation.element = Element::BFloat16;
    test.operation.x = x.data();
    test.operation.shift = vectors.data();
    test.operation.scale = vectors.data() + test.width;
    test.operation.out = out.data();
    normModulate(test.operation, 0, test.operation.rows());
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(out.size()); ++i) {
        const double expected = test.expected(i / 43 / 3, i / 43 % 3, i % 43);
        const double found = static_cast<double>(toFloat(out[static_cast<std::size_t>(i)]));
        QVERIFY(std::abs(found - expected) <= std::abs(expected) / 256 + 1e-5); // half a unit of 8 bits, and the sums
    }
}

void TestNormModulate::halfGatedAddEqualsItsFormula()
{
    constexpr std::size_t kWidth = 21;
    std::vector<BFloat16> x, y, gate, out(2 * kWidth);
    for (std::size_t i = 0; i < 2 * kWidth; ++i) {
        x.push_back(half(static_cast<float>(i) - 9));
        y.push_back(half(0.25F * static_cast<float>(i % 7)));
        gate.push_back(half(1.5F - 0.125F * static_cast<float>(i % kWidth)));
    }
    GatedAdd operation;
    operation.element = Element::BFloat16;
    operation.x = x.data();
    operation.y = y.data();
    operation.gate = gate.data();
    operation.out = out.data();
    operation.batches = 1;
    operation.tokens = 2;
    operation.width = kWidth;
    gatedAdd(operation, 0, operation.rows());
    for (std::size_t i = 0; i < out.size(); ++i)
        QCOMPARE(out[i].bits, half(toFloat(x[i]) + toFloat(gate[i % kWidth]) * toFloat(y[i])).bits);
}

QTEST_GUILESS_MAIN(TestNormModulate)
#include "tst_norm_modulate.moc"
