// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/fora.h"

#include "cache/plan/policies/refresh_rule.h"
#include "cache/plan/policies/spec_makers.h"

namespace toca::plan {
namespace {

class ForaPolicy final : public Policy {
public:
    explicit ForaPolicy(ParameterValues parameters)
        : m_parameters(std::move(parameters))
        , m_intervals(ModuleIntervals::from(m_parameters))
    {
        if (!std::get<bool>(m_parameters.at("per_module"))) {
            const auto all = std::get<std::int64_t>(m_parameters.at("interval"));
            m_intervals = {all, all, all, all, m_intervals.warmupSteps};
        }
    }

    std::string_view name() const override { return "fora"; }
    const ParameterValues& parameters() const override { return m_parameters; }

    Result<Plan> plan(const Geometry& geometry, const SamplerSchedule& schedule) const override
    {
        Plan plan(geometry, schedule);
        const RefreshTable refresh({false, m_intervals, {}}, geometry, schedule);
        for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation)
            for (int layer = 0; layer < plan.layerCount(); ++layer)
                for (const ModuleKind module : kAllModules)
                    if ((geometry.crossAttention || module != ModuleKind::CrossAttention)
                        && !refresh.isFull(evaluation, layer, module))
                        plan.at(evaluation, layer, module) = {Action::Reuse, 0, false};
        return plan;
    }

private:
    ParameterValues m_parameters;
    ModuleIntervals m_intervals;
};

Preset every(const char* name, const char* label, std::int64_t interval, std::int64_t warmup, const char* source,
    const char* family)
{
    return {name, label, source, {{"per_module", false}, {"interval", interval}, {"warmup_steps", warmup}}, family};
}

} // namespace

PolicyEntry foraPolicyEntry()
{
    PolicyEntry entry;
    entry.name = "fora";
    entry.title = "FORA: whole-module caching";
    entry.summary = "Computes every module in full at fixed intervals and reuses its stored output in between.";
    entry.source = "arXiv 2407.01425";
    entry.parameters.push_back(booleanSpec("per_module", "An interval for each module",
        "On: each kind of module has its own interval below (Open-Sora). Off: all are computed together, every "
        "interval steps (N of the FORA paper).",
        "Refresh", true));
    entry.parameters.push_back(integerSpec("interval", "Interval for all modules",
        "Steps from one full computation to the next for every module alike, where modules have no interval of their "
        "own. Steps count down in DiT, as published. 1 computes everything always.",
        "Refresh", 3, 1, 1000, "steps"));
    for (ParameterSpec& spec : intervalSpecs())
        entry.parameters.push_back(std::move(spec));
    entry.presets = {
        {"opensora", "Open-Sora, published",
            "ToCa's published code with fresh ratio 0, Open-Sora v1.2: intervals 3/3/6/3, 3 first steps full", {},
            "stdit3"},
        every("every-2", "Every second step", 2, 3,
            "derived: N = 2 for all modules gives the 1751 TFLOPs that the ToCa paper reports for FORA on Open-Sora",
            "stdit3"),
        every("every-3", "Every third step", 3, 3, "FORA paper's N = 3 for all modules alike", "stdit3"),
        every("dit-n3", "DiT, every third step", 3, 1, "FORA paper and ToCa paper's table, DiT-XL/2 DDIM-50, N = 3",
            "dit"),
        every("dit-n5", "DiT, every fifth step", 5, 1, "TaylorSeer paper's table, FORA on DiT-XL/2 DDIM-50, N = 5",
            "dit"),
        every(
            "pixart-n3", "PixArt, every third step", 3, 1, "ToCa paper's table, FORA on PixArt-alpha, N = 3", "pixart"),
        every("pixart-n2", "PixArt, every second step", 2, 1, "ToCa paper's table, FORA on PixArt-alpha, N = 2",
            "pixart"),
    };
    entry.make = [](const ParameterValues& values, const PolicyContext&) -> Result<std::unique_ptr<Policy>> {
        return std::unique_ptr<Policy>(std::make_unique<ForaPolicy>(values));
    };
    return entry;
}

} // namespace toca::plan
