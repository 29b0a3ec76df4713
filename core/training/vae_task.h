// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/engine/model_folder.h"
#include "core/models/vae/video_vae.h"
#include "core/training/latent_store.h"
#include "core/training/request.h"
#include "core/training/task.h"

#include <functional>
#include <memory>

namespace toca::training {

/// Trains one half of a video VAE to give back what it was given: the spatial VAE pictures, the temporal VAE the
/// spatial latents of clips (the spatial VAE stays as it is).
class VaeTask final : public Task {
public:
    using Told = std::function<void(const std::string& sentence)>;
    /// @param request with the part SpatialVae or TemporalVae
    static Result<std::unique_ptr<VaeTask>> open(
        const TrainingRequest& request, const std::filesystem::path& cacheFolder, const Told& told);

    const std::vector<TrainedParameter>& parameters() const override { return m_parameters; }
    Result<void> prepare(std::int64_t step, std::stop_token stop) override;
    StepLoss loss(const StepContext& context) override;
    Result<double> validationLoss() override;
    Result<void> exportModel(const std::filesystem::path& folder) override;
    /// None: a VAE alone makes nothing.
    std::vector<SampleSubject> samples(int) const override { return {}; }

private:
    VaeTask(const TrainingRequest& request, engine::ModelFolder folder);
    Result<void> openData(const std::filesystem::path& cacheFolder, const Told& told);
    bool isSpatial() const { return m_request.part == TrainedPart::SpatialVae; }
    /// @param pixels (B, 3, H, W)  @param generator of the posterior's noise; nullptr: its mean is taken
    /// @return (B)
    torch::Tensor spatialLoss(const torch::Tensor& pixels, bool isMirrored, at::Generator* generator);
    /// @param latents (B, C, F, h, w)  @return (B)
    torch::Tensor temporalLoss(const torch::Tensor& latents, at::Generator* generator);
    Result<torch::Tensor> pictures(
        const ClipSource& source, const std::vector<std::int64_t>& indices, at::Generator* generator) const;

    TrainingRequest m_request;
    engine::ModelFolder m_folder;
    models::VideoVae m_vae{nullptr};
    ClipSize m_size;
    std::shared_ptr<const ClipSource> m_source, m_heldOutSource; ///< of the spatial VAE
    std::unique_ptr<LatentStore> m_latents, m_heldOut; ///< of the temporal one
    std::vector<TrainedParameter> m_parameters;
};

} // namespace toca::training
