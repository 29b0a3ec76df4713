// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/caching_session.h"
#include "core/models/layers/tapped_layers.h"

namespace toca::models {

/// Kept text tokens of every guidance row, packed one row after the other as in the published code.
struct PackedText {
    torch::Tensor tokens; ///< (1, sum of lengths, C)
    std::vector<std::int64_t> lengths; ///< kept tokens of each row
    std::int64_t longest() const;
    bool isUniform() const;
};

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
    void leaveInfluence(
        const torch::Tensor& q, const torch::Tensor& k, TokenLayout layout, cache::CachingSession& session);

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

/// Attention of picture tokens over their own row's text tokens. Keys and values are projected once per run.
class CrossAttentionImpl : public torch::nn::Module {
public:
    /// @param name unique in the model, names the stored keys and values
    CrossAttentionImpl(std::int64_t hiddenSize, std::int64_t heads, std::string name);
    /// @param x (B, K, C), the tokens of `subset`  @return (B, K, C)
    torch::Tensor forward(const torch::Tensor& x, const cache::TokenSubset& subset, const PackedText& text,
        cache::CachingSession& session);

private:
    /// (B, 2, heads, L, D), rows padded with zeros to the longest text
    torch::Tensor keysAndValues(const PackedText& text);

    std::int64_t m_heads;
    std::int64_t m_headSize;
    std::string m_name;
    Linear q_linear, kv_linear, proj;
    Identity proj_drop;
};
TORCH_MODULE(CrossAttention);

/// Unit complex numbers of the rotary embedding: angle of (frame, pair) = frame * frequency.
/// @param frequencies (D / 2)  @return (frames, D / 2) complex64
torch::Tensor rotaryRotation(const torch::Tensor& frequencies, std::int64_t frames);

} // namespace toca::models
