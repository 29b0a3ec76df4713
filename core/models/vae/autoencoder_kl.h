// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"
#include "core/checkpoint/checkpoint.h"
#include "core/models/layers/tapped_layers.h"
#include "core/models/vae/posterior.h"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <vector>

namespace toca::models {

/// Sizes of an image VAE, as in diffusers' AutoencoderKL config.json.
struct AutoencoderKlConfig {
    std::int64_t inChannels = 3;
    std::int64_t outChannels = 3;
    std::int64_t latentChannels = 4;
    std::vector<std::int64_t> blockOutChannels = {128, 256, 512, 512}; ///< one entry a resolution, finest first
    std::int64_t layersPerBlock = 2; ///< residual blocks; the decoder has one more
    std::int64_t normGroups = 32;
    bool hasMidAttention = true;
    bool hasQuantConv = true;
    bool hasPostQuantConv = true;
    double scalingFactor = 0.18215; ///< diffusion latent = (VAE latent - shiftFactor) * scalingFactor
    double shiftFactor = 0;

    /// @return BadFormat (missing, of a wrong type, out of range, groups that don't divide channels), or Unsupported
    /// for
    ///         other activations and block types
    static Result<AutoencoderKlConfig> fromJson(const nlohmann::json& config, const std::string& fileName);

    /// Pixels a latent pixel stands for along one axis.
    std::int64_t downsample() const { return std::int64_t{1} << (blockOutChannels.size() - 1); }
};

/// x + conv2(silu(norm2(conv1(silu(norm1 x))))), with a 1x1 convolution on the way around where channels change.
class VaeResnetImpl : public torch::nn::Module {
public:
    VaeResnetImpl(std::int64_t inChannels, std::int64_t outChannels, std::int64_t groups);
    /// @param x (B, in, H, W)  @return (B, out, H, W)
    torch::Tensor forward(const torch::Tensor& x);

private:
    GroupNorm norm1 = nullptr, norm2 = nullptr;
    Conv2d conv1 = nullptr, conv2 = nullptr, conv_shortcut = nullptr;
    Silu nonlinearity = nullptr;
    Identity dropout;
};
TORCH_MODULE(VaeResnet);

/// x + single-head self-attention over all positions of the normalised x.
class VaeAttentionImpl : public torch::nn::Module {
public:
    VaeAttentionImpl(std::int64_t channels, std::int64_t groups);
    /// @param x (B, C, H, W)
    torch::Tensor forward(const torch::Tensor& x);
    /// Query, key, value and output projection.
    std::vector<Linear> projections() { return {to_q, to_k, to_v, (*to_out)[0]}; }

private:
    GroupNorm group_norm = nullptr;
    Linear to_q = nullptr, to_k = nullptr, to_v = nullptr;
    std::shared_ptr<Stack<Linear>> to_out;
};
TORCH_MODULE(VaeAttention);

/// Residual block, attention, residual block.
class VaeMidBlockImpl : public torch::nn::Module {
public:
    VaeMidBlockImpl(std::int64_t channels, const AutoencoderKlConfig& config);
    torch::Tensor forward(torch::Tensor x);
    std::shared_ptr<Stack<VaeAttention>> attentions; ///< one or none

private:
    std::shared_ptr<Stack<VaeResnet>> resnets;
};
TORCH_MODULE(VaeMidBlock);

/// Halves height and width: one row and column of zeros behind, then a convolution of stride 2.
class VaeDownsamplerImpl : public torch::nn::Module {
public:
    explicit VaeDownsamplerImpl(std::int64_t channels);
    torch::Tensor forward(const torch::Tensor& x);

private:
    Conv2d conv = nullptr;
};
TORCH_MODULE(VaeDownsampler);

/// Doubles height and width: nearest neighbour, then a convolution.
class VaeUpsamplerImpl : public torch::nn::Module {
public:
    explicit VaeUpsamplerImpl(std::int64_t channels);
    torch::Tensor forward(const torch::Tensor& x);

private:
    Conv2d conv = nullptr;
};
TORCH_MODULE(VaeUpsampler);

/// Residual blocks of one resolution, then the way to the next coarser one unless it is the last.
class VaeDownBlockImpl : public torch::nn::Module {
public:
    VaeDownBlockImpl(std::int64_t inChannels, std::int64_t outChannels, const AutoencoderKlConfig& config, bool isLast);
    torch::Tensor forward(torch::Tensor x);

private:
    std::shared_ptr<Stack<VaeResnet>> resnets;
    std::shared_ptr<Stack<VaeDownsampler>> downsamplers;
};
TORCH_MODULE(VaeDownBlock);

/// Residual blocks of one resolution, then the way to the next finer one unless it is the last.
class VaeUpBlockImpl : public torch::nn::Module {
public:
    VaeUpBlockImpl(std::int64_t inChannels, std::int64_t outChannels, const AutoencoderKlConfig& config, bool isLast);
    torch::Tensor forward(torch::Tensor x);

private:
    std::shared_ptr<Stack<VaeResnet>> resnets;
    std::shared_ptr<Stack<VaeUpsampler>> upsamplers;
};
TORCH_MODULE(VaeUpBlock);

class VaeEncoderImpl : public torch::nn::Module {
public:
    explicit VaeEncoderImpl(const AutoencoderKlConfig& config);
    /// @param x (B, in, H, W)  @return (B, 2 latentChannels, H / downsample, W / downsample)
    torch::Tensor forward(torch::Tensor x);
    VaeMidBlock mid_block = nullptr;

private:
    Conv2d conv_in = nullptr, conv_out = nullptr;
    std::shared_ptr<Stack<VaeDownBlock>> down_blocks;
    GroupNorm conv_norm_out = nullptr;
    Silu conv_act = nullptr;
};
TORCH_MODULE(VaeEncoder);

class VaeDecoderImpl : public torch::nn::Module {
public:
    explicit VaeDecoderImpl(const AutoencoderKlConfig& config);
    /// @param z (B, latentChannels, h, w)  @return (B, out, h * downsample, w * downsample)
    torch::Tensor forward(torch::Tensor z);
    VaeMidBlock mid_block = nullptr;

private:
    Conv2d conv_in = nullptr, conv_out = nullptr;
    std::shared_ptr<Stack<VaeUpBlock>> up_blocks;
    GroupNorm conv_norm_out = nullptr;
    Silu conv_act = nullptr;
};
TORCH_MODULE(VaeDecoder);

/// Image VAE of latent diffusion (Rombach et al., arXiv 2112.10752, appendix G), in the shape and with the names of
/// diffusers' AutoencoderKL. Latents here are unscaled.
class AutoencoderKlImpl : public torch::nn::Module {
public:
    explicit AutoencoderKlImpl(const AutoencoderKlConfig& config);

