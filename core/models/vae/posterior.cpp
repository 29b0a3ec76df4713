// SPDX-License-Identifier: Apache-2.0
#include "core/models/vae/posterior.h"

#include <torch/torch.h>

namespace toca::models {

Posterior Posterior::fromMoments(const torch::Tensor& moments)
{
    const auto halves = moments.chunk(2, /*dim=*/1);
    return {halves[0], halves[1].clamp(-30.0, 20.0)};
}

torch::Tensor Posterior::sample(const torch::Tensor& noise) const
{
    return mean + torch::exp(0.5 * logvar) * noise;
}

} // namespace toca::models
