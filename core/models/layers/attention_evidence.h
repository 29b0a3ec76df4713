// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <cstdint>

/// What attentions leave behind for scores, without ever holding a map of all queries and heads.
namespace toca::models {

/// Values of one block of attention probabilities: about 16 MB, small enough for any machine, large enough for a GEMM.
inline constexpr std::int64_t kAttentionBlockValues = 4 << 20;

/// The attention that each token receives: column sums of the head-mean softmax map (reference README section 6.3 s1),
/// a block of queries at a time.
/// @param q, k (sequences, heads, N, D), not yet scaled  @return (sequences, N) float32
torch::Tensor receivedAttention(const torch::Tensor& q, const torch::Tensor& k);

/// How small the values are that a token hands out: the sum over heads of (1 - their norm) (DuCa's kv-norm, reference
/// README section 10).
/// @param v (sequences, heads, N, D)  @return (sequences, N) float32
torch::Tensor smallnessOfValues(const torch::Tensor& v);

} // namespace toca::models
