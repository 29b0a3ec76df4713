// SPDX-License-Identifier: Apache-2.0
#include "kernels/cache_codec.h"
#include "kernels/cpu/lanes.h"

#include <QtTest>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

using namespace toca::kernels;

/// Cached rows in bfloat16 and in 8 bits against their definition, written out value by value.
class TestCacheCodec : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void eightBitEqualsItsDefinition_data();
    void eightBitEqualsItsDefinition();
    void eightBitErrorIsWithinHalfAStep();
    void halvesRoundToNearestEven();
    void ofHalvesToHalvesNothingIsLost();
    void onlyChosenRowsAreWritten();
    void notFiniteRowsComeBackAsNaN();
    void smallAndLargeRows();
    void sumIsGatedAndAdded_data();
    void sumIsGatedAndAdded();
    void factorsEqualTheirDefinition_data();
    void factorsEqualTheirDefinition();
    void partsEqualTheWhole();
};

namespace {

using Floats = std::vector<float>;

Floats randomRows(std::int64_t rows, std::int64_t width, unsigned seed = 3)
{
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0.0F, 1.0F);
    Floats values(static_cast<std::size_t>(rows * width));
    for (std::int64_t i = 0; i < rows * width; ++i) // rows of many sizes
        values[static_cast<std::size_t>(i)] = normal(random) * std::exp2(static_cast<float>(i / width % 13) - 6.0F);
    return values;
}

/// Coded rows with their memory.
struct Table {
    CacheCode code;
    std::int64_t rows, width;
    std::vector<std::int8_t> bytes;
    std::vector<BFloat16> halves;
    Floats scales;

    Table(CacheCode format, std::int64_t rowCount, std::int64_t rowWidth)
        : code(format)
        , rows(rowCount)
        , width(rowWidth)
        , bytes(static_cast<std::size_t>(rows * width), 99)
        , halves(static_cast<std::size_t>(rows * width), BFloat16{0x4242})
        , scales(static_cast<std::size_t>(rows), 7.0F)
    {
    }
    CodedRows coded()
    {
        if (code == CacheCode::Int8)
            return {bytes.data(), scales.data()};
        return {halves.data(), nullptr};
    }
    float value(std::int64_t row, std::int64_t c) const
    {
        const auto i = static_cast<std::size_t>(row * width + c);
        return code == CacheCode::Int8 ? static_cast<float>(bytes[i]) * scales[static_cast<std::size_t>(row)]
                                       : toFloat(halves[i]);
    }
};

void encode(const Floats& features, Table& table, const std::vector<std::int64_t>& ids = {}, std::int64_t batches = 1)
{
    EncodeRows operation;
    operation.code = table.code;
    operation.features = features.data();
    operation.ids = ids.empty() ? nullptr : ids.data();
    operation.to = table.coded();
    operation.batches = batches;
    operation.tokens = table.rows / batches;
    operation.chosen = static_cast<std::int64_t>(features.size()) / table.width / batches;
    operation.width = table.width;
    encodeRows(operation, 0, operation.rows());
}

Floats decode(Table& table)
{
    Floats out(static_cast<std::size_t>(table.rows * table.width));
    DecodeRows operation;
    operation.code = table.code;
    operation.terms[0] = table.coded();
    operation.weights[0] = 1;
    operation.out = out.data();
    operation.batches = 1;
    operation.tokens = table.rows;
    operation.width = table.width;
    decodeRows(operation, 0, operation.rows());
    return out;
}

float largestOf(const Floats& features, std::int64_t row, std::int64_t width)
{
    float largest = 0;
    for (std::int64_t c = 0; c < width; ++c)
        largest = std::max(largest, std::abs(features[static_cast<std::size_t>(row * width + c)]));
    return largest;
}

/// The definition: a row's values as they come back.
Floats definition(CacheCode code, const Floats& features, std::int64_t width)
{
    Floats out(features.size());
    for (std::size_t i = 0; i < features.size(); ++i) {
        if (code == CacheCode::BFloat16) {
            BFloat16 half;
            fromFloat(half, features[i]);
            out[i] = toFloat(half);
            continue;
        }
        const float largest = largestOf(features, static_cast<std::int64_t>(i) / width, width);
        volatile const float scaled = features[i] * (127.0F / largest); // rounded before anything else happens
        out[i] = std::nearbyint(scaled) * (largest / 127.0F); // the default rounding: ties to even
    }
    return out;
}

} // namespace

void TestCacheCodec::eightBitEqualsItsDefinition_data()
{
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("width");
    for (const int width : {1, 5, 16, 37, 64, 1152})
        QTest::addRow("%d wide", width) << 29 << width;
}

