// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/generation_request.h"
#include "core/api/model_info.h"
#include "core/engine/model_parts.h"
#include "core/engine/preview.h"
#include "core/models/vae/autoencoder_kl.h"

#include <functional>
#include <optional>

namespace toca::engine {

/// The image VAE of a picture model: latents of the diffusion model to pictures, previews of them.
class PictureVae {
public:
    /// Reads the config; a VAE without one has the sizes of Stable Diffusion's.
    static Result<PictureVae> open(const FoundPart& part);

    Result<void> load(torch::Device device);
    /// Fits the preview's map to the VAE. @pre loaded
    Result<void> fitPreview(const std::function<bool()>& keepGoing);
    void unload();

    /// The mean of the latent's distribution. @param clip of one frame  @return (1, C, 1, h, w), scaled as the
    /// diffusion model sees it  @pre loaded
    torch::Tensor encode(const Clip& clip);
    /// @param latent (1, C, 1, h, w), scaled as the diffusion model sees it  @return a clip of one frame
    Clip decode(const torch::Tensor& latent, double fps);
    /// @pre `fitPreview` succeeded
    Clip preview(const torch::Tensor& cleanLatent, double fps) const { return m_preview->show(cleanLatent, 1, fps); }

    const models::AutoencoderKlConfig& config() const { return m_config; }
    const FoundPart& part() const { return m_part; }
    std::int64_t downsample() const { return m_config.downsample(); }
    std::int64_t decodeBytes(const GenerationRequest& request) const;

private:
    explicit PictureVae(FoundPart part)
        : m_part(std::move(part))
    {
    }

    FoundPart m_part;
    models::AutoencoderKlConfig m_config;
    models::AutoencoderKl m_vae{nullptr};
    std::optional<PreviewProjection> m_preview;
};

/// Name, type, size and dtype of a part, from its header.
ModelPart describePart(const FoundPart& part);
/// Bytes of a loaded transformer's weights: as they are, and once more as oneDNN packs linear layers, which nearly all
/// are.
std::int64_t transformerWeightBytes(const ModelPart& part, torch::ScalarType type);

} // namespace toca::engine
