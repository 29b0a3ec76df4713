// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/geometry.h"

#include <torch/types.h>

#include <vector>

namespace toca::cache {

/// A score of tokens: terms with weights, and a bonus that spreads the choice (reference README section 6.3).
struct TokenScore {
    torch::Tensor ages; ///< (R, N) float32: s3, weighted by `ageWeight` / `interval`
    double ageWeight = 0;
    double interval = 1;
    std::vector<torch::Tensor> terms; ///< (R, N) float32: s1, s2 or another one, normalised
    std::vector<double> weights; ///< one for each term
    plan::TokenGrid grid; ///< of N tokens
    std::int64_t bonusCell = 1; ///< edge of the blocks of s4
    double bonus = 0; ///< 0 = none
};

/// ageWeight * (ages / interval) + the weighted terms, with the spatial bonus: one pass where a kernel fits, else by
/// LibTorch's operations; both give the same bits. @return (R, N) float32
torch::Tensor scored(const TokenScore& score);

} // namespace toca::cache
