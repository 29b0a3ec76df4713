// SPDX-License-Identifier: Apache-2.0
#include "core/models/layers/attention_evidence.h"

#include "cache/exec/ops/attention_scores.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

namespace toca::models {

torch::Tensor receivedAttention(const torch::Tensor& q, const torch::Tensor& k)
{
    const double scale = 1.0 / std::sqrt(static_cast<double>(q.size(3)));
    if (cache::prefersMaps(q))
        return cache::receivedByMap(q, k, scale);
    const std::int64_t sequences = q.size(0), heads = q.size(1), length = q.size(2);
    auto sums = torch::zeros({sequences, length}, q.options().dtype(torch::kFloat32));
    const auto keys = k.contiguous().transpose(-2, -1);
    const std::int64_t sequencesAtOnce =
        std::clamp<std::int64_t>(kAttentionBlockValues / (heads * length * length), 1, sequences);
    const std::int64_t queriesAtOnce =
        std::clamp<std::int64_t>(kAttentionBlockValues / (heads * length * sequencesAtOnce), 1, length);
    for (std::int64_t s = 0; s < sequences; s += sequencesAtOnce) {
        const std::int64_t n = std::min(sequencesAtOnce, sequences - s);
        for (std::int64_t first = 0; first < length; first += queriesAtOnce) {
            const auto block = q.narrow(0, s, n).narrow(2, first, std::min(queriesAtOnce, length - first));
            cache::addReceivedAttention(torch::matmul(block, keys.narrow(0, s, n)), scale, sums.narrow(0, s, n));
        }
    }
    return sums;
}

torch::Tensor smallnessOfValues(const torch::Tensor& v)
{
    return (1 - v.norm(2, -1, /*keepdim=*/false, torch::kFloat32)).sum(1);
}

} // namespace toca::models
