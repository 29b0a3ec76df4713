// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"
#include "core/models/layers/tapped_layers.h"
#include "core/models/vae/posterior.h"

#include <nlohmann/json_fwd.hpp>

#include <array>
#include <string>
#include <vector>

namespace toca::models {

/// Constructor arguments of Open-Sora v1.2's VAE_Temporal; the defaults are the published model's.
struct TemporalVaeConfig {
    std::int64_t channels = 4; ///< in_out_channels: channels of the spatial latents
    std::int64_t latentChannels = 4; ///< latent_embed_dim: between encoder or decoder and the 1x1 convolutions
    std::int64_t embeddingChannels = 4; ///< embed_dim: of the latent that is diffused
    std::int64_t filters = 128;
    std::int64_t residualBlocks = 4;
    std::vector<std::int64_t> channelMultipliers = {1, 2, 2, 4};
    std::vector<bool> temporalDownsample = {false, true, true}; ///< between one level and the next
    std::int64_t normGroups = 32;

    /// @return BadFormat (of a wrong type, out of range, lengths that don't fit), Unsupported
    static Result<TemporalVaeConfig> fromJson(const nlohmann::json& config, const std::string& fileName);

    /// Frames a latent frame stands for.
    std::int64_t downsample() const;
};

/// 3D convolution in which no frame sees a later one: zeros come in front in time and around in space.
class CausalConv3dImpl : public torch::nn::Module {
public:
    /// @param kernel edge length of the cube, odd
    CausalConv3dImpl(std::int64_t inChannels, std::int64_t outChannels, std::int64_t kernel, bool hasBias,
        std::int64_t timeStride = 1);
    /// @param x (B, in, T, H, W)  @return (B, out, T / timeStride, H, W)
    torch::Tensor forward(const torch::Tensor& x);
    const torch::Tensor& weight() const { return conv->weight; }

private:
    Conv3d conv = nullptr;
    std::int64_t m_framesInFront;
};
TORCH_MODULE(CausalConv3d);

/// shortcut(x) + conv2(silu(norm2(conv1(silu(norm1 x))))), all convolutions causal and without bias.
class TemporalResnetImpl : public torch::nn::Module {
public:
    TemporalResnetImpl(std::int64_t inChannels, std::int64_t outChannels, std::int64_t groups);
    /// @param x (B, in, T, H, W)
    torch::Tensor forward(const torch::Tensor& x);
    /// Evaluates the shortcut alone from now on if conv2's weight is all zeros, as finite values make it. The weight
    /// must not be written to afterwards; one that is replaced or moved is used as it is.
    void skipZeroBranch();

private:
    GroupNorm norm1 = nullptr, norm2 = nullptr;
    CausalConv3d conv1 = nullptr, conv2 = nullptr, conv3 = nullptr; // conv3: where channels change
    const void* m_zeroWeight = nullptr; ///< data of conv2's weight, where it was found to be zero
};
TORCH_MODULE(TemporalResnet);

using TemporalLevels = Stack<std::shared_ptr<Stack<TemporalResnet>>>;

class TemporalEncoderImpl : public torch::nn::Module {
public:
    explicit TemporalEncoderImpl(const TemporalVaeConfig& config);
    /// @param x (B, channels, T, h, w)  @return (B, 2 latentChannels, T / downsample, h, w)
    torch::Tensor forward(torch::Tensor x);

private:
    CausalConv3d conv_in = nullptr, conv2 = nullptr;
    std::shared_ptr<TemporalLevels> block_res_blocks;
    std::shared_ptr<Stack<CausalConv3d>> conv_blocks;
    std::shared_ptr<Stack<TemporalResnet>> res_blocks;
    GroupNorm norm1 = nullptr;
};
TORCH_MODULE(TemporalEncoder);

class TemporalDecoderImpl : public torch::nn::Module {
public:
    explicit TemporalDecoderImpl(const TemporalVaeConfig& config);
    /// @param z (B, latentChannels, T, h, w)  @return (B, channels, T * downsample, h, w)
    torch::Tensor forward(torch::Tensor z);

private:
    CausalConv3d conv1 = nullptr, conv_out = nullptr;
    std::shared_ptr<Stack<TemporalResnet>> res_blocks;
    std::shared_ptr<TemporalLevels> block_res_blocks;
    std::shared_ptr<Stack<CausalConv3d>> conv_blocks;
    GroupNorm norm1 = nullptr;
};
TORCH_MODULE(TemporalDecoder);

/// Open-Sora v1.2's temporal VAE: compresses the spatial latents of a piece of a video in time (Open-Sora report 1.2;
/// after MAGVIT-v2, Yu et al., arXiv 2310.05737).
class TemporalVaeImpl : public torch::nn::Module {
public:
    explicit TemporalVaeImpl(const TemporalVaeConfig& config);

    /// @param x (B, channels, F, h, w); zeros are put in front up to a multiple of `downsample` frames
    /// @return of (B, embeddingChannels, ceil(F / downsample), h, w)
    Posterior encode(const torch::Tensor& x);
    /// @param z (B, embeddingChannels, T, h, w)
    /// @param numFrames frames that were encoded; T = ceil(numFrames / downsample)
    /// @return (B, channels, numFrames, h, w)
    torch::Tensor decode(const torch::Tensor& z, std::int64_t numFrames);

    /// Estimate, without what allocator and libraries hold, of the bytes `decode` needs at its peak beside the weights.
    std::int64_t decodeBytes(std::int64_t latentFrames, std::int64_t latentHeight, std::int64_t latentWidth) const;

    torch::ScalarType dtype() const;
    const TemporalVaeConfig& config() const { return m_config; }

private:
    TemporalVaeConfig m_config;
    TemporalEncoder encoder = nullptr;
    CausalConv3d quant_conv = nullptr, post_quant_conv = nullptr;
    TemporalDecoder decoder = nullptr;
};
TORCH_MODULE(TemporalVae);

/// `skipZeroBranch` for each residual block of a model that is loaded and will only be evaluated. Exact: a VAE built in
/// closed form, or grown block by block, has blocks that add nothing yet.
void skipZeroBranches(torch::nn::Module& model);

} // namespace toca::models
