// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

namespace toca::cache {

struct TokenClusters {
    torch::Tensor labels; ///< (B, N) int32, the cluster of each token
    torch::Tensor centres; ///< (B, K, C)
};

/// k-means with the L1 distance for the nearest centre and the mean as the new one (ClusCa's published cluster_utils),
/// each row of the batch apart. Ends when the centres stay within one part in 10^4, or after `iterations`. A cluster
/// that loses all its tokens keeps its centre.
/// @param x (B, N, C)  @param centres (B, K, C) to begin with
TokenClusters clusterTokens(const torch::Tensor& x, torch::Tensor centres, int iterations);

/// `clusters` tokens of each row, chosen by the seed, as first centres. @return (B, clusters, C)
torch::Tensor firstCentres(const torch::Tensor& x, std::int64_t clusters, std::uint64_t seed);

/// One token of each cluster, drawn by the seed; for a cluster without tokens one that is not chosen yet.
/// @param labels (B, N) int32 on the CPU  @return (B, K) int64, distinct within a row, in the order of the clusters
torch::Tensor oneTokenPerCluster(const torch::Tensor& labels, std::int64_t clusters, std::uint64_t seed);

} // namespace toca::cache
