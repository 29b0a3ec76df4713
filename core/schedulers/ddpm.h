// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/schedulers/gaussian_diffusion.h"

namespace toca::schedulers {

/// Ancestral sampling with a learned variance (Nichol and Dhariwal, arXiv 2102.09672; reference README section 5): the
/// prediction's channels are [noise | variance], the variance in -1..1 from the smallest to the largest possible. A
/// prediction without variance channels takes the largest, as published for models trained without them.
class DdpmSampler final : public DiffusionSampler {
public:
    DdpmSampler(
        std::shared_ptr<const GaussianDiffusion> diffusion, StepNoise noise, torch::Device device = torch::kCPU);

    torch::Tensor step(int evaluation, const torch::Tensor& x, const torch::Tensor& prediction) override;
    std::unique_ptr<Sampler> clone() const override { return std::make_unique<DdpmSampler>(*this); }
};

} // namespace toca::schedulers
