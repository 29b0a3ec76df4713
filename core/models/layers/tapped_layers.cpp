// SPDX-License-Identifier: Apache-2.0
#include "core/models/layers/tapped_layers.h"

#include "core/models/layers/activation_recorder.h"
#include "core/models/layers/attention.h"

#include <torch/torch.h>

namespace toca::models {
namespace {

torch::Tensor parameter(torch::nn::Module& module, const std::string& name, at::IntArrayRef shape)
{
    return module.register_parameter(name, unloaded(shape), /*requires_grad=*/false);
}

} // namespace

torch::Tensor unloaded(at::IntArrayRef shape)
{
    return torch::zeros({}).expand(shape);
}

LinearImpl::LinearImpl(std::int64_t inFeatures, std::int64_t outFeatures, bool hasBias)
    : weight(parameter(*this, "weight", {outFeatures, inFeatures}))
{
    if (hasBias)
        bias = parameter(*this, "bias", {outFeatures});
}

torch::Tensor LinearImpl::forward(const torch::Tensor& x)
{
    return tapped(*this, torch::linear(x, weight.dim() == 2 ? weight : weight.flatten(1), bias));
}

Conv2dImpl::Conv2dImpl(
    std::int64_t inChannels, std::int64_t outChannels, std::int64_t kernel, ConvolutionOptions options)
    : weight(parameter(*this, "weight", {outChannels, inChannels, kernel, kernel}))
    , m_options(options)
{
    if (options.bias)
        bias = parameter(*this, "bias", {outChannels});
}

torch::Tensor Conv2dImpl::forward(const torch::Tensor& x)
{
    return tapped(*this, torch::conv2d(x, weight, bias, m_options.stride, m_options.padding));
}

Conv3dImpl::Conv3dImpl(std::int64_t inChannels, std::int64_t outChannels, std::array<std::int64_t, 3> kernel,
    std::array<std::int64_t, 3> stride, std::array<std::int64_t, 3> padding, bool hasBias)
    : weight(parameter(*this, "weight", {outChannels, inChannels, kernel[0], kernel[1], kernel[2]}))
    , m_stride(stride)
    , m_padding(padding)
{
    if (hasBias)
        bias = parameter(*this, "bias", {outChannels});
}

torch::Tensor Conv3dImpl::forward(const torch::Tensor& x)
{
    return tapped(*this, torch::conv3d(x, weight, bias, m_stride, m_padding));
}

GroupNormImpl::GroupNormImpl(std::int64_t groups, std::int64_t channels, double epsilon)
    : weight(parameter(*this, "weight", {channels}))
    , bias(parameter(*this, "bias", {channels}))
    , m_groups(groups)
    , m_epsilon(epsilon)
{
}

torch::Tensor GroupNormImpl::forward(const torch::Tensor& x)
{
    return tapped(*this, torch::group_norm(x, m_groups, weight, bias, m_epsilon));
}

LayerNormImpl::LayerNormImpl(std::int64_t features, double epsilon, bool hasAffine)
    : m_features(features)
    , m_epsilon(epsilon)
{
    if (hasAffine) {
        weight = parameter(*this, "weight", {features});
        bias = parameter(*this, "bias", {features});
    }
}

torch::Tensor LayerNormImpl::forward(const torch::Tensor& x)
{
    return tapped(*this, torch::layer_norm(x, {m_features}, weight, bias, m_epsilon));
}

RmsNormImpl::RmsNormImpl(std::int64_t features, double epsilon)
    : weight(parameter(*this, "weight", {features}))
    , m_epsilon(epsilon)
{
}

torch::Tensor RmsNormImpl::forward(const torch::Tensor& x)
{
    const torch::Tensor x32 = widened(x);
    const torch::Tensor inverseRms = torch::rsqrt(x32.square().mean(-1, /*keepdim=*/true).add_(m_epsilon));
    return tapped(*this, (x32 * inverseRms).to(weight.scalar_type()) * weight);
}

EmbeddingImpl::EmbeddingImpl(std::int64_t rows, std::int64_t features)
    : weight(parameter(*this, "weight", {rows, features}))
{
}

torch::Tensor EmbeddingImpl::forward(const torch::Tensor& ids)
{
    return tapped(*this, torch::embedding(weight, ids));
}

torch::Tensor SiluImpl::forward(torch::Tensor x)
{
    return tapped(*this, torch::GradMode::is_enabled() ? torch::silu(x) : torch::silu_(x));
}

torch::Tensor GeluImpl::forward(torch::Tensor x)
{
    return tapped(*this, torch::GradMode::is_enabled() ? torch::gelu(x, "tanh") : torch::gelu_(x, "tanh"));
}

torch::Tensor IdentityImpl::forward(const torch::Tensor& x)
{
    return tapped(*this, x);
}

} // namespace toca::models
