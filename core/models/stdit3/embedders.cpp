// SPDX-License-Identifier: Apache-2.0
#include "core/models/stdit3/embedders.h"

#include "core/models/layers/activation_recorder.h"

#include <torch/torch.h>

#include <cmath>

namespace toca::models {

torch::Tensor timestepEmbedding(const torch::Tensor& t, std::int64_t width)
{
    const std::int64_t half = width / 2;
    const auto index = torch::arange(half, torch::TensorOptions(torch::kFloat32).device(t.device()));
    const auto frequencies = torch::exp(-std::log(10000.0) * index / static_cast<double>(half));
    const auto angles = t.to(torch::kFloat32).unsqueeze(1) * frequencies.unsqueeze(0);
    auto embedded = torch::cat({angles.cos(), angles.sin()}, -1);
    return width % 2 == 0 ? embedded : torch::constant_pad_nd(embedded, {0, 1}); // an odd width ends with a zero
}

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

EmbedderMlpImpl::EmbedderMlpImpl(std::int64_t in, std::int64_t hidden)
    : m_in(register_module("0", Linear(in, hidden)))
    , m_activation(register_module("1", Silu()))
    , m_out(register_module("2", Linear(hidden, hidden)))
{
}

torch::Tensor EmbedderMlpImpl::forward(const torch::Tensor& x)
{
    return tapped(*this, m_out->forward(m_activation->forward(m_in->forward(x))));
}

NumberEmbedderImpl::NumberEmbedderImpl(std::int64_t hiddenSize)
    : mlp(register_module("mlp", EmbedderMlp(256, hiddenSize)))
{
}

torch::Tensor NumberEmbedderImpl::forward(const torch::Tensor& number)
{
    return tapped(*this, mlp->forward(timestepEmbedding(number)));
}

MlpImpl::MlpImpl(std::int64_t in, std::int64_t hidden, std::int64_t out)
    : fc1(register_module("fc1", Linear(in, hidden)))
    , act(register_module("act", Gelu()))
    , drop1(register_module("drop1", Identity()))
    , norm(register_module("norm", Identity()))
    , fc2(register_module("fc2", Linear(hidden, out)))
    , drop2(register_module("drop2", Identity()))
{
}

torch::Tensor MlpImpl::forward(const torch::Tensor& x)
{
    const auto hidden = norm->forward(drop1->forward(act->forward(fc1->forward(x))));
    return tapped(*this, drop2->forward(fc2->forward(hidden)));
}

CaptionEmbedderImpl::CaptionEmbedderImpl(std::int64_t inChannels, std::int64_t hiddenSize, std::int64_t tokens)
    : y_embedding(register_buffer("y_embedding", unloaded({tokens, inChannels})))
    , y_proj(register_module("y_proj", Mlp(inChannels, hiddenSize, hiddenSize)))
{
}

torch::Tensor CaptionEmbedderImpl::forward(const torch::Tensor& y)
{
    return tapped(*this, y_proj->forward(y));
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
