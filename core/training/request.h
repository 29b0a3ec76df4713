// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace toca::training {

/// What of a model is trained; the rest stays as it is.
enum class TrainedPart : std::uint8_t { Transformer, TextAndTransformer, SpatialVae, TemporalVae };
const char* partName(TrainedPart part); ///< "transformer", "text+transformer", "spatial-vae", "temporal-vae"
/// @return InvalidArgument naming what there is
Result<TrainedPart> partOf(std::string_view name);

/// Arithmetic of the matrix products. Auto: bfloat16 where a few measured steps are faster with it.
enum class TrainingPrecision : std::uint8_t { Auto, Float32, Bfloat16 };
const char* precisionName(TrainingPrecision precision); ///< "auto", "float32", "bfloat16"
Result<TrainingPrecision> precisionOf(std::string_view name);

/// A transformer that is trained from the beginning.
struct NewModel {
    std::string family; ///< "stdit3", "dit", "pixart"
    std::int64_t hiddenSize = 160;
    std::int64_t depth = 4; ///< blocks; pairs of a spatial and a temporal one in STDiT3
    std::int64_t heads = 5;
    std::int64_t patch = 2; ///< rows and columns of the latent in one token
    /// Of stdit3: not new but with the weights, width, blocks and heads of what it begins from, on smaller patches.
    bool keepsWeights = false;
};

/// The settings of a training. They are kept with its state; going on, only what is named again changes.
struct TrainingRequest {
    std::filesystem::path init; ///< model folder to start from; empty: the embedded model
    std::filesystem::path latents; ///< folder of stored latents; empty: `latents` in the training's own
    std::filesystem::path data; ///< folder of captioned clips and pictures; empty: the world
    TrainedPart part = TrainedPart::TextAndTransformer;
    TrainingPrecision precision = TrainingPrecision::Auto;
    std::uint64_t seed = 1;
    std::int64_t batch = 16; ///< clips of a step; image steps have as many latent frames
    double learningRate = 3e-3;
    bool orthogonalizes = true; ///< Muon for matrices; false: AdamW for everything
    std::int64_t warmupSteps = 40;
    double longestGradient = 1.0; ///< gradients are clipped to this norm; 0 = never
    double averageDecay = 0.999; ///< of the exponential moving average that is exported
    double captionDropout = 0.1; ///< share of captions replaced by the empty one, in [0, 1]
    double objectWeight = 1; ///< weight of the world's objects in the loss, in [1, 100]; backdrop: 1
    double imageShare = 0.3; ///< share of steps on single latent frames, in [0, 1]
    double noiseLocation = 1.0; ///< see NoiseLevels::location
    bool asVelocity = false; ///< picture models: draw and weigh noise levels as a model of the velocity would
    std::int64_t clips = 4000; ///< of the world; a folder has its own number
    bool mirrors = true; ///< half of a folder's clips are shown mirrored, with left and right exchanged in the caption
    int width = 0; ///< pixels; 0 = the model's own size
    int height = 0;
    std::int64_t smallSteps = 0; ///< first steps at half the size (resolution curriculum)
    std::int64_t saveEvery = 200; ///< steps between saved states
    std::int64_t validateEvery = 500; ///< steps between validations, exported models and samples
    int samples = 4; ///< clips sampled each time, 0 = none

    bool operator==(const TrainingRequest&) const = default;
};

/// @return InvalidArgument naming the value and its range
Result<void> checkRequest(const TrainingRequest& request);
std::string toJson(const TrainingRequest& request);
/// @param fileName only for messages  @return BadFormat
Result<TrainingRequest> requestFromJson(std::string_view json, const std::string& fileName);

} // namespace toca::training
