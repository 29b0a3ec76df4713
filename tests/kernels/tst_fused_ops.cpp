// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/ops/attention_scores.h"
#include "cache/exec/ops/gated_add.h"
#include "cache/exec/ops/norm_modulate.h"
#include "cache/exec/ops/plain_operations.h"
#include "cache/exec/ops/select_tokens.h"
#include "core/models/layers/attention_evidence.h"
#include "core/models/layers/mlp.h"

#include <torch/torch.h>

#include <QtTest>

#include <cmath>
#include <thread>

using namespace toca;

/// The kernels as models call them, and packed layers, against LibTorch's own operations.
class TestFusedOps : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { torch::manual_seed(4); }
    void normModulatedEqualsItsOperations_data();
    void normModulatedEqualsItsOperations();
    void normModulatedKeepsGradients();
    void halfGatedAddEqualsItsOperations();
    void receivedAttentionEqualsTheMap_data();
    void receivedAttentionEqualsTheMap();
    void softmaxWithEntropyEqualsItsOperations();
    void packedLinearEqualsTheLayer_data();
    void packedLinearEqualsTheLayer();
    void packedLinearFollowsItsWeight();
    void packedLinearKeepsGradients();
    void plainOperationsLeaveTheKernelsOut();
    void plainOperationsHoldForOneThread();
};

namespace {

double distance(const torch::Tensor& a, const torch::Tensor& b)
{
    return (a.to(torch::kFloat64) - b.to(torch::kFloat64)).abs().max().item<double>();
}

models::Linear linear(std::int64_t in, std::int64_t out, torch::ScalarType type)
{
    models::Linear layer(in, out);
    layer->weight.set_data((torch::randn({out, in}) / std::sqrt(static_cast<double>(in))).to(type));
    layer->bias.set_data(torch::randn({out}).to(type));
    return layer;
}

} // namespace

void TestFusedOps::normModulatedEqualsItsOperations_data()
{
    QTest::addColumn<bool>("isHalf");
    QTest::addColumn<bool>("isSubset");
    QTest::addColumn<bool>("isPerToken");
    QTest::newRow("all") << false << false << false;
    QTest::newRow("subset") << false << true << false;
    QTest::newRow("half") << true << true << false;
    QTest::newRow("a vector per token") << false << true << true; // not what the kernel takes
}

void TestFusedOps::normModulatedEqualsItsOperations()
{
    QFETCH(bool, isHalf);
    QFETCH(bool, isSubset);
    QFETCH(bool, isPerToken);
    const torch::NoGradGuard noGradients;
    const auto type = isHalf ? torch::kBFloat16 : torch::kFloat32;
    const auto x = torch::randn({2, 9, 70}).to(type);
    const auto ids = torch::tensor({{3, 0, 8}, {1, 2, 7}}, torch::kInt64);
    const auto subset = isSubset ? cache::TokenSubset::chosen(ids, 9) : cache::TokenSubset::all(9);
    const auto vectors = torch::randn({2, isPerToken ? 3 : 1, 210}).to(type).chunk(3, 2); // strided
    const auto out = cache::normModulated(x, subset, vectors[0], vectors[2], 1e-6);
    const auto exact = torch::addcmul(vectors[0].to(torch::kFloat64),
        torch::layer_norm(subset.gather(x).to(torch::kFloat64), {70}, {}, {}, 1e-6),
        1 + vectors[2].to(torch::kFloat64));
    QCOMPARE(out.sizes(), exact.sizes());
    QVERIFY(distance(out, exact) < (isHalf ? 0.05 : 1e-5)); // half a unit of the largest values, about 10
}

void TestFusedOps::normModulatedKeepsGradients()
{
    const auto x = torch::randn({1, 4, 8}).requires_grad_(true);
    const auto vector = torch::randn({1, 1, 8});
    const auto out = cache::normModulated(x, cache::TokenSubset::all(4), vector, vector, 1e-6);
    QVERIFY(out.requires_grad());
    out.square().sum().backward();
    QVERIFY(x.grad().defined() && x.grad().abs().sum().item<double>() > 0);
}

void TestFusedOps::halfGatedAddEqualsItsOperations()
{
    const torch::NoGradGuard noGradients;
    const auto x = torch::randn({2, 5, 37}).to(torch::kBFloat16), y = torch::randn({2, 5, 37}).to(torch::kBFloat16);
    const auto gate = torch::randn({2, 1, 37}).to(torch::kBFloat16);
    const auto exact = x.to(torch::kFloat32) + gate.to(torch::kFloat32) * y.to(torch::kFloat32);
    QVERIFY(distance(cache::gatedAdd(x, gate, y, false), exact.to(torch::kBFloat16)) < 0.02); // fma or two roundings
}

void TestFusedOps::receivedAttentionEqualsTheMap_data()
{
    QTest::addColumn<int>("tokens");
    QTest::newRow("all maps at once") << 19;
    QTest::newRow("map by map") << 64;
    QTest::newRow("blocks of queries") << 600;
}

void TestFusedOps::receivedAttentionEqualsTheMap()
{
    QFETCH(int, tokens);
    const torch::NoGradGuard noGradients;
    // Views of one tensor, as attention makes them.
    const auto parts = torch::randn({2, tokens, 3, 4, 8}).permute({2, 0, 3, 1, 4}).unbind(0);
    const auto map = torch::matmul(parts[0] / std::sqrt(8.0), parts[1].transpose(-2, -1)).softmax(-1);
    const auto expected = map.mean(1).sum(1);
    QVERIFY(distance(models::receivedAttention(parts[0], parts[1]), expected) < 1e-5);
    const auto half = models::receivedAttention(parts[0].to(torch::kBFloat16), parts[1].to(torch::kBFloat16));
    QCOMPARE(half.scalar_type(), torch::kFloat32);
    QVERIFY(distance(half, expected) < 0.1);
}

