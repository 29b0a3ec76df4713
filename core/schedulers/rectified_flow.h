// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/schedulers/sampler.h"

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

/// Euler steps along the velocity (x_t = (1 - t) x_0 + t noise, v = x_0 - noise): z + v * (t - tNext) / timesteps,
/// tNext = 0 after the last step. The first channels of a prediction are the velocity, others are ignored.
class RectifiedFlowSampler final : public Sampler {
public:
    /// @param timesteps (steps, P) float32 on the latent's device  @param scale of t
    RectifiedFlowSampler(torch::Tensor timesteps, int scale);
    /// The same timesteps for every prompt.
    RectifiedFlowSampler(const std::vector<float>& timesteps, int scale, torch::Device device = torch::kCPU);

    const plan::SamplerSchedule& schedule() const override { return m_schedule; }
    torch::Tensor timestep(int evaluation) const override { return m_timesteps[evaluation]; }
    torch::Tensor step(int evaluation, const torch::Tensor& z, const torch::Tensor& prediction) override;
    torch::Tensor cleanLatent(int evaluation, const torch::Tensor& z, const torch::Tensor& prediction) const override;
    std::unique_ptr<Sampler> clone() const override { return std::make_unique<RectifiedFlowSampler>(*this); }

private:
    torch::Tensor m_timesteps; ///< (steps, P or 1)
    int m_scale;
    plan::SamplerSchedule m_schedule;
};

/// What the sampler will ask of the model: one joint evaluation per step.
plan::SamplerSchedule rectifiedFlowSchedule(const std::vector<float>& timesteps);

} // namespace toca::schedulers
