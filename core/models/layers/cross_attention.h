// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/caching_session.h"
#include "core/models/layers/tapped_layers.h"

namespace toca::models {

/// Kept text tokens of every guidance row, packed one row after the other as in the published code.
class PackedText {
public:
    PackedText() = default;
    /// Counts the tokens once per run: counting waits for a device.
    /// @param projected (B, L, C) text features of all rows
    /// @param mask (P, L) or (B, L), other than 0 = kept; P rows are repeated for the other guidance rows: the prompt's
    /// mask also cuts the null embedding. Undefined: all tokens are kept
    /// @throws c10::Error when a row keeps no token
    static PackedText of(const torch::Tensor& projected, const torch::Tensor& mask, cache::CachingSession& session);

    const std::vector<std::int64_t>& lengths() const { return m_lengths; } ///< kept tokens of each row
    std::int64_t longest() const;
    bool isUniform() const;
    /// (1, sum of lengths, C), packed at the first call: most evaluations have their keys and values and need none.
    const torch::Tensor& tokens() const;

private:
    torch::Tensor m_projected; ///< (B, L, C)
    torch::Tensor m_kept; ///< (B, L) bool; undefined = all
    std::vector<std::int64_t> m_lengths;
    mutable torch::Tensor m_tokens;
};

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

} // namespace toca::models
