// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/schedulers/gaussian_diffusion.h"

namespace toca::schedulers {

/// DDIM (Song et al., arXiv 2010.02502; reference README section 5). Channels beyond the noise are not used.
class DdimSampler final : public DiffusionSampler {
public:
    /// @param eta 0 = deterministic, 1 = as much noise as DDPM  @param noise needed where eta is above 0
    explicit DdimSampler(std::shared_ptr<const GaussianDiffusion> diffusion, double eta = 0.0,
        torch::Device device = torch::kCPU, StepNoise noise = {});

    torch::Tensor step(int evaluation, const torch::Tensor& x, const torch::Tensor& prediction) override;
    std::unique_ptr<Sampler> clone() const override { return std::make_unique<DdimSampler>(*this); }

private:
    float m_eta;
};

} // namespace toca::schedulers
