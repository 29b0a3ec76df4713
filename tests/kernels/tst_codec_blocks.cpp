// SPDX-License-Identifier: Apache-2.0
#include "host_block.h"
#include "kernels/cache_codec_body.h"
#include "random_values.h"

#include <QtTest>

#include <cmath>
#include <limits>
#include <vector>

using namespace toca::kernels;
using toca::test::BlockRunner;
using toca::test::kThreadOrders;
using toca::test::ThreadOrder;

/// The GPU's codec, executed on this CPU: the same codes, scales and values as the CPU's own.
class TestCodecBlocks : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void codesAndScalesAreTheSame_data();
    void codesAndScalesAreTheSame();
    void valuesAreTheSame_data();
    void valuesAreTheSame();
    void factorsAreTheSame_data();
    void factorsAreTheSame();
};

namespace {

constexpr std::int64_t kRows = 6, kWidth = 75;

/// Ordinary rows, one of zeros and one with an infinity.
std::vector<float> features(unsigned seed)
{
    auto values = toca::test::randomValues(kRows * kWidth, seed, 3.0F);
    std::fill_n(values.begin() + kWidth, kWidth, 0.0F);
    values[4 * kWidth + 7] = std::numeric_limits<float>::infinity();
    return values;
}

struct Table {
    std::vector<std::uint8_t> codes = std::vector<std::uint8_t>(kRows * kWidth * 2);
    std::vector<float> scales = std::vector<float>(kRows);

    CodedRows rows(CacheCode code) { return {codes.data(), code == CacheCode::Int8 ? scales.data() : nullptr}; }
};

/// NaN counts as NaN.
bool areSame(const std::vector<float>& a, const std::vector<float>& b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
        [](float x, float y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

void addCodes()
{
    QTest::addColumn<int>("code");
    QTest::newRow("bfloat16") << static_cast<int>(CacheCode::BFloat16);
    QTest::newRow("8 bits") << static_cast<int>(CacheCode::Int8);
}

template <template <class T, class Code> class Body, class Operation>
void runBlocks(const Operation& operation, ThreadOrder order)
{
    const auto run = [&](const auto& body) { BlockRunner::run(body, body.blocks(), body.kThreads, order); };
    if (operation.code == CacheCode::Int8)
        run(Body<float, std::int8_t>{operation});
    else
        run(Body<float, BFloat16>{operation});
}

} // namespace

void TestCodecBlocks::codesAndScalesAreTheSame_data()
{
    addCodes();
}

void TestCodecBlocks::codesAndScalesAreTheSame()
{
    QFETCH(int, code);
    const auto values = features(1);
    const std::vector<std::int64_t> ids{2, 0, 1, 0}; // two of three tokens, of two batches
    for (const bool isSubset : {false, true})
        for (const ThreadOrder order : kThreadOrders) {
            Table here, there;
            EncodeRows operation;
            operation.code = static_cast<CacheCode>(code);
            operation.features = values.data();
            operation.ids = isSubset ? ids.data() : nullptr;
            operation.batches = 2;
            operation.tokens = 3;
            operation.chosen = isSubset ? 2 : 3;
            operation.width = kWidth;
            operation.to = here.rows(operation.code);
            encodeRows(operation, 0, operation.rows());
            operation.to = there.rows(operation.code);
            runBlocks<EncodeRowsBody>(operation, order);
            QCOMPARE(there.codes, here.codes);
            QVERIFY(areSame(there.scales, here.scales));
        }
}

void TestCodecBlocks::valuesAreTheSame_data()
{
    addCodes();
}

void TestCodecBlocks::valuesAreTheSame()
{
    QFETCH(int, code);
    Table first, second;
    DecodeRows operation;
    operation.code = static_cast<CacheCode>(code);
    operation.batches = 2;
    operation.tokens = 3;
    operation.width = kWidth;
    for (Table* table : {&first, &second}) {
        const auto values = features(table == &first ? 3 : 4);
        EncodeRows encoding;
        encoding.code = operation.code;
        encoding.features = values.data();
        encoding.batches = 1;
        encoding.tokens = encoding.chosen = kRows;
        encoding.width = kWidth;
        encoding.to = table->rows(operation.code);
        encodeRows(encoding, 0, kRows);
    }
    operation.terms[0] = first.rows(operation.code);
    operation.terms[1] = second.rows(operation.code);
    operation.weights = {1.0F, -0.7F};
    const auto x = features(5), gate = features(6);
    for (const int kind : {0, 1, 2}) { // alone, added, gated and added
        operation.count = kind == 0 ? 1 : 2;
        operation.x = kind > 0 ? x.data() : nullptr;
        operation.gate = kind > 1 ? gate.data() : nullptr;
        operation.gateStride = 2 * kWidth;
        std::vector<float> here(kRows * kWidth), there(here.size());
        operation.out = here.data();
        decodeRows(operation, 0, operation.rows());
        operation.out = there.data();
        const auto each = [](const auto& body) {
            for (std::int64_t i = 0; i < body.count(); ++i)
                body(i);
        };
        if (operation.code == CacheCode::Int8)
            each(DecodeRowsBody<float, std::int8_t>{operation});
        else
            each(DecodeRowsBody<float, BFloat16>{operation});
        QVERIFY(areSame(there, here));
    }
}

void TestCodecBlocks::factorsAreTheSame_data()
{
    addCodes();
}

void TestCodecBlocks::factorsAreTheSame()
{
    QFETCH(int, code);
    constexpr int kFactors = 4;
    for (const ThreadOrder order : kThreadOrders) {
        Table here[kFactors], there[kFactors];
        RenewFactors operation;
        operation.code = static_cast<CacheCode>(code);
        operation.distance = -3;
        operation.rows = kRows;
        operation.width = kWidth;
        for (int step = 0; step < 6; ++step) { // the list grows, then stays as long as it is
            const auto values = features(10 + static_cast<unsigned>(step));
            operation.features = values.data();
            operation.held = std::min(step, kFactors);
            operation.made = std::min(step + 1, kFactors);
            for (std::size_t i = 0; i < kFactors; ++i)
                operation.factors[i] = here[i].rows(operation.code);
            renewFactors(operation, 0, kRows);
            for (std::size_t i = 0; i < kFactors; ++i)
                operation.factors[i] = there[i].rows(operation.code);
            runBlocks<RenewFactorsBody>(operation, order);
            for (int i = 0; i < operation.made; ++i) {
                QVERIFY(areSame(there[i].scales, here[i].scales));
                if (operation.code == CacheCode::Int8)
                    QCOMPARE(there[i].codes, here[i].codes);
                for (std::size_t c = 0; operation.code == CacheCode::BFloat16 && c < kRows * kWidth; ++c) {
                    BFloat16 a, b;
                    std::memcpy(&a, there[i].codes.data() + 2 * c, 2);
                    std::memcpy(&b, here[i].codes.data() + 2 * c, 2);
                    QVERIFY(a.bits == b.bits || (std::isnan(toFloat(a)) && std::isnan(toFloat(b))));
                }
            }
        }
    }
}

QTEST_GUILESS_MAIN(TestCodecBlocks)
#include "tst_codec_blocks.moc"
