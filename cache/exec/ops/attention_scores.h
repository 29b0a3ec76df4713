// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

namespace toca::cache {

/// Adds the attention that each key receives to `sums`, the mean over heads of the sum over queries. On a CPU in one
/// pass over the scores, which are overwritten there.
/// @param scores (sequences, heads, K, L), raw and contiguous  @param scale of the scores
/// @param sums (sequences, L) float32
void addReceivedAttention(torch::Tensor scores, double scale, torch::Tensor sums);

/// The softmax of raw scores over the keys, and its entropy in nats: -sum p ln(p + 1e-7) of p = weight * mean over
/// heads (reference README section 6.3 s2). On a CPU in one pass.
struct MapWithEntropy {
    torch::Tensor map; ///< (B, heads, K, L); may be `scores` itself, overwritten
    torch::Tensor entropy; ///< (B, K) float32
};
/// @param scores (B, heads, K, L), already scaled
MapWithEntropy softmaxWithEntropy(torch::Tensor scores, double weight);

} // namespace toca::cache
