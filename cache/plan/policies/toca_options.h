// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/parameters.h"
#include "cache/plan/plan.h"

#include <cstdint>
#include <string>

namespace toca::plan {

/// How the fresh ratio varies over steps, layers and modules (reference README section 6.4 and 9).
enum class RatioSchedule : std::uint8_t { Toca, Constant, Linear, Exponential, LinearMode, Layerwise };

/// Options of ToCa for STDiT3 (arXiv 2410.05317; reference README sections 6 and 9). Defaults are the published ones.
struct TocaOptions {
    double freshRatio = 0.1; ///< f in [0, 1]; 0 = no token is recomputed between full steps
    RatioSchedule ratioSchedule = RatioSchedule::Toca;
    std::int64_t interval = 3; ///< steps; divides s3 and sets linear-mode (`fresh_threshold` of the published code)
    std::int64_t spatialAttentionInterval = 3; ///< steps between full computations, per module
    std::int64_t temporalAttentionInterval = 3;
    std::int64_t crossAttentionInterval = 6;
    std::int64_t mlpInterval = 3;
    std::int64_t warmupSteps = 3; ///< first steps that are always full
    double ageWeight = 0.25; ///< s3 (`soft_fresh_weight`)
    double crossAttentionWeight = 1.0; ///< s2: entropy of the attention over the text
    double selfAttentionWeight = 0.0; ///< s1: attention received from the other tokens
    double spatialBonus = 0.0; ///< s4, share added to the best token of a cell
    std::int64_t spatialBonusGrid = 2; ///< tokens along the side of such a cell
    double crossAttentionFactor = -0.005; ///< module factors of the ToCa schedule: 1 - 0.67 * 1.5
    double mlpFactor = 1.495; ///< 1 + 0.33 * 1.5

    /// True when every token of the module is computed at this step.
    bool isFull(int step, LayerKind kind, ModuleKind module) const;
    /// Ratio of fresh tokens before clamping: may be negative or larger than 1. `layerOfKind` counts the layers of one
    /// kind (STDiT3: the pair of blocks). 0 for self-attention, which is never computed in part.
    double ratio(int step, int steps, int layerOfKind, ModuleKind module) const;
    /// trunc(float32(clamp(ratio, 0, 1)) * N), the product in float32.
    static std::int32_t tokenCount(double ratio, std::int64_t tokens);

    static const std::vector<ParameterSpec>& specs();
    static TocaOptions from(const ParameterValues& values);
};

} // namespace toca::plan
