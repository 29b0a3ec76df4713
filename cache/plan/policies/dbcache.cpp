// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/dbcache.h"

#include "cache/plan/policies/spec_makers.h"

#include <algorithm>

namespace toca::plan {
namespace {

Result<std::unique_ptr<Policy>> make(const ParameterValues& values, const PolicyContext&)
{
    const auto integer = [&](const char* name) { return static_cast<int>(valueOf<std::int64_t>(values, name)); };
    DbCacheOptions options;
    options.firstLayers = integer("first_layers");
    options.lastLayers = integer("last_layers");
    options.threshold = valueOf<double>(values, "threshold");
    options.warmupSteps = integer("warmup_steps");
    options.maximumContinuous = integer("max_continuous");
    return std::unique_ptr<Policy>(std::make_unique<DbCachePolicy>(values, options));
}

} // namespace

bool DbCacheDecisions::isForced(const DbCacheOptions& options, const StreamPlace& place) const
{
    return place.index < std::max(1, options.warmupSteps)
        || (options.maximumContinuous > 0 && m_continuous >= options.maximumContinuous);
}

ThresholdDecision DbCacheDecisions::decide(const DbCacheOptions& options, const StreamPlace& place, double change)
{
    ThresholdDecision decision;
    decision.scalars.threshold = options.threshold;
    decision.isForced = isForced(options, place);
    if (!decision.isForced) {
        decision.scalars.signal = change;
        decision.scalars.accumulated = change;
        decision.isSkipped = change < options.threshold; // false for NaN
    }
    m_continuous = decision.isSkipped ? m_continuous + 1 : 0;
    return decision;
}

DbCachePolicy::DbCachePolicy(ParameterValues parameters, DbCacheOptions options)
    : m_parameters(std::move(parameters))
    , m_options(options)
{
}

Result<Plan> DbCachePolicy::plan(const Geometry& geometry, const SamplerSchedule& schedule) const
{
    const int end = geometry.layerCount() - m_options.lastLayers;
    if (m_options.firstLayers >= end)
        return unexpected(ErrorCode::Unsupported,
            "DBCache jumps over the layers between the first " + std::to_string(m_options.firstLayers)
                + " and the last " + std::to_string(m_options.lastLayers) + ", but this model has only "
                + std::to_string(geometry.layerCount())
                + " layers; choose a smaller first_layers or last_layers, or the preset first-block.");
    Plan plan(geometry, schedule);
    if (m_options.threshold <= 0)
        return plan;
    bool isAnyDecided = false;
    const auto places = streamPlaces(schedule);
    for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation) {
        if (places[static_cast<std::size_t>(evaluation)].index < std::max(1, m_options.warmupSteps))
            continue;
        decideLater(plan, evaluation, m_options.firstLayers, end);
        isAnyDecided = true;
    }
    if (isAnyDecided) {
        plan.setDecidedAtRunTime();
        // The residual of the first layers and that of the middle.
        plan.setCachedElements(2 * rowsOfStreams(geometry, schedule) * geometry.grid.tokens() * geometry.hiddenSize);
    }
    return plan;
}

PolicyEntry dbCachePolicyEntry()
{
    PolicyEntry entry;
    entry.name = "dbcache";
    entry.title = "DBCache: skips the middle by the first block";
    entry.summary =
        "Computes the first layers, and adds the last residual of the others while the first ones' residual "
        "has changed little.";
    entry.source = "cache-dit (DBCache), diffusers (FirstBlockCache)";
    entry.parameters = {
        numberSpec("threshold", "Threshold",
            "Relative change of the first layers' residual, against the last computed step, below which the others are "
            "jumped over; 0 computes everything. Published: 0.05 for First-Block cache in diffusers, 0.08 for DBCache.",
            "Decision", 0.05, 0, 1000, 0.01),
        integerSpec("first_layers", "First layers",
            "Layers that are always computed and whose residual decides (Fn). Published: 1 for First-Block cache, 8 "
            "for "
            "DBCache.",
            "Layers", 1, 1, 1000, "layers"),
        integerSpec("last_layers", "Last layers", "Layers at the end that are always computed (Bn). Published: 0.",
            "Layers", 0, 0, 1000, "layers"),
        integerSpec("warmup_steps", "Warm-up",
            "First steps that are always computed; the very first one always is. Published: 8 for DBCache, none for "
            "First-Block cache.",
            "Decision", 0, 0, 1000, "steps"),
        integerSpec("max_continuous", "Most skips in a row",
            "Steps that may be jumped over one after the other; 0 sets no limit. Published: no limit.", "Decision", 0,
            0, 1000, "steps", true),
    };
    entry.presets = {
        {"first-block", "First-Block cache", "diffusers' FirstBlockCache: one layer, threshold 0.05",
            {{"threshold", 0.05}, {"first_layers", std::int64_t{1}}, {"last_layers", std::int64_t{0}},
                {"warmup_steps", std::int64_t{0}}},
            ""},
        {"f8b0", "DBCache F8B0", "cache-dit's default: 8 first layers, 8 warm-up steps, threshold 0.08",
            {{"threshold", 0.08}, {"first_layers", std::int64_t{8}}, {"last_layers", std::int64_t{0}},
                {"warmup_steps", std::int64_t{8}}},
            ""},
        {"f4b0-mc4", "DBCache F4B0, fast",
            "cache-dit's FLUX table: 4 first layers, 4 warm-up steps, at most 4 skips in a row, threshold 0.12",
            {{"threshold", 0.12}, {"first_layers", std::int64_t{4}}, {"last_layers", std::int64_t{0}},
                {"warmup_steps", std::int64_t{4}}, {"max_continuous", std::int64_t{4}}},
            ""},
    };
    entry.make = make;
    return entry;
}

} // namespace toca::plan
