// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/models/layers/cross_attention.h"
#include "core/models/layers/joint_attention.h"
#include "core/models/layers/mlp.h"

namespace toca::models {

/// Block of PixArt-alpha: modulated self-attention, cross-attention without norm and gate, modulated MLP.
class PixartBlockImpl : public torch::nn::Module {
public:
    /// @param name checkpoint path ("blocks.3")
    PixartBlockImpl(std::int64_t hiddenSize, std::int64_t heads, std::int64_t mlpHiddenSize, const std::string& name);
    /// @param x (B, N, C)  @param t6 (B, 6, C) from the timestep, the same for all blocks  @return (B, N, C)
    torch::Tensor forward(
        const torch::Tensor& x, const torch::Tensor& t6, const PackedText& text, cache::CachingSession& session);
    /// What self-attention reads: x normalised and modulated.
    torch::Tensor modulatedInput(const torch::Tensor& x, const torch::Tensor& t6);

private:
    /// shift, scale, gate of the attention, then of the MLP, (B, 1, C) each
    std::vector<torch::Tensor> modulation(const torch::Tensor& t6) const;

    LayerNorm norm1, norm2;
    JointSelfAttention attn;
    CrossAttention cross_attn;
    Mlp mlp;
    Identity drop_path;
    torch::Tensor scale_shift_table; ///< (6, C)
};
TORCH_MODULE(PixartBlock);

} // namespace toca::models
