// SPDX-License-Identifier: Apache-2.0
#include "core/engine/picture_pipeline.h"

#include <torch/torch.h>

namespace toca::engine {

PicturePipeline::PicturePipeline(std::filesystem::path path, PictureVae vae)
    : m_path(std::move(path))
    , m_vae(std::move(vae))
{
}

std::vector<std::int64_t> PicturePipeline::latentShape(const GenerationRequest& request) const
{
    return {
        1, m_vae.config().latentChannels, 1, request.height / m_vae.downsample(), request.width / m_vae.downsample()};
}

Result<torch::Tensor> PicturePipeline::encode(
    const Clip& clip, const GenerationRequest& /*request*/, const std::function<bool()>& keepGoing)
{
    if (!keepGoing())
        return unexpected(ErrorCode::Cancelled, "Encoding was cancelled.");
    return m_vae.encode(clip);
}

Result<Clip> PicturePipeline::decode(const torch::Tensor& latent, const GenerationRequest& request,
    const std::function<bool(int, int)>& progress, const std::function<void()>& firstFrame)
{
    if (!progress(0, 1))
        return unexpected(ErrorCode::Cancelled, "The run was cancelled.");
    Clip clip = m_vae.decode(latent, request.fps);
    if (firstFrame)
        firstFrame();
    progress(1, 1);
    return clip;
}

Result<PictureVae> pictureVaeOf(const FoundParts& parts, const std::filesystem::path& path, std::int64_t latentChannels)
{
    const FoundPart* part = parts.first(PartKind::ImageVae);
    if (!part)
        return unexpected(ErrorCode::NotFound,
            quoted(path)
                + " has no image VAE beside its transformer. Put a diffusers AutoencoderKL (such as sd-vae-ft-ema: "
                  "config.json and its weights) into a folder vae/ there.");
    auto vae = PictureVae::open(*part);
    if (vae && vae->config().latentChannels != latentChannels)
        return unexpected(ErrorCode::BadCheckpoint,
            quoted(path) + ": the transformer works on " + std::to_string(latentChannels)
                + " latent channels, the VAE makes " + std::to_string(vae->config().latentChannels)
                + ". The parts come from different models.");
    return vae;
}

} // namespace toca::engine
