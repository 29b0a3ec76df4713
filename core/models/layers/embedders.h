// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/models/layers/mlp.h"

namespace toca::models {

/// [cos(t f_i) | sin(t f_i)], f_i = exp(-ln(10000) i / (width / 2)) (reference README section 4).
/// @param t (B) float, may be fractional  @return (B, width) float32
torch::Tensor timestepEmbedding(const torch::Tensor& t, std::int64_t width = 256);

/// Linear, SiLU, Linear under the names "0", "1" and "2".
class EmbedderMlpImpl : public torch::nn::Module {
public:
    EmbedderMlpImpl(std::int64_t in, std::int64_t hidden);
    torch::Tensor forward(const torch::Tensor& x);

private:
    Linear m_in;
    Silu m_activation;
    Linear m_out;
};
TORCH_MODULE(EmbedderMlp);

/// Embeds a number (timestep, frames per second) into the model's width.
class NumberEmbedderImpl : public torch::nn::Module {
public:
    explicit NumberEmbedderImpl(std::int64_t hiddenSize);
    /// @param number (B)  @return (B, hiddenSize)
    torch::Tensor forward(const torch::Tensor& number);

private:
    EmbedderMlp mlp;
};
TORCH_MODULE(NumberEmbedder);

/// Projects text features; holds the embedding of the empty caption.
class CaptionEmbedderImpl : public torch::nn::Module {
public:
    CaptionEmbedderImpl(std::int64_t inChannels, std::int64_t hiddenSize, std::int64_t tokens);
    /// @param y (B, 1, L, inChannels)  @return (B, 1, L, hiddenSize)
    torch::Tensor forward(const torch::Tensor& y);

    torch::Tensor y_embedding; ///< (tokens, inChannels)

private:
    Mlp y_proj;
};
TORCH_MODULE(CaptionEmbedder);

} // namespace toca::models
