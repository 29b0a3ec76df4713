// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/policies/stream_places.h"
#include "cache/plan/policy.h"

#include <vector>

namespace toca::plan {

/// MagCache (arXiv 2506.09045).
struct MagCacheOptions {
    double threshold = 0.12; ///< delta, of the accumulated error; 0 = every evaluation is computed
    int maximumContinuous = 3; ///< K: skipped evaluations in a row
    double retention = 0.2; ///< share of the first evaluations that are always computed
    std::vector<double> ratios; ///< gamma: norm of a step's residual over the last step's; empty = no calibration
};

/// The calibrated ratios for a run of `count` evaluations: the nearest one, as published. @return empty for none
std::vector<double> nearestRatios(const std::vector<double>& ratios, int count);

/// The decisions of one stream; they depend on the ratios alone, so the plan makes all of them.
class MagCacheDecisions {
public:
    /// Evaluations of a stream that are always computed; at least 1.
    static int retained(const MagCacheOptions& options, int count);
    static bool isForced(const MagCacheOptions& options, const StreamPlace& place)
    {
        return place.index < retained(options, place.count);
    }
    /// @param ratio of this evaluation, made for this number of evaluations
    ThresholdDecision decide(const MagCacheOptions& options, const StreamPlace& place, double ratio);

private:
    double m_ratio = 1;
    double m_error = 0;
    int m_continuous = 0;
};

/// All decisions of a run, one for each evaluation.
std::vector<ThresholdDecision> magCacheDecisions(const MagCacheOptions& options, const SamplerSchedule& schedule);

class MagCachePolicy final : public Policy {
public:
    MagCachePolicy(ParameterValues parameters, MagCacheOptions options);

    std::string_view name() const override { return "magcache"; }
    const ParameterValues& parameters() const override { return m_parameters; }
    /// Static: what the ratios decide. Without a calibration (bare geometries) everything is counted as computed.
    Result<Plan> plan(const Geometry& geometry, const SamplerSchedule& schedule) const override;

    const MagCacheOptions& options() const { return m_options; }

private:
    ParameterValues m_parameters;
    MagCacheOptions m_options;
};

PolicyEntry magCachePolicyEntry();

} // namespace toca::plan