void TestCacheCodec::eightBitEqualsItsDefinition()
{
    QFETCH(int, rows);
    QFETCH(int, width);
    const Floats features = randomRows(rows, width);
    Table table(CacheCode::Int8, rows, width);
    encode(features, table);
    const Floats expected = definition(CacheCode::Int8, features, width), back = decode(table);
    for (int row = 0; row < rows; ++row) {
        QCOMPARE(table.scales[static_cast<std::size_t>(row)], largestOf(features, row, width) / 127.0F);
        for (int c = 0; c < width; ++c) {
            const auto i = static_cast<std::size_t>(row * width + c);
            QVERIFY(table.bytes[i] >= -127);
            QCOMPARE(table.value(row, c), expected[i]);
            QCOMPARE(back[i], expected[i]);
        }
    }
    // Ties go to the even code: the largest is 127, so that codes are the values themselves.
    const Floats ties{127, 0.5F, 1.5F, 2.5F, -0.5F, -1.5F, -2.5F, -126.5F};
    Table even(CacheCode::Int8, 1, 8);
    encode(ties, even);
    QCOMPARE(decode(even), (Floats{127, 0, 2, 2, 0, -2, -2, -126}));
}

void TestCacheCodec::eightBitErrorIsWithinHalfAStep()
{
    const std::int64_t rows = 64, width = 96;
    const Floats features = randomRows(rows, width, 8);
    Table table(CacheCode::Int8, rows, width);
    encode(features, table);
    const Floats back = decode(table);
    // Half a step, largest / 254, and the rounding of inverse, product, scale and product: 4 of 2^-24 each, of values
    // up to the largest.
    for (std::int64_t row = 0; row < rows; ++row) {
        const double largest = static_cast<double>(largestOf(features, row, width));
        const double bound = largest / 254 + 4 * largest * std::exp2(-24);
        for (std::int64_t c = 0; c < width; ++c) {
            const auto i = static_cast<std::size_t>(row * width + c);
            QVERIFY(std::abs(static_cast<double>(back[i]) - static_cast<double>(features[i])) <= bound);
        }
    }
}

void TestCacheCodec::halvesRoundToNearestEven()
{
    const Floats features = randomRows(11, 37);
    Table table(CacheCode::BFloat16, 11, 37);
    encode(features, table);
    const Floats back = decode(table);
    QCOMPARE(back, definition(CacheCode::BFloat16, features, 37));
    for (std::size_t i = 0; i < features.size(); ++i) // 8 bits of mantissa
        QVERIFY(std::abs(back[i] - features[i]) <= std::exp2(-8.0F) * std::abs(features[i]));
    const Floats ties{1.0F + 0x1p-8F, 1.0F + 3 * 0x1p-8F};
    Table even(CacheCode::BFloat16, 1, 2);
    encode(ties, even);
    QCOMPARE(decode(even), (Floats{1.0F, 1.0F + 0x1p-6F}));
}

void TestCacheCodec::ofHalvesToHalvesNothingIsLost()
{
    const Floats features = randomRows(3, 21);
    std::vector<BFloat16> halves(features.size()), out(features.size());
    for (std::size_t i = 0; i < features.size(); ++i)
        fromFloat(halves[i], features[i]);
    Table table(CacheCode::BFloat16, 3, 21);
    EncodeRows to;
    to.element = Element::BFloat16;
    to.code = table.code;
    to.features = halves.data();
    to.to = table.coded();
    to.batches = 1;
    to.chosen = to.tokens = 3;
    to.width = 21;
    encodeRows(to, 0, 3);
    DecodeRows from;
    from.element = Element::BFloat16;
    from.code = table.code;
    from.terms[0] = table.coded();
    from.weights[0] = 1;
    from.out = out.data();
    from.batches = 1;
    from.tokens = 3;
    from.width = 21;
    decodeRows(from, 0, 3);
    QVERIFY(std::memcmp(out.data(), halves.data(), out.size() * sizeof(BFloat16)) == 0);
    // And into 8 bits as the floats that the halves are.
    Floats same(features.size());
    for (std::size_t i = 0; i < features.size(); ++i)
        same[i] = toFloat(halves[i]);
    Table ofHalves(CacheCode::Int8, 3, 21), ofFloats(CacheCode::Int8, 3, 21);
    encode(same, ofFloats);
    to.code = CacheCode::Int8;
    to.to = ofHalves.coded();
    encodeRows(to, 0, 3);
    QCOMPARE(ofHalves.bytes, ofFloats.bytes);
    QCOMPARE(ofHalves.scales, ofFloats.scales);
}

