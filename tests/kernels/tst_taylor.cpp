// SPDX-License-Identifier: Apache-2.0
#include "kernels/taylor_body.h"

#include <QtTest>

#include <random>
#include <vector>

using namespace toca::kernels;

/// Taylor factors and forecasts against their definition, one value at a time.
class TestTaylor : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void updateIsTheDifferenceQuotient_data();
    void updateIsTheDifferenceQuotient();
    void sumIsThePolynomial();
    void halvesAreRoundedOnce();
    void packsAreTheSame();
};

namespace {

constexpr std::int64_t kCount = 101; // whole vectors and a rest

template <class T>
std::vector<T> randomValues(unsigned seed, std::size_t count = kCount)
{
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::vector<T> values(count);
    for (T& value : values)
        fromFloat(value, normal(random));
    return values;
}

/// Room for the highest derivative, and old values for the others.
template <class T>
struct Factors {
    std::vector<T> output = randomValues<T>(1), oldOutput = randomValues<T>(2);
    std::vector<std::vector<T>> derivatives;
    TaylorUpdate operation;

    Factors(int order, int known, float distance)
    {
        for (int i = 0; i < order; ++i)
            derivatives.push_back(randomValues<T>(10 + static_cast<unsigned>(i)));
        operation.element = sizeof(T) == 4 ? Element::Float32 : Element::BFloat16;
        operation.output = output.data();
        operation.oldOutput = oldOutput.data();
        for (int i = 0; i < order; ++i)
            operation.derivatives[i] = derivatives[static_cast<std::size_t>(i)].data();
        operation.order = order;
        operation.known = known;
        operation.distance = distance;
        operation.count = kCount;
    }
};

} // namespace

void TestTaylor::updateIsTheDifferenceQuotient_data()
{
    QTest::addColumn<int>("order");
    QTest::addColumn<int>("known");
    QTest::newRow("first difference") << 1 << 0;
    QTest::newRow("growing") << 3 << 2;
    QTest::newRow("full") << 4 << 4;
}

void TestTaylor::updateIsTheDifferenceQuotient()
{
    QFETCH(int, order);
    QFETCH(int, known);
    Factors<float> factors(order, known, 3);
    const auto old = factors.derivatives;
    taylorUpdate(factors.operation, 0, 40); // in parts, as threads do
    taylorUpdate(factors.operation, 40, kCount);
    for (std::size_t i = 0; i < kCount; ++i) {
        float next = factors.output[i], before = factors.oldOutput[i];
        for (std::size_t k = 0; k < static_cast<std::size_t>(order); ++k) {
            next = (next - before) / 3.0F;
            QCOMPARE(factors.derivatives[k][i], next); // the same operations: the same bits
            before = old[k][i];
        }
    }
}

void TestTaylor::sumIsThePolynomial()
{
    const auto output = randomValues<float>(1), first = randomValues<float>(2), second = randomValues<float>(3);
    std::vector<float> out(kCount);
    TaylorSum operation;
    operation.output = output.data();
    operation.derivatives[0] = first.data();
    operation.derivatives[1] = second.data();
    operation.coefficients[0] = 2;
    operation.coefficients[1] = 2.0F * 2.0F / 2.0F;
    operation.order = 2;
    operation.out = out.data();
    operation.count = kCount;
    taylorSum(operation, 0, kCount);
    for (std::size_t i = 0; i < kCount; ++i) {
        const double exact =
            static_cast<double>(output[i]) + 2.0 * static_cast<double>(first[i]) + 2.0 * static_cast<double>(second[i]);
        QVERIFY(std::abs(static_cast<double>(out[i]) - exact) <= 1e-6); // two roundings of values below 10
    }
    operation.order = 0;
    taylorSum(operation, 0, kCount);
    QCOMPARE(out, output);
}

void TestTaylor::halvesAreRoundedOnce()
{
    Factors<BFloat16> factors(2, 1, 4);
    const auto old = factors.derivatives;
    taylorUpdate(factors.operation, 0, kCount);
    for (std::size_t i = 0; i < kCount; ++i) {
        const float first = (toFloat(factors.output[i]) - toFloat(factors.oldOutput[i])) / 4.0F;
        BFloat16 expected[2];
        fromFloat(expected[0], first);
        fromFloat(expected[1], (first - toFloat(old[0][i])) / 4.0F); // from the unrounded first one
        QCOMPARE(factors.derivatives[0][i].bits, expected[0].bits);
        QCOMPARE(factors.derivatives[1][i].bits, expected[1].bits);
    }
}

void TestTaylor::packsAreTheSame()
{
    // What a GPU's threads do, four values at a time.
    Factors<BFloat16> here(3, 3, 2), there(3, 3, 2);
    here.operation.count = there.operation.count = 100;
    taylorUpdate(here.operation, 0, 100);
    const TaylorUpdateBody<Pack, BFloat16> body{there.operation};
    QCOMPARE(body.count(), 25);
    for (std::int64_t i = 0; i < body.count(); ++i)
        body(i);
    for (std::size_t k = 0; k < 3; ++k)
        for (std::size_t i = 0; i < kCount; ++i)
            QCOMPARE(there.derivatives[k][i].bits, here.derivatives[k][i].bits);
}

QTEST_GUILESS_MAIN(TestTaylor)
#include "tst_taylor.moc"
