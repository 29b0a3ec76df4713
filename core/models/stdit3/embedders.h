// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/models/layers/tapped_layers.h"

#include <array>

namespace toca::models {

/// [cos(t f_i) | sin(t f_i)], f_i = exp(-ln(10000) i / (width / 2)) (reference README section 4).
/// @param t (B) float, may be fractional  @return (B, width) float32
torch::Tensor timestepEmbedding(const torch::Tensor& t, std::int64_t width = 256);

/// 2-D sin-cos position embedding of Open-Sora v1.2 (reference README section 4.3).
/// @param scale sqrt(height * width in pixels) / input_sq_size  @param baseSize round(sqrt(rows * columns)), or 0 for
/// none
/// @return (1, rows * columns, width) float32
torch::Tensor positionEmbedding2d(std::int64_t width, std::int64_t rows, std::int64_t columns, double scale,
    std::int64_t baseSize, torch::Device device);

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

/// fc2(GELU_tanh(fc1 x)).
class MlpImpl : public torch::nn::Module {
public:
    MlpImpl(std::int64_t in, std::int64_t hidden, std::int64_t out);
    torch::Tensor forward(const torch::Tensor& x);

private:
    Linear fc1;
    Gelu act;
    Identity drop1, norm;
    Linear fc2;
    Identity drop2;
};
TORCH_MODULE(Mlp);

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

/// Cuts a clip into patches and projects each; sizes are zero-padded at their ends to multiples of the patch.
class PatchEmbed3dImpl : public torch::nn::Module {
public:
    PatchEmbed3dImpl(std::array<std::int64_t, 3> patch, std::int64_t inChannels, std::int64_t hiddenSize);
    /// @param x (B, inChannels, T, H, W)  @return (B, N, hiddenSize), tokens ordered (frame, row, column)
    torch::Tensor forward(const torch::Tensor& x);

private:
    std::array<std::int64_t, 3> m_patch;
    Conv3d proj; ///< holds the weights; applied as one matrix product
};
TORCH_MODULE(PatchEmbed3d);

} // namespace toca::models