void TestCacheCodec::onlyChosenRowsAreWritten()
{
    const std::int64_t tokens = 6, width = 19;
    Table table(CacheCode::Int8, 2 * tokens, width);
    encode(randomRows(2 * tokens, width, 1), table, {}, 2);
    const Table before = table;
    const Floats fresh = randomRows(4, width, 2);
    const std::vector<std::int64_t> ids{4, 0, 5, 1};
    encode(fresh, table, ids, 2);
    Table alone(CacheCode::Int8, 4, width);
    encode(fresh, alone);
    for (std::int64_t row = 0; row < 2 * tokens; ++row) {
        const std::int64_t b = row / tokens;
        std::int64_t k = 0;
        while (k < 2 && ids[static_cast<std::size_t>(2 * b + k)] != row % tokens)
            ++k;
        for (std::int64_t c = 0; c < width; ++c)
            QCOMPARE(table.value(row, c), k < 2 ? alone.value(2 * b + k, c) : before.value(row, c));
    }
}

void TestCacheCodec::notFiniteRowsComeBackAsNaN()
{
    const float inf = std::numeric_limits<float>::infinity();
    for (const float bad : {std::nanf(""), -std::nanf(""), inf, -inf}) {
        for (const std::size_t place : {std::size_t{3}, std::size_t{33}}) { // in the lanes and behind them
            Floats features = randomRows(3, 34);
            features[34 + place] = bad;
            Table table(CacheCode::Int8, 3, 34), halves(CacheCode::BFloat16, 3, 34);
            encode(features, table);
            encode(features, halves);
            const Floats back = decode(table), sameHalf = decode(halves);
            for (std::size_t c = 0; c < 34; ++c) {
                QVERIFY(std::isfinite(back[c]) && std::isfinite(back[68 + c])); // the rows beside it
                QVERIFY(std::isnan(back[34 + c])); // wholly
                QCOMPARE(std::isfinite(sameHalf[34 + c]), c != place); // bfloat16: the value alone
            }
            QCOMPARE(std::isnan(sameHalf[34 + place]), std::isnan(bad));
        }
    }
}

void TestCacheCodec::smallAndLargeRows()
{
    const float most = std::nextafter(0x1p127F, 0.0F);
    Table table(CacheCode::Int8, 5, 3);
    encode({0, -0.0F, 0, kSmallestCoded / 2, 1e-40F, 0, kSmallestCoded, 0, 0, most, -most, most / 2, 0x1p127F, 0, 1},
        table);
    const Floats back = decode(table);
    for (std::size_t i = 0; i < 6; ++i)
        QCOMPARE(back[i], 0.0F);
    QVERIFY(std::abs(back[6] - kSmallestCoded) <= 0x1p-22F * kSmallestCoded);
    for (std::size_t i = 9; i < 12; ++i)
        QVERIFY(std::isfinite(back[i]));
    QVERIFY(std::isnan(back[13])); // the scale times 127 could be infinite
}

void TestCacheCodec::sumIsGatedAndAdded_data()
{
    QTest::addColumn<int>("code");
    QTest::addColumn<int>("terms");
    QTest::addColumn<bool>("hasGate");
    QTest::addColumn<bool>("hasResidual");
    for (const int code : {0, 1})
        for (const int terms : {1, 3})
            for (const auto& [gate, residual] : {std::pair(false, false), {false, true}, {true, true}})
                QTest::addRow("%s, %d terms%s%s", code == 0 ? "bf16" : "int8", terms, gate ? ", gate" : "",
                    residual ? ", residual" : "")
                    << code << terms << gate << residual;
}

