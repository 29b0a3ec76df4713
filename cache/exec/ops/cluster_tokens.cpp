// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/ops/cluster_tokens.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/torch.h>

#include <algorithm>
#include <random>
#include <vector>

namespace toca::cache {

TokenClusters clusterTokens(const torch::Tensor& x, torch::Tensor centres, int iterations)
{
    const auto points = x.to(torch::kFloat32);
    centres = centres.to(torch::kFloat32);
    const std::int64_t clusters = centres.size(1);
    torch::Tensor labels;
    for (int iteration = 0; iteration < iterations; ++iteration) {
        labels = torch::cdist(points, centres, 1.0).argmin(-1); // (B, N)
        const auto members = torch::one_hot(labels, clusters).to(torch::kFloat32); // (B, N, K)
        const auto counts = members.sum(1).unsqueeze(-1); // (B, K, 1)
        const auto means = torch::bmm(members.transpose(1, 2), points) / counts.clamp_min(1);
        const auto next = torch::where(counts > 0, means, centres);
        const bool isSettled = torch::allclose(centres, next, 1e-4, 1e-8);
        centres = next;
        if (isSettled)
            break;
    }
    return {labels.to(torch::kInt32), centres.to(x.scalar_type())};
}

torch::Tensor firstCentres(const torch::Tensor& x, std::int64_t clusters, std::uint64_t seed)
{
    auto generator = at::detail::createCPUGenerator(seed);
    const auto order =
        torch::rand({x.size(0), x.size(1)}, generator, torch::kFloat32).argsort(std::int64_t{1}, /*descending=*/false);
    const auto ids = order.narrow(1, 0, clusters).to(x.device()).unsqueeze(-1).expand({-1, -1, x.size(2)});
    return x.gather(1, ids);
}

torch::Tensor oneTokenPerCluster(const torch::Tensor& labels, std::int64_t clusters, std::uint64_t seed)
{
    // Reservoir draw in one pass over the tokens: a cluster's n-th token replaces the chosen one with chance 1 / n.
    TORCH_CHECK(labels.is_cpu() && labels.is_contiguous() && labels.scalar_type() == torch::kInt32,
        "oneTokenPerCluster: labels must be 32-bit numbers on the CPU");
    const std::int64_t rows = labels.size(0), tokens = labels.size(1);
    auto chosen = torch::empty({rows, clusters}, torch::kInt64);
    std::mt19937_64 random(seed);
    for (std::int64_t row = 0; row < rows; ++row) {
        const std::int32_t* const label = labels.const_data_ptr<std::int32_t>() + row * tokens;
        std::int64_t* const out = chosen.mutable_data_ptr<std::int64_t>() + row * clusters;
        std::fill_n(out, clusters, -1);
        std::vector<std::int64_t> counts(static_cast<std::size_t>(clusters), 0);
        for (std::int64_t token = 0; token < tokens; ++token) {
            const std::int32_t cluster = label[token];
            const auto count = static_cast<std::uint64_t>(++counts[static_cast<std::size_t>(cluster)]);
            if (random() % count == 0)
                out[cluster] = token;
        }
        std::int64_t spare = 0;
        for (std::int64_t cluster = 0; cluster < clusters; ++cluster) {
            if (out[cluster] >= 0)
                continue;
            while (std::find(out, out + clusters, spare) != out + clusters)
                ++spare;
            out[cluster] = spare;
        }
    }
    return chosen;
}

} // namespace toca::cache
