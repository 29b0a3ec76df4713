// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

namespace toca::training {

/// How often each noise level is trained, for rectified flow: t = sigmoid(normal + location) (Esser et al., arXiv
/// 2403.03206), and some of them evenly over [0, 1].
struct NoiseLevels {
    double location = 1.0; ///< above 0: more of the noisy end, where layout and motion are decided
    double spread = 1.0; ///< standard deviation before the sigmoid
    double evenShare = 0.1; ///< share that is drawn evenly

    /// @return (count) float32 in (0, 1); 1 = pure noise
    torch::Tensor draw(std::int64_t count, at::Generator& generator) const;
};

/// Rectified flow (Liu et al., arXiv 2209.03003) as Open-Sora v1.2: x_t = (1 - t) x_0 + t noise.
/// @param t (B) in [0, 1]
torch::Tensor flowInput(const torch::Tensor& clean, const torch::Tensor& noise, const torch::Tensor& t);
/// Mean squared error of the velocity x_0 - noise. @param prediction (B, >= C, ...), of which the first C are read
/// @return scalar; with `perRow` (B)
torch::Tensor flowLoss(
    const torch::Tensor& prediction, const torch::Tensor& clean, const torch::Tensor& noise, bool perRow = false);
/// The same as a weighted mean. @param weights (B, 1, T, h, w), not negative  @return scalar
torch::Tensor weightedFlowLoss(const torch::Tensor& prediction, const torch::Tensor& clean, const torch::Tensor& noise,
    const torch::Tensor& weights);

} // namespace toca::training
