// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/ops/plain_operations.h"
#include "core/models/layers/activation_recorder.h"
#include "core/models/layers/attention.h"
#include "core/models/vae/autoencoder_kl.h"

#include <torch/torch.h>

namespace toca::models {
namespace {

constexpr double kGroupNormEpsilon = 1e-6; // diffusers' resnet_eps of AutoencoderKL

/// Three taps along an axis, behind a nearest-neighbour enlargement, as four of a transposed convolution of stride 2:
/// pixel 2 i sees pixels i - 1, i, i of the small picture, pixel 2 i + 1 sees i, i, i + 1. Both axes together take four
/// ninths of the products, and the enlarged picture is never written.
torch::Tensor enlarging(const torch::Tensor& weight, std::int64_t axis)
{
    const auto tap = [&](std::int64_t index) { return weight.select(axis, index); };
    return torch::stack({tap(2), tap(1) + tap(2), tap(0) + tap(1), tap(0)}, axis);
}

} // namespace

VaeResnetImpl::VaeResnetImpl(std::int64_t inChannels, std::int64_t outChannels, std::int64_t groups)
{
    norm1 = register_module("norm1", GroupNorm(groups, inChannels, kGroupNormEpsilon));
    conv1 = register_module("conv1", Conv2d(inChannels, outChannels, 3, ConvolutionOptions{.padding = 1}));
    norm2 = register_module("norm2", GroupNorm(groups, outChannels, kGroupNormEpsilon));
    conv2 = register_module("conv2", Conv2d(outChannels, outChannels, 3, ConvolutionOptions{.padding = 1}));
    nonlinearity = register_module("nonlinearity", Silu());
    register_module("dropout", dropout);
    if (inChannels != outChannels)
        conv_shortcut = register_module("conv_shortcut", Conv2d(inChannels, outChannels, 1));
}

torch::Tensor VaeResnetImpl::forward(const torch::Tensor& x)
{
    torch::Tensor h = conv1(nonlinearity(norm1(x)));
    h = conv2(dropout(nonlinearity(norm2(h))));
    return tapped(*this, h.add_(conv_shortcut ? conv_shortcut(x) : x));
}

VaeAttentionImpl::VaeAttentionImpl(std::int64_t channels, std::int64_t groups)
{
    group_norm = register_module("group_norm", GroupNorm(groups, channels, kGroupNormEpsilon));
    to_q = register_module("to_q", Linear(channels, channels));
    to_k = register_module("to_k", Linear(channels, channels));
    to_v = register_module("to_v", Linear(channels, channels));
    to_out = register_module("to_out", std::make_shared<Stack<Linear>>());
    to_out->append(Linear(channels, channels));
}

torch::Tensor VaeAttentionImpl::forward(const torch::Tensor& x)
{
    const torch::Tensor positions = group_norm(x.flatten(2)).transpose(1, 2); // (B, HW, C)
    const torch::Tensor mixed = attended(to_q(positions).unsqueeze(1), to_k(positions).unsqueeze(1),
        to_v(positions).unsqueeze(1)); // (B, 1, HW, C), scale 1 / sqrt(C)
    const torch::Tensor h = (*to_out)[0](mixed.squeeze(1));
    return tapped(*this, x + h.transpose(1, 2).unflatten(2, {x.size(2), x.size(3)}));
}

VaeMidBlockImpl::VaeMidBlockImpl(std::int64_t channels, const AutoencoderKlConfig& config)
{
    attentions = register_module("attentions", std::make_shared<Stack<VaeAttention>>());
    if (config.hasMidAttention)
        attentions->append(VaeAttention(channels, config.normGroups));
    resnets = register_module("resnets", std::make_shared<Stack<VaeResnet>>());
    for (int i = 0; i < 2; ++i)
        resnets->append(VaeResnet(channels, channels, config.normGroups));
}

torch::Tensor VaeMidBlockImpl::forward(torch::Tensor x)
{
    x = (*resnets)[0](x);
    for (VaeAttention& attention : *attentions)
        x = attention(x);
    return tapped(*this, (*resnets)[1](x));
}

VaeDownsamplerImpl::VaeDownsamplerImpl(std::int64_t channels)
{
    conv = register_module("conv", Conv2d(channels, channels, 3, ConvolutionOptions{.stride = 2}));
}

torch::Tensor VaeDownsamplerImpl::forward(const torch::Tensor& x)
{
    return tapped(*this, conv(torch::constant_pad_nd(x, {0, 1, 0, 1})));
}

VaeUpsamplerImpl::VaeUpsamplerImpl(std::int64_t channels)
{
    conv = register_module("conv", Conv2d(channels, channels, 3, ConvolutionOptions{.padding = 1}));
}

torch::Tensor VaeUpsamplerImpl::forward(const torch::Tensor& x)
{
    if (x.is_cpu() && x.scalar_type() == torch::kFloat32 && conv->weight.scalar_type() == torch::kFloat32
        && !torch::GradMode::is_enabled() && !ActivationRecorder::current() && !cache::PlainOperations::areWanted())
        return torch::conv_transpose2d(x,
            enlarging(enlarging(conv->weight.transpose(0, 1), 2), 3).contiguous(x.suggest_memory_format()), conv->bias,
            /*stride=*/2, /*padding=*/1);
    return tapped(*this, conv(torch::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)})));
}

