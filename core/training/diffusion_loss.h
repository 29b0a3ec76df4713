// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/schedulers/gaussian_diffusion.h"

namespace toca::training {

/// What counts more in the loss than it does as published.
struct LossWeights {
    torch::Tensor cells; ///< (B, 1, h, w), not negative, of the latent's cells; undefined: all alike
    bool asVelocity = false; ///< weigh noise levels as `DiffusionLoss::velocityWeights` says
};

/// The loss of DiT and PixArt: noise prediction with a learned variance (Nichol and Dhariwal, arXiv 2102.09672).
///
/// Squared error of the noise, plus the variational bound in bits per dimension of which only the variance learns: the
/// mean is taken as it is.
class DiffusionLoss {
public:
    /// The published training process: 1000 steps, linear variances.
    DiffusionLoss();

    int steps() const { return m_diffusion.steps(); }
    /// x_t = sqrt(a_t) x_0 + sqrt(1 - a_t) noise. @param t (B) int64, 0 = least noisy
    torch::Tensor input(const torch::Tensor& clean, const torch::Tensor& noise, const torch::Tensor& t) const;
    /// The step whose signal-to-noise ratio is nearest to that of rectified flow at `level`.
    /// @param level (B) in [0, 1], 1 = pure noise  @return (B) int64
    torch::Tensor stepsAt(const torch::Tensor& level) const;
    /// How much the squared error of the noise weighs in that of rectified flow's velocity: (1 + 1 / sqrt(SNR))^2,
    /// at most `kMostWeight`. Noise prediction as published weighs all steps alike, which leaves little for the noisy
    /// ones, where layout and shapes are decided. @return (B) float64
    torch::Tensor velocityWeights(const torch::Tensor& t) const;
    static constexpr double kMostWeight = 100;

    /// @param prediction (B, C, ...) the noise, or (B, 2C, ...) the noise and where between its bounds the variance
    /// lies
    /// @param noisy what the model read  @return scalar; with `perRow` (B)
    torch::Tensor operator()(const torch::Tensor& prediction, const torch::Tensor& clean, const torch::Tensor& noisy,
        const torch::Tensor& noise, const torch::Tensor& t, bool perRow = false, const LossWeights& weights = {}) const;

private:
    torch::Tensor at(const torch::Tensor& table, const torch::Tensor& t, const torch::Tensor& like) const;
    torch::Tensor bound(const torch::Tensor& prediction, const torch::Tensor& clean, const torch::Tensor& noisy,
        const torch::Tensor& t) const;

    schedulers::GaussianDiffusion m_diffusion;
    torch::Tensor m_signal, m_noise; ///< sqrt(a_t), sqrt(1 - a_t)
    torch::Tensor m_clean, m_cleanNoise; ///< of x_0 from x_t and the noise
    torch::Tensor m_meanClean, m_meanNoisy; ///< of the posterior's mean
    torch::Tensor m_lowLogVariance, m_highLogVariance;
};

} // namespace toca::training
