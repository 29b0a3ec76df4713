// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/ops/change.h"

#include <torch/torch.h>

#include <limits>

namespace toca::cache {

double meanAbsolute(const torch::Tensor& a)
{
    return a.abs().mean(torch::kFloat32).item<double>();
}

double meanDistance(const torch::Tensor& a, const torch::Tensor& b)
{
    return (a - b).abs_().mean(torch::kFloat32).item<double>();
}

double relativeChange(const torch::Tensor& a, const torch::Tensor& b)
{
    const double distance = meanDistance(a, b);
    if (distance == 0)
        return 0;
    const double norm = meanAbsolute(b);
    return norm > 0 ? distance / norm : std::numeric_limits<double>::infinity();
}

double meanNormRatio(const torch::Tensor& a, const torch::Tensor& b)
{
    const auto above = torch::linalg_vector_norm(a, 2, at::IntArrayRef{-1}, /*keepdim=*/false, torch::kFloat32);
    const auto below = torch::linalg_vector_norm(b, 2, at::IntArrayRef{-1}, /*keepdim=*/false, torch::kFloat32);
    const auto counted = below.gt(0);
    const double count = counted.sum().item<double>();
    if (count == 0)
        return 1;
    return torch::where(counted, above / below, torch::zeros_like(above)).sum(torch::kFloat64).item<double>() / count;
}

torch::Tensor latentPart(const torch::Tensor& prediction, const torch::Tensor& latent)
{
    TORCH_CHECK(prediction.dim() == 5 && latent.dim() == 5 && prediction.size(0) % latent.size(0) == 0
            && prediction.size(1) >= latent.size(1) && prediction.sizes().slice(2) == latent.sizes().slice(2),
        "A prediction of shape ", prediction.sizes(), " does not go with a latent of shape ", latent.sizes());
    return prediction.narrow(0, 0, latent.size(0)).narrow(1, 0, latent.size(1)).contiguous();
}

} // namespace toca::cache
