// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

namespace toca::cache {

/// Adds the attention that each key receives to `sums`, the mean over heads of the sum over queries. On a CPU in one
/// pass over the scores, which are overwritten there.
/// @param scores (sequences, heads, K, L), raw and contiguous  @param scale of the scores
/// @param sums (sequences, L) float32
void addReceivedAttention(torch::Tensor scores, double scale, torch::Tensor sums);

/// True when `receivedByMap` is the quicker way: on a CPU, sequences long enough to be worth a product for each map.
bool prefersMaps(const torch::Tensor& q);
/// The attention that each key receives, as above, map by map: each thread has one head's scores in its own cache.
/// @param q, k (sequences, heads, N, D) float32 on a CPU  @return (sequences, N) float32
torch::Tensor receivedByMap(const torch::Tensor& q, const torch::Tensor& k, double scale);

/// The softmax of raw scores over the keys, and its entropy in nats: -sum p ln(p + 1e-7) of p = weight * mean over
/// heads (reference README section 6.3 s2). On a CPU in one pass.
struct MapWithEntropy {
    torch::Tensor map; ///< (B, heads, K, L); may be `scores` itself, overwritten
    torch::Tensor entropy; ///< (B, K) float32
};
/// @param scores (B, heads, K, L), already scaled
MapWithEntropy softmaxWithEntropy(torch::Tensor scores, double weight);

} // namespace toca::cache
