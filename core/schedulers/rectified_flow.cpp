// SPDX-License-Identifier: Apache-2.0
#include "core/schedulers/rectified_flow.h"

#include <cmath>

namespace toca::schedulers {

std::vector<float> rectifiedFlowTimesteps(
    const RectifiedFlowOptions& options, double height, double width, std::int64_t frames)
{
    const double scale = options.timesteps;
    double ratio = 1.0;
    if (options.transformTimesteps) {
        const double space = std::sqrt(height * width / (512.0 * 512.0));
        // As published, also where the integer division makes it 0.
        const double time = frames == 1 ? 1.0 : std::sqrt(static_cast<double>(frames / 17 * 5));
        ratio = space * time * options.transformScale;
    }
    std::vector<float> timesteps;
    for (int i = 0; i < options.steps; ++i) {
        double t = (1.0 - static_cast<double>(i) / options.steps) * scale;
        if (options.discreteTimesteps)
            t = std::nearbyint(t);
        if (options.transformTimesteps) {
            const double share = t / scale;
            t = ratio * share / (1.0 + (ratio - 1.0) * share) * scale;
        }
        timesteps.push_back(static_cast<float>(t));
    }
    return timesteps;
}

torch::Tensor guided(const torch::Tensor& rows, double scale, bool isGuided)
{
    if (!isGuided)
        return rows;
    const auto halves = rows.chunk(2);
    return halves[1] + scale * (halves[0] - halves[1]);
}

torch::Tensor rectifiedFlowStep(const torch::Tensor& z, const torch::Tensor& velocity, const torch::Tensor& t,
    const torch::Tensor& tNext, int timesteps)
{
    return torch::addcmul(z, velocity, ((t - tNext) / static_cast<double>(timesteps)).view({-1, 1, 1, 1, 1}));
}

torch::Tensor predictedCleanLatent(
    const torch::Tensor& z, const torch::Tensor& velocity, const torch::Tensor& t, int timesteps)
{
    return torch::addcmul(z, velocity, (t / static_cast<double>(timesteps)).view({-1, 1, 1, 1, 1}));
}

plan::SamplerSchedule rectifiedFlowSchedule(const std::vector<float>& timesteps)
{
    plan::SamplerSchedule schedule;
    schedule.name = "rflow";
    schedule.steps = static_cast<int>(timesteps.size());
    for (int step = 0; step < schedule.steps; ++step)
        schedule.evaluations.push_back({step, plan::Stream::Joint, timesteps[static_cast<std::size_t>(step)]});
    return schedule;
}

} // namespace toca::schedulers
