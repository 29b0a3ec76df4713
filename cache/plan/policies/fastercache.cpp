// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/fastercache_policy.h"
#include "cache/plan/policies/spec_makers.h"
#include "cache/plan/policies/stream_places.h"

#include <algorithm>
#include <cmath>

namespace toca::plan {
namespace {

std::int64_t stepsOf(double share, int count)
{
    return std::llround(share * count);
}

/// An attention output that is stored: of which evaluation, and for how many guidance rows.
struct StoredAttention {
    int evaluation = -1;
    std::int64_t rows = 0;
};

} // namespace

FasterCachePolicy::FasterCachePolicy(ParameterValues parameters)
    : m_parameters(std::move(parameters))
{
    m_options.attentionInterval = valueOf<std::int64_t>(m_parameters, "attention_interval");
    m_options.attentionFrom = valueOf<double>(m_parameters, "attention_from");
    m_options.weight = valueOf<double>(m_parameters, "weight");
    m_options.weightRises = valueOf<bool>(m_parameters, "weight_rises");
    m_options.guidanceInterval = valueOf<std::int64_t>(m_parameters, "guidance_interval");
    m_options.guidanceFrom = valueOf<double>(m_parameters, "guidance_from");
    m_options.lowFactor = valueOf<double>(m_parameters, "low_factor");
    m_options.lowUntil = valueOf<double>(m_parameters, "low_until");
    m_options.highFactor = valueOf<double>(m_parameters, "high_factor");
    m_options.highFrom = valueOf<double>(m_parameters, "high_from");
}

std::vector<FasterCacheStep> FasterCachePolicy::steps(const Geometry& geometry, const SamplerSchedule& schedule) const
{
    const std::vector<StreamPlace> places = streamPlaces(schedule);
    std::vector<FasterCacheStep> steps(places.size());
    struct State {
        StoredAttention last, before;
        int difference = -1; ///< evaluation whose difference is in force
        double low = 1, high = 1; ///< its scales so far
    };
    std::array<State, 4> states; // by stream
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const Stream stream = schedule.evaluations[i].stream;
        State& state = states[static_cast<std::size_t>(stream)];
        FasterCacheStep& step = steps[i];
        const int count = places[i].count;
        const std::int64_t counter = places[i].index + 1; // the published code counts from 1

        step.isConditionalOnly = stream == Stream::Joint && geometry.guidanceRows == 2 && m_options.guidanceInterval > 1
            && counter > std::max<std::int64_t>(stepsOf(m_options.guidanceFrom, count), 1)
            && counter % m_options.guidanceInterval != 0;
        if (step.isConditionalOnly) {
            state.low *= counter <= stepsOf(m_options.lowUntil, count) ? m_options.lowFactor : 1.0;
            state.high *= counter >= stepsOf(m_options.highFrom, count) ? m_options.highFactor : 1.0;
            step.lowScale = state.low;
            step.highScale = state.high;
            steps[static_cast<std::size_t>(state.difference)].storesDifference = true;
        } else {
            state.difference = static_cast<int>(i);
            state.low = state.high = 1;
        }

        const bool oneRow = step.isConditionalOnly || stream != Stream::Joint;
        const std::int64_t rows = oneRow ? geometry.prompts : geometry.rows();
        const std::int64_t begin = stepsOf(m_options.attentionFrom, count);
        // Both rows need what was stored of both rows: an evaluation with one row leaves none of the other.
        const bool isStored = state.last.evaluation >= 0 && std::min(state.last.rows, state.before.rows) >= rows;
        if (m_options.attentionInterval > 1 && counter > begin && places[i].index % m_options.attentionInterval != 0
            && isStored) {
            step.extrapolatesAttention = true;
            const double rise =
                count > begin ? static_cast<double>(counter - begin) / static_cast<double>(count - begin) : 1.0;
            step.weight = m_options.weight * (m_options.weightRises ? rise : 1.0);
            steps[static_cast<std::size_t>(state.last.evaluation)].storesAttention = true;
            steps[static_cast<std::size_t>(state.before.evaluation)].storesAttention = true;
        } else {
            const StoredAttention now{static_cast<int>(i), rows};
            state.before = state.last.evaluation < 0 ? now : state.last;
            state.last = now;
        }
    }
    return steps;
}

Result<Plan> FasterCachePolicy::plan(const Geometry& geometry, const SamplerSchedule& schedule) const
{
    Plan plan(geometry, schedule);
    const std::vector<FasterCacheStep> steps = this->steps(geometry, schedule);
    const bool skipsRows = std::any_of(steps.begin(), steps.end(), [](const auto& s) { return s.isConditionalOnly; });
    const std::int64_t rowOfAttention = geometry.grid.tokens() * geometry.layerCount(); // in rows of one token
    const std::int64_t rowOfPrediction = geometry.grid.tokens() * geometry.patchOutputs;
    struct Held {
        std::int64_t lastRows = 0, beforeRows = 0, differenceRows = 0;
    };
    std::array<Held, 4> held; // by stream
    CacheContents most;
    std::int64_t peak = 0;
    for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation) {
        const FasterCacheStep& step = steps[static_cast<std::size_t>(evaluation)];
        const Stream stream = schedule.evaluations[static_cast<std::size_t>(evaluation)].stream;
        if (step.isConditionalOnly)
            plan.decision(evaluation) = EvaluationDecision::ConditionalOnly;
        if (step.extrapolatesAttention)
            for (int layer = 0; layer < plan.layerCount(); ++layer)
                plan.at(evaluation, layer, ModuleKind::SelfAttention) = {Action::Forecast, 0, false};
        Held& now = held[static_cast<std::size_t>(stream)];
        if (step.storesAttention) {
            now.beforeRows = now.lastRows; // 0: both are the same tensor
            now.lastRows = step.isConditionalOnly || stream != Stream::Joint ? geometry.prompts : geometry.rows();
        }
        if (step.storesDifference)
            now.differenceRows = geometry.prompts;
        CacheContents nowHeld;
        std::int64_t& attention = nowHeld.rows[static_cast<std::size_t>(ModuleKind::SelfAttention)];
        nowHeld.otherElements = skipsRows ? geometry.rows() * rowOfPrediction : 0;
        for (const Held& each : held) {
            attention += (each.lastRows + each.beforeRows) * rowOfAttention;
            nowHeld.otherElements += each.differenceRows * rowOfPrediction;
        }
        const std::int64_t elements = attention * geometry.hiddenSize + nowHeld.otherElements;
        if (elements > peak) {
            peak = elements;
            most = nowHeld;
        }
    }
    plan.setCacheContents(most);
    return plan;
}

