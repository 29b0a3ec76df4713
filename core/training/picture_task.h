// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/engine/model_parts.h"
#include "core/models/denoiser.h"
#include "core/models/dit/dit_config.h"
#include "core/models/pixart/pixart_config.h"
#include "core/training/caption_encoder.h"
#include "core/training/diffusion_loss.h"
#include "core/training/latent_store.h"
#include "core/training/noise_levels.h"
#include "core/training/request.h"
#include "core/training/task.h"

#include <functional>
#include <memory>
#include <optional>

namespace toca::training {

/// Trains DiT (on the classes of the world's stills) or PixArt-alpha (on captioned pictures) by noise prediction.
class PictureTask final : public Task {
public:
    using Told = std::function<void(const std::string& sentence)>;
    /// @param parts of the model at `request.init`, with a DiT or a PixArt transformer
    static Result<std::unique_ptr<PictureTask>> open(const TrainingRequest& request, const engine::FoundParts& parts,
        const std::filesystem::path& cacheFolder, const Told& told);

    const std::vector<TrainedParameter>& parameters() const override { return m_parameters; }
    Result<void> prepare(std::int64_t step, std::stop_token stop) override;
    StepLoss loss(const StepContext& context) override;
    Result<double> validationLoss() override;
    Result<void> exportModel(const std::filesystem::path& folder) override;
    std::vector<SampleSubject> samples(int count) const override;

private:
    struct Batch {
        torch::Tensor latents; ///< (B, C, h, w)
        std::vector<std::string> captions;
        torch::Tensor labels; ///< (B) int64
        torch::Tensor weights; ///< (B, 1, h, w) of the loss; undefined: all alike
    };

    PictureTask(const TrainingRequest& request, Told told)
        : m_request(request)
        , m_told(std::move(told))
    {
        m_levels.location = request.noiseLocation;
    }
    Result<void> loadTransformer(const engine::FoundParts& parts);
    Result<void> openData(const engine::FoundParts& parts, const std::filesystem::path& cacheFolder, const Told& told);
    bool readsCaptions() const { return m_pixart.has_value(); }
    Batch batchOf(const LatentStore& store, const std::vector<std::int64_t>& indices,
        const std::vector<bool>& isMirrored, const std::vector<std::uint64_t>& wordings) const;
    /// @param dropped (B) bool: rows without class or caption; undefined: none
    torch::Tensor prediction(
        const Batch& batch, const torch::Tensor& noisy, const torch::Tensor& t, const torch::Tensor& dropped);

    TrainingRequest m_request;
    Told m_told;
    DiffusionLoss m_loss;
    NoiseLevels m_levels; ///< of `TrainingRequest::asVelocity`
    std::filesystem::path m_transformerPath; ///< below the model's folder
    std::filesystem::path m_textPath;
    std::optional<models::DitConfig> m_dit;
    std::optional<models::PixartConfig> m_pixart;
    std::shared_ptr<torch::nn::Module> m_module;
    std::unique_ptr<models::Denoiser> m_denoiser;
    torch::Tensor m_nullText; ///< (L, D)
    std::unique_ptr<CaptionEncoder> m_text;
    std::unique_ptr<LatentStore> m_pictures, m_heldOut;
    std::vector<TrainedParameter> m_parameters;
};

} // namespace toca::training
