// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/engine/model_notes.h"
#include "core/engine/picture_vae.h"
#include "core/engine/pipeline.h"

namespace toca::engine {

/// What pipelines of still pictures have in common: an image VAE and a latent of one frame.
class PicturePipeline : public Pipeline {
public:
    const std::filesystem::path& path() const override { return m_path; }
    std::int64_t decodeBytes(const GenerationRequest& request, std::int64_t /*within*/) const override
    {
        return m_vae.decodeBytes(request);
    }
    std::vector<std::int64_t> latentShape(const GenerationRequest& request) const override;
    Result<torch::Tensor> encode(
        const Clip& clip, const GenerationRequest& request, const std::function<bool()>& keepGoing) override;
    Result<Clip> decode(const torch::Tensor& latent, const GenerationRequest& request,
        const std::function<bool(int, int)>& progress, const std::function<void()>& firstFrame) override;
    Result<void> preparePreview(const std::function<bool()>& keepGoing) override { return m_vae.fitPreview(keepGoing); }
    Clip preview(const torch::Tensor& cleanLatent, const GenerationRequest& request) const override
    {
        return m_vae.preview(cleanLatent, request.fps);
    }

protected:
    PicturePipeline(std::filesystem::path path, PictureVae vae);

    std::filesystem::path m_path;
    PictureVae m_vae;
    ModelNotes m_notes;
};

/// The image VAE among the parts, checked against the transformer's latent channels.
/// @return NotFound saying where to put one
Result<PictureVae> pictureVaeOf(
    const FoundParts& parts, const std::filesystem::path& path, std::int64_t latentChannels);

} // namespace toca::engine
