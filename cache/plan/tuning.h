// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/policy.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace toca::plan {

/// What is turned to make a policy faster: its main parameter, so that policies can be compared at the same gain.
struct TuningKnobs {
    /// Intervals that are multiples of one number N, in the published proportion.
    struct Interval {
        std::string name;
        double perN = 1; ///< the parameter is N times this, rounded, at least 1
    };

    std::string policy;
    ParameterValues fixed; ///< what tuning needs of the other settings, or where it begins
    std::vector<Interval> intervals; ///< empty: the policy has a threshold instead
    std::string fine; ///< a second parameter for what lies between two values of N; "" = none
    std::vector<double> fineValues;
    std::string threshold; ///< "" = the policy has intervals
};

/// @return nullptr when there is nothing to tune ("none", tables that were learned)
const TuningKnobs* tuningKnobs(std::string_view policy);

/// How much faster a setting is.
struct TuningGain {
    double flopsGain = 1; ///< uncached / cached
    bool isMeasured = false; ///< by a run; false: by its plan
};
using TuningGainOf = std::function<Result<TuningGain>(const ParameterValues& values)>;

struct Tuned {
    ParameterValues values; ///< over the preset, with those that were given
    TuningGain gain;
    int plans = 0; ///< settings that were looked at by their plan
    int runs = 0; ///< by a run
};

/// Searches the setting whose FLOPs gain is nearest to `target`. Intervals: among all settings within 1.5 % of the
/// target the one nearest to where the search began is taken. Thresholds: bisected on a logarithmic scale, as long as
/// the gain is more than 1 % off, in at most 12 steps.
///
/// A policy may be unable to reach the target: then the result is the nearest that it can do.
/// @param preset the search begins there; "" = the family's default
/// @param given values that the user has set; those of the knobs are searched nevertheless
/// @return InvalidArgument for a policy without knobs or a target below 1; errors of `gainOf`
Result<Tuned> tunedToGain(const PolicyEntry& policy, std::string_view preset, std::string_view family,
    const ParameterValues& given, double target, const TuningGainOf& gainOf);

} // namespace toca::plan
