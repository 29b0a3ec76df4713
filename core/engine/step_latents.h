// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/run_result.h"

#include <torch/types.h>

namespace toca::engine {

/// Copies the latent after each step as half values, so that a cached run can be held against its baseline step by
/// step.
class StepLatents {
public:
    /// All latents of a run take at most this; larger runs keep none.
    static constexpr std::int64_t kMostBytes = std::int64_t{256} << 20;

    /// @param values of one latent
    StepLatents(std::int64_t values, int steps);

    /// @param latent (1, C, T, h, w), any device and dtype  @return null where none are kept
    StepLatent keep(int step, const torch::Tensor& latent);
    std::vector<StepLatent> take() { return std::move(m_latents); }

private:
    std::vector<StepLatent> m_latents;
};

} // namespace toca::engine
