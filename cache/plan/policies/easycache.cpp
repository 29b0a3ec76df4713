// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/easycache.h"

#include "cache/plan/policies/spec_makers.h"

namespace toca::plan {
namespace {

Result<std::unique_ptr<Policy>> make(const ParameterValues& values, const PolicyContext&)
{
    EasyCacheOptions options;
    options.threshold = valueOf<double>(values, "threshold");
    options.start = valueOf<double>(values, "start");
    options.end = valueOf<double>(values, "end");
    options.followsLatent = valueOf<bool>(values, "follow_latent");
    return std::unique_ptr<Policy>(std::make_unique<EasyCachePolicy>(values, options));
}

} // namespace

bool EasyCacheDecisions::isForced(const EasyCacheOptions& options, const StreamPlace& place)
{
    // Two computed evaluations make the rate.
    return place.index < 2 || place.index < options.start * place.count || place.index >= options.end * place.count;
}

ThresholdDecision EasyCacheDecisions::decide(
    const EasyCacheOptions& options, const StreamPlace& place, double inputChange)
{
    ThresholdDecision decision;
    decision.scalars.threshold = options.threshold;
    if (isForced(options, place)) {
        decision.isForced = true;
        m_accumulated = 0;
        return decision;
    }
    const double change = m_rate * inputChange / m_outputNorm;
    m_accumulated += change;
    decision.scalars.signal = change;
    decision.scalars.accumulated = m_accumulated;
    decision.isSkipped = m_accumulated < options.threshold; // false for NaN
    if (!decision.isSkipped)
        m_accumulated = 0;
    return decision;
}

void EasyCacheDecisions::computed(double outputNorm, double inputDistance, double outputDistance)
{
    m_outputNorm = outputNorm;
    if (inputDistance > 0) // false for NaN
        m_rate = outputDistance / inputDistance;
}

EasyCachePolicy::EasyCachePolicy(ParameterValues parameters, EasyCacheOptions options)
    : m_parameters(std::move(parameters))
    , m_options(options)
{
}

Result<Plan> EasyCachePolicy::plan(const Geometry& geometry, const SamplerSchedule& schedule) const
{
    Plan plan(geometry, schedule);
    if (m_options.threshold <= 0)
        return plan;
    bool isAnyDecided = false;
    const auto places = streamPlaces(schedule);
    for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation) {
        if (EasyCacheDecisions::isForced(m_options, places[static_cast<std::size_t>(evaluation)]))
            continue;
        decideLater(plan, evaluation, 0, plan.layerCount());
        isAnyDecided = true;
    }
    if (isAnyDecided) {
        plan.setDecidedAtRunTime();
        // The last computed prediction of every stream, and the last given one where that differs; the last computed
        // and the last seen latent of every stream.
        const std::int64_t tokens = geometry.grid.tokens(), streams = streamCount(schedule);
        const std::int64_t rows = rowsOfStreams(geometry, schedule);
        plan.setCachedElements(tokens * geometry.patchOutputs * (rows + (m_options.followsLatent ? rows / streams : 0))
            + 2 * tokens * geometry.patchInputs * geometry.prompts * streams);
    }
    return plan;
}

PolicyEntry easyCachePolicyEntry()
{
    PolicyEntry entry;
    entry.name = "easycache";
    entry.title = "EasyCache: skips steps by the latent alone";
    entry.summary =
        "Leaves whole model calls out, and moves the last prediction along with the latent, while the output "
        "is foretold to change little; needs no calibration.";
    entry.source = "arXiv 2507.02860";
    entry.parameters = {
        numberSpec("threshold", "Threshold",
            "Foretold relative change of the output up to which the last one is used again (tau); 0 computes every "
            "step. "
            "Published: 0.025 for HunyuanVideo, 0.05 for Wan 2.1; 0.2 on the scale of other programs.",
            "Decision", 0.05, 0, 1000, 0.01),
        numberSpec("start", "Start", "Share of the steps before which all are computed. Published: 0.1 to 0.2.",
            "Decision", 0.15, 0, 1, 0.05, true),
        numberSpec("end", "End", "Share of the steps from which on all are computed. Published: the last step.",
            "Decision", 0.95, 0, 1, 0.05, true),
        booleanSpec("follow_latent", "Follow the latent",
            "A reused prediction moves along with the latent, x + (out - in), as published. Off reuses it as it is, "
            "which suits models whose predicted velocity hardly changes from step to step.",
            "Reuse", true, true),
    };
    entry.presets = {
        {"default", "Wan 2.1, published", "EasyCache's published code, Wan 2.1: threshold 0.05; range 15 % to 95 %",
            {{"threshold", 0.05}}, ""},
        {"careful", "HunyuanVideo, published", "EasyCache paper, HunyuanVideo: threshold 0.025", {{"threshold", 0.025}},
            ""},
        {"bold", "Bold", "the default of other programs that ship the method: threshold 0.2", {{"threshold", 0.2}}, ""},
    };
    entry.make = make;
    return entry;
}

} // namespace toca::plan
