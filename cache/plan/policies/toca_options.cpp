// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/toca_options.h"

#include "cache/plan/policies/module_intervals.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace toca::plan {
namespace {

// The published code divides layer factors by 27 whatever the depth is; so do all published settings.
constexpr double kLayerDivisor = 27;

constexpr std::array<const char*, 6> kScheduleNames{"toca", "constant", "linear", "exp", "linear-mode", "layerwise"};

ParameterSpec number(const char* name, const char* label, const char* help, const char* group, double byDefault,
    double minimum, double maximum, double stepSize, bool advanced)
{
    ParameterSpec spec;
    spec.name = name;
    spec.label = label;
    spec.help = help;
    spec.group = group;
    spec.kind = ParameterKind::Number;
    spec.defaultValue = byDefault;
    spec.minimum = minimum;
    spec.maximum = maximum;
    spec.stepSize = stepSize;
    spec.advanced = advanced;
    return spec;
}

ParameterSpec integer(const char* name, const char* label, const char* help, const char* group, std::int64_t byDefault,
    double minimum, double maximum, const char* unit, bool advanced)
{
    ParameterSpec spec = number(name, label, help, group, 0, minimum, maximum, 1, advanced);
    spec.kind = ParameterKind::Integer;
    spec.defaultValue = byDefault;
    spec.unit = unit;
    return spec;
}

std::vector<ParameterSpec> makeSpecs()
{
    const TocaOptions defaults;
    std::vector<ParameterSpec> specs;
    specs.push_back(number("fresh_ratio", "Fresh ratio",
        "Share of tokens computed between full steps, before the schedule's and the module's factor; 0 computes none. "
        "Published for Open-Sora: 0.10, with the MLP factor 0.15 (the paper's cache ratio R = 85 %).",
        "Selection", defaults.freshRatio, 0, 1, 0.01, false));
    ParameterSpec schedule;
    schedule.name = "ratio_schedule";
    schedule.label = "Ratio schedule";
    schedule.help =
        "How the fresh ratio varies: toca = by module; constant; linear = from 1.9 down to 0.1 times over the "
        "steps; exp = times 0.9^(step/steps); linear-mode = linear and a tenth of the interval's phase; "
        "layerwise = from 1.9 down to 0.1 times over 28 layers.";
    schedule.group = "Selection";
    schedule.kind = ParameterKind::Choice;
    schedule.defaultValue = std::string(kScheduleNames[0]);
    schedule.choices.assign(kScheduleNames.begin(), kScheduleNames.end());
    schedule.advanced = true;
    specs.push_back(schedule);
    specs.push_back(number("cross_attention_factor", "Cross-attention factor",
        "Multiplies the fresh ratio of cross-attention in the toca schedule; negative computes none. Published: "
        "1 - 0.67 x 1.5 = -0.005.",
        "Selection", defaults.crossAttentionFactor, -10, 10, 0.05, true));
    specs.push_back(number("mlp_factor", "MLP factor",
        "Multiplies the fresh ratio of the MLP in the toca schedule. Published: 1 + 0.33 x 1.5 = 1.495.", "Selection",
        defaults.mlpFactor, -10, 10, 0.05, true));
    for (ParameterSpec& spec : intervalSpecs())
        specs.push_back(std::move(spec));
    specs.push_back(integer("interval", "Age interval",
        "Number of steps after which a reused token's age counts fully (fresh_threshold of the published code); also "
        "the "
        "period of linear-mode. It does not set when modules are full. Published: 3.",
        "Scores", defaults.interval, 1, 1000, "steps", true));
    specs.push_back(number("age_weight", "Age weight",
        "Weight of a token's age in its score (s3): larger spreads the computed tokens over the clip. Published: 0.25.",
        "Scores", defaults.ageWeight, 0, 10, 0.05, false));
    specs.push_back(number("cross_attention_weight", "Text influence weight",
        "Weight of the entropy of a token's attention over the text (s2). Published for Open-Sora: 1.", "Scores",
        defaults.crossAttentionWeight, 0, 10, 0.1, true));
    specs.push_back(number("self_attention_weight", "Attention influence weight",
        "Weight of the attention a token receives from the others (s1), used by ToCa for DiT. Published for Open-Sora: "
        "0.",
        "Scores", defaults.selfAttentionWeight, 0, 10, 0.1, true));
    specs.push_back(number("spatial_bonus", "Spatial bonus",
        "Share added to the score of the best token in each cell of a frame (s4), which spreads the choice over the "
        "picture. Published for Open-Sora: 0.",
        "Scores", defaults.spatialBonus, 0, 10, 0.1, true));
    specs.push_back(integer("spatial_bonus_grid", "Spatial bonus cell",
        "Side of such a cell. Cells at the right and lower edge are smaller where the size does not divide.", "Scores",
        defaults.spatialBonusGrid, 1, 64, "tokens", true));
    return specs;
}

} // namespace