void TestCacheCodec::sumIsGatedAndAdded()
{
    QFETCH(int, code);
    QFETCH(int, terms);
    QFETCH(bool, hasGate);
    QFETCH(bool, hasResidual);
    const std::int64_t batches = 2, tokens = 5, width = 37, stride = 41;
    std::vector<Table> tables;
    DecodeRows operation;
    operation.code = static_cast<CacheCode>(code);
    operation.count = terms;
    for (int term = 0; term < terms; ++term) {
        tables.emplace_back(operation.code, batches * tokens, width);
        encode(randomRows(batches * tokens, width, static_cast<unsigned>(term) + 20), tables.back());
    }
    for (int term = 0; term < terms; ++term) {
        operation.terms[static_cast<std::size_t>(term)] = tables[static_cast<std::size_t>(term)].coded();
        operation.weights[static_cast<std::size_t>(term)] = 1.0F - 0.7F * static_cast<float>(term);
    }
    const Floats gate = randomRows(batches, stride, 40);
    Floats x = randomRows(batches * tokens, width, 41);
    const Floats residual = x;
    Floats out(x.size());
    operation.x = hasResidual ? x.data() : nullptr;
    operation.gate = hasGate ? gate.data() : nullptr;
    operation.gateStride = stride;
    operation.out = hasResidual ? x.data() : out.data(); // over the residual, as the models do
    operation.batches = batches;
    operation.tokens = tokens;
    operation.width = width;
    decodeRows(operation, 0, operation.rows());
    const Floats& made = hasResidual ? x : out;
    for (std::int64_t row = 0; row < batches * tokens; ++row) {
        for (std::int64_t c = 0; c < width; ++c) {
            const auto i = static_cast<std::size_t>(row * width + c);
            double sum = 0, size = 0;
            for (std::size_t term = 0; term < tables.size(); ++term) {
                const double part =
                    static_cast<double>(operation.weights[term]) * static_cast<double>(tables[term].value(row, c));
                sum += part;
                size += std::abs(part);
            }
            if (hasGate) {
                const double factor = static_cast<double>(gate[static_cast<std::size_t>(row / tokens * stride + c)]);
                sum *= factor;
                size *= std::abs(factor);
            }
            if (hasResidual) {
                sum += static_cast<double>(residual[i]);
                size += std::abs(static_cast<double>(residual[i]));
            }
            // Each of at most 3 products, 3 scalings, 3 additions, gate and residual rounds once.
            QVERIFY(std::abs(static_cast<double>(made[i]) - sum) <= 12 * std::exp2(-24) * size + 1e-37);
        }
    }
}

void TestCacheCodec::factorsEqualTheirDefinition_data()
{
    QTest::addColumn<int>("code");
    QTest::newRow("bf16") << 0;
    QTest::newRow("int8") << 1;
}

void TestCacheCodec::factorsEqualTheirDefinition()
{
    QFETCH(int, code);
    const std::int64_t rows = 3, width = 35;
    constexpr int kOrder = 3;
    std::vector<Table> tables;
    for (int i = 0; i <= kOrder; ++i)
        tables.emplace_back(static_cast<CacheCode>(code), rows, width);
    std::vector<Floats> expected; // as they come back
    for (int time = 0; time < 6; ++time) {
        const Floats output = randomRows(rows, width, 60 + static_cast<unsigned>(time));
        const float distance = time == 2 ? -1.0F : -4.0F;
        RenewFactors operation;
        operation.code = static_cast<CacheCode>(code);
        operation.features = output.data();
        operation.held = static_cast<int>(expected.size());
        operation.made = std::min(operation.held + 1, kOrder + 1);
        operation.distance = distance;
        operation.rows = rows;
        operation.width = width;
        for (std::size_t i = 0; i < tables.size(); ++i)
            operation.factors[i] = tables[i].coded();
        renewFactors(operation, 0, rows);
        std::vector<Floats> next;
        Floats exact = output;
        for (std::size_t i = 0; i < static_cast<std::size_t>(operation.made); ++i) {
            next.push_back(definition(static_cast<CacheCode>(code), exact, width));
            if (i < expected.size())
                for (std::size_t c = 0; c < exact.size(); ++c)
                    exact[c] = (exact[c] - expected[i][c]) / distance;
        }
        expected = std::move(next);
        QCOMPARE(expected.size(), std::min<std::size_t>(static_cast<std::size_t>(time) + 1, kOrder + 1));
        for (std::size_t i = 0; i < expected.size(); ++i)
            QCOMPARE(decode(tables[i]), expected[i]);
    }
}

void TestCacheCodec::partsEqualTheWhole()
{
    const std::int64_t rows = 10, width = 50;
    const Floats features = randomRows(rows, width);
    Table whole(CacheCode::Int8, rows, width), parts(CacheCode::Int8, rows, width);
    encode(features, whole);
    EncodeRows operation;
    operation.features = features.data();
    operation.to = parts.coded();
    operation.batches = 2;
    operation.chosen = operation.tokens = rows / 2;
    operation.width = width;
    encodeRows(operation, 7, 10);
    encodeRows(operation, 0, 3);
    encodeRows(operation, 3, 7);
    QCOMPARE(parts.bytes, whole.bytes);
    QCOMPARE(parts.scales, whole.scales);
}

QTEST_GUILESS_MAIN(TestCacheCodec)
#include "tst_cache_codec.moc"
