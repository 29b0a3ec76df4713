// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <vector>

/// TaylorSeer's forecasts (arXiv 2503.06923; reference README section 11).
namespace toca::cache {

/// The derivatives d_0..d_k after a full step: d_0 = `output`, d_{i+1} = (d_i - old d_i) / distance, as far as old ones
/// reach. In one pass where a kernel fits.
/// @param old given up: all but old d_0 may be overwritten by the new ones, so that a run allocates each of them once
/// @param distance steps since the old ones were made  @param order highest derivative
std::vector<torch::Tensor> renewedDerivatives(
    std::vector<torch::Tensor> old, const torch::Tensor& output, double distance, int order);

/// sum d_i x^i / i! up to `order`, x = `distance`, in one pass where a kernel fits. The derivatives stay.
/// @pre there is at least one
torch::Tensor taylorSum(const std::vector<torch::Tensor>& derivatives, double distance, int order);

} // namespace toca::cache
