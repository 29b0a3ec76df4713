// SPDX-License-Identifier: Apache-2.0
#include "core/engine/picture_vae.h"

#include "core/models/vae/frames.h"

#include <torch/torch.h>

#include <set>

namespace toca::engine {

Result<PictureVae> PictureVae::open(const FoundPart& part)
{
    PictureVae vae(part);
    if (part.config) {
        auto config = models::AutoencoderKlConfig::fromJson(*part.config, part.configName);
        if (!config)
            return unexpected(config.error());
        vae.m_config = std::move(*config);
    }
    return vae;
}

Result<void> PictureVae::load(torch::Device device)
{
    if (m_vae)
        return {};
    auto vae = models::loadAutoencoderKl(m_config, m_part.checkpoint);
    if (!vae)
        return unexpected(vae.error());
    m_vae = *vae;
    m_vae->to(device);
    return {};
}

Result<void> PictureVae::fitPreview(const std::function<bool()>& keepGoing)
{
    if (m_preview)
        return {};
    auto preview = PreviewProjection::fit(m_vae, [&](int, int) { return keepGoing(); });
    if (!preview)
        return unexpected(preview.error());
    m_preview = std::move(*preview);
    return {};
}

void PictureVae::unload()
{
    m_vae = nullptr;
    m_preview.reset();
}

torch::Tensor PictureVae::encode(const Clip& clip)
{
    const auto pixels = models::framesFromRgb8(clip.frames).to(m_vae->parameters().front().device()); // (1, 3, 1, H, W)
    const auto mean = m_vae->encode(pixels.squeeze(2)).mean;
    return ((mean - m_config.shiftFactor) * m_config.scalingFactor).unsqueeze(2);
}

Clip PictureVae::decode(const torch::Tensor& latent, double fps)
{
    const auto unscaled = latent.squeeze(2) / m_config.scalingFactor + m_config.shiftFactor;
    const auto picture = m_vae->decode(unscaled).to(torch::kCPU, torch::kFloat32); // (1, 3, H, W)
    return {fps, models::framesToRgb8(picture.unsqueeze(2))};
}

std::int64_t PictureVae::decodeBytes(const GenerationRequest& request) const
{
    return models::AutoencoderKl(m_config)->decodeBytes(1, request.height, request.width);
}

std::int64_t transformerWeightBytes(const ModelPart& part, torch::ScalarType type)
{
    return 2 * part.parameters * static_cast<std::int64_t>(torch::elementSize(type));
}

ModelPart describePart(const FoundPart& part)
{
    ModelPart described{partKindName(part.kind),
        part.names == WeightNames::Diffusers ? "diffusers' names" : "published names", 0, 0, {}};
    std::set<std::string> dtypes;
    for (const auto& tensor : part.checkpoint.tensors()) {
        std::int64_t count = 1;
        for (const std::int64_t size : tensor.shape)
            count *= size;
        described.parameters += count;
        described.bytes += static_cast<std::int64_t>(tensor.bytes);
        dtypes.insert(tensor.dtype == torch::kFloat32 ? "float32"
                : tensor.dtype == torch::kFloat16     ? "float16"
                : tensor.dtype == torch::kBFloat16    ? "bfloat16"
                                                      : "other");
    }
    described.dtype = dtypes.size() == 1 ? *dtypes.begin() : "mixed";
    return described;
}

} // namespace toca::engine
