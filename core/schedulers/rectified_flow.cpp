// SPDX-License-Identifier: Apache-2.0
#include "core/schedulers/rectified_flow.h"

#include <torch/torch.h>

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

namespace {

/// z + velocity * share, one share for each prompt. @param share (P) or (1)
torch::Tensor along(const torch::Tensor& z, const torch::Tensor& prediction, const torch::Tensor& share)
{
    return torch::addcmul(z, prediction.narrow(1, 0, z.size(1)), share.view({-1, 1, 1, 1, 1}));
}

std::vector<float> firstPrompt(const torch::Tensor& timesteps)
{
    const auto column = timesteps.select(1, 0).to(torch::kCPU, torch::kFloat32).contiguous();
    return {column.const_data_ptr<float>(), column.const_data_ptr<float>() + column.numel()};
}

} // namespace

RectifiedFlowSampler::RectifiedFlowSampler(torch::Tensor timesteps, int scale)
    : m_timesteps(std::move(timesteps))
    , m_scale(scale)
    , m_schedule(rectifiedFlowSchedule(firstPrompt(m_timesteps)))
{
}

RectifiedFlowSampler::RectifiedFlowSampler(const std::vector<float>& timesteps, int scale, torch::Device device)
    : RectifiedFlowSampler(torch::tensor(timesteps, torch::kFloat32).view({-1, 1}).to(device), scale)
{
}

torch::Tensor RectifiedFlowSampler::step(int evaluation, const torch::Tensor& z, const torch::Tensor& prediction)
{
    const auto t = timestep(evaluation);
    const auto next = evaluation + 1 < m_schedule.steps ? timestep(evaluation + 1) : torch::zeros_like(t);
    return along(z, prediction, (t - next) / static_cast<double>(m_scale));
}

torch::Tensor RectifiedFlowSampler::cleanLatent(
    int evaluation, const torch::Tensor& z, const torch::Tensor& prediction) const
{
    return along(z, prediction, timestep(evaluation) / static_cast<double>(m_scale));
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