namespace {

std::vector<ParameterSpec> makeSpecs()
{
    const FasterCacheOptions defaults;
    const auto share = [](const char* name, const char* label, std::string help, const char* group, double byDefault,
                           bool isAdvanced) {
        return numberSpec(name, label, std::move(help), group, byDefault, 0, 1, 0.05, isAdvanced);
    };
    return {
        integerSpec("attention_interval", "Attention interval",
            "Self-attention is computed at every step that this number divides (the first step is 0) and extrapolated "
            "in "
            "between: F_t + w (F_t - F_{t-2}). 1 computes it always. Published: 2.",
            "Attention", defaults.attentionInterval, 1, 1000, "steps"),
        share("attention_from", "Attention from",
            "Share of first steps in which attention is always computed. Published for Open-Sora: 7 of 30 steps.",
            "Attention", defaults.attentionFrom, false),
        numberSpec("weight", "Extrapolation weight",
            "w at the last step. 0 reuses the last output as it is. Published for Open-Sora: 0.9 (counter - 7) / 20, "
            "which is 1.035 at step 30; diffusers: 0.5 throughout.",
            "Attention", defaults.weight, -2, 4, 0.05),
        booleanSpec("weight_rises", "Weight rises",
            "The weight rises from 0 to w after the first share of steps; otherwise it is w throughout.", "Attention",
            defaults.weightRises, true),
        integerSpec("guidance_interval", "Guidance interval",
            "Late in the run both guidance rows are computed only at every step that this number divides (the first "
            "step "
            "is 1); in between the unconditional prediction is rebuilt from the conditional one. 1 computes both "
            "always. "
            "Published: 5.",
            "Guidance", defaults.guidanceInterval, 1, 1000, "steps"),
        share("guidance_from", "Guidance from",
            "Share of first steps in which both rows are always computed. Published for Open-Sora: 11 of 30 steps.",
            "Guidance", defaults.guidanceFrom, false),
        numberSpec("low_factor", "Low frequency factor",
            "The difference of the two rows' predictions, low frequencies (within a fifth of the shorter side), is "
            "multiplied by this in every step without the unconditional row, until low_until. Published for Open-Sora: "
            "1.15, diffusers: 1.1.",
            "Guidance", defaults.lowFactor, 0, 4, 0.05, true),
        share("low_until", "Low frequencies until",
            "Share of the run in which the low frequencies grow. Published for Open-Sora: step 25 of 30.", "Guidance",
            defaults.lowUntil, true),
        numberSpec("high_factor", "High frequency factor",
            "The same for the high frequencies, from high_from on. Published for Open-Sora: 1.15, diffusers: 1.1.",
            "Guidance", defaults.highFactor, 0, 4, 0.05, true),
        share("high_from", "High frequencies from",
            "Share of the run after which the high frequencies grow. Published for Open-Sora: step 20 of 30.",
            "Guidance", defaults.highFrom, true),
    };
}

} // namespace

PolicyEntry fasterCachePolicyEntry()
{
    PolicyEntry entry;
    entry.name = "fastercache";
    entry.title = "FasterCache: extrapolated attention, rebuilt guidance";
    entry.summary = "Extrapolates attention on alternate steps and rebuilds the unconditional guidance row from the "
                    "conditional one in most late steps.";
    entry.source = "arXiv 2410.19355";
    entry.parameters = makeSpecs();
    entry.presets = {
        {"opensora", "Open-Sora, published", "FasterCache repository, scripts/opensora, 30 steps", {}, "stdit3"},
        {"diffusers", "diffusers' settings",
            "diffusers' FasterCacheConfig: attention from timestep 681, weight 0.5; guidance every 5 steps from 641; "
            "factors 1.1, low from 901 to 99, high from 301; timesteps as shares of an even schedule",
            {{"attention_from", 0.32}, {"weight", 0.5}, {"weight_rises", false}, {"guidance_from", 0.36},
                {"low_factor", 1.1}, {"low_until", 0.9}, {"high_factor", 1.1}, {"high_from", 0.7}},
            ""},
        {"flat", "Difference unchanged",
            "own setting, not published: as Open-Sora, but the stored difference of the rows keeps its size; the "
            "published growth was fitted to Open-Sora at guidance 7",
            {{"low_factor", 1.0}, {"high_factor", 1.0}}, ""},
        {"attention-only", "Attention only", "Open-Sora's setting of the extrapolated attention, both rows computed",
            {{"guidance_interval", std::int64_t{1}}}, ""},
    };
    entry.make = [](const ParameterValues& values, const PolicyContext&) -> Result<std::unique_ptr<Policy>> {
        return std::unique_ptr<Policy>(std::make_unique<FasterCachePolicy>(values));
    };
    return entry;
}

} // namespace toca::plan
