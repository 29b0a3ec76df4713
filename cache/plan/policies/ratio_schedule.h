// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/policies/step_position.h"

#include <cstdint>
#include <string>
#include <vector>

namespace toca::plan {

/// How the fresh ratio varies over steps, layers and modules (reference README sections 6.4 and 7 to 9). The last three
/// are Toca with fixed weights that the published DiT code names.
enum class RatioSchedule : std::uint8_t {
    Toca,
    Constant,
    Linear,
    Exponential,
    LinearMode,
    Layerwise,
    TocaDdim50,
    TocaDdpm250,
    LinearLayerwise,
};
/// "toca", "constant", ... in the order of the values.
const std::vector<std::string>& ratioScheduleNames();

/// Weights of the Toca schedule: ratio = fresh ratio x layer factor x step factor x module factor.
struct RatioWeights {
    double step = 0; ///< step factor 1 + w - 2 w s / S, s the published counter
    double layer = 0; ///< layer factor 1 + w - 2 w l / 27
    double crossAttention = -0.005; ///< Open-Sora: 1 - 0.67 x 1.5
    double mlp = 1.495; ///< Open-Sora: 1 + 0.33 x 1.5
    bool operator==(const RatioWeights&) const = default;
};

/// Ratio of fresh tokens before clamping: may be negative or larger than 1. 0 for self-attention, which is never
/// computed in part.
/// @param layerOfKind counts the layers of one kind (STDiT3: the pair of blocks)
/// @param interval period of linear-mode, `fresh_threshold` of the published code
double scheduledRatio(RatioSchedule schedule, const RatioWeights& weights, double freshRatio, std::int64_t interval,
    const StepPosition& at, int layerOfKind, ModuleKind module);

/// trunc(float32(clamp(ratio, 0, 1)) * N), the product in float32. 0 for NaN.
std::int32_t tokenCount(double ratio, std::int64_t tokens);

} // namespace toca::plan
