// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/models/denoiser.h"
#include "core/schedulers/sampler.h"

#include <functional>

namespace toca::engine {

/// What a denoising run starts from. P prompts; rows ordered [conditional | unconditional].
struct DenoisingInput {
    torch::Tensor noise; ///< (P, C, T, h, w)
    models::Conditions conditions;
    torch::Tensor given; ///< (P, C, T, h, w) latents to keep where `conditions.isGiven`; undefined: none
    schedulers::Guidance guidance;
    int first = 0; ///< evaluation to start with; its latent is `start`
    int end = -1; ///< evaluation to stop before; -1 = none
    torch::Tensor start; ///< (P, C, T, h, w) latent before `first`; undefined: the noise
};

/// What one evaluation did; tensors are valid during the call only.
struct DenoisingStep {
    int step = 0;
    torch::Tensor timestep; ///< (P) or (1)
    torch::Tensor before; ///< (P, C, T, h, w) latent going in
    torch::Tensor prediction; ///< (rows, outChannels, T, h, w) the model's output
    torch::Tensor guided; ///< (P, outChannels, T, h, w)
    torch::Tensor after;
    double seconds = 0;
};

/// The sampling loop of every family, through a caching session. Given frames are kept as they are at every step.
/// @return the final latent (P, C, T, h, w), or that before `input.end`
/// @throws c10::Error, cache::RunCancelled
torch::Tensor denoise(models::Denoiser& model, schedulers::Sampler& sampler, const DenoisingInput& input,
    cache::CachingSession& session, const std::function<void(const DenoisingStep&)>& afterStep = {});

} // namespace toca::engine
