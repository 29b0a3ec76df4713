// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/caching_session.h"
#include "core/models/layers/tapped_layers.h"

namespace toca::models {

/// Layout of the token axis: N = frames * positions, frame-major.
struct TokenLayout {
    std::int64_t frames = 1;
    std::int64_t positions = 1; ///< tokens of one frame
};

/// Self-attention within frames (spatial) or along the frames of one position (temporal), with RMS-normalised queries
/// and keys and, in temporal blocks, rotary position embedding (Su et al., arXiv 2104.09864).
class SelfAttentionImpl : public torch::nn::Module {
public:
    SelfAttentionImpl(std::int64_t hiddenSize, std::int64_t heads, bool qkNorm, plan::LayerKind kind);
    /// @param x (B, N, C), all tokens: keys and values come from them
    /// @param queries the tokens whose output is wanted
    /// @param rotation (T, D / 2) complex unit numbers for temporal blocks, else undefined
    /// @return (B, K, C)
    torch::Tensor forward(const torch::Tensor& x, const cache::TokenSubset& queries, TokenLayout layout,
        const torch::Tensor& rotation, cache::CachingSession& session);

private:
    torch::Tensor attendAll(
        const torch::Tensor& qkv, TokenLayout layout, const torch::Tensor& rotation, cache::CachingSession& session);
    torch::Tensor attendSubset(
        const torch::Tensor& x, const cache::TokenSubset& queries, TokenLayout layout, const torch::Tensor& rotation);
    void leaveEvidence(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v, TokenLayout layout,
        cache::CachingSession& session);

    std::int64_t m_heads;
    std::int64_t m_headSize;
    plan::LayerKind m_kind;
    Linear qkv;
    RmsNorm q_norm{nullptr}, k_norm{nullptr};
    Identity m_queries{nullptr}, m_keys{nullptr}; ///< in the norms' places where there are none
    Identity attn_drop, proj_drop;
    Linear proj;
};
TORCH_MODULE(SelfAttention);

/// Unit complex numbers of the rotary embedding: angle of (frame, pair) = frame * frequency.
/// @param frequencies (D / 2)  @return (frames, D / 2) complex64
torch::Tensor rotaryRotation(const torch::Tensor& frequencies, std::int64_t frames);

} // namespace toca::models
