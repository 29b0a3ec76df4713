// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/duca_policy.h"
#include "cache/plan/policies/toca_presets.h"

#include <algorithm>
#include <array>

namespace toca::plan {
namespace {

enum class StepType { Full, Conservative, Aggressive };

/// @param phase steps since the module's last full step by its rule
StepType typeInCycle(std::int64_t phase)
{
    return phase == 0 ? StepType::Full : phase % 2 == 1 ? StepType::Conservative : StepType::Aggressive;
}

/// The published lists repeat [full, conservative, aggressive]; cross-attention is full only where its interval begins.
StepType typeInInterval(std::int64_t phase, ModuleKind module)
{
    if (phase % 3 == 2)
        return StepType::Aggressive;
    const bool isFull = module == ModuleKind::CrossAttention ? phase == 0 : phase % 3 == 0;
    return isFull ? StepType::Full : StepType::Conservative;
}

/// The last layer of each kind, in order.
std::vector<int> lastLayersOfKinds(const Geometry& geometry)
{
    std::array<int, 3> last{-1, -1, -1};
    for (int layer = 0; layer < geometry.layerCount(); ++layer)
        last[static_cast<std::size_t>(geometry.layers[static_cast<std::size_t>(layer)])] = layer;
    std::vector<int> layers;
    std::copy_if(last.begin(), last.end(), std::back_inserter(layers), [](int layer) { return layer >= 0; });
    std::sort(layers.begin(), layers.end());
    return layers;
}

/// True when what stands behind a skipped layer is read before another stored output replaces it.
bool isReadAt(const Plan& plan, int evaluation, int layer, int nextKept)
{
    if (!isLayerSkipped(plan, evaluation, layer))
        return false;
    for (int next = layer + 1; next < plan.layerCount(); ++next) {
        if (!isLayerSkipped(plan, evaluation, next))
            return true;
        if (next == nextKept)
            return false;
    }
    return true;
}

} // namespace

bool isLayerSkipped(const Plan& plan, int evaluation, int layer)
{
    return std::all_of(kAllModules.begin(), kAllModules.end(), [&](ModuleKind module) {
        return (module == ModuleKind::CrossAttention && !plan.geometry().crossAttention)
            || plan.at(evaluation, layer, module).action == Action::Skip;
    });
}

std::vector<int> keptLayers(const Plan& plan)
{
    const std::vector<int> last = lastLayersOfKinds(plan.geometry());
    std::vector<int> kept;
    for (std::size_t i = 0; i < last.size(); ++i) {
        const int next = i + 1 < last.size() ? last[i + 1] : -1;
        for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation) {
            if (isReadAt(plan, evaluation, last[i], next)) {
                kept.push_back(last[i]);
                break;
            }
        }
    }
    return kept;
}

Result<Plan> DucaPolicy::plan(const Geometry& geometry, const SamplerSchedule& schedule) const
{
    auto planner = TokenwisePlanner::make(options(), geometry, schedule);
    if (!planner)
        return unexpected(planner.error());
    Plan& plan = planner->plan;
    for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation) {
        for (int layer = 0; layer < plan.layerCount(); ++layer) {
            for (const ModuleKind module : kAllModules) {
                if (planner->isAbsent(module))
                    continue;
                const std::int64_t phase = planner->refresh.phase(evaluation, layer, module);
                const StepType type = options().refreshInCycles ? typeInCycle(phase) : typeInInterval(phase, module);
                if (type == StepType::Aggressive)
                    plan.at(evaluation, layer, module) = {Action::Skip, 0, false};
                else if (type == StepType::Conservative)
                    planner->setPartial(evaluation, layer, module);
                // The published Open-Sora code reuses cross-attention there without a selection.
                if (type == StepType::Conservative && !options().refreshInCycles
                    && module == ModuleKind::CrossAttention)
                    plan.at(evaluation, layer, module) = {Action::Reuse, 0, false};
            }
        }
    }
    const auto layers = static_cast<std::int64_t>(keptLayers(plan).size());
    CacheContents contents = plan.cacheContents();
    contents.otherElements = layers * geometry.moduleOutputBytes(1);
    plan.setCacheContents(contents);
    return std::move(plan);
}

PolicyEntry ducaPolicyEntry()
{
    PolicyEntry entry;
    entry.name = "duca";
    entry.title = "DuCa: dual caching";
    entry.summary =
        "Between full steps, token-wise steps as in ToCa take turns with steps that skip all layers and use the last "
        "step's features.";
    entry.source = "arXiv 2412.18911";
    entry.parameters = TocaOptions::specs();
    entry.presets = ducaPresets();
    entry.make = [](const ParameterValues& values, const PolicyContext&) -> Result<std::unique_ptr<Policy>> {
        if (auto checked = TocaOptions::check(values); !checked)
            return unexpected(checked.error());
        return std::unique_ptr<Policy>(std::make_unique<DucaPolicy>(values));
    };
    return entry;
}

} // namespace toca::plan