    /// @param x (B, inChannels, H, W), in [-1, 1]
    Posterior encode(const torch::Tensor& x);
    /// @param z (B, latentChannels, h, w)  @return (B, outChannels, h * downsample, w * downsample), about [-1, 1]
    torch::Tensor decode(const torch::Tensor& z);

    /// Lays the convolution kernels out channels-last (a copy of them), in which the CPU decodes 10 to 15 % faster and
    /// nearest-neighbour up-sampling many times. The load functions do this.
    void optimizeLayout();
    /// Lets the attention projections take kernels stored as 1x1 convolutions, (C, C, 1, 1), as old checkpoints do.
    /// @param prefix of this model's names in the checkpoint
    void adoptStoredKernelShapes(const checkpoint::Checkpoint& checkpoint, const std::string& prefix);

    /// Estimate, without what allocator and libraries hold, of the bytes that `decode` needs at its peak beside the
    /// weights, for one batch of `images` pictures.
    /// @param height, width of the pictures, in pixels
    std::int64_t decodeBytes(std::int64_t images, std::int64_t height, std::int64_t width) const;

    torch::ScalarType dtype() const;
    const AutoencoderKlConfig& config() const { return m_config; }

private:
    torch::Tensor arranged(const torch::Tensor& x) const;

    AutoencoderKlConfig m_config;
    VaeEncoder encoder = nullptr;
    VaeDecoder decoder = nullptr;
    Conv2d quant_conv = nullptr, post_quant_conv = nullptr;
    torch::MemoryFormat m_layout = torch::MemoryFormat::Contiguous;
};
TORCH_MODULE(AutoencoderKl);

/// The present name of an AutoencoderKL tensor: old checkpoints call the attention's projections query, key, value and
/// proj_attn.
std::string presentAutoencoderKlName(const std::string& storedName);

/// Builds the VAE and loads its weights.
/// @param dtype undefined = the stored one
/// @return BadCheckpoint
Result<AutoencoderKl> loadAutoencoderKl(const AutoencoderKlConfig& config, const checkpoint::Checkpoint& checkpoint,
    std::optional<torch::ScalarType> dtype = torch::kFloat32, const std::string& prefix = {});

} // namespace toca::models
