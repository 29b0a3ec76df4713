// SPDX-License-Identifier: Apache-2.0
#include "core/models/layers/cross_attention.h"
#include "core/models/stdit3/attention.h"
#include "tests/support/small_stdit3.h"

#include <QtTest>

#include <cmath>

using namespace toca;
using cache::CachingSession;
using cache::EvidenceKind;
using cache::TokenSubset;
using plan::LayerKind;

namespace {

/// Wants one kind of evidence and keeps nothing.
class EvidenceRun final : public cache::PolicyRun {
public:
    explicit EvidenceRun(EvidenceKind kind)
        : m_kind(kind)
    {
    }
    cache::EvidenceSet evidenceWanted(const plan::Site&) const override
    {
        return static_cast<cache::EvidenceSet>(m_kind);
    }
    cache::ModuleAction onModule(const plan::Site& site, const cache::Evidence& evidence) override
    {
        if (site.module == plan::ModuleKind::Mlp)
            seen = m_kind == EvidenceKind::CrossAttentionEntropy ? evidence.crossAttentionEntropy()
                                                                 : evidence.selfAttentionInfluence();
        return cache::ModuleAction::full(true);
    }
    std::unique_ptr<cache::PolicyRun> clone() const override { return std::make_unique<EvidenceRun>(*this); }
    torch::Tensor seen;

private:
    EvidenceKind m_kind;
};

template <class Module>
void randomize(Module& module)
{
    for (auto& parameter : module->parameters())
        parameter.set_data(torch::randn(parameter.sizes()) * 0.3);
}

constexpr models::TokenLayout kLayout{3, 7};
constexpr std::int64_t kTokens = 21, kWidth = 16, kHeads = 2;

plan::Geometry smallGeometry(int guidanceRows)
{
    plan::Geometry geometry;
    geometry.grid = {3, 1, 7};
    geometry.hiddenSize = kWidth;
    geometry.heads = kHeads;
    geometry.mlpHiddenSize = 64;
    geometry.layers = {LayerKind::Spatial};
    geometry.guidanceRows = guidanceRows;
    return geometry;
}

} // namespace

class TestStdit3Attention : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { torch::manual_seed(11); }
    void subsetEqualsItsRows_data();
    void subsetEqualsItsRows();
    void influenceEqualsColumnSums_data();
    void influenceEqualsColumnSums();
    void entropyEqualsTheDefinition();
    void paddedTextIsNotAttendedTo();
};

void TestStdit3Attention::subsetEqualsItsRows_data()
{
    QTest::addColumn<int>("kind");
    QTest::newRow("spatial") << static_cast<int>(LayerKind::Spatial);
    QTest::newRow("temporal") << static_cast<int>(LayerKind::Temporal);
}

void TestStdit3Attention::subsetEqualsItsRows()
{
    QFETCH(int, kind);
    const torch::NoGradGuard noGrad;
    models::SelfAttention attention(kWidth, kHeads, /*qkNorm=*/true, static_cast<LayerKind>(kind));
    randomize(attention);
    const auto rotation = static_cast<LayerKind>(kind) == LayerKind::Temporal
        ? models::rotaryRotation(torch::rand({kWidth / kHeads / 2}), kLayout.frames)
        : torch::Tensor();
    auto session = CachingSession::uncached(smallGeometry(2));
    const auto x = torch::randn({2, kTokens, kWidth});
    const auto ids = torch::tensor({{0, 3, 8, 20}, {1, 6, 13, 14}}, torch::kInt64);
    const auto all = attention->forward(x, TokenSubset::all(kTokens), kLayout, rotation, session);
    const auto some = attention->forward(x, TokenSubset::chosen(ids, kTokens), kLayout, rotation, session);
    QVERIFY(torch::allclose(some, TokenSubset::chosen(ids, kTokens).gather(all), 1e-4, 1e-5));
}

void TestStdit3Attention::influenceEqualsColumnSums_data()
{
    subsetEqualsItsRows_data();
}

void TestStdit3Attention::influenceEqualsColumnSums()
{
    QFETCH(int, kind);
    const torch::NoGradGuard noGrad;
    models::SelfAttention attention(kWidth, kHeads, /*qkNorm=*/false, static_cast<LayerKind>(kind));
    randomize(attention);
    auto run = std::make_unique<EvidenceRun>(EvidenceKind::SelfAttentionInfluence);
    auto* policy = run.get();
    CachingSession session(smallGeometry(2), std::move(run));
    const auto x = torch::randn({2, kTokens, kWidth});
    session.evaluate({0, 0, 1, plan::Stream::Joint, 0.0, {}}, [&](cache::RowRange) {
        session.module(plan::ModuleKind::SelfAttention, x,
            [&](const TokenSubset& subset) { return attention->forward(x, subset, kLayout, {}, session); });
        return session.module(plan::ModuleKind::Mlp, x, [&](const TokenSubset&) { return x; });
    });
    // The whole map, as one would write it first.
    const auto weights = attention->named_parameters();
    const auto qkv =
        torch::linear(x, weights["qkv.weight"], weights["qkv.bias"]).view({2, kTokens, 3, kHeads, kWidth / kHeads});
    const auto q = qkv.select(2, 0).transpose(1, 2), k = qkv.select(2, 1).transpose(1, 2); // (B, heads, N, D)
    auto scores = torch::matmul(q, k.transpose(-2, -1)) / std::sqrt(static_cast<double>(kWidth / kHeads));
    const auto token = torch::arange(kTokens);
    const auto group = static_cast<LayerKind>(kind) == LayerKind::Spatial ? token.div(kLayout.positions, "floor")
                                                                          : token.remainder(kLayout.positions);
    scores = scores.masked_fill(group.unsqueeze(0) != group.unsqueeze(1), -INFINITY);
    const auto expected = scores.softmax(-1).mean(1).sum(1).mean(0, true); // over heads, queries, guidance rows
    QVERIFY(torch::allclose(policy->seen, expected, 1e-4, 1e-5));
}

