// SPDX-License-Identifier: Apache-2.0
#include "core/models/vae/temporal_vae.h"

#include "core/models/layers/activation_recorder.h"

#include <torch/torch.h>

#include <algorithm>

namespace toca::models {
namespace {

constexpr double kGroupNormEpsilon = 1e-5; // PyTorch's default, unlike the spatial VAE's 1e-6

torch::Tensor activated(GroupNorm& norm, const torch::Tensor& x)
{
    torch::Tensor h = norm(x);
    return torch::GradMode::is_enabled() ? torch::silu(h) : torch::silu_(h);
}

/// Frames that are missing to a multiple of `factor`.
std::int64_t missingFrames(std::int64_t frames, std::int64_t factor)
{
    return (factor - frames % factor) % factor;
}

std::shared_ptr<Stack<TemporalResnet>> makeResnets(
    std::int64_t inChannels, std::int64_t outChannels, const TemporalVaeConfig& config)
{
    auto resnets = std::make_shared<Stack<TemporalResnet>>();
    for (std::int64_t i = 0; i < config.residualBlocks; ++i)
        resnets->append(TemporalResnet(i == 0 ? inChannels : outChannels, outChannels, config.normGroups));
    return resnets;
}

torch::Tensor throughAll(Stack<TemporalResnet>& resnets, torch::Tensor x)
{
    for (TemporalResnet& resnet : resnets)
        x = resnet(x);
    return x;
}

} // namespace

CausalConv3dImpl::CausalConv3dImpl(
    std::int64_t inChannels, std::int64_t outChannels, std::int64_t kernel, bool hasBias, std::int64_t timeStride)
    : m_framesInFront((kernel - 1) + (1 - timeStride))
{
    // Zeros around a picture are the convolution's own; only those in front in time have to be written out.
    conv = register_module("conv",
        Conv3d(inChannels, outChannels, std::array{kernel, kernel, kernel},
            std::array<std::int64_t, 3>{timeStride, 1, 1}, std::array<std::int64_t, 3>{0, kernel / 2, kernel / 2},
            hasBias));
}

torch::Tensor CausalConv3dImpl::forward(const torch::Tensor& x)
{
    return tapped(*this, conv(m_framesInFront > 0 ? torch::constant_pad_nd(x, {0, 0, 0, 0, m_framesInFront, 0}) : x));
}

TemporalResnetImpl::TemporalResnetImpl(std::int64_t inChannels, std::int64_t outChannels, std::int64_t groups)
{
    norm1 = register_module("norm1", GroupNorm(groups, inChannels, kGroupNormEpsilon));
    conv1 = register_module("conv1", CausalConv3d(inChannels, outChannels, 3, /*hasBias=*/false));
    norm2 = register_module("norm2", GroupNorm(groups, outChannels, kGroupNormEpsilon));
    conv2 = register_module("conv2", CausalConv3d(outChannels, outChannels, 3, /*hasBias=*/false));
    if (inChannels != outChannels)
        conv3 = register_module("conv3", CausalConv3d(inChannels, outChannels, 1, /*hasBias=*/false));
}

void TemporalResnetImpl::skipZeroBranch()
{
    const torch::Tensor& weight = conv2->weight();
    m_zeroWeight = torch::count_nonzero(weight).item<std::int64_t>() == 0 ? weight.const_data_ptr() : nullptr;
}

torch::Tensor TemporalResnetImpl::forward(const torch::Tensor& x)
{
    if (m_zeroWeight && conv2->weight().const_data_ptr() == m_zeroWeight && !torch::GradMode::is_enabled()
        && !ActivationRecorder::current())
        return conv3 ? conv3(x) : x;
    torch::Tensor h = conv1(activated(norm1, x));
    h = conv2(activated(norm2, h));
    return tapped(*this, h.add_(conv3 ? conv3(x) : x));
}

TemporalEncoderImpl::TemporalEncoderImpl(const TemporalVaeConfig& config)
{
    const std::size_t levels = config.channelMultipliers.size();
    conv_in = register_module("conv_in", CausalConv3d(config.channels, config.filters, 3, /*hasBias=*/false));
    block_res_blocks = register_module("block_res_blocks", std::make_shared<TemporalLevels>());
    conv_blocks = register_module("conv_blocks", std::make_shared<Stack<CausalConv3d>>());
    std::int64_t in = config.filters;
    for (std::size_t level = 0; level < levels; ++level) {
        const std::int64_t out = config.filters * config.channelMultipliers[level];
        block_res_blocks->append(makeResnets(in, out, config));
        if (level + 1 < levels && config.temporalDownsample[level])
            conv_blocks->append(CausalConv3d(out, out, 3, /*hasBias=*/true, /*timeStride=*/2));
        else if (level + 1 < levels)
            conv_blocks->skip();
        in = out;
    }
    res_blocks = register_module("res_blocks", makeResnets(in, in, config));
    norm1 = register_module("norm1", GroupNorm(config.normGroups, in, kGroupNormEpsilon));
    conv2 = register_module("conv2", CausalConv3d(in, 2 * config.latentChannels, 1, /*hasBias=*/true));
}

torch::Tensor TemporalEncoderImpl::forward(torch::Tensor x)
{
    x = conv_in(x);
    for (std::size_t level = 0; level < block_res_blocks->size(); ++level) {
        x = throughAll(*(*block_res_blocks)[level], x);
        if (level < conv_blocks->size() && (*conv_blocks)[level])
            x = (*conv_blocks)[level](x);
    }
    x = throughAll(*res_blocks, x);
    return tapped(*this, conv2(activated(norm1, x)));
}

TemporalDecoderImpl::TemporalDecoderImpl(const TemporalVaeConfig& config)
{
    const std::size_t levels = config.channelMultipliers.size();
    const std::int64_t deepest = config.filters * config.channelMultipliers.back();
    conv1 = register_module("conv1", CausalConv3d(config.latentChannels, deepest, 3, /*hasBias=*/true));
    res_blocks = register_module("res_blocks", makeResnets(deepest, deepest, config));
    block_res_blocks = register_module("block_res_blocks", std::make_shared<TemporalLevels>());
    conv_blocks = register_module("conv_blocks", std::make_shared<Stack<CausalConv3d>>());
    for (std::size_t level = 0; level < levels; ++level) { // numbered from the finest, but run from the coarsest
        const std::int64_t in = config.filters * config.channelMultipliers[std::min(level + 1, levels - 1)];
        const std::int64_t out = config.filters * config.channelMultipliers[level];
        block_res_blocks->append(makeResnets(in, out, config));
        if (level > 0 && config.temporalDownsample[level - 1])
            conv_blocks->append(CausalConv3d(out, 2 * out, 3, /*hasBias=*/true));
        else if (level > 0)
            conv_blocks->skip();
    }
    const std::int64_t finest = config.filters * config.channelMultipliers.front();
    norm1 = register_module("norm1", GroupNorm(config.normGroups, finest, kGroupNormEpsilon));
    conv_out = register_module("conv_out", CausalConv3d(finest, config.channels, 3, /*hasBias=*/true));
}

torch::Tensor TemporalDecoderImpl::forward(torch::Tensor z)
{
    torch::Tensor x = throughAll(*res_blocks, conv1(z));
    for (std::size_t level = block_res_blocks->size(); level-- > 0;) {
        x = throughAll(*(*block_res_blocks)[level], x);
        if (level > 0 && (*conv_blocks)[level - 1]) {
            // Twice the channels become twice the frames: channel (c, s) is frame 2 t + s.
            x = (*conv_blocks)[level - 1](x); // (B, 2 C, T, h, w)
            x = x.unflatten(1, {-1, 2}).permute({0, 1, 3, 2, 4, 5}).flatten(2, 3);
        }
    }
    return tapped(*this, conv_out(activated(norm1, x)));
}

TemporalVaeImpl::TemporalVaeImpl(const TemporalVaeConfig& config)
    : m_config(config)
{
    encoder = register_module("encoder", TemporalEncoder(config));
    quant_conv = register_module(
        "quant_conv", CausalConv3d(2 * config.latentChannels, 2 * config.embeddingChannels, 1, /*hasBias=*/true));
    post_quant_conv = register_module(
        "post_quant_conv", CausalConv3d(config.embeddingChannels, config.latentChannels, 1, /*hasBias=*/true));
    decoder = register_module("decoder", TemporalDecoder(config));
}

void skipZeroBranches(torch::nn::Module& model)
{
    for (const auto& module : model.modules())
        if (auto* block = module->as<TemporalResnetImpl>())
            block->skipZeroBranch();
}

torch::ScalarType TemporalVaeImpl::dtype() const
{
    return parameters().front().scalar_type();
}

Posterior TemporalVaeImpl::encode(const torch::Tensor& x)
{
    TORCH_CHECK(x.dim() == 5 && x.size(1) == m_config.channels && x.numel() > 0,
        "TemporalVae::encode: spatial latents must be (B, ", m_config.channels, ", F, h, w), but are ", x.sizes());
    const std::int64_t missing = missingFrames(x.size(2), m_config.downsample());
    return Posterior::fromMoments(quant_conv(encoder(torch::constant_pad_nd(x.to(dtype()), {0, 0, 0, 0, missing, 0}))));
}

torch::Tensor TemporalVaeImpl::decode(const torch::Tensor& z, std::int64_t numFrames)
{
    const std::int64_t factor = m_config.downsample();
    TORCH_CHECK(z.dim() == 5 && z.size(1) == m_config.embeddingChannels && z.numel() > 0
            && z.size(2) == (numFrames + factor - 1) / factor,
        "TemporalVae::decode: the latent of ", numFrames, " frames must be (B, ", m_config.embeddingChannels, ", ",
        (numFrames + factor - 1) / factor, ", h, w), but is ", z.sizes());
    return decoder(post_quant_conv(z.to(dtype()))).slice(2, missingFrames(numFrames, factor));
}

std::int64_t TemporalVaeImpl::decodeBytes(
    std::int64_t latentFrames, std::int64_t latentHeight, std::int64_t latentWidth) const
{
    // At each level: the residual block's input, the normalised copy with frames in front, the convolution's scratch
    // copy and output; where time is doubled, the convolution's output and its rearranged copy, each twice as large.
    const std::vector<std::int64_t>& multipliers = m_config.channelMultipliers;
    std::int64_t frames = latentFrames;
    std::int64_t widest = 0; // values for each latent pixel
    for (std::size_t level = multipliers.size(); level-- > 0;) {
        const std::int64_t in = m_config.filters * multipliers[std::min(level + 1, multipliers.size() - 1)];
        const std::int64_t out = m_config.filters * multipliers[level];
        widest = std::max(widest, (frames + 2) * (3 * in + 2 * out));
        if (level > 0 && m_config.temporalDownsample[level - 1]) {
            widest = std::max(widest, (frames + 2) * 6 * out);
            frames *= 2;
        }
    }
    return widest * latentHeight * latentWidth * static_cast<std::int64_t>(c10::elementSize(dtype()));
}

} // namespace toca::models
