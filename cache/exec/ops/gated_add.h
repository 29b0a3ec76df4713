// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

namespace toca::cache {

/// x + gate * y in a new tensor, or over `x` when it may be reused and no gradient needs it.
///
/// @param x, y (B, N, C)  @param gate (B, 1, C) or (B, N, C)
torch::Tensor gatedAdd(torch::Tensor x, const torch::Tensor& gate, const torch::Tensor& y, bool overX);

} // namespace toca::cache
