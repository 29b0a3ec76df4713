// SPDX-License-Identifier: Apache-2.0
#include "core/models/vae/autoencoder_kl.h"

#include "core/models/layers/activation_recorder.h"

#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <utility>

namespace toca::models {

AutoencoderKlImpl::AutoencoderKlImpl(const AutoencoderKlConfig& config)
    : m_config(config)
{
    encoder = register_module("encoder", VaeEncoder(config));
    decoder = register_module("decoder", VaeDecoder(config));
    const std::int64_t latent = config.latentChannels;
    if (config.hasQuantConv)
        quant_conv = register_module("quant_conv", Conv2d(2 * latent, 2 * latent, 1));
    if (config.hasPostQuantConv)
        post_quant_conv = register_module("post_quant_conv", Conv2d(latent, latent, 1));
}

torch::ScalarType AutoencoderKlImpl::dtype() const
{
    return parameters().front().scalar_type();
}

torch::Tensor AutoencoderKlImpl::arranged(const torch::Tensor& x) const
{
    return x.to(x.options().dtype(dtype()), /*non_blocking=*/false, /*copy=*/false, m_layout).contiguous(m_layout);
}

Posterior AutoencoderKlImpl::encode(const torch::Tensor& x)
{
    TORCH_CHECK(x.dim() == 4 && x.size(1) == m_config.inChannels && x.size(2) >= m_config.downsample()
            && x.size(3) >= m_config.downsample(),
        "AutoencoderKl::encode: pixels must be (B, ", m_config.inChannels, ", H, W) with sides of at least ",
        m_config.downsample(), ", but are ", x.sizes());
    const torch::Tensor moments = encoder(arranged(x));
    return Posterior::fromMoments(quant_conv ? quant_conv(moments) : moments);
}

torch::Tensor AutoencoderKlImpl::decode(const torch::Tensor& z)
{
    TORCH_CHECK(z.dim() == 4 && z.size(1) == m_config.latentChannels && z.numel() > 0,
        "AutoencoderKl::decode: a latent must be (B, ", m_config.latentChannels, ", h, w), but is ", z.sizes());
    const torch::Tensor latent = arranged(z);
    return decoder(post_quant_conv ? post_quant_conv(latent) : latent);
}

void AutoencoderKlImpl::optimizeLayout()
{
    const torch::NoGradGuard noGradients;
    m_layout = torch::MemoryFormat::ChannelsLast;
    for (torch::Tensor& parameter : parameters())
        if (parameter.dim() == 4)
            parameter.set_data(parameter.contiguous(m_layout));
}

void AutoencoderKlImpl::adoptStoredKernelShapes(const checkpoint::Checkpoint& checkpoint, const std::string& prefix)
{
    for (const bool isEncoder : {true, false}) {
        const std::string path = prefix + (isEncoder ? "encoder" : "decoder") + ".mid_block.attentions.0.";
        constexpr std::array<std::pair<const char*, const char*>, 4> kNames = {
            {{"to_q", "query"}, {"to_k", "key"}, {"to_v", "value"}, {"to_out.0", "proj_attn"}}};
        for (VaeAttention& attention : *(isEncoder ? encoder->mid_block : decoder->mid_block)->attentions) {
            std::vector<Linear> projections = attention->projections();
            for (std::size_t i = 0; i < projections.size(); ++i) {
                const checkpoint::TensorInfo* stored = checkpoint.find(path + kNames[i].first + ".weight");
                if (!stored)
                    stored = checkpoint.find(path + kNames[i].second + ".weight");
                torch::Tensor& weight = projections[i]->weight;
                if (stored && stored->shape == std::vector<std::int64_t>{weight.size(0), weight.size(1), 1, 1})
                    weight.set_data(unloaded(stored->shape));
            }
        }
    }
}

std::int64_t AutoencoderKlImpl::decodeBytes(std::int64_t images, std::int64_t height, std::int64_t width) const
{
    // The widest moment of a resolution is its first residual block: its input, the normalised copy, the convolution's
    // scratch copy and output are alive together, or, while up-sampling, the small and the large picture and the
    // result.
    const std::vector<std::int64_t>& channels = m_config.blockOutChannels;
    std::int64_t widest = 0; // values for each picture
    for (std::size_t level = 0; level < channels.size(); ++level) {
        const std::int64_t in = channels[std::min(level + 1, channels.size() - 1)];
        const std::int64_t side = std::int64_t{1} << level;
        const std::int64_t pixels = ((height + side - 1) / side) * ((width + side - 1) / side);
        widest = std::max(widest, pixels * (3 * in + 2 * channels[level]));
    }
    // The attention needs query, key, value, result and residual; scores are never held as a whole.
    const std::int64_t side = m_config.downsample();
    widest = std::max(widest, ((height + side - 1) / side) * ((width + side - 1) / side) * 8 * channels.back());
    const auto bytesPerValue = static_cast<std::int64_t>(c10::elementSize(dtype()));
    return images * (widest + 2 * m_config.outChannels * height * width) * bytesPerValue;
}

std::string presentAutoencoderKlName(const std::string& storedName)
{
    constexpr std::array<std::pair<const char*, const char*>, 4> kRenamed = {
        {{".attentions.0.query.", ".attentions.0.to_q."}, {".attentions.0.key.", ".attentions.0.to_k."},
            {".attentions.0.value.", ".attentions.0.to_v."}, {".attentions.0.proj_attn.", ".attentions.0.to_out.0."}}};
    for (const auto& [old, present] : kRenamed)
        if (const std::size_t at = storedName.find(old); at != std::string::npos)
            return std::string(storedName).replace(at, std::string(old).size(), present);
    return storedName;
}

Result<AutoencoderKl> loadAutoencoderKl(const AutoencoderKlConfig& config, const checkpoint::Checkpoint& checkpoint,
    std::optional<torch::ScalarType> dtype, const std::string& prefix)
{
    AutoencoderKl vae(config);
    vae->adoptStoredKernelShapes(checkpoint, prefix);
    checkpoint::LoadOptions options;
    options.prefix = prefix;
    options.rename = presentAutoencoderKlName;
    options.dtype = dtype;
    if (const Result<void> loaded = checkpoint::loadInto(*vae, checkpoint, options); !loaded)
        return unexpected(loaded.error());
    vae->optimizeLayout();
    vae->eval();
    return vae;
}

} // namespace toca::models
