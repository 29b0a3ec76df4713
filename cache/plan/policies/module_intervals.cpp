// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/module_intervals.h"

#include <array>

namespace toca::plan {

std::int64_t ModuleIntervals::of(LayerKind kind, ModuleKind module) const
{
    switch (module) {
    case ModuleKind::SelfAttention:
        return kind == LayerKind::Temporal ? temporalAttention : spatialAttention;
    case ModuleKind::CrossAttention:
        return crossAttention;
    case ModuleKind::Mlp:
        break;
    }
    return mlp;
}

std::int64_t ModuleIntervals::phase(const StepPosition& at, LayerKind kind, ModuleKind module) const
{
    return at.step < warmupSteps ? 0 : at.counter % of(kind, module);
}

ModuleIntervals ModuleIntervals::from(const ParameterValues& values)
{
    ModuleIntervals intervals;
    const auto read = [&values](const char* name, std::int64_t& field) {
        if (const auto found = values.find(name); found != values.end())
            if (const auto* value = std::get_if<std::int64_t>(&found->second))
                field = *value;
    };
    read("spatial_attention_interval", intervals.spatialAttention);
    read("temporal_attention_interval", intervals.temporalAttention);
    read("cross_attention_interval", intervals.crossAttention);
    read("mlp_interval", intervals.mlp);
    read("warmup_steps", intervals.warmupSteps);
    return intervals;
}

std::vector<ParameterSpec> intervalSpecs()
{
    const auto spec = [](const char* name, const char* label, const char* what, std::int64_t byDefault) {
        ParameterSpec interval;
        interval.name = name;
        interval.label = label;
        interval.help = std::string(what) + " is computed in full at every step that this number divides and reused in "
            + "between. 1 computes it always. Published for Open-Sora: " + std::to_string(byDefault) + ".";
        interval.group = "Refresh";
        interval.kind = ParameterKind::Integer;
        interval.defaultValue = byDefault;
        interval.minimum = 1;
        interval.maximum = 1000;
        interval.stepSize = 1;
        interval.unit = "steps";
        return interval;
    };
    std::vector<ParameterSpec> specs{
        spec("spatial_attention_interval", "Spatial attention interval", "The attention inside each frame", 3),
        spec("temporal_attention_interval", "Temporal attention interval", "The attention over the frames", 3),
        spec("cross_attention_interval", "Cross-attention interval", "The attention over the text", 6),
        spec("mlp_interval", "MLP interval", "The MLP", 3),
        spec("warmup_steps", "Warm-up", "", 3),
    };
    ParameterSpec& warmup = specs.back();
    warmup.help = "Number of first steps in which everything is computed; the noisiest steps decide the layout of the "
                  "clip. Published for Open-Sora: 3.";
    warmup.minimum = 0;
    return specs;
}

std::vector<bool> firstOfStream(const SamplerSchedule& schedule)
{
    std::array<bool, 4> seen{};
    std::vector<bool> first;
    first.reserve(schedule.evaluations.size());
    for (const EvaluationInfo& info : schedule.evaluations) {
        bool& before = seen[static_cast<std::size_t>(info.stream)];
        first.push_back(!before);
        before = true;
    }
    return first;
}

} // namespace toca::plan
