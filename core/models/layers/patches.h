// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/models/layers/tapped_layers.h"

/// How picture transformers (DiT, PixArt) come from latents to tokens and back.
namespace toca::models {

/// Cuts a picture into square patches and projects each.
class PatchEmbedImpl : public torch::nn::Module {
public:
    PatchEmbedImpl(std::int64_t patch, std::int64_t inChannels, std::int64_t hiddenSize);
    /// @param x (B, inChannels, H, W), H and W multiples of the patch
    /// @return (B, N, hiddenSize), tokens ordered (row, column)
    torch::Tensor forward(const torch::Tensor& x);

private:
    std::int64_t m_patch;
    Conv2d proj; ///< holds the weights; applied as one matrix product
    Identity norm;
};
TORCH_MODULE(PatchEmbed);

/// Puts patches together again. @param tokens (B, rows * columns, patch * patch * channels), each ordered (row, column,
/// channel)  @return (B, channels, rows * patch, columns * patch)
torch::Tensor unpatchified(
    const torch::Tensor& tokens, std::int64_t rows, std::int64_t columns, std::int64_t patch, std::int64_t channels);

/// 2-D sin-cos position embedding of DiT and PixArt (reference README section 4.1): first half of the channels from the
/// column, second half from the row, each [sin | cos], computed in float64.
/// @param width a multiple of 4
/// @param rowDivisors, columnDivisors what indices are divided by, one after the other as published; empty for DiT
/// @return (1, rows * columns, width) float32
torch::Tensor sinCosPositionEmbedding(std::int64_t width, std::int64_t rows, std::int64_t columns,
    const std::vector<float>& rowDivisors = {}, const std::vector<float>& columnDivisors = {});

} // namespace toca::models
