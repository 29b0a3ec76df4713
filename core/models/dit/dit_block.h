// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/models/layers/joint_attention.h"
#include "core/models/layers/mlp.h"

namespace toca::models {

/// Modulation vectors from the conditioning vector: SiLU, Linear, under the names "0" and "1".
class AdaptiveModulationImpl : public torch::nn::Module {
public:
    AdaptiveModulationImpl(std::int64_t hiddenSize, std::int64_t vectors);
    /// @param c (B, C)  @return (B, vectors * C)
    torch::Tensor forward(const torch::Tensor& c);

private:
    Silu m_activation;
    Linear m_linear;
};
TORCH_MODULE(AdaptiveModulation);

/// DiT block with adaLN-Zero conditioning (Peebles and Xie, arXiv 2212.09748, figure 3).
class DitBlockImpl : public torch::nn::Module {
public:
    DitBlockImpl(std::int64_t hiddenSize, std::int64_t heads, std::int64_t mlpHiddenSize);
    /// @param c (B, C) timestep and label embedding
    /// @return (B, 6C) shift, scale and gate of self-attention, then of the MLP
    torch::Tensor modulation(const torch::Tensor& c) { return adaLN_modulation->forward(c); }
    /// @param x (B, N, C) tokens  @param vectors (B, 6C) modulation  @return (B, N, C)
    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& vectors, cache::CachingSession& session);
    /// What self-attention reads: x normalised and modulated.
    torch::Tensor modulatedInput(const torch::Tensor& x, const torch::Tensor& vectors);

private:
    LayerNorm norm1, norm2;
    JointSelfAttention attn;
    Mlp mlp;
    AdaptiveModulation adaLN_modulation;
};
TORCH_MODULE(DitBlock);

} // namespace toca::models
