// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

namespace toca::models {

/// Diagonal Gaussian that a VAE's encoder gives for the latent (Kingma and Welling, arXiv 1312.6114).
struct Posterior {
    torch::Tensor mean;
    torch::Tensor logvar; ///< natural logarithm of the variance, in [-30, 20]

    /// @param moments (B, 2 C, ...): mean, then log variance
    static Posterior fromMoments(const torch::Tensor& moments);
    /// mean + standard deviation * noise. @param noise of the mean's shape
    torch::Tensor sample(const torch::Tensor& noise) const;
};

} // namespace toca::models
