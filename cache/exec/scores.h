// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/geometry.h"

#include <torch/types.h>

namespace toca::cache {

/// values / max(||values||_2, 1e-12) over the tokens of each row. @param values (R, N) float32  @return (R, N)
torch::Tensor normalizedOverTokens(const torch::Tensor& values);

/// values * weight; the same tensor when the weight is 1.
torch::Tensor weighted(const torch::Tensor& values, double weight);

/// Score s4 (reference README section 6.3): in every `cell` x `cell` block of each latent frame the token with the
/// largest score gets + bonus * its score; the first maximum wins. Blocks at the border may be smaller. @param score
/// (R, N)
torch::Tensor withSpatialBonus(
    const torch::Tensor& score, const plan::TokenGrid& grid, std::int64_t cell, double bonus);

} // namespace toca::cache
