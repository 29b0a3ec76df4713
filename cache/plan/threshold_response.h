// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/policies/stream_places.h"
#include "cache/plan/policy.h"
#include "cache/plan/signal_record.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toca::plan {

/// True for the policies whose decisions can be replayed: teacache, dbcache, magcache, easycache.
bool isThresholdPolicy(std::string_view name);

/// What a policy would have decided on the recorded run with one threshold.
struct ThresholdPoint {
    double threshold = 0;
    std::vector<int> skippedEvaluations;
    int longestSkip = 0; ///< evaluations skipped in a row, in one stream
    double flops = 0; ///< of the run
    double flopsGain = 1; ///< uncached over cached
    int skipped() const { return static_cast<int>(skippedEvaluations.size()); }
};

struct ThresholdRange {
    int points = 200; ///< log spaced, 2 to 10000
    double from = 0; ///< 0 = chosen so that the inert zone and all of the rise are seen
    double to = 0;
    int tolerableSkip = 3; ///< evaluations in a row beyond which a skip counts as long
};

/// Skipped evaluations against the threshold. Replays use the signals of the uncached trajectory: up to the first
/// skipped evaluation they are what a cached run measures, so the first decision to skip is exact; later ones leave out
/// that a cached run's latents differ. MagCache decides from its calibration alone: there all are exact.
struct ThresholdResponse {
    std::string policy;
    int evaluations = 0;
    double baselineFlops = 0;
    std::vector<ThresholdPoint> points; ///< rising thresholds
    double inertThreshold = 0; ///< the largest one that skips nothing, exactly; infinity when none ever skips
    int cliff = -1; ///< point whose number of skips rises most over the point before it; -1 = nothing is ever skipped
    int longSkips = -1; ///< first point with more than `tolerableSkip` skips in a row; -1 = none
};

/// @param policy one of the threshold policies with its other settings; its own threshold is not used
/// @param record of the same model, sampler and number of evaluations
/// @return InvalidArgument for another policy, a missing calibration, a record with another number of first layers, or
/// a range that is none
Result<ThresholdResponse> thresholdResponse(
    const Policy& policy, const SignalRecord& record, const ThresholdRange& range = {});

/// The decisions of one threshold, one for each evaluation. @return as `thresholdResponse`
Result<std::vector<ThresholdDecision>> replayDecisions(
    const Policy& policy, const SignalRecord& record, double threshold);

/// The smallest threshold of the response whose FLOPs gain is at least `gain`; none when it never gets there.
std::optional<ThresholdPoint> pointOfGain(const ThresholdResponse& response, double gain);

} // namespace toca::plan
