// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/engine/picture_pipeline.h"
#include "core/models/dit/dit.h"

namespace toca::engine {

/// DiT with an image VAE: a class to a picture.
class ClassPipeline final : public PicturePipeline {
public:
    /// @param parts with a DiT transformer  @return NotFound, BadFormat or BadCheckpoint
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
    std::int64_t guidedChannels() const override { return models::kDitGuidedChannels; }
    models::Denoiser& denoiser() override { return *m_denoiser; }

private:
    ClassPipeline(std::filesystem::path path, PictureVae vae, FoundPart transformer, models::DitConfig config);

    FoundPart m_transformer;
    models::DitConfig m_config;
    std::vector<std::string> m_classNames;
    torch::Device m_device{torch::kCPU};
    torch::ScalarType m_weightType = torch::kFloat32;
    std::unique_ptr<models::DitDenoiser> m_denoiser;
};

} // namespace toca::engine
