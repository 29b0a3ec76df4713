// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/engine/pipeline.h"
#include "core/engine/video_model.h"
#include "core/models/stdit3/stdit3_denoiser.h"

namespace toca::engine {

/// STDiT3 with T5 text and the video VAE of Open-Sora v1.2: text to clips.
class VideoPipeline final : public Pipeline {
public:
    explicit VideoPipeline(ModelFolder folder);

    const std::filesystem::path& path() const override { return m_model.folder().path; }
    Result<ModelInfo> describe() const override { return m_model.folder().describe(); }

    Result<plan::Geometry> geometry(const GenerationRequest& request) const override;
    Result<std::unique_ptr<schedulers::Sampler>> sampler(
        const GenerationRequest& request, torch::Device device) const override;
    std::int64_t weightBytes(torch::ScalarType type) const override;
    std::int64_t decodeBytes(const GenerationRequest& request, std::int64_t within) const override;

    void setDevice(torch::Device device) override;
    void setWeightType(torch::ScalarType type) override;
    Result<void> load(const std::function<bool()>& keepGoing) override;
    Result<models::Conditions> conditions(const GenerationRequest& request, const plan::Geometry& geometry) override;
    std::vector<std::int64_t> latentShape(const GenerationRequest& request) const override;
    std::int64_t guidedChannels() const override { return m_model.folder().transformer.inChannels; }
    Result<torch::Tensor> encode(
        const Clip& clip, const GenerationRequest& request, const std::function<bool()>& keepGoing) override;
    Result<std::int64_t> encodeGiven(Clip clip, const GenerationRequest& request, torch::Tensor& given,
        const std::function<bool()>& keepGoing) override;
    models::Denoiser& denoiser() override { return *m_denoiser; }
    Result<Clip> decode(const torch::Tensor& latent, const GenerationRequest& request,
        const std::function<bool(int, int)>& progress, const std::function<void()>& firstFrame) override;
    Result<void> preparePreview(const std::function<bool()>& keepGoing) override;
    Clip preview(const torch::Tensor& cleanLatent, const GenerationRequest& request) const override;

private:
    mutable VideoModel m_model; ///< `geometry` loads its tokenizer
    std::unique_ptr<models::Stdit3Denoiser> m_denoiser;
};

} // namespace toca::engine
