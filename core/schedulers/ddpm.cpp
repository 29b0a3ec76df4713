// SPDX-License-Identifier: Apache-2.0
#include "core/schedulers/ddpm.h"

#include <torch/torch.h>

#include <cmath>

namespace toca::schedulers {

DdpmSampler::DdpmSampler(std::shared_ptr<const GaussianDiffusion> diffusion, StepNoise noise, torch::Device device)
    : DiffusionSampler(std::move(diffusion), "ddpm", device, std::move(noise))
{
}

torch::Tensor DdpmSampler::step(int evaluation, const torch::Tensor& x, const torch::Tensor& prediction)
{
    const std::size_t index = indexOf(evaluation);
    const std::int64_t channels = x.size(1);
    const auto mean = static_cast<float>(diffusion().posteriorMeanCoef1[index]) * cleanLatent(evaluation, x, prediction)
        + static_cast<float>(diffusion().posteriorMeanCoef2[index]) * x;
    if (isLast(evaluation))
        return mean;
    const auto largest = static_cast<float>(std::log(diffusion().betas[index]));
    if (prediction.size(1) < 2 * channels)
        return mean + std::exp(0.5f * largest) * noise(evaluation, x);
    const auto smallest = static_cast<float>(diffusion().posteriorLogVarianceClipped[index]);
    const auto share = (prediction.narrow(1, channels, channels) + 1) / 2;
    const auto logVariance = share * largest + (1 - share) * smallest;
    return mean + (0.5 * logVariance).exp() * noise(evaluation, x);
}

} // namespace toca::schedulers
