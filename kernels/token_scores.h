// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/host_device.h"

#include <cstdint>

namespace toca::kernels {

/// ToCa's score of each token (arXiv 2410.05317; s1 to s4), its terms and the spatial bonus in one pass:
///
/// sum = ageWeight * (age / interval) + weights[0] * terms[0] + weights[1] * terms[1]
///
/// and in every `cell` x `cell` block of each frame the largest sum, the first one of equals, gets bonus * sum on top.
/// A NaN counts as the largest. Each operation is rounded by itself, so that every device ranks alike.
struct TokenScores {
    const float* ages = nullptr; ///< (rows, N), contiguous; null = no age term
    float ageWeight = 0;
    float interval = 1;
    const float* terms[2] = {}; ///< (rows, N), contiguous
    float weights[2] = {1, 1}; ///< of the terms
    int termCount = 0;
    float* score = nullptr; ///< (rows, N), contiguous
    std::int64_t rows = 0;
    std::int64_t frames = 0; ///< N = frames * gridRows * gridColumns
    std::int64_t gridRows = 0;
    std::int64_t gridColumns = 0;
    std::int64_t cell = 1; ///< at least 1; blocks at the border may be smaller
    float bonus = 0; ///< 0 = none

    TOCA_HD std::int64_t tokens() const { return frames * gridRows * gridColumns; }
};

/// The rows [first, last).
void scoreTokens(const TokenScores& operation, std::int64_t first, std::int64_t last);

/// All rows on the GPU. @param stream a cudaStream_t  @return a cudaError_t, 0 = launched
int scoreTokensCuda(const TokenScores& operation, void* stream);

} // namespace toca::kernels
