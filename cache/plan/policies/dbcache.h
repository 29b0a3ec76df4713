// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/policies/stream_places.h"
#include "cache/plan/policy.h"

namespace toca::plan {

/// DBCache of cache-dit; with one first and no last layer it is First-Block cache (diffusers, ParaAttention).
struct DbCacheOptions {
    int firstLayers = 1; ///< Fn: always computed, their residual is the signal
    int lastLayers = 0; ///< Bn: always computed
    double threshold = 0.05; ///< of the relative change of the first layers' residual; 0 = everything is computed
    int warmupSteps = 0; ///< first evaluations of a stream that are always computed (at least 1)
    int maximumContinuous = 0; ///< skipped evaluations in a row; 0 = no limit
};

/// The decisions of one stream. Used by the run and by replays.
class DbCacheDecisions {
public:
    /// True when the next evaluation is computed whatever its signal is; then none needs to be measured.
    bool isForced(const DbCacheOptions& options, const StreamPlace& place) const;
    /// @param change mean |r - r_c| / mean |r_c| against the residual r_c of the last computed evaluation; not read
    /// where the evaluation is forced
    ThresholdDecision decide(const DbCacheOptions& options, const StreamPlace& place, double change);

private:
    int m_continuous = 0; ///< skipped so far without a computed one
};

class DbCachePolicy final : public Policy {
public:
    DbCachePolicy(ParameterValues parameters, DbCacheOptions options);

    std::string_view name() const override { return "dbcache"; }
    const ParameterValues& parameters() const override { return m_parameters; }
    /// Which evaluations jump over the middle is decided by the run; the plan counts all layers, so its FLOPs are an
    /// upper bound.
    /// @return Unsupported when the model has no layer between the first and the last ones
    Result<Plan> plan(const Geometry& geometry, const SamplerSchedule& schedule) const override;

    const DbCacheOptions& options() const { return m_options; }

private:
    ParameterValues m_parameters;
    DbCacheOptions m_options;
};

PolicyEntry dbCachePolicyEntry();

} // namespace toca::plan
