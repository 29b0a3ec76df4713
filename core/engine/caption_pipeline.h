// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/engine/picture_pipeline.h"
#include "core/engine/text_encoder_part.h"
#include "core/models/pixart/pixart.h"

namespace toca::engine {

/// PixArt-alpha with T5 text and an image VAE: a caption to a picture.
class CaptionPipeline final : public PicturePipeline {
public:
    /// @param parts with a PixArt transformer  @return NotFound, BadFormat or BadCheckpoint
    static Result<std::unique_ptr<Pipeline>> open(const std::filesystem::path& path, const FoundParts& parts);

    Result<ModelInfo> describe() const override;
    Result<plan::Geometry> geometry(const GenerationRequest& request) const override;
    Result<std::unique_ptr<schedulers::Sampler>> sampler(
        const GenerationRequest& request, torch::Device device) const override;
    std::int64_t weightBytes(torch::ScalarType type) const override;
    void setDevice(torch::Device device) override;
    void setWeightType(torch::ScalarType type) override;
    Result<void> load(const std::function<bool()>& keepGoing) override;
    Result<models::Conditions> conditions(const GenerationRequest& request, const plan::Geometry& geometry) override;
    std::int64_t guidedChannels() const override { return m_config.inChannels; }
    models::Denoiser& denoiser() override { return *m_denoiser; }

private:
    CaptionPipeline(std::filesystem::path path, PictureVae vae, FoundPart transformer, models::PixartConfig config,
        TextEncoderPart text);
    Result<void> loadTransformer();

    FoundPart m_transformer;
    models::PixartConfig m_config;
    TextEncoderPart m_text;
    std::int64_t m_textBytes = 0;
    torch::Device m_device{torch::kCPU};
    torch::ScalarType m_weightType = torch::kFloat32;
    models::Pixart m_model{nullptr};
    std::unique_ptr<models::PixartDenoiser> m_denoiser;
};

} // namespace toca::engine
