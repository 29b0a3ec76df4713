// SPDX-License-Identifier: Apache-2.0
#include "core/models/stdit3/attention.h"

#include "cache/exec/ops/trained_attention.h"
#include "core/models/layers/activation_recorder.h"
#include "core/models/layers/attention.h"
#include "core/models/layers/attention_evidence.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

namespace toca::models {

using cache::EvidenceKind;
using cache::TokenSubset;

namespace {

constexpr double kNormEpsilon = 1e-6; ///< of queries and keys

/// Turns neighbouring pairs (x0, x1) of the last axis. @param x (..., T, D)  @param rotation (T, D / 2)
torch::Tensor rotated(const torch::Tensor& x, const torch::Tensor& rotation)
{
    if (torch::GradMode::is_enabled() && x.requires_grad()) {
        // The same with real numbers: complex ones cost several times as much in a backward pass.
        const auto factors = torch::view_as_real(rotation); // (T, D / 2, 2)
        const auto cosine = factors.select(-1, 0).repeat_interleave(2, 1).to(x.scalar_type());
        const auto sine = factors.select(-1, 1).repeat_interleave(2, 1).to(x.scalar_type());
        const auto neighbours = x.unflatten(-1, {-1, 2}); // (x0, x1) -> (-x1, x0)
        const auto turned = torch::stack({neighbours.select(-1, 1).neg(), neighbours.select(-1, 0)}, -1).flatten(-2);
        return x * cosine + turned * sine;
    }
    auto pairs = widened(x.reshape({x.size(0), x.size(1), x.size(2), -1, 2})).contiguous();
    return torch::view_as_real(torch::view_as_complex(pairs) * rotation).flatten(-2).to(x.scalar_type());
}

} // namespace

torch::Tensor rotaryRotation(const torch::Tensor& frequencies, std::int64_t frames)
{
    const auto options = frequencies.options().dtype(torch::kFloat32);
    const auto angles = torch::arange(frames, options).unsqueeze(1) * frequencies.to(torch::kFloat32).unsqueeze(0);
    return torch::polar(torch::ones_like(angles), angles);
}

SelfAttentionImpl::SelfAttentionImpl(std::int64_t hiddenSize, std::int64_t heads, bool qkNorm, plan::LayerKind kind)
    : m_heads(heads)
    , m_headSize(hiddenSize / heads)
    , m_kind(kind)
    , qkv(register_module("qkv", Linear(hiddenSize, 3 * hiddenSize)))
    , attn_drop(register_module("attn_drop", Identity()))
    , proj_drop(register_module("proj_drop", Identity()))
    , proj(register_module("proj", Linear(hiddenSize, hiddenSize)))
{
    if (qkNorm) {
        q_norm = register_module("q_norm", RmsNorm(m_headSize, kNormEpsilon));
        k_norm = register_module("k_norm", RmsNorm(m_headSize, kNormEpsilon));
    } else {
        m_queries = register_module("q_norm", Identity());
        m_keys = register_module("k_norm", Identity());
    }
}

torch::Tensor SelfAttentionImpl::forward(const torch::Tensor& x, const TokenSubset& queries, TokenLayout layout,
    const torch::Tensor& rotation, cache::CachingSession& session)
{
    if (!queries.isAll())
        return attendSubset(x, queries, layout, rotation);
    cache::TrainedHeads trained{m_heads, m_headSize, {}, {}, kNormEpsilon, rotation};
    if (q_norm) {
        trained.queryWeight = q_norm->weight;
        trained.keyWeight = k_norm->weight;
    }
    const bool isTemporal = m_kind == plan::LayerKind::Temporal;
    if (m_kind != plan::LayerKind::Joint && !ActivationRecorder::current()
        && !session.wants(EvidenceKind::SelfAttentionInfluence) && !session.wants(EvidenceKind::ValueNorm)
        && cache::runsTrainedAttention(x, trained, isTemporal ? layout.frames : layout.positions))
        return proj->forward(
            cache::trainedSelfAttention(qkv->forward(x), trained, {layout.frames, layout.positions, isTemporal}));
    const std::int64_t batch = x.size(0), width = x.size(2);
    auto sequences = x.view({batch, layout.frames, layout.positions, width});
    if (m_kind == plan::LayerKind::Temporal)
        sequences = sequences.transpose(1, 2);
    // (sequences, length, C): the layout in which the published code runs all of its linears
    sequences = sequences.reshape({-1, sequences.size(2), width});
    auto out = proj_drop->forward(proj->forward(attendAll(qkv->forward(sequences), layout, rotation, session)));
    tapAs(*this, [&] { return out; });
    if (m_kind == plan::LayerKind::Temporal)
        out = out.view({batch, layout.positions, layout.frames, width}).transpose(1, 2);
    return out.reshape({batch, -1, width});
}

torch::Tensor SelfAttentionImpl::attendAll(
    const torch::Tensor& qkvOutput, TokenLayout layout, const torch::Tensor& rotation, cache::CachingSession& session)
{
    const std::int64_t sequences = qkvOutput.size(0), length = qkvOutput.size(1);
    const auto parts = qkvOutput.view({sequences, length, 3, m_heads, m_headSize}).permute({2, 0, 3, 1, 4}).unbind(0);
    auto q = parts[0], k = parts[1]; // (sequences, heads, length, D)
    if (q_norm) {
        q = q_norm->forward(q);
        k = k_norm->forward(k);
    } else {
        q = m_queries->forward(q);
        k = m_keys->forward(k);
    }
    if (rotation.defined()) {
        q = rotated(q, rotation);
        k = rotated(k, rotation);
    }
    leaveEvidence(q, k, parts[2], layout, session);
    tapAs(*attn_drop, [&] { // the whole map, which nothing else needs at once
        return torch::matmul(q / std::sqrt(static_cast<double>(m_headSize)), k.transpose(-2, -1)).softmax(-1);
    });
    const auto out = attended(q, k, parts[2]);
    return out.transpose(1, 2).reshape({sequences, length, m_heads * m_headSize});
}

torch::Tensor SelfAttentionImpl::attendSubset(
    const torch::Tensor& x, const TokenSubset& queries, TokenLayout layout, const torch::Tensor& rotation)
{
    const std::int64_t batch = x.size(0), tokens = x.size(1), width = x.size(2), count = queries.count();
    const auto weights = qkv->weight.flatten(1).split(width, 0);
    const auto biases = qkv->bias.split(width, 0);
    const auto heads = [&](const torch::Tensor& values) { return values.view({batch, -1, m_heads, m_headSize}); };
    auto q = heads(torch::linear(queries.gather(x), weights[0], biases[0])); // (B, K, heads, D)
    auto k = heads(torch::linear(x, weights[1], biases[1])); // (B, N, heads, D)
    const auto v = heads(torch::linear(x, weights[2], biases[2]));
    if (q_norm) {
        q = q_norm->forward(q);
        k = k_norm->forward(k);
    }
    const auto frame = queries.ids().div(layout.positions, "floor"); // (B, K)
    const auto position = queries.ids().remainder(layout.positions);
    if (rotation.defined()) {
        const auto turn = [&](const torch::Tensor& values, const torch::Tensor& factors) { // factors (B, n, D / 2)
            const auto pairs =
                torch::view_as_complex(values.reshape({batch, values.size(1), m_heads, -1, 2}).contiguous());
            return torch::view_as_real(pairs * factors.unsqueeze(2)).flatten(-2);
        };
        const auto frames =
            torch::arange(tokens, frame.options()).div(layout.positions, "floor").expand({batch, tokens});
        q = turn(q, rotation.index({frame}));
        k = turn(k, rotation.index({frames}));
    }
    // Keys of a query: the tokens of its frame, or of its position.
    const bool spatial = m_kind == plan::LayerKind::Spatial;
    const auto all = torch::arange(spatial ? layout.positions : layout.frames, frame.options());
    const std::int64_t span = m_kind == plan::LayerKind::Joint ? tokens : all.size(0);
    auto out = torch::empty({batch, count, m_heads, m_headSize}, q.options());
    const std::int64_t step = std::max<std::int64_t>(1, kAttentionBlockValues / (span * m_heads * m_headSize));
    for (std::int64_t row = 0; row < batch; ++row)
        for (std::int64_t first = 0; first < count; first += step) {
            const std::int64_t n = std::min(step, count - first);
            torch::Tensor keyIds; // (n, span)
            if (m_kind == plan::LayerKind::Joint)
                keyIds = torch::arange(tokens, frame.options()).unsqueeze(0).expand({n, tokens});
            else if (spatial)
                keyIds = frame[row].narrow(0, first, n).unsqueeze(1) * layout.positions + all;
            else
                keyIds = all * layout.positions + position[row].narrow(0, first, n).unsqueeze(1);
            const auto flat = keyIds.reshape({-1});
            const auto gathered = [&](const torch::Tensor& values) { // (n, heads, span, D)
                return values[row].index_select(0, flat).view({n, span, m_heads, m_headSize}).transpose(1, 2);
            };
            const auto query = q[row].narrow(0, first, n).unsqueeze(2); // (n, heads, 1, D)
            out[row]
                .narrow(0, first, n)
                .copy_(torch::scaled_dot_product_attention(query, gathered(k), gathered(v)).squeeze(2));
        }
    return proj->forward(out.view({batch, count, width}));
}

void SelfAttentionImpl::leaveEvidence(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
    TokenLayout layout, cache::CachingSession& session)
{
    const std::int64_t batch = q.size(0) * q.size(2) / (layout.frames * layout.positions);
    const auto leave = [&](EvidenceKind kind, const std::function<torch::Tensor()>& ofSequences) {
        session.leaveEvidence(kind, TokenSubset::all(layout.frames * layout.positions), [&] {
            auto values = ofSequences(); // (sequences, length)
            if (m_kind == plan::LayerKind::Temporal) // (B * positions, frames) -> (B, frames * positions)
                values = values.view({batch, layout.positions, layout.frames}).transpose(1, 2);
            return values.reshape({batch, -1});
        });
    };
    leave(EvidenceKind::SelfAttentionInfluence, [&] { return receivedAttention(q, k); });
    leave(EvidenceKind::ValueNorm, [&] { return smallnessOfValues(v); });
}

} // namespace toca::models