void TestFusedOps::softmaxWithEntropyEqualsItsOperations()
{
    const auto scores = torch::randn({2, 3, 5, 26}) * 3;
    const auto expectedMap = scores.softmax(-1);
    const auto mean = expectedMap.mean(1) * 0.5;
    const auto expected = (mean * (mean + 1e-7).log()).sum(-1).neg();
    const auto made = cache::softmaxWithEntropy(scores.clone(), 0.5);
    QVERIFY(distance(made.map, expectedMap) < 1e-6);
    QVERIFY(distance(made.entropy, expected) < 1e-5);
    // Where gradients flow nothing is overwritten.
    const auto leaf = scores.clone().requires_grad_(true);
    const auto traced = cache::softmaxWithEntropy(leaf, 0.5);
    QVERIFY(torch::equal(leaf, scores));
    QVERIFY(traced.map.requires_grad());
}

void TestFusedOps::packedLinearEqualsTheLayer_data()
{
    QTest::addColumn<bool>("isHalf");
    QTest::addColumn<int>("rows");
    for (const bool isHalf : {false, true})
        for (const int rows : {1, 2, 47, 640})
            QTest::addRow("%s, %d rows", isHalf ? "bfloat16" : "float32", rows) << isHalf << rows;
}

void TestFusedOps::packedLinearEqualsTheLayer()
{
    QFETCH(bool, isHalf);
    QFETCH(int, rows);
    const torch::NoGradGuard noGradients;
    const auto type = isHalf ? torch::kBFloat16 : torch::kFloat32;
    auto layer = linear(160, 96, type);
    const auto x = torch::randn({2, rows, 160}).to(type);
    const auto plain = layer->forward(x), activated = layer->forwardGelu(x);
    layer->pack();
    const double tolerance = isHalf ? 0.04 : 2e-5; // a unit of outputs up to 5; another order of additions
    QVERIFY(distance(layer->forward(x), plain) <= tolerance);
    QVERIFY(distance(layer->forwardGelu(x), activated) <= tolerance);
    QVERIFY(distance(layer->forwardGelu(x), torch::gelu(plain, "tanh")) <= tolerance);
    // Rows that are no whole block of memory.
    const auto strided = torch::randn({2, 160, rows}).to(type).transpose(1, 2);
    QVERIFY(distance(layer->forward(strided), torch::linear(strided, layer->weight, layer->bias)) <= tolerance);
}

void TestFusedOps::packedLinearFollowsItsWeight()
{
    const torch::NoGradGuard noGradients;
    auto layer = linear(32, 16, torch::kFloat32);
    layer->pack();
    const auto other = torch::randn({16, 32});
    layer->weight.set_data(other);
    const auto x = torch::randn({3, 32});
    QVERIFY(distance(layer->forward(x), torch::linear(x, other, layer->bias)) < 1e-5);
}

void TestFusedOps::packedLinearKeepsGradients()
{
    auto layer = linear(32, 16, torch::kFloat32);
    layer->pack();
    const auto x = torch::randn({3, 32}).requires_grad_(true);
    layer->forward(x).sum().backward();
    QVERIFY(distance(x.grad(), layer->weight.sum(0).expand({3, 32})) < 1e-5);
}

/// Where both ways round differently, the scope must be seen in the numbers; selection has one answer.
void TestFusedOps::plainOperationsLeaveTheKernelsOut()
{
    const torch::NoGradGuard noGradients;
    const auto x = torch::randn({2, 96, 160}), shift = torch::randn({2, 1, 160}), scale = torch::randn({2, 1, 160});
    const auto all = cache::TokenSubset::all(96);
    auto layer = linear(160, 640, torch::kFloat32);
    layer->pack();
    const auto q = torch::randn({2, 4, 128, 32}), k = torch::randn({2, 4, 128, 32});
    const auto score = torch::randn({2, 96});
    const auto computed = [&] {
        return std::vector<torch::Tensor>{cache::normModulated(x, all, shift, scale, 1e-6), layer->forward(x),
            models::receivedAttention(q, k), cache::selectTokens(score, 40)};
    };
    const auto own = computed();
    std::vector<torch::Tensor> plain;
    {
        const cache::PlainOperations outer;
        {
            const cache::PlainOperations inner;
        }
        QVERIFY(!cache::prefersMaps(q));
        plain = computed();
    }
    QVERIFY(cache::prefersMaps(q));
    const auto again = computed();
    const auto written = torch::addcmul(shift, torch::layer_norm(x, {160}, {}, {}, 1e-6), 1 + scale);
    QVERIFY(torch::equal(plain[0], written));
    QVERIFY(torch::equal(plain[1], torch::linear(x, layer->weight, layer->bias)));
    for (std::size_t i = 0; i < own.size(); ++i) {
        QVERIFY(torch::equal(again[i], own[i]));
        QVERIFY2(distance(plain[i], own[i]) < 1e-4, qPrintable(QString::number(distance(plain[i], own[i]))));
    }
    QVERIFY(!torch::equal(plain[0], own[0]));
    QVERIFY(!torch::equal(plain[2], own[2]));
    QVERIFY(torch::equal(plain[3], own[3]));
}

void TestFusedOps::plainOperationsHoldForOneThread()
{
    const cache::PlainOperations here;
    bool there = true;
    std::thread([&] { there = cache::PlainOperations::areWanted(); }).join();
    QVERIFY(cache::PlainOperations::areWanted());
    QVERIFY(!there);
}

QTEST_GUILESS_MAIN(TestFusedOps)
#include "tst_fused_ops.moc"
