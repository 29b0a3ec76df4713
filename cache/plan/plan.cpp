// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/plan.h"

#include "cache/plan/flops.h"

#include <algorithm>
#include <numeric>

namespace toca::plan {

std::string_view actionName(Action action)
{
    switch (action) {
    case Action::Full:
        return "full";
    case Action::Subset:
        return "subset";
    case Action::Reuse:
        return "reuse";
    case Action::Forecast:
        return "forecast";
    case Action::Blend:
        return "blend";
    case Action::Skip:
        return "skip";
    }
    return "";
}

std::string_view evaluationDecisionName(EvaluationDecision decision)
{
    switch (decision) {
    case EvaluationDecision::Run:
        return "run";
    case EvaluationDecision::ReusePrediction:
        return "reuse_prediction";
    case EvaluationDecision::ConditionalOnly:
        return "conditional_only";
    }
    return "";
}

SamplerSchedule uniformSchedule(std::string name, int steps)
{
    SamplerSchedule schedule;
    schedule.name = std::move(name);
    schedule.steps = std::max(steps, 0);
    schedule.evaluations.reserve(static_cast<std::size_t>(schedule.steps));
    for (int step = 0; step < schedule.steps; ++step)
        schedule.evaluations.push_back({step, Stream::Joint, 1000.0 * (1.0 - static_cast<double>(step) / steps)});
    return schedule;
}

Plan::Plan(Geometry geometry, SamplerSchedule schedule)
    : m_geometry(std::move(geometry))
    , m_schedule(std::move(schedule))
    , m_decisions(m_schedule.evaluations.size(), EvaluationDecision::Run)
    , m_modules(m_schedule.evaluations.size() * m_geometry.layers.size() * kModuleKinds,
          PlannedModule{Action::Full, static_cast<std::int32_t>(m_geometry.grid.tokens()), false})
{
}

bool Plan::isStatic() const
{
    return !m_decidedAtRunTime
        && std::none_of(m_modules.begin(), m_modules.end(), [](const auto& module) { return module.decidedAtRunTime; });
}

bool Plan::cachesNothing() const
{
    return std::all_of(
               m_modules.begin(), m_modules.end(), [](const auto& module) { return module.action == Action::Full; })
        && std::all_of(m_decisions.begin(), m_decisions.end(),
            [](EvaluationDecision decision) { return decision == EvaluationDecision::Run; });
}

std::int64_t Plan::rows(int evaluation) const
{
    if (decision(evaluation) == EvaluationDecision::ReusePrediction)
        return 0;
    const bool isOneRow = decision(evaluation) == EvaluationDecision::ConditionalOnly
        || m_schedule.evaluations[static_cast<std::size_t>(evaluation)].stream != Stream::Joint;
    return isOneRow ? m_geometry.prompts : m_geometry.rows();
}

double Plan::evaluationFlops(int evaluation) const
{
    const std::int64_t carried = rows(evaluation);
    if (carried == 0)
        return 0;
    double sum = fixedFlops(m_geometry, carried);
    for (int layer = 0; layer < layerCount(); ++layer)
        for (const ModuleKind module : kAllModules)
            sum += moduleFlops(m_geometry, layer, module, at(evaluation, layer, module).tokens, carried);
    return sum;
}

double Plan::totalFlops() const
{
    double sum = onceFlops(m_geometry);
    for (int evaluation = 0; evaluation < evaluationCount(); ++evaluation)
        sum += evaluationFlops(evaluation);
    return sum;
}

double Plan::baselineFlops() const
{
    return Plan(m_geometry, m_schedule).totalFlops();
}

CacheContents CacheContents::ofEveryModule(const Geometry& geometry, std::int64_t clips)
{
    CacheContents contents;
    contents.rows.fill(clips * geometry.layerCount() * geometry.grid.tokens());
    if (!geometry.crossAttention)
        contents.rows[static_cast<std::size_t>(ModuleKind::CrossAttention)] = 0;
    return contents;
}

CacheContents Plan::cacheContents() const
{
    if (m_contents)
        return *m_contents;
    CacheContents contents;
    for (int layer = 0; layer < layerCount(); ++layer) {
        for (const ModuleKind module : kAllModules) {
            if (module == ModuleKind::CrossAttention && !m_geometry.crossAttention)
                continue;
            for (int evaluation = 0; evaluation < evaluationCount(); ++evaluation) {
                const Action action = at(evaluation, layer, module).action;
                if (action != Action::Full && action != Action::Skip) {
                    contents.rows[static_cast<std::size_t>(module)] += m_geometry.rows() * m_geometry.grid.tokens();
                    break;
                }
            }
        }
    }
    return contents;
}

std::int64_t Plan::rowBytes(CacheDtype dtype) const
{
    return dtype == CacheDtype::Float32 ? m_geometry.hiddenSize * m_featureBytes
                                        : cachedRowBytes(dtype, m_geometry.hiddenSize);
}

std::int64_t Plan::cacheBytes(const CacheStorage& storage) const
{
    const CacheContents contents = cacheContents();
    std::int64_t bytes = contents.otherElements * static_cast<std::int64_t>(sizeof(float));
    for (std::size_t module = 0; module < contents.rows.size(); ++module)
        if (!storage.offloaded[module])
            bytes += contents.rows[module] * rowBytes(storage.modules[module]);
    return bytes;
}

std::int64_t Plan::offloadedBytes(const CacheStorage& storage) const
{
    const CacheContents contents = cacheContents();
    std::int64_t bytes = 0;
    for (std::size_t module = 0; module < contents.rows.size(); ++module)
        if (storage.offloaded[module])
            bytes += contents.rows[module] * rowBytes(storage.modules[module]);
    return bytes;
}

std::int64_t Plan::cacheBytes(int bytesPerElement) const
{
    const CacheContents contents = cacheContents();
    const std::int64_t rows = std::accumulate(contents.rows.begin(), contents.rows.end(), std::int64_t{0});
    return (rows * m_geometry.hiddenSize + contents.otherElements) * bytesPerElement;
}

double Plan::freshRatio(int evaluation) const
{
    if (decision(evaluation) == EvaluationDecision::ReusePrediction || m_geometry.layers.empty())
        return 0;
    double sum = 0;
    int modules = 0;
    for (int layer = 0; layer < layerCount(); ++layer) {
        for (const ModuleKind module : kAllModules) {
            if (module == ModuleKind::CrossAttention && !m_geometry.crossAttention)
                continue;
            sum += at(evaluation, layer, module).tokens;
            ++modules;
        }
    }
    return sum / (static_cast<double>(modules) * static_cast<double>(m_geometry.grid.tokens()));
}

} // namespace toca::plan
