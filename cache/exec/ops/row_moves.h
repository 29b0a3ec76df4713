// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

namespace toca::cache {

/// out[b, k] = x[b, ids[b, k]]. @param x (B, N, C)  @param ids (B, K) int64  @return (B, K, C)
torch::Tensor gatherRows(const torch::Tensor& x, const torch::Tensor& ids);

/// x[b, ids[b, k]] = rows[b, k]. @param x (B, N, C), modified in place  @param ids (B, K) int64, distinct per row
void scatterRows(torch::Tensor& x, const torch::Tensor& ids, const torch::Tensor& rows);

} // namespace toca::cache
