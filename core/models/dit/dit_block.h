// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/models/layers/joint_attention.h"
#include "core/models/layers/mlp.h"

namespace toca::models {

/// Modulation vectors from the conditioning vector: SiLU, Linear, under the names "0" and "1".
class AdaptiveModulationImpl : public torch::nn::Module {
public:
    AdaptiveModulationImpl(std::int64_t hiddenSize, std::int64_t vectors);
    /// @param c (B, C)  @return `vectors` tensors (B, 1, C)
    std::vector<torch::Tensor> forward(const torch::Tensor& c);

private:
    std::int64_t m_vectors;
    Silu m_activation;
    Linear m_linear;
};
TORCH_MODULE(AdaptiveModulation);

/// DiT block with adaLN-Zero conditioning (Peebles and Xie, arXiv 2212.09748, figure 3).
class DitBlockImpl : public torch::nn::Module {
public:
    DitBlockImpl(std::int64_t hiddenSize, std::int64_t heads, std::int64_t mlpHiddenSize);
    /// @param x (B, N, C) tokens  @param c (B, C) timestep and label embedding  @return (B, N, C)
    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& c, cache::CachingSession& session);
    /// What self-attention reads: x normalised and modulated.
    torch::Tensor modulatedInput(const torch::Tensor& x, const torch::Tensor& c);

private:
    LayerNorm norm1, norm2;
    JointSelfAttention attn;
    Mlp mlp;
    AdaptiveModulation adaLN_modulation;
};
TORCH_MODULE(DitBlock);

} // namespace toca::models
