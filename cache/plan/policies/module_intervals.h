// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/parameters.h"
#include "cache/plan/policies/step_position.h"

#include <cstdint>
#include <vector>

namespace toca::plan {

/// When each kind of module is computed in full: a fixed interval per kind and some first steps (the force scheduler of
/// the published Open-Sora code; reference README section 9).
struct ModuleIntervals {
    std::int64_t spatialAttention =
        3; ///< steps from one full computation to the next, at least 1; also of joint layers
    std::int64_t temporalAttention = 3;
    std::int64_t crossAttention = 6;
    std::int64_t mlp = 3;
    std::int64_t warmupSteps = 3; ///< first steps that are always full

    std::int64_t of(LayerKind kind, ModuleKind module) const;
    /// Steps since the interval began, in [0, of(kind, module)); 0 = full.
    std::int64_t phase(const StepPosition& at, LayerKind kind, ModuleKind module) const;

    /// Reads spatial_attention_interval, ..., warmup_steps where they are given.
    static ModuleIntervals from(const ParameterValues& values);
    bool operator==(const ModuleIntervals&) const = default;
};

/// The parameters of the intervals: spatial_attention_interval, ..., warmup_steps.
std::vector<ParameterSpec> intervalSpecs();

/// For each evaluation: true when it is the first one of its stream, where nothing is stored yet.
std::vector<bool> firstOfStream(const SamplerSchedule& schedule);

} // namespace toca::plan
