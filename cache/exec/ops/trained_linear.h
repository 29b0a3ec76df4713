// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

namespace toca::cache {

/// Whether `trainedLinear` computes this layer: on a CPU, while its float32 weight is trained.
bool runsTrainedLinear(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias);

/// x W^T + b with a backward pass of its own, in bfloat16 where autocast says so. oneDNN adds the bias itself, where
/// LibTorch's product first fills its result with it; the bias's gradient is one float32 pass over the rows.
/// @param weight (out, in)  @param bias (out)  @pre runsTrainedLinear
torch::Tensor trainedLinear(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias);

} // namespace toca::cache
