// SPDX-License-Identifier: Apache-2.0
#include "core/training/noise_levels.h"

#include <torch/torch.h>

namespace toca::training {
namespace {

/// (B) -> (B, 1, ...), to go with `like`.
torch::Tensor perRowOf(const torch::Tensor& t, const torch::Tensor& like)
{
    std::vector<std::int64_t> shape(static_cast<std::size_t>(like.dim()), 1);
    shape[0] = t.size(0);
    return t.to(like.scalar_type()).view(shape);
}

} // namespace

torch::Tensor NoiseLevels::draw(std::int64_t count, at::Generator& generator) const
{
    const auto options = torch::TensorOptions(torch::kFloat32);
    const auto shaped = torch::sigmoid(torch::randn({count}, generator, options) * spread + location);
    const auto even = torch::rand({count}, generator, options);
    return torch::where(torch::rand({count}, generator, options) < evenShare, even, shaped);
}

torch::Tensor flowInput(const torch::Tensor& clean, const torch::Tensor& noise, const torch::Tensor& t)
{
    return torch::lerp(clean, noise, perRowOf(t, clean));
}

namespace {

torch::Tensor squaredError(const torch::Tensor& prediction, const torch::Tensor& clean, const torch::Tensor& noise)
{
    return (prediction.narrow(1, 0, clean.size(1)) - (clean - noise)).square();
}

} // namespace

torch::Tensor flowLoss(
    const torch::Tensor& prediction, const torch::Tensor& clean, const torch::Tensor& noise, bool perRow)
{
    const auto error = squaredError(prediction, clean, noise);
    return perRow ? error.flatten(1).mean(1) : error.mean();
}

torch::Tensor weightedFlowLoss(const torch::Tensor& prediction, const torch::Tensor& clean, const torch::Tensor& noise,
    const torch::Tensor& weights)
{
    return (squaredError(prediction, clean, noise) * weights).mean() / weights.mean();
}

} // namespace toca::training
