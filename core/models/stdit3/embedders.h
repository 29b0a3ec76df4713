// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/models/layers/tapped_layers.h"

#include <array>

namespace toca::models {

/// 2-D sin-cos position embedding of Open-Sora v1.2 (reference README section 4.3).
/// @param scale sqrt(height * width in pixels) / input_sq_size  @param baseSize round(sqrt(rows * columns)), or 0 for
/// none
/// @return (1, rows * columns, width) float32
torch::Tensor positionEmbedding2d(std::int64_t width, std::int64_t rows, std::int64_t columns, double scale,
    std::int64_t baseSize, torch::Device device);

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
