// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/schedulers/sampler.h"

#include <deque>
#include <vector>

namespace toca::schedulers {

/// How the solver's times lie between noise and picture.
enum class TimeSpacing { Uniform, LogSnr, Quadratic };

/// Settings of DPM-Solver++ (Lu et al., arXiv 2211.01095) as PixArt-alpha uses it (reference README section 5).
struct DpmSolverOptions {
    int steps = 20;
    int order = 2; ///< 1 to 3; 1 is DDIM
    TimeSpacing spacing = TimeSpacing::Uniform;
    bool lowerOrderFinal = true; ///< with fewer than 10 steps the last updates are of lower order
    int timesteps = 1000; ///< of the noise schedule that the model was trained with
    double betaStart = 1e-4; ///< first and last value of the linear schedule
    double betaEnd = 0.02;
};

/// The noise that a model with a discrete linear schedule sees at any time in (0, 1]: ln alpha is given at
/// k / timesteps, k = 1 .. timesteps, and linear in between. Float32 as in the published code: near time 0 the noise
/// level is a difference of nearly equal numbers, and its rounding is part of the published result.
class DiscreteNoiseSchedule {
public:
    DiscreteNoiseSchedule(int timesteps, double betaStart, double betaEnd);

    const std::vector<float>& times() const { return m_times; } ///< rising
    const std::vector<float>& logAlphas() const { return m_logAlphas; } ///< falling
    float logAlpha(float time) const;
    /// Inverse of lambda(time) = ln alpha - ln sigma.
    float timeOfLambda(float lambda) const;

private:
    std::vector<float> m_times;
    std::vector<float> m_logAlphas;
};

/// The solver's times and what belongs to them, steps + 1 values each, float32 like the published code.
struct DpmSolverTable {
    torch::Tensor time; ///< falling from 1 to 1 / timesteps
    torch::Tensor alpha; ///< x_t = alpha x_0 + sigma noise
    torch::Tensor sigma;
    torch::Tensor lambda; ///< ln alpha - ln sigma
    torch::Tensor modelTime; ///< (steps) what the model is told: (time - 1 / timesteps) * 1000
};
DpmSolverTable dpmSolverTable(const DpmSolverOptions& options);

/// Order of the update that follows an evaluation: as many points as there are, and towards the end of a short run
/// (below 10 steps) no more than updates are left.
int dpmSolverOrder(const DpmSolverOptions& options, int evaluation);

/// DPM-Solver++ multistep in its "dpmsolver" form: each step extrapolates the clean latent from up to `order`
/// evaluations. The model predicts noise; channels beyond the latent's (a variance) are not used.
class DpmSolver final : public Sampler {
public:
    explicit DpmSolver(const DpmSolverOptions& options);

    const plan::SamplerSchedule& schedule() const override { return m_schedule; }
    torch::Tensor timestep(int evaluation) const override;
    /// @throws c10::Error when evaluations do not come in order; evaluation 0 starts anew
    torch::Tensor step(int evaluation, const torch::Tensor& x, const torch::Tensor& prediction) override;
    torch::Tensor cleanLatent(int evaluation, const torch::Tensor& x, const torch::Tensor& prediction) const override;
    std::unique_ptr<Sampler> clone() const override { return std::make_unique<DpmSolver>(*this); }

    const DpmSolverTable& table() const { return m_table; }

private:
    double lambda(int index) const { return m_lambda[static_cast<std::size_t>(index)]; }

    DpmSolverOptions m_options;
    DpmSolverTable m_table;
    std::vector<double> m_alpha, m_sigma, m_lambda; ///< the table's values
    plan::SamplerSchedule m_schedule;
    std::deque<torch::Tensor> m_clean; ///< clean latents of the last evaluations, the newest first
    int m_next = 0; ///< evaluation that comes next
};

} // namespace toca::schedulers
