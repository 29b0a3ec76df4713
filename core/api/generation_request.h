// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/cache_storage.h"
#include "cache/plan/parameters.h"
#include "cache/plan/trace.h"
#include "core/base/expected.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace toca {

enum class Device : std::uint8_t { Cpu, Cuda, Auto };
/// In which the transformer's weights and features are; latents, text and VAE are float32 always.
enum class Precision : std::uint8_t { Float32, BFloat16 };

/// Everything that decides what a run produces, as plain values. Serialised into reports, traces and clips.
struct GenerationRequest {
    std::string prompt;
    std::string negativePrompt; ///< empty: the model's own unconditional embedding
    int classLabel = -1; ///< of a class-conditional model; -1 = none named
    std::string sampler; ///< "rflow", "ddim", "ddpm", "dpm-solver++"; "" = the model's own
    std::string modelPath; ///< model folder; empty: the embedded model
    std::uint64_t seed = 1;
    int steps = 30;
    double guidanceScale = 3.0; ///< 1 = no guidance: one row instead of two
    int frames = 17;
    int width = 128; ///< pixels
    int height = 128; ///< pixels
    double fps = 8.0; ///< frames per second: condition of the model and rate of the file
    std::string policy = "toca";
    std::string preset; ///< "" = the policy's defaults
    plan::ParameterValues policyParameters; ///< only what differs from the preset
    plan::CacheStorage cacheStorage; ///< how module outputs are held
    std::int64_t cacheBudget = 0; ///< bytes; above it they are held in fewer bits; 0 = no limit
    std::string conditionPath; ///< picture or clip whose frames are kept as the first ones; empty: none
    int conditionFrames = 1; ///< how many of its frames
    std::string protect; ///< tokens that caching should spare, as text (cache/plan/token_mask.h); "" = none
    double protectStrength = 1.0; ///< 0..100; 1 lifts a protected token above every other
    Device device = Device::Auto;
    Precision precision = Precision::Float32;
    int threads = 0; ///< 0 = LibTorch's default
    plan::TraceLevel traceLevel = plan::TraceLevel::Decisions;

    bool operator==(const GenerationRequest&) const = default;
};

/// One JSON object; keys as in docs/cli.md, paths as given. Deterministic.
std::string toJson(const GenerationRequest& request, int indent = -1);
/// Reads what `toJson` wrote. Unknown keys are ignored, missing ones keep their defaults, wrong types and ranges are
/// errors that name the key.
Result<GenerationRequest> requestFromJson(std::string_view json);

/// Range checks that need no model: prompt length (at most 1 MiB), steps 1..1000, guidance, frames, sizes, fps.
/// @return InvalidArgument naming field, value and range.
Result<void> checkRequest(const GenerationRequest& request);

/// The prompt as it is used: invalid UTF-8 replaced, control characters turned into spaces.
std::string sanitizedPrompt(std::string_view prompt);

} // namespace toca
