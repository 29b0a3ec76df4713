// SPDX-License-Identifier: Apache-2.0
#include "core/models/layers/joint_attention.h"

#include "cache/exec/ops/trained_attention.h"
#include "core/models/layers/activation_recorder.h"
#include "core/models/layers/attention.h"
#include "core/models/layers/attention_evidence.h"

#include <torch/torch.h>

#include <cmath>

namespace toca::models {

using cache::EvidenceKind;
using cache::TokenSubset;

JointSelfAttentionImpl::JointSelfAttentionImpl(std::int64_t hiddenSize, std::int64_t heads)
    : m_heads(heads)
    , m_headSize(hiddenSize / heads)
    , qkv(register_module("qkv", Linear(hiddenSize, 3 * hiddenSize)))
    , q_norm(register_module("q_norm", Identity()))
    , k_norm(register_module("k_norm", Identity()))
    , attn_drop(register_module("attn_drop", Identity()))
    , proj(register_module("proj", Linear(hiddenSize, hiddenSize)))
    , proj_drop(register_module("proj_drop", Identity()))
{
}

torch::Tensor JointSelfAttentionImpl::forward(
    const torch::Tensor& x, const TokenSubset& queries, cache::CachingSession& session)
{
    const cache::TrainedHeads trained{m_heads, m_headSize, {}, {}, 0, {}};
    if (queries.isAll() && !ActivationRecorder::current() && !session.wants(EvidenceKind::SelfAttentionInfluence)
        && !session.wants(EvidenceKind::ValueNorm) && cache::runsTrainedAttention(x, trained, x.size(1)))
        return proj->forward(cache::trainedSelfAttention(qkv->forward(x), trained, {1, x.size(1), false}));
    const auto out = queries.isAll() ? attendAll(x, session) : attendSubset(x, queries); // (B, heads, K, D)
    const auto merged = out.transpose(1, 2).reshape({x.size(0), queries.count(), m_heads * m_headSize});
    return tapped(*this, proj_drop->forward(proj->forward(merged)));
}

torch::Tensor JointSelfAttentionImpl::attendAll(const torch::Tensor& x, cache::CachingSession& session)
{
    const std::int64_t batch = x.size(0), tokens = x.size(1);
    const auto parts = qkv->forward(x).view({batch, tokens, 3, m_heads, m_headSize}).permute({2, 0, 3, 1, 4}).unbind(0);
    const auto q = q_norm->forward(parts[0]), k = k_norm->forward(parts[1]), v = parts[2]; // (B, heads, N, D)
    const auto all = TokenSubset::all(tokens);
    // Beside the attention, not instead of it: the output must not depend on whether somebody scores.
    session.leaveEvidence(EvidenceKind::SelfAttentionInfluence, all, [&] { return receivedAttention(q, k); });
    session.leaveEvidence(EvidenceKind::ValueNorm, all, [&] { return smallnessOfValues(v); });
    tapAs(*attn_drop, [&] { // the whole map, which nothing else needs at once
        return torch::matmul(q / std::sqrt(static_cast<double>(m_headSize)), k.transpose(-2, -1)).softmax(-1);
    });
    return attended(q, k, v);
}

torch::Tensor JointSelfAttentionImpl::attendSubset(const torch::Tensor& x, const TokenSubset& queries)
{
    const std::int64_t width = x.size(2);
    const auto weights = qkv->weight.flatten(1).split(width, 0);
    const auto biases = qkv->bias.split(width, 0);
    const auto heads = [&](const torch::Tensor& tokens, std::size_t part) {
        return torch::linear(tokens, weights[part], biases[part])
            .view({x.size(0), -1, m_heads, m_headSize})
            .transpose(1, 2);
    };
    return torch::scaled_dot_product_attention(heads(queries.gather(x), 0), heads(x, 1), heads(x, 2));
}

} // namespace toca::models
