// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/toca_policy.h"
#include "cache/plan/policies/toca_presets.h"

#include <array>

namespace toca::plan {

TokenwisePlanner::TokenwisePlanner(
    const TocaOptions& options, const Geometry& geometry, const SamplerSchedule& schedule)
    : plan(geometry, schedule)
    , refresh(options.refreshRule(), geometry, schedule)
    , m_options(options)
{
    std::array<int, 3> seen{};
    for (const LayerKind kind : geometry.layers)
        m_layerOfKind.push_back(seen[static_cast<std::size_t>(kind)]++);
    for (const LayerKind kind : geometry.layers)
        m_layersOfKind.push_back(seen[static_cast<std::size_t>(kind)]);
}

Result<TokenwisePlanner> TokenwisePlanner::make(
    const TocaOptions& options, const Geometry& geometry, const SamplerSchedule& schedule)
{
    if (!geometry.crossAttention && options.needsText())
        return unexpected(ErrorCode::Unsupported,
            "The score needs attention over a text, which this model does not have; set cross_attention_weight to 0 "
            "and self_attention_weight to 1, or choose a preset for DiT.");
    return TokenwisePlanner(options, geometry, schedule);
}

void TokenwisePlanner::setPartial(int evaluation, int layer, ModuleKind module)
{
    PlannedModule& planned = plan.at(evaluation, layer, module);
    if (module == ModuleKind::SelfAttention) {
        planned = {Action::Reuse, 0, false};
        return;
    }
    // A subset of 0 tokens is still a selection: ages rise.
    const StepPosition at = positionOf(plan.geometry(), plan.schedule(), evaluation);
    const auto index = static_cast<std::size_t>(layer);
    const double ratio = m_options.ratio(at, m_layerOfKind[index], module, m_layersOfKind[index]);
    planned = {Action::Subset, tokenCount(ratio, plan.geometry().grid.tokens()), false};
}

Result<Plan> TocaPolicy::plan(const Geometry& geometry, const SamplerSchedule& schedule) const
{
    auto planner = TokenwisePlanner::make(options(), geometry, schedule);
    if (!planner)
        return unexpected(planner.error());
    for (int evaluation = 0; evaluation < planner->plan.evaluationCount(); ++evaluation)
        for (int layer = 0; layer < planner->plan.layerCount(); ++layer)
            for (const ModuleKind module : kAllModules)
                if (!planner->isAbsent(module) && !planner->refresh.isFull(evaluation, layer, module))
                    planner->setPartial(evaluation, layer, module);
    return std::move(planner->plan);
}

PolicyEntry tocaPolicyEntry()
{
    PolicyEntry entry;
    entry.name = "toca";
    entry.title = "ToCa: token-wise caching";
    entry.summary =
        "Between full steps, computes only the tokens whose stored values would hurt most and reuses the rest.";
    entry.source = "arXiv 2410.05317";
    entry.parameters = TocaOptions::specs();
    entry.presets = tocaPresets();
    entry.make = [](const ParameterValues& values, const PolicyContext&) -> Result<std::unique_ptr<Policy>> {
        if (auto checked = TocaOptions::check(values); !checked)
            return unexpected(checked.error());
        return std::unique_ptr<Policy>(std::make_unique<TocaPolicy>(values));
    };
    return entry;
}

} // namespace toca::plan
