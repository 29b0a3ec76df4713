// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <vector>

/// TaylorSeer's forecasts (arXiv 2503.06923; reference README section 11).
namespace toca::cache {

/// The derivatives d_0..d_k after a full step: d_0 = `output`, d_{i+1} = (d_i - old d_i) / distance, as far as old ones
/// reach.
/// @param distance steps since the old ones were made  @param order highest derivative
std::vector<torch::Tensor> renewedDerivatives(
    const std::vector<torch::Tensor>& old, const torch::Tensor& output, double distance, int order);

/// sum d_i x^i / i! up to `order`, x = `distance`. The derivatives stay. @pre there is at least one
torch::Tensor taylorSum(const std::vector<torch::Tensor>& derivatives, double distance, int order);

} // namespace toca::cache
