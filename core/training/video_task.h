// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/engine/model_folder.h"
#include "core/models/stdit3/stdit3.h"
#include "core/models/vae/video_vae.h"
#include "core/training/caption_encoder.h"
#include "core/training/latent_store.h"
#include "core/training/noise_levels.h"
#include "core/training/request.h"
#include "core/training/task.h"

#include <functional>
#include <memory>

namespace toca::training {

/// Trains STDiT3, alone or with its T5 text encoder, by rectified flow on the latents of captioned clips. Some of the
/// steps look at single latent frames of many more clips: they teach the words, the others the motion.
class VideoTask final : public Task {
public:
    using Told = std::function<void(const std::string& sentence)>;
    /// @param cacheFolder for the latents  @param told hears how far the encoding is; may be empty
    /// @return as the load functions, or why there is nothing to train on
    static Result<std::unique_ptr<VideoTask>> open(
        const TrainingRequest& request, const std::filesystem::path& cacheFolder, Told told);

    const std::vector<TrainedParameter>& parameters() const override { return m_parameters; }
    Result<void> prepare(std::int64_t step, std::stop_token stop) override;
    StepLoss loss(const StepContext& context) override;
    Result<double> validationLoss() override;
    Result<void> exportModel(const std::filesystem::path& folder) override;
    std::vector<SampleSubject> samples(int count) const override;

private:
    /// A batch before noise.
    struct Batch {
        torch::Tensor latents; ///< (B, C, T, h, w)
        torch::Tensor weights; ///< (B, 1, T, h, w) in the loss; undefined: all alike
        std::vector<std::string> captions;
        ClipSize size;
    };
    /// Latents of clips and pictures at one size.
    struct Stores {
        std::unique_ptr<LatentStore> clips, pictures, heldOut;
    };

    VideoTask(const TrainingRequest& request, engine::ModelFolder folder, Told told);
    Result<void> load();
    Result<void> openData(const std::filesystem::path& cacheFolder);
    Stores& storesAt(std::int64_t step) { return m_stores[step < m_request.smallSteps ? 0 : 1]; }
    /// Clips of a store that are drawn from at a step.
    static std::int64_t clipsAt(std::int64_t step, const LatentStore& store);
    /// Draws `count` of the first `of` clips of a store. @param picksFrame one latent frame of each clip
    Batch draw(
        const LatentStore& store, std::int64_t of, std::int64_t count, bool picksFrame, at::Generator& generator) const;
    Batch heldOut(std::int64_t first, std::int64_t count);
    /// The velocity. @param dropped (B) bool: rows that read the empty caption; undefined: none
    torch::Tensor velocity(
        const Batch& batch, const torch::Tensor& noise, const torch::Tensor& t, const torch::Tensor& dropped);

    TrainingRequest m_request;
    engine::ModelFolder m_folder;
    Told m_told;
    NoiseLevels m_levels;
    models::Stdit3 m_transformer{nullptr};
    std::unique_ptr<CaptionEncoder> m_text;
    models::VideoVae m_vae{nullptr};
    Stores m_stores[2]; ///< half the size, the size
    std::vector<TrainedParameter> m_parameters;
};

} // namespace toca::training
