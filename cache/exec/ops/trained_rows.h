// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

namespace toca::cache {

// Operations between the linear layers of a block with backward passes written by hand: one pass over the rows each,
// where LibTorch's composition makes several and keeps their results. Each is for training on a CPU, in float32 or,
// where autocast is on, in bfloat16; `runsTrained` says whether. Everything else is composed of LibTorch's operations.

/// Whether autocast has linear layers computed in bfloat16.
bool readsHalves();
/// Whether oneDNN multiplies bfloat16 on this processor.
bool hasHalfProducts();

/// Whether gradients of `x` are wanted, here and by these kernels.
bool runsTrained(const torch::Tensor& x);

/// Whether the vectors of a modulation are as the kernels take them: (B, 1, C) float32 for x (B, N, C) float32.
bool isTrainedModulation(const torch::Tensor& x, const torch::Tensor& vectors);

/// norm(x) * (1 + scale) + shift in the type in which a linear layer reads it. @pre isTrainedModulation of both
torch::Tensor trainedNormModulated(
    const torch::Tensor& x, const torch::Tensor& shift, const torch::Tensor& scale, double epsilon);

/// Whether `trainedGatedAdd` takes these.
bool isTrainedGate(const torch::Tensor& x, const torch::Tensor& gate, const torch::Tensor& y);
/// x + gate * y. @param gate undefined: x + y  @pre isTrainedGate
torch::Tensor trainedGatedAdd(const torch::Tensor& x, const torch::Tensor& gate, const torch::Tensor& y);

/// GELU in its tanh approximation; LibTorch's own where `runsTrained` says no.
torch::Tensor gelu(const torch::Tensor& x);

} // namespace toca::cache
