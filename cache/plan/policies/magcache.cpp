// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/magcache.h"

#include "cache/plan/calibration.h"
#include "cache/plan/policies/spec_makers.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace toca::plan {
namespace {

Result<std::unique_ptr<Policy>> make(const ParameterValues& values, const PolicyContext& context)
{
    MagCacheOptions options;
    options.threshold = valueOf<double>(values, "threshold");
    options.maximumContinuous = static_cast<int>(valueOf<std::int64_t>(values, "max_continuous"));
    options.retention = valueOf<double>(values, "retention");
    if (options.threshold > 0) {
        const auto calibration = calibrationFor("magcache", valueOf<std::string>(values, "calibration"), context);
        if (!calibration)
            return unexpected(calibration.error());
        if (!calibration->method.empty())
            options.ratios = calibration->values.at("ratios");
    }
    return std::unique_ptr<Policy>(std::make_unique<MagCachePolicy>(values, std::move(options)));
}

} // namespace

std::vector<double> nearestRatios(const std::vector<double>& ratios, int count)
{
    std::vector<double> nearest;
    if (ratios.empty())
        return nearest;
    const double scale = count > 1 ? static_cast<double>(ratios.size() - 1) / (count - 1) : 0.0;
    for (int i = 0; i < count; ++i) // a single step takes the last ratio, as published
        nearest.push_back(count > 1 ? ratios[static_cast<std::size_t>(std::nearbyint(i * scale))] : ratios.back());
    return nearest;
}

int MagCacheDecisions::retained(const MagCacheOptions& options, int count)
{
    return std::max(1, static_cast<int>(options.retention * count));
}

ThresholdDecision MagCacheDecisions::decide(const MagCacheOptions& options, const StreamPlace& place, double ratio)
{
    ThresholdDecision decision;
    decision.scalars.threshold = options.threshold;
    if (isForced(options, place)) {
        decision.isForced = true;
        return decision;
    }
    m_ratio *= ratio;
    m_error += std::abs(1 - m_ratio);
    ++m_continuous;
    decision.scalars.signal = ratio;
    decision.scalars.accumulated = m_error;
    // Published both as < and as <=; this one leaves nothing skipped at 0.
    decision.isSkipped = m_error < options.threshold && m_continuous <= options.maximumContinuous;
    if (!decision.isSkipped) {
        decision.isForced = m_continuous > options.maximumContinuous;
        *this = {};
    }
    return decision;
}

std::vector<ThresholdDecision> magCacheDecisions(const MagCacheOptions& options, const SamplerSchedule& schedule)
{
    std::vector<ThresholdDecision> decisions;
    std::map<Stream, MagCacheDecisions> streams;
    std::map<Stream, std::vector<double>> ratios;
    const auto places = streamPlaces(schedule);
    for (std::size_t i = 0; i < places.size(); ++i) {
        const Stream stream = schedule.evaluations[i].stream;
        auto& curve = ratios[stream];
        if (curve.empty())
            curve = nearestRatios(options.ratios, places[i].count);
        decisions.push_back(streams[stream].decide(
            options, places[i], curve.empty() ? std::nan("") : curve[static_cast<std::size_t>(places[i].index)]));
    }
    return decisions;
}

MagCachePolicy::MagCachePolicy(ParameterValues parameters, MagCacheOptions options)
    : m_parameters(std::move(parameters))
    , m_options(std::move(options))
{
}

Result<Plan> MagCachePolicy::plan(const Geometry& geometry, const SamplerSchedule& schedule) const
{
    Plan plan(geometry, schedule);
    if (m_options.threshold <= 0)
        return plan;
    const auto decisions = magCacheDecisions(m_options, schedule);
    bool isAny = false;
    for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation) {
        const ThresholdDecision& decision = decisions[static_cast<std::size_t>(evaluation)];
        if (m_options.ratios.empty() && !decision.isForced) {
            decideLater(plan, evaluation, 0, plan.layerCount());
            isAny = true;
        } else if (decision.isSkipped) {
            skipLayers(plan, evaluation, 0, plan.layerCount());
            isAny = true;
        }
    }
    if (isAny) // the residual of all layers
        plan.setCachedElements(rowsOfStreams(geometry, schedule) * geometry.grid.tokens() * geometry.hiddenSize);
    else
        plan.setCachedElements(0);
    return plan;
}

PolicyEntry magCachePolicyEntry()
{
    PolicyEntry entry;
    entry.name = "magcache";
    entry.title = "MagCache: skips steps by calibrated norms";
    entry.summary =
        "Jumps over all layers and adds their last residual while the norm of the residual is known to change "
        "little.";
    entry.source = "arXiv 2506.09045";
    entry.parameters = {
        numberSpec("threshold", "Threshold",
            "Accumulated error of the residual's norm up to which the last residual is used again (delta); 0 computes "
            "every step. Published: 0.12 for Open-Sora, 0.06 in diffusers, 0.24 fast.",
            "Decision", 0.12, 0, 1000, 0.01),
        integerSpec("max_continuous", "Most skips in a row",
            "Steps that may be jumped over one after the other (K); 0 computes every step. Published: 3 for Open-Sora, "
            "2 "
            "slow, 4 to 6 fast.",
            "Decision", 3, 0, 1000, "steps"),
        numberSpec("retention", "Retained share",
            "Share of the first steps that are always computed; the very first one always is. Published: 0.2.",
            "Decision", 0.2, 0, 1, 0.05),
        calibrationSpec(
            "The ratios of this model, made by `toca calibrate --policy magcache`; empty takes the model's own. One of "
            "other weights is refused."),
    };
    entry.presets = {
        {"opensora", "Open-Sora, published",
            "MagCache's published code, Open-Sora v1.2: threshold 0.12, K 3, 20 % kept",
            {{"threshold", 0.12}, {"max_continuous", std::int64_t{3}}, {"retention", 0.2}}, "stdit3"},
        {"slow", "Slow", "MagCache's published code, Wan 2.1 slow: threshold 0.12, K 2, 20 % kept",
            {{"threshold", 0.12}, {"max_continuous", std::int64_t{2}}, {"retention", 0.2}}, ""},
        {"fast", "Fast", "MagCache paper, fast setting: threshold 0.24, K 4, 20 % kept",
            {{"threshold", 0.24}, {"max_continuous", std::int64_t{4}}, {"retention", 0.2}}, ""},
    };
    entry.make = make;
    return entry;
}

} // namespace toca::plan