VaeDownBlockImpl::VaeDownBlockImpl(
    std::int64_t inChannels, std::int64_t outChannels, const AutoencoderKlConfig& config, bool isLast)
{
    resnets = register_module("resnets", std::make_shared<Stack<VaeResnet>>());
    for (std::int64_t i = 0; i < config.layersPerBlock; ++i)
        resnets->append(VaeResnet(i == 0 ? inChannels : outChannels, outChannels, config.normGroups));
    downsamplers = register_module("downsamplers", std::make_shared<Stack<VaeDownsampler>>());
    if (!isLast)
        downsamplers->append(VaeDownsampler(outChannels));
}

torch::Tensor VaeDownBlockImpl::forward(torch::Tensor x)
{
    for (VaeResnet& resnet : *resnets)
        x = resnet(x);
    for (VaeDownsampler& downsampler : *downsamplers)
        x = downsampler(x);
    return tapped(*this, x);
}

VaeUpBlockImpl::VaeUpBlockImpl(
    std::int64_t inChannels, std::int64_t outChannels, const AutoencoderKlConfig& config, bool isLast)
{
    resnets = register_module("resnets", std::make_shared<Stack<VaeResnet>>());
    for (std::int64_t i = 0; i < config.layersPerBlock + 1; ++i)
        resnets->append(VaeResnet(i == 0 ? inChannels : outChannels, outChannels, config.normGroups));
    upsamplers = register_module("upsamplers", std::make_shared<Stack<VaeUpsampler>>());
    if (!isLast)
        upsamplers->append(VaeUpsampler(outChannels));
}

torch::Tensor VaeUpBlockImpl::forward(torch::Tensor x)
{
    for (VaeResnet& resnet : *resnets)
        x = resnet(x);
    for (VaeUpsampler& upsampler : *upsamplers)
        x = upsampler(x);
    return tapped(*this, x);
}

VaeEncoderImpl::VaeEncoderImpl(const AutoencoderKlConfig& config)
{
    const std::vector<std::int64_t>& channels = config.blockOutChannels;
    conv_in =
        register_module("conv_in", Conv2d(config.inChannels, channels.front(), 3, ConvolutionOptions{.padding = 1}));
    down_blocks = register_module("down_blocks", std::make_shared<Stack<VaeDownBlock>>());
    for (std::size_t i = 0; i < channels.size(); ++i)
        down_blocks->append(VaeDownBlock(channels[i == 0 ? 0 : i - 1], channels[i], config, i + 1 == channels.size()));
    mid_block = register_module("mid_block", VaeMidBlock(channels.back(), config));
    conv_norm_out = register_module("conv_norm_out", GroupNorm(config.normGroups, channels.back(), kGroupNormEpsilon));
    conv_act = register_module("conv_act", Silu());
    conv_out = register_module(
        "conv_out", Conv2d(channels.back(), 2 * config.latentChannels, 3, ConvolutionOptions{.padding = 1}));
}

torch::Tensor VaeEncoderImpl::forward(torch::Tensor x)
{
    x = conv_in(x);
    for (VaeDownBlock& block : *down_blocks)
        x = block(x);
    x = mid_block(x);
    return tapped(*this, conv_out(conv_act(conv_norm_out(x))));
}

VaeDecoderImpl::VaeDecoderImpl(const AutoencoderKlConfig& config)
{
    const std::vector<std::int64_t> channels(config.blockOutChannels.rbegin(), config.blockOutChannels.rend());
    conv_in = register_module(
        "conv_in", Conv2d(config.latentChannels, channels.front(), 3, ConvolutionOptions{.padding = 1}));
    mid_block = register_module("mid_block", VaeMidBlock(channels.front(), config));
    up_blocks = register_module("up_blocks", std::make_shared<Stack<VaeUpBlock>>());
    for (std::size_t i = 0; i < channels.size(); ++i)
        up_blocks->append(VaeUpBlock(channels[i == 0 ? 0 : i - 1], channels[i], config, i + 1 == channels.size()));
    conv_norm_out = register_module("conv_norm_out", GroupNorm(config.normGroups, channels.back(), kGroupNormEpsilon));
    conv_act = register_module("conv_act", Silu());
    conv_out =
        register_module("conv_out", Conv2d(channels.back(), config.outChannels, 3, ConvolutionOptions{.padding = 1}));
}

torch::Tensor VaeDecoderImpl::forward(torch::Tensor z)
{
    torch::Tensor x = mid_block(conv_in(z));
    for (VaeUpBlock& block : *up_blocks)
        x = block(x);
    return tapped(*this, conv_out(conv_act(conv_norm_out(x))));
}

} // namespace toca::models
