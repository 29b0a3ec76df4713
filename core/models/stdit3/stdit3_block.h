// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/models/layers/cross_attention.h"
#include "core/models/layers/mlp.h"
#include "core/models/stdit3/attention.h"

namespace toca::models {

/// One modulation vector: the same for all tokens of a row, or, with a frame mask, one for each frame.
class FrameVector {
public:
    /// @param value (B, 1, C), or (B, T, C) for one vector per frame  @param layout of the token axis
    FrameVector(torch::Tensor value, TokenLayout layout)
        : m_value(std::move(value))
        , m_layout(layout)
    {
    }
    /// The vector of each token of `subset`. @return (B, 1, C) or (B, K, C)
    torch::Tensor of(const cache::TokenSubset& subset) const;
    torch::Tensor ofAll(std::int64_t tokens) const { return of(cache::TokenSubset::all(tokens)); }

private:
    torch::Tensor m_value;
    TokenLayout m_layout;
};

/// Everything a block reads besides its tokens; the same for all blocks of one evaluation.
struct BlockConditioning {
    torch::Tensor t6; ///< (B, 6, C) from the timestep and fps
    torch::Tensor t6Zero; ///< (B, 6, C) for timestep 0; undefined without a frame mask
    torch::Tensor xMask; ///< (B, T) bool, false = the frame is a condition; undefined without one
    PackedText text;
    torch::Tensor rotation; ///< (T, D / 2) complex, for temporal blocks
    TokenLayout layout;
};

/// Block of STDiT3 (Open-Sora v1.2): modulated self-attention, cross-attention without norm and gate, modulated MLP.
class Stdit3BlockImpl : public torch::nn::Module {
public:
    /// @param name checkpoint path ("temporal_blocks.3")
    Stdit3BlockImpl(std::int64_t hiddenSize, std::int64_t heads, std::int64_t mlpHiddenSize, bool qkNorm,
        plan::LayerKind kind, const std::string& name);
    /// @param x (B, N, C)  @return (B, N, C)
    torch::Tensor forward(
        const torch::Tensor& x, const BlockConditioning& conditioning, cache::CachingSession& session);
    /// What self-attention reads: x normalised and modulated.
    torch::Tensor modulatedInput(const torch::Tensor& x, const BlockConditioning& conditioning);

private:
    /// shift, scale, gate of the attention, then of the MLP
    std::vector<FrameVector> modulation(const BlockConditioning& conditioning) const;

    plan::LayerKind m_kind;
    LayerNorm norm1, norm2;
    SelfAttention attn;
    CrossAttention cross_attn;
    Mlp mlp;
    Identity drop_path;
    torch::Tensor scale_shift_table; ///< (6, C)
};
TORCH_MODULE(Stdit3Block);

} // namespace toca::models
