// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/token_subset.h"

namespace toca::cache {

/// The chosen tokens, layer-normalised without an affine part and modulated: norm(x) * (1 + scale) + shift. On a CPU
/// one pass gathers, normalises and modulates; where gradients flow, the same from LibTorch's operations.
/// @param x (B, N, C)  @param shift, scale (B, 1, C)  @return (B, K, C)
torch::Tensor normModulated(const torch::Tensor& x, const TokenSubset& subset, const torch::Tensor& shift,
    const torch::Tensor& scale, double epsilon);

} // namespace toca::cache
