// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/plan.h"

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace toca::schedulers {

/// Settings of the rectified-flow sampler (Open-Sora v1.2 RFLOW; reference README section 5).
struct RectifiedFlowOptions {
    int steps = 30;
    int timesteps = 1000; ///< scale of t
    bool discreteTimesteps = false;
    bool transformTimesteps = true; ///< shift towards noise for large pictures and long clips
    double transformScale = 1.0;
};

/// Timesteps t_0 > t_1 > ... of one request on the scale 0..timesteps, as float32 values.
/// With 2 to 16 frames the published transform makes all of them 0.
/// @param height, width in pixels  @param frames of the clip
std::vector<float> rectifiedFlowTimesteps(
    const RectifiedFlowOptions& options, double height, double width, std::int64_t frames);

/// Classifier-free guidance u + scale * (c - u) over all channels (Ho and Salimans, arXiv 2207.12598).
/// @param rows (2P, C, T, H, W), [conditional | unconditional], or (P, ..) when `guided` is false  @return (P, C, T, H,
/// W)
torch::Tensor guided(const torch::Tensor& rows, double scale, bool guided = true);

/// One Euler step: z + v * (t - tNext) / timesteps; tNext = 0 after the last step.
/// @param z, velocity (P, C, T, H, W)  @param t, tNext (P) float32
torch::Tensor rectifiedFlowStep(const torch::Tensor& z, const torch::Tensor& velocity, const torch::Tensor& t,
    const torch::Tensor& tNext, int timesteps);

/// The clean latent that the velocity points to: z + v * t / timesteps (x_t = (1 - t) x_0 + t noise, v = x_0 - noise).
torch::Tensor predictedCleanLatent(
    const torch::Tensor& z, const torch::Tensor& velocity, const torch::Tensor& t, int timesteps);

/// What the sampler will ask of the model: one joint evaluation per step.
plan::SamplerSchedule rectifiedFlowSchedule(const std::vector<float>& timesteps);

} // namespace toca::schedulers
