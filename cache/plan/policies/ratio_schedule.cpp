// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/ratio_schedule.h"

#include <algorithm>
#include <cmath>

namespace toca::plan {
namespace {

// The published code divides layer factors by 27 whatever the depth is; so do all published settings.
constexpr double kLayerDivisor = 27;

// Settings that the published DiT code names (reference README section 7).
constexpr RatioWeights kDdim50{2.0, -0.2, 2.5, 2.5};
constexpr RatioWeights kDdpm250{0.4, 0.8, 2.5, 2.5};

/// From 1 + weight down to 1 - weight; in the published order of operations.
double falling(double weight, double position, double length)
{
    return 1 + weight - 2 * weight * position / length;
}

double weightedRatio(
    const RatioWeights& weights, double freshRatio, const StepPosition& at, int layerOfKind, ModuleKind module)
{
    const double step = falling(weights.step, at.counter, at.steps);
    const double layer = falling(weights.layer, layerOfKind, kLayerDivisor);
    return freshRatio * layer * step * (module == ModuleKind::Mlp ? weights.mlp : weights.crossAttention);
}

} // namespace

const std::vector<std::string>& ratioScheduleNames()
{
    static const std::vector<std::string> names{"toca", "constant", "linear", "exp", "linear-mode", "layerwise",
        "toca-ddim50", "toca-ddpm250", "linear-layerwise"};
    return names;
}

double scheduledRatio(RatioSchedule schedule, const RatioWeights& weights, double freshRatio, std::int64_t interval,
    const StepPosition& at, int layerOfKind, ModuleKind module)
{
    constexpr double kWeight = 0.9;
    if (module == ModuleKind::SelfAttention || at.steps < 1)
        return 0;
    switch (schedule) {
    case RatioSchedule::Toca:
        return weightedRatio(weights, freshRatio, at, layerOfKind, module);
    case RatioSchedule::Constant:
        return freshRatio;
    case RatioSchedule::Linear:
        return freshRatio * falling(kWeight, at.counter, at.steps);
    case RatioSchedule::Exponential:
        return freshRatio * std::pow(kWeight, static_cast<double>(at.counter) / at.steps);
    case RatioSchedule::LinearMode: {
        const double mode = static_cast<double>(at.counter % interval) / static_cast<double>(interval) - 0.5;
        return freshRatio * (falling(kWeight, at.counter, at.steps) + 0.1 * mode);
    }
    case RatioSchedule::Layerwise:
        return freshRatio * falling(kWeight, layerOfKind, kLayerDivisor);
    case RatioSchedule::TocaDdim50:
        return weightedRatio(kDdim50, freshRatio, at, layerOfKind, module);
    case RatioSchedule::TocaDdpm250:
    case RatioSchedule::LinearLayerwise:
        break;
    }
    return weightedRatio(kDdpm250, freshRatio, at, layerOfKind, module);
}

std::int32_t tokenCount(double ratio, std::int64_t tokens)
{
    if (std::isnan(ratio))
        return 0;
    // In 32 bits and truncated, as the published code does it: the count decides which tokens are chosen.
    const float share = static_cast<float>(std::clamp(ratio, 0.0, 1.0));
    const float product = share * static_cast<float>(tokens);
    return static_cast<std::int32_t>(std::min(static_cast<std::int64_t>(product), tokens));
}

} // namespace toca::plan