bool TocaOptions::isFull(int step, LayerKind kind, ModuleKind module) const
{
    return ModuleIntervals{
        spatialAttentionInterval, temporalAttentionInterval, crossAttentionInterval, mlpInterval, warmupSteps}
        .isFull(step, kind, module);
}

double TocaOptions::ratio(int step, int steps, int layerOfKind, ModuleKind module) const
{
    if (module == ModuleKind::SelfAttention)
        return 0; // never computed in part
    const double progress = steps > 0 ? static_cast<double>(step) / steps : 0;
    switch (ratioSchedule) {
    case RatioSchedule::Toca:
        return freshRatio * (module == ModuleKind::Mlp ? mlpFactor : crossAttentionFactor);
    case RatioSchedule::Constant:
        return freshRatio;
    case RatioSchedule::Linear:
        return freshRatio * (1.9 - 1.8 * progress);
    case RatioSchedule::Exponential:
        return freshRatio * std::pow(0.9, progress);
    case RatioSchedule::LinearMode: {
        const double phase = static_cast<double>(step % interval) / static_cast<double>(interval);
        return freshRatio * (1.9 - 1.8 * progress + 0.1 * (phase - 0.5));
    }
    case RatioSchedule::Layerwise:
        break;
    }
    return freshRatio * (1.9 - 1.8 * layerOfKind / kLayerDivisor);
}

std::int32_t TocaOptions::tokenCount(double ratio, std::int64_t tokens)
{
    if (std::isnan(ratio))
        return 0;
    // In 32 bits and truncated, as the published code does it: the count decides which tokens are chosen.
    const float share = static_cast<float>(std::clamp(ratio, 0.0, 1.0));
    const float product = share * static_cast<float>(tokens);
    return static_cast<std::int32_t>(std::min(static_cast<std::int64_t>(product), tokens));
}

const std::vector<ParameterSpec>& TocaOptions::specs()
{
    static const std::vector<ParameterSpec> specs = makeSpecs();
    return specs;
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
    read("fresh_ratio", options.freshRatio);
    read("interval", options.interval);
    read("spatial_attention_interval", options.spatialAttentionInterval);
    read("temporal_attention_interval", options.temporalAttentionInterval);
    read("cross_attention_interval", options.crossAttentionInterval);
    read("mlp_interval", options.mlpInterval);
    read("warmup_steps", options.warmupSteps);
    read("age_weight", options.ageWeight);
    read("cross_attention_weight", options.crossAttentionWeight);
    read("self_attention_weight", options.selfAttentionWeight);
    read("spatial_bonus", options.spatialBonus);
    read("spatial_bonus_grid", options.spatialBonusGrid);
    read("cross_attention_factor", options.crossAttentionFactor);
    read("mlp_factor", options.mlpFactor);
    std::string schedule = kScheduleNames[0];
    read("ratio_schedule", schedule);
    const auto found = std::find(kScheduleNames.begin(), kScheduleNames.end(), schedule);
    if (found != kScheduleNames.end())
        options.ratioSchedule = static_cast<RatioSchedule>(found - kScheduleNames.begin());
    return options;
}

} // namespace toca::plan
