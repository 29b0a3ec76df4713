// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/toca_options.h"

#include <algorithm>

namespace toca::plan {

const std::vector<std::string>& scoreKindNames()
{
    static const std::vector<std::string> names{"attention", "kv-norm", "norm", "similarity", "random"};
    return names;
}

RefreshRule TocaOptions::refreshRule() const
{
    if (freshRatio == 0)
        return {refreshInCycles, intervals, {interval, 0, 0, 0}};
    return {refreshInCycles, intervals, {interval, cycleStepWeight, sensitiveFrom, sensitiveTo}};
}

double TocaOptions::ratio(const StepPosition& at, int layerOfKind, ModuleKind module, int layersOfKind) const
{
    const double scheduled = scheduledRatio(ratioSchedule, ratioWeights, freshRatio, interval, at, layerOfKind, module);
    if (stepCurve.isEmpty() && layerCurve.isEmpty())
        return scheduled; // as published, to the last bit
    return scheduled * stepCurve.at(PointCurve::positionOf(at.step, at.steps))
        * layerCurve.at(PointCurve::positionOf(layerOfKind, layersOfKind));
}

Result<void> TocaOptions::check(const ParameterValues& values)
{
    for (const char* name : {"step_curve", "layer_curve"})
        if (const auto found = values.find(name); found != values.end())
            if (const auto* text = std::get_if<std::string>(&found->second))
                if (const auto curve = PointCurve::parse(name, *text); !curve)
                    return unexpected(curve.error());
    return {};
}

TocaOptions TocaOptions::from(const ParameterValues& values)
{
    TocaOptions options;
    const auto read = [&values](const char* name, auto& field) {
        using Field = std::decay_t<decltype(field)>;
        if (const auto found = values.find(name); found != values.end())
            if (const auto* value = std::get_if<Field>(&found->second))
                field = *value;
    };
    const auto readChoice = [&](const char* name, const std::vector<std::string>& names, auto& field) {
        std::string text;
        read(name, text);
        if (const auto found = std::find(names.begin(), names.end(), text); found != names.end())
            field = static_cast<std::decay_t<decltype(field)>>(found - names.begin());
    };
    std::string refresh;
    read("refresh", refresh);
    options.refreshInCycles = refresh == "cycle";
    options.intervals = ModuleIntervals::from(values);
    read("cycle_step_weight", options.cycleStepWeight);
    read("sensitive_from", options.sensitiveFrom);
    read("sensitive_to", options.sensitiveTo);

    read("fresh_ratio", options.freshRatio);
    readChoice("ratio_schedule", ratioScheduleNames(), options.ratioSchedule);
    read("step_weight", options.ratioWeights.step);
    read("layer_weight", options.ratioWeights.layer);
    read("cross_attention_factor", options.ratioWeights.crossAttention);
    read("mlp_factor", options.ratioWeights.mlp);

    const auto readCurve = [&](const char* name, PointCurve& field) {
        std::string text;
        read(name, text);
        if (auto curve = PointCurve::parse(name, text))
            field = std::move(*curve);
    };
    readCurve("step_curve", options.stepCurve);
    readCurve("layer_curve", options.layerCurve);

    readChoice("score", scoreKindNames(), options.score);
    read("interval", options.interval);
    read("age_weight", options.ageWeight);
    read("cross_attention_weight", options.crossAttentionWeight);
    read("self_attention_weight", options.selfAttentionWeight);
    read("spatial_bonus", options.spatialBonus);
    read("spatial_bonus_grid", options.spatialBonusGrid);
    read("shared_selection", options.sharedSelection);
    read("random_seed", options.randomSeed);
    return options;
}

} // namespace toca::plan
