// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/schedulers/sampler.h"

#include <memory>
#include <vector>

namespace toca::schedulers {

/// Noise variances added by each step of a process, from `scale * 1e-4` to `scale * 0.02`, scale = 1000 / timesteps.
std::vector<double> linearBetas(int timesteps);

/// Tables of a Gaussian diffusion process that was cut down to some of its steps (Ho et al., arXiv 2006.11239; Nichol
/// and Dhariwal, arXiv 2102.09672; reference README section 5), in float64. Index 0 = the least noisy step.
struct GaussianDiffusion {
    std::vector<int> timesteps; ///< of the whole process: what the model is told
    std::vector<double> betas; ///< from consecutive kept cumulative products
    std::vector<double> alphasCumprod;
    std::vector<double> alphasCumprodPrev; ///< 1 at index 0
    std::vector<double> posteriorVariance;
    std::vector<double> posteriorLogVarianceClipped; ///< entry 0, which would be -infinity, repeats entry 1
    std::vector<double> posteriorMeanCoef1; ///< of the clean latent
    std::vector<double> posteriorMeanCoef2; ///< of the noisy one
    std::vector<double> sqrtRecipAlphasCumprod;
    std::vector<double> sqrtRecipm1AlphasCumprod;

    int steps() const { return static_cast<int>(timesteps.size()); }
};

/// @param betas of the whole process  @param kept rising indices into it (see `keptTimesteps`), at least one
GaussianDiffusion respacedDiffusion(const std::vector<double>& betas, const std::vector<int>& kept);

/// What DDIM and DDPM share: evaluations run from the last (noisiest) index to the first, and the first C channels of
/// the prediction are the noise.
class DiffusionSampler : public Sampler {
public:
    const plan::SamplerSchedule& schedule() const override { return m_schedule; }
    torch::Tensor timestep(int evaluation) const override;
    /// x_0 = sqrt(1 / a) x - sqrt(1 / a - 1) noise
    torch::Tensor cleanLatent(int evaluation, const torch::Tensor& x, const torch::Tensor& prediction) const override;

protected:
    /// @param device of the latents  @param noise may be empty where a sampler draws none
    DiffusionSampler(
        std::shared_ptr<const GaussianDiffusion> diffusion, const char* name, torch::Device device, StepNoise noise);

    const GaussianDiffusion& diffusion() const { return *m_diffusion; }
    std::size_t indexOf(int evaluation) const;
    bool isLast(int evaluation) const { return evaluation + 1 == m_schedule.steps; }
    /// Noise of an ancestral step. @throws c10::Error when the sampler was made without a source of it
    torch::Tensor noise(int evaluation, const torch::Tensor& like) const;

private:
    std::shared_ptr<const GaussianDiffusion> m_diffusion;
    plan::SamplerSchedule m_schedule;
    torch::Device m_device;
    StepNoise m_noise;
};

} // namespace toca::schedulers
