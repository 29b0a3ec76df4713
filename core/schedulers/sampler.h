// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/plan.h"

#include <torch/types.h>

#include <functional>
#include <memory>

namespace toca::schedulers {

/// Classifier-free guidance (Ho and Salimans, arXiv 2207.12598): u + scale * (c - u) on the first `channels` channels;
/// the others keep the conditional row's value.
struct Guidance {
    double scale = 1.0;
    std::int64_t channels = 0; ///< that are guided
};

/// @param rows (2P, C, T, H, W), [conditional | unconditional], or (P, ..) when the run is not guided: returned as it
/// is
/// @return (P, C, T, H, W)
torch::Tensor guided(const torch::Tensor& rows, const Guidance& guidance, bool isGuided);

/// A sampler bound to one request: which timesteps it visits and what it makes of each prediction. Holds the history of
/// a multistep method, so one object serves one run; evaluations come in order. Latents are (P, C, T, H, W), pictures
/// have T = 1.
class Sampler {
public:
    virtual ~Sampler() = default;

    /// What will be asked of the model.
    virtual const plan::SamplerSchedule& schedule() const = 0;
    /// The model's timestep of an evaluation, per prompt. @return (P) float32, or one value for all prompts
    virtual torch::Tensor timestep(int evaluation) const = 0;
    /// Goes one evaluation on.
    /// @param x (P, C, T, H, W) latent going in
    /// @param prediction (P, C or more, T, H, W) the model's guided output; what it means (velocity, noise, noise and
    /// variance) is the sampler's affair
    virtual torch::Tensor step(int evaluation, const torch::Tensor& x, const torch::Tensor& prediction) = 0;
    /// The clean latent that the prediction points to, for previews. (P, C, T, H, W)
    virtual torch::Tensor cleanLatent(
        int evaluation, const torch::Tensor& x, const torch::Tensor& prediction) const = 0;
    virtual std::unique_ptr<Sampler> clone() const = 0;
};

/// Standard normal noise of an ancestral step: (evaluation, like) -> a tensor of like's shape.
using StepNoise = std::function<torch::Tensor(int evaluation, const torch::Tensor& like)>;

} // namespace toca::schedulers
