// SPDX-License-Identifier: Apache-2.0
#include "core/models/stdit3/embedders.h"

#include "core/models/layers/activation_recorder.h"

#include <torch/torch.h>

#include <cmath>

namespace toca::models {

torch::Tensor positionEmbedding2d(std::int64_t width, std::int64_t rows, std::int64_t columns, double scale,
    std::int64_t baseSize, torch::Device device)
{
    const auto options = torch::TensorOptions(torch::kFloat32).device(device);
    const std::int64_t half = width / 2;
    const auto inverseFrequency =
        1.0 / torch::pow(10000.0, torch::arange(0, half, 2, options) / static_cast<double>(half));
    const auto coordinates = [&](std::int64_t size) {
        auto grid = torch::arange(size, options) / scale;
        if (baseSize > 0)
            grid = grid * (static_cast<double>(baseSize) / static_cast<double>(size));
        return grid;
    };
    const auto sinCos = [&](const torch::Tensor& position) {
        const auto angles = position.unsqueeze(1) * inverseFrequency.unsqueeze(0);
        return torch::cat({angles.sin(), angles.cos()}, -1); // (size, width / 2)
    };
    const auto x = sinCos(coordinates(columns)).unsqueeze(0).expand({rows, columns, half});
    const auto y = sinCos(coordinates(rows)).unsqueeze(1).expand({rows, columns, half});
    return torch::cat({x, y}, -1).reshape({1, rows * columns, width}); // the column comes first
}

PatchEmbed3dImpl::PatchEmbed3dImpl(std::array<std::int64_t, 3> patch, std::int64_t inChannels, std::int64_t hiddenSize)
    : m_patch(patch)
    , proj(register_module("proj", Conv3d(inChannels, hiddenSize, patch, patch)))
{
}

torch::Tensor PatchEmbed3dImpl::forward(const torch::Tensor& x)
{
    const auto [pt, ph, pw] = m_patch;
    const auto padding = [](std::int64_t size, std::int64_t patch) { return (patch - size % patch) % patch; };
    auto padded = x;
    if (padding(x.size(2), pt) + padding(x.size(3), ph) + padding(x.size(4), pw) > 0)
        padded = torch::constant_pad_nd(
            x, {0, padding(x.size(4), pw), 0, padding(x.size(3), ph), 0, padding(x.size(2), pt)});
    const std::int64_t batch = x.size(0), channels = x.size(1);
    const std::int64_t t = padded.size(2) / pt, h = padded.size(3) / ph, w = padded.size(4) / pw;
    const auto patches = padded.reshape({batch, channels, t, pt, h, ph, w, pw})
                             .permute({0, 2, 4, 6, 1, 3, 5, 7})
                             .reshape({batch, t * h * w, channels * pt * ph * pw});
    auto tokens = torch::linear(patches, proj->weight.flatten(1), proj->bias);
    tapAs(*proj, [&] { return tokens.transpose(1, 2).reshape({batch, -1, t, h, w}); });
    return tapped(*this, tokens);
}

} // namespace toca::models
