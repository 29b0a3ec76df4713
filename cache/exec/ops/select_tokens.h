// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

namespace toca::cache {

/// The `count` largest scores of each row; among equal ones the lower token id wins. A partial selection, not a sort.
///
/// @param score (R, N) float32, no NaN  @param count in [1, N]  @return (R, count) int64, ascending ids
torch::Tensor selectTokens(const torch::Tensor& score, std::int64_t count);

/// After a selection: every token's age grows by one, that of the chosen becomes 0 (reference README section 6.3 s3).
/// @param ages (R, N) float32, contiguous, modified  @param ids (R, K) int64; undefined = nothing was chosen
void renewAges(torch::Tensor& ages, const torch::Tensor& ids);

} // namespace toca::cache
