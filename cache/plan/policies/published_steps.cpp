// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/published_steps.h"

#include "cache/plan/policies/toca_policy.h"

namespace toca::plan {

PublishedType publishedType(const PlannedModule& module)
{
    switch (module.action) {
    case Action::Subset:
        return PublishedType::Toca;
    case Action::Skip:
        return PublishedType::Aggressive;
    case Action::Reuse:
        return PublishedType::Reuse;
    case Action::Forecast:
        return PublishedType::Taylor;
    case Action::Full:
    case Action::Blend:
        break;
    }
    return PublishedType::Full;
}

PublishedType publishedType(const Plan& plan, int evaluation, int layer)
{
    for (const ModuleKind module : {ModuleKind::CrossAttention, ModuleKind::Mlp})
        if (plan.at(evaluation, layer, module).action == Action::Subset)
            return PublishedType::Toca;
    return publishedType(plan.at(evaluation, layer, ModuleKind::SelfAttention));
}

std::vector<float> publishedCycles(const Policy& policy, const Geometry& geometry, const SamplerSchedule& schedule)
{
    const auto* tokenwise = dynamic_cast<const TokenwisePolicy*>(&policy);
    if (!tokenwise || !tokenwise->options().refreshInCycles)
        return {};
    const RefreshTable refresh(tokenwise->options().refreshRule(), geometry, schedule);
    std::vector<float> cycles;
    cycles.reserve(schedule.evaluations.size() * geometry.layers.size());
    for (int evaluation = 0; evaluation < static_cast<int>(schedule.evaluations.size()); ++evaluation)
        for (int layer = 0; layer < geometry.layerCount(); ++layer)
            cycles.push_back(static_cast<float>(refresh.cycle(evaluation, layer)));
    return cycles;
}

} // namespace toca::plan
