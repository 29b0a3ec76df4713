// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/taylorseer_policy.h"

#include "cache/plan/policies/spec_makers.h"
#include "cache/plan/policies/step_position.h"

#include <algorithm>
#include <array>

namespace toca::plan {
namespace {

Preset preset(const char* name, const char* label, const char* source, std::int64_t interval, std::int64_t order,
    std::int64_t firstEnhance = 2, bool light = false)
{
    return {name, label, source,
        {{"interval", interval}, {"max_order", order}, {"first_enhance", firstEnhance}, {"light", light}}, ""};
}

} // namespace

TaylorseerPolicy::TaylorseerPolicy(ParameterValues parameters)
    : m_parameters(std::move(parameters))
    , m_interval(std::get<std::int64_t>(m_parameters.at("interval")))
    , m_order(static_cast<int>(std::get<std::int64_t>(m_parameters.at("max_order"))))
    , m_firstEnhance(std::get<std::int64_t>(m_parameters.at("first_enhance")))
    , m_isLight(std::get<bool>(m_parameters.at("light")))
{
}

Result<Plan> TaylorseerPolicy::plan(const Geometry& geometry, const SamplerSchedule& schedule) const
{
    Plan plan(geometry, schedule);
    struct Progress {
        std::int64_t full = 0; ///< full steps so far
        std::int64_t forecasts = 0; ///< since the last one
    };
    std::array<Progress, 4> streams;
    std::int64_t fullBeforeForecast = 0;
    for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation) {
        const EvaluationInfo& info = schedule.evaluations[static_cast<std::size_t>(evaluation)];
        Progress& stream = streams[static_cast<std::size_t>(info.stream)];
        if (stream.full == 0 || info.step < m_firstEnhance || stream.forecasts == m_interval - 1) {
            ++stream.full;
            stream.forecasts = 0;
            continue;
        }
        ++stream.forecasts;
        fullBeforeForecast = std::max(fullBeforeForecast, stream.full);
        const Action action = m_isLight ? Action::Skip : Action::Forecast;
        for (int layer = 0; layer < plan.layerCount(); ++layer)
            for (const ModuleKind module : kAllModules)
                if (geometry.crossAttention || module != ModuleKind::CrossAttention)
                    plan.at(evaluation, layer, module) = {action, 0, false};
    }
    const std::int64_t derivatives = std::min<std::int64_t>(m_order + 1, fullBeforeForecast);
    if (m_isLight)
        plan.setCachedElements(derivatives * geometry.moduleOutputBytes(1));
    else
        plan.setCacheContents(CacheContents::ofEveryModule(geometry, derivatives * geometry.rows()));
    return plan;
}

PolicyEntry taylorseerPolicyEntry()
{
    PolicyEntry entry;
    entry.name = "taylorseer";
    entry.title = "TaylorSeer: forecasting features";
    entry.summary = "Between full steps, extrapolates every module's output from how it changed over the last ones.";
    entry.source = "arXiv 2503.06923";
    entry.parameters = {
        integerSpec("interval", "Interval",
            "Steps from one full computation to the next; those between are forecast. 1 computes everything always. "
            "Published: 4 for DiT.",
            "Refresh", 4, 1, 1000, "steps"),
        integerSpec("first_enhance", "First steps",
            "Number of first steps that are all computed, so that differences exist before the first forecast. "
            "Published: 2.",
            "Refresh", 2, 1, 1000, "steps"),
        integerSpec("max_order", "Order",
            "Highest order of the Taylor polynomial; 0 reuses, 1 continues in a straight line. Each order keeps one "
            "more tensor per module. Published: 4.",
            "Forecast", 4, 0, 4, ""),
        booleanSpec("light", "Light",
            "Keeps and forecasts only the last layer's output and skips all layers: a fraction of the memory and time, "
            "with coarser forecasts (the lite mode of diffusers).",
            "Forecast", false),
    };
    entry.presets = {
        {"warm", "Order 1 after a warm-up",
            "own setting, not published: N = 3, order 1 after 6 full steps; a forecast from the first steps of a flow "
            "model goes far astray",
            {{"interval", std::int64_t{3}}, {"max_order", std::int64_t{1}}, {"first_enhance", std::int64_t{6}}},
            "stdit3"},
        preset("n4-o4", "N = 4, order 4", "TaylorSeer's published code for DiT-XL/2: interval 4, max_order 4", 4, 4),
        preset("n3-o3", "N = 3, order 3", "TaylorSeer paper, DiT-XL/2 DDIM-50, N = 3, O = 3", 3, 3),
        preset("n3-o1", "N = 3, order 1", "TaylorSeer paper, DiT-XL/2 DDIM-50, N = 3, O = 1", 3, 1),
        preset("n5-o3", "N = 5, order 3", "TaylorSeer paper, DiT-XL/2 DDIM-50, N = 5, O = 3", 5, 3),
        preset(
            "light", "Light", "diffusers' TaylorSeer in lite mode: interval 5, order 1, 3 first steps", 5, 1, 3, true),
    };
    entry.make = [](const ParameterValues& values, const PolicyContext&) -> Result<std::unique_ptr<Policy>> {
        return std::unique_ptr<Policy>(std::make_unique<TaylorseerPolicy>(values));
    };
    return entry;
}

} // namespace toca::plan
