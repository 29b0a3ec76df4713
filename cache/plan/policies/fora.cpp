// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/fora.h"

#include "cache/plan/policies/module_intervals.h"

namespace toca::plan {
namespace {

class ForaPolicy final : public Policy {
public:
    explicit ForaPolicy(ParameterValues parameters)
        : m_parameters(std::move(parameters))
    {
        const auto integer = [this](const char* name) { return std::get<std::int64_t>(m_parameters.at(name)); };
        m_intervals = {integer("spatial_attention_interval"), integer("temporal_attention_interval"),
            integer("cross_attention_interval"), integer("mlp_interval"), integer("warmup_steps")};
        if (const std::int64_t all = integer("interval"); all > 0)
            m_intervals = {all, all, all, all, m_intervals.warmupSteps};
    }

    std::string_view name() const override { return "fora"; }
    const ParameterValues& parameters() const override { return m_parameters; }

    Result<Plan> plan(const Geometry& geometry, const SamplerSchedule& schedule) const override
    {
        Plan plan(geometry, schedule);
        const std::vector<bool> first = firstOfStream(schedule);
        for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation) {
            const auto index = static_cast<std::size_t>(evaluation);
            if (first[index])
                continue;
            for (int layer = 0; layer < plan.layerCount(); ++layer) {
                const LayerKind kind = geometry.layers[static_cast<std::size_t>(layer)];
                for (const ModuleKind module : kAllModules)
                    if (!m_intervals.isFull(schedule.evaluations[index].step, kind, module))
                        plan.at(evaluation, layer, module) = {Action::Reuse, 0, false};
            }
        }
        return plan;
    }

private:
    ParameterValues m_parameters;
    ModuleIntervals m_intervals;
};

} // namespace

PolicyEntry foraPolicyEntry()
{
    PolicyEntry entry;
    entry.name = "fora";
    entry.title = "FORA: whole-module caching";
    entry.summary = "Computes every module in full at fixed intervals and reuses its stored output in between.";
    entry.source = "arXiv 2407.01425";
    ParameterSpec interval;
    interval.name = "interval";
    interval.label = "Interval for all modules";
    interval.help = "Steps from one full computation to the next for every module alike (N of the FORA paper); it then "
                    "takes the place of the four intervals below. 0 uses those four.";
    interval.group = "Refresh";
    interval.kind = ParameterKind::Integer;
    interval.defaultValue = std::int64_t{0};
    interval.minimum = 0;
    interval.maximum = 1000;
    interval.stepSize = 1;
    interval.unit = "steps";
    entry.parameters = intervalSpecs();
    entry.parameters.insert(entry.parameters.begin(), interval);
    entry.presets = {
        {"opensora", "Open-Sora, published",
            "ToCa's published code with fresh ratio 0, Open-Sora v1.2: intervals 3/3/6/3, 3 first steps full", {}},
        {"every-2", "Every second step",
            "derived: N = 2 for all modules gives the 1751 TFLOPs that the ToCa paper reports for FORA on Open-Sora",
            {{"interval", std::int64_t{2}}}},
        {"every-3", "Every third step", "FORA paper's N = 3 for all modules alike", {{"interval", std::int64_t{3}}}},
    };
    entry.make = [](const ParameterValues& values, const PolicyContext&) -> Result<std::unique_ptr<Policy>> {
        return std::unique_ptr<Policy>(std::make_unique<ForaPolicy>(values));
    };
    return entry;
}

} // namespace toca::plan
