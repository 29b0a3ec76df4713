// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/parameter_effect.h"

#include <algorithm>
#include <array>

namespace toca::plan {
namespace {

constexpr std::array<std::string_view, 4> kModuleIntervals{
    "spatial_attention_interval", "temporal_attention_interval", "cross_attention_interval", "mlp_interval"};
constexpr std::array<std::string_view, 3> kCycleParts{"cycle_step_weight", "sensitive_from", "sensitive_to"};

template <class List>
bool holds(const List& list, std::string_view name)
{
    return std::find(list.begin(), list.end(), name) != list.end();
}

} // namespace

std::string withoutEffect(std::string_view name, const ParameterValues& values)
{
    if (const auto found = values.find("refresh"); found != values.end()) {
        const auto* rule = std::get_if<std::string>(&found->second);
        const bool isCycle = rule && *rule == "cycle";
        if (isCycle && (holds(kModuleIntervals, name) || name == "warmup_steps"))
            return "Without effect here: by the refresh rule cycle all modules of a layer are refreshed together, "
                   "every "
                   "N steps, N being the age interval among the advanced settings.";
        if (!isCycle && holds(kCycleParts, name))
            return "Without effect here: it belongs to the refresh rule cycle.";
    }
    if (const auto found = values.find("per_module"); found != values.end()) {
        const auto* perModule = std::get_if<bool>(&found->second);
        if (perModule && !*perModule && holds(kModuleIntervals, name))
            return "Without effect here: one interval holds for all modules.";
        if (perModule && *perModule && name == "interval")
            return "Without effect here: each kind of module has its own interval.";
    }
    return {};
}

} // namespace toca::plan
