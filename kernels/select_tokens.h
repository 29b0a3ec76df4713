// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace toca::kernels {

/// Chooses the `count` largest of `tokens` scores; among equal ones the lower token wins. NaN counts as the smallest.
///
/// A partial selection (expected linear time), not a sort of all scores.
/// @param ids receives `count` ascending token ids  @param scratch reused between calls
void selectTokens(const float* score, std::int64_t tokens, std::int64_t count, std::int64_t* ids,
    std::vector<std::uint64_t>& scratch);

/// After a selection (reference README section 6.3 s3): every token's age grows by one, that of the chosen becomes 0.
void renewAges(float* ages, std::int64_t tokens, const std::int64_t* ids, std::int64_t count);

/// The selection of `rows` rows on the GPU, one block per row. @param stream a cudaStream_t  @return a cudaError_t, 0 =
/// launched
int selectTokensCuda(
    const float* score, std::int64_t rows, std::int64_t tokens, std::int64_t count, std::int64_t* ids, void* stream);
int renewAgesCuda(
    float* ages, std::int64_t rows, std::int64_t tokens, const std::int64_t* ids, std::int64_t count, void* stream);

} // namespace toca::kernels
