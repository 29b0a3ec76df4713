// SPDX-License-Identifier: Apache-2.0
#include "core/schedulers/ddim.h"

#include <torch/torch.h>

#include <cmath>

namespace toca::schedulers {

DdimSampler::DdimSampler(
    std::shared_ptr<const GaussianDiffusion> diffusion, double eta, torch::Device device, StepNoise noise)
    : DiffusionSampler(std::move(diffusion), "ddim", device, std::move(noise))
    , m_eta(static_cast<float>(eta))
{
}

torch::Tensor DdimSampler::step(int evaluation, const torch::Tensor& x, const torch::Tensor& prediction)
{
    const std::size_t index = indexOf(evaluation);
    // Each coefficient is rounded to float32 first, and what follows from them is float32 too.
    const auto recip = static_cast<float>(diffusion().sqrtRecipAlphasCumprod[index]);
    const auto recipm1 = static_cast<float>(diffusion().sqrtRecipm1AlphasCumprod[index]);
    const auto alpha = static_cast<float>(diffusion().alphasCumprod[index]);
    const auto alphaPrev = static_cast<float>(diffusion().alphasCumprodPrev[index]);
    const float sigma = m_eta * std::sqrt((1.0f - alphaPrev) / (1.0f - alpha)) * std::sqrt(1.0f - alpha / alphaPrev);
    const auto clean = cleanLatent(evaluation, x, prediction);
    const auto direction = (recip * x - clean) / recipm1; // the noise once more, from the clean latent
    auto next = clean * std::sqrt(alphaPrev) + std::sqrt(1.0f - alphaPrev - sigma * sigma) * direction;
    if (m_eta > 0 && !isLast(evaluation))
        next = next + sigma * noise(evaluation, x);
    return next;
}

} // namespace toca::schedulers
