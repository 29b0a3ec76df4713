// SPDX-License-Identifier: Apache-2.0
#include "core/models/layers/patches.h"

#include "core/models/layers/activation_recorder.h"

#include <torch/torch.h>

namespace toca::models {

PatchEmbedImpl::PatchEmbedImpl(std::int64_t patch, std::int64_t inChannels, std::int64_t hiddenSize)
    : m_patch(patch)
    , proj(register_module("proj", Conv2d(inChannels, hiddenSize, patch, ConvolutionOptions{patch})))
    , norm(register_module("norm", Identity()))
{
}

torch::Tensor PatchEmbedImpl::forward(const torch::Tensor& x)
{
    const std::int64_t batch = x.size(0), channels = x.size(1), rows = x.size(2) / m_patch,
                       columns = x.size(3) / m_patch;
    const auto patches = x.reshape({batch, channels, rows, m_patch, columns, m_patch})
                             .permute({0, 2, 4, 1, 3, 5})
                             .reshape({batch, rows * columns, channels * m_patch * m_patch});
    const auto tokens = torch::linear(patches, proj->weight.flatten(1), proj->bias);
    tapAs(*proj, [&] { return tokens.transpose(1, 2).reshape({batch, -1, rows, columns}); });
    return tapped(*this, norm->forward(tokens));
}

torch::Tensor unpatchified(
    const torch::Tensor& tokens, std::int64_t rows, std::int64_t columns, std::int64_t patch, std::int64_t channels)
{
    return tokens.reshape({tokens.size(0), rows, columns, patch, patch, channels})
        .permute({0, 5, 1, 3, 2, 4})
        .reshape({tokens.size(0), channels, rows * patch, columns * patch});
}

torch::Tensor sinCosPositionEmbedding(std::int64_t width, std::int64_t rows, std::int64_t columns,
    const std::vector<float>& rowDivisors, const std::vector<float>& columnDivisors)
{
    const std::int64_t half = width / 2, pairs = width / 4;
    const auto wide = torch::TensorOptions(torch::kFloat64);
    const auto frequencies = 1.0 / torch::pow(10000.0, torch::arange(pairs, wide) / (static_cast<double>(half) / 2.0));
    const auto along = [&](std::int64_t size, const std::vector<float>& divisors) {
        auto coordinate = torch::arange(size, torch::TensorOptions(torch::kFloat32)); // positions are float32
        for (const float divisor : divisors)
            coordinate = coordinate / divisor;
        const auto angles = coordinate.to(torch::kFloat64).unsqueeze(1) * frequencies.unsqueeze(0);
        return torch::cat({angles.sin(), angles.cos()}, 1); // (size, width / 2)
    };
    const auto x = along(columns, columnDivisors).unsqueeze(0).expand({rows, columns, half});
    const auto y = along(rows, rowDivisors).unsqueeze(1).expand({rows, columns, half});
    return torch::cat({x, y}, 2).reshape({1, rows * columns, width}).to(torch::kFloat32);
}

} // namespace toca::models
