// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/caching_session.h"
#include "core/models/stdit3/stdit3.h"
#include "core/schedulers/rectified_flow.h"

#include <functional>

namespace toca::engine {

/// What a denoising run starts from. P prompts; text rows ordered [conditional | unconditional].
struct DenoisingInput {
    torch::Tensor noise; ///< (P, C, T, h, w)
    torch::Tensor text; ///< (rows, 1, L, captionChannels)
    torch::Tensor mask; ///< (P, L), or (rows, L) where a negative prompt has its own
    torch::Tensor fps; ///< (P)
    torch::Tensor height; ///< (P) pixels
    torch::Tensor width; ///< (P) pixels
    torch::Tensor condition; ///< (P, C, T, h, w) latents to keep where `isGiven`; undefined: none
    torch::Tensor isGiven; ///< (T) bool, true = this latent frame is a condition
    torch::Tensor timesteps; ///< (steps, P) float32 on the latent's device
    int timestepScale = 1000;
    double guidanceScale = 1.0;
};

/// What one step did; tensors are valid during the call only.
struct DenoisingStep {
    int step = 0;
    torch::Tensor timestep; ///< (P)
    torch::Tensor before; ///< (P, C, T, h, w) latent going in
    torch::Tensor prediction; ///< (rows, outChannels, T, h, w) the model's output
    torch::Tensor velocity; ///< (P, C, T, h, w) guided
    torch::Tensor after;
    double seconds = 0;
};

/// The rectified-flow loop of Open-Sora v1.2 (reference README section 5) through a caching session. Condition frames
/// are kept as they are and marked for the model at every step.
/// @return the final latent (P, C, T, h, w)
/// @throws c10::Error, cache::RunCancelled
torch::Tensor denoise(models::Stdit3& model, const DenoisingInput& input, cache::CachingSession& session,
    const std::function<void(const DenoisingStep&)>& afterStep = {});

} // namespace toca::engine
