// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/geometry.h"

#include <torch/types.h>

#include <cstdint>

namespace toca::cache {

/// values / max(||values||_2, 1e-12) over the tokens of each row. @param values (R, N) float32  @return (R, N)
torch::Tensor normalizedOverTokens(const torch::Tensor& values);

/// values * weight; the same tensor when the weight is 1.
torch::Tensor weighted(const torch::Tensor& values, double weight);

/// Norm of each token's features over the channels. @param x (rows, N, C)  @return (rows, N) float32
torch::Tensor tokenNorms(const torch::Tensor& x);

/// 1 - cosine between each token's features in `x` and in `stored`. @param x, stored (rows, N, C)  @return (rows, N)
/// float32
torch::Tensor tokenChanges(const torch::Tensor& x, const torch::Tensor& stored);

/// Numbers in [0, 1), the same for the same seed, site and size on every machine. @return (rows, N) float32
torch::Tensor randomScore(std::uint64_t seed, const plan::Site& site, std::int64_t rows, std::int64_t tokens);

/// Score s4 (reference README section 6.3): in every `cell` x `cell` block of each latent frame the token with the
/// largest score gets + bonus * its score; the first maximum wins. Blocks at the border may be smaller. @param score
/// (R, N)
torch::Tensor withSpatialBonus(
    const torch::Tensor& score, const plan::TokenGrid& grid, std::int64_t cell, double bonus);

} // namespace toca::cache