void TestStdit3Attention::entropyEqualsTheDefinition()
{
    const torch::NoGradGuard noGrad;
    models::CrossAttention attention(kWidth, kHeads, "cross_attn");
    randomize(attention);
    auto run = std::make_unique<EvidenceRun>(EvidenceKind::CrossAttentionEntropy);
    auto* policy = run.get();
    CachingSession session(smallGeometry(2), std::move(run));
    const auto x = torch::randn({2, kTokens, kWidth});
    const auto mask = torch::arange(8).lt(torch::tensor({5, 3}).unsqueeze(1)); // a negative prompt may be shorter
    const auto text = models::PackedText::of(torch::randn({2, 8, kWidth}), mask.to(torch::kInt64), session);
    torch::Tensor out;
    session.evaluate({0, 0, 1, plan::Stream::Joint, 0.0, {}}, [&](cache::RowRange) {
        out = session.module(plan::ModuleKind::CrossAttention, x,
            [&](const TokenSubset& subset) { return attention->forward(x, subset, text, session); });
        return session.module(plan::ModuleKind::Mlp, x, [&](const TokenSubset&) { return x; });
    });
    // reference README section 6.3 s2, written out: maps over all kept text tokens of both rows, at half weight
    const auto weights = attention->named_parameters();
    auto map = torch::zeros({2, kTokens, 8});
    std::int64_t begin = 0;
    for (int row = 0; row < 2; ++row) {
        const std::int64_t length = text.lengths()[static_cast<std::size_t>(row)];
        const auto q = torch::linear(x[row], weights["q_linear.weight"], weights["q_linear.bias"])
                           .view({kTokens, kHeads, -1})
                           .transpose(0, 1);
        const auto kv = torch::linear(
            text.tokens()[0].narrow(0, begin, length), weights["kv_linear.weight"], weights["kv_linear.bias"])
                            .view({length, 2, kHeads, -1});
        const auto k = kv.select(1, 0).transpose(0, 1);
        const auto p = (torch::matmul(q, k.transpose(-2, -1)) / std::sqrt(static_cast<double>(kWidth / kHeads)))
                           .softmax(-1)
                           .mean(0);
        map[row].narrow(1, begin, length).copy_(p);
        begin += length;
    }
    const auto mixed = 0.5 * map[0] + 0.5 * map[1];
    const auto expected = -(mixed * (mixed + 1e-7).log()).sum(-1).unsqueeze(0);
    QVERIFY(torch::allclose(policy->seen, expected, 1e-4, 1e-5));
    // The blocked pass that leaves evidence computes the same output as the fused one that does not.
    auto plain = CachingSession::uncached(smallGeometry(2));
    QVERIFY(torch::allclose(out, attention->forward(x, TokenSubset::all(kTokens), text, plain), 1e-4, 1e-5));
}

void TestStdit3Attention::paddedTextIsNotAttendedTo()
{
    const torch::NoGradGuard noGrad;
    models::CrossAttention attention(kWidth, kHeads, "cross_attn");
    randomize(attention);
    const auto x = torch::randn({2, kTokens, kWidth});
    const auto features = torch::randn({2, 8, kWidth});
    const auto mask = torch::arange(8).lt(torch::tensor({5, 3}).unsqueeze(1)).to(torch::kInt64);
    auto both = CachingSession::uncached(smallGeometry(2));
    const auto out =
        attention->forward(x, TokenSubset::all(kTokens), models::PackedText::of(features, mask, both), both);
    auto single = CachingSession::uncached(smallGeometry(1));
    const auto cut = models::PackedText::of(features.narrow(0, 1, 1).narrow(1, 0, 3), {}, single);
    const auto second = attention->forward(x.narrow(0, 1, 1), TokenSubset::all(kTokens), cut, single);
    QVERIFY(torch::allclose(out[1], second[0], 1e-4, 1e-5));
}

QTEST_GUILESS_MAIN(TestStdit3Attention)
#include "tst_stdit3_attention.moc"
