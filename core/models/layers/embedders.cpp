// SPDX-License-Identifier: Apache-2.0
#include "core/models/layers/embedders.h"

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

EmbedderMlpImpl::EmbedderMlpImpl(std::int64_t in, std::int64_t hidden)
    : m_in(register_module("0", Linear(in, hidden)))
    , m_activation(register_module("1", Silu()))
    , m_out(register_module("2", Linear(hidden, hidden)))
{
}

torch::Tensor EmbedderMlpImpl::forward(const torch::Tensor& x)
{
    return tapped(*this, m_out->forward(m_activation->forward(m_in->forward(x.to(m_in->weight.scalar_type())))));
}

NumberEmbedderImpl::NumberEmbedderImpl(std::int64_t hiddenSize)
    : mlp(register_module("mlp", EmbedderMlp(256, hiddenSize)))
{
}

torch::Tensor NumberEmbedderImpl::forward(const torch::Tensor& number)
{
    return tapped(*this, mlp->forward(timestepEmbedding(number)));
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

} // namespace toca::models
