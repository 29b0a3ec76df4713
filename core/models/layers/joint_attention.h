// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/caching_session.h"
#include "core/models/layers/tapped_layers.h"

namespace toca::models {

/// Self-attention of a picture's tokens, all with all (DiT, PixArt). Queries, keys and values come from one linear laid
/// out [3, heads, head width].
class JointSelfAttentionImpl : public torch::nn::Module {
public:
    JointSelfAttentionImpl(std::int64_t hiddenSize, std::int64_t heads);
    /// Leaves SelfAttentionInfluence and ValueNorm when all tokens are computed and the session wants them.
    /// @param x (B, N, C), all tokens: keys and values come from them
    /// @param queries the tokens whose output is wanted
    /// @return (B, K, C)
    torch::Tensor forward(const torch::Tensor& x, const cache::TokenSubset& queries, cache::CachingSession& session);

private:
    torch::Tensor attendAll(const torch::Tensor& x, cache::CachingSession& session);
    torch::Tensor attendSubset(const torch::Tensor& x, const cache::TokenSubset& queries);

    std::int64_t m_heads;
    std::int64_t m_headSize;
    Linear qkv;
    Identity q_norm, k_norm, attn_drop;
    Linear proj;
    Identity proj_drop;
};
TORCH_MODULE(JointSelfAttention);

} // namespace toca::models
