// SPDX-License-Identifier: Apache-2.0
#include "core/schedulers/sampler.h"

#include <torch/torch.h>

namespace toca::schedulers {

torch::Tensor guided(const torch::Tensor& rows, const Guidance& guidance, bool isGuided)
{
    if (!isGuided)
        return rows;
    const auto halves = rows.chunk(2);
    const std::int64_t channels = std::min(guidance.channels, rows.size(1));
    const auto conditional = halves[0].narrow(1, 0, channels), unconditional = halves[1].narrow(1, 0, channels);
    const auto mixed = unconditional + guidance.scale * (conditional - unconditional);
    if (channels == rows.size(1))
        return mixed;
    return torch::cat({mixed, halves[0].narrow(1, channels, rows.size(1) - channels)}, 1);
}

} // namespace toca::schedulers
