// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/plan.h"
#include "cache/plan/trace.h"

#include <vector>

namespace toca::plan {

// What the methods that hold a measured change against a threshold (TeaCache, DBCache, MagCache, EasyCache) share.

/// Which evaluation of its stream an evaluation is. Decisions, residuals and counters are kept for each stream apart.
struct StreamPlace {
    int index = 0; ///< 0 = the first one of its stream
    int count = 1; ///< evaluations of the stream
    int previous = -1; ///< evaluation before it in its stream; -1 = none
    int next = -1; ///< evaluation after it in its stream; -1 = none
};
/// One for each evaluation of the schedule.
std::vector<StreamPlace> streamPlaces(const SamplerSchedule& schedule);

/// Guidance rows of all streams together: what is kept once for every stream is kept for so many rows.
std::int64_t rowsOfStreams(const Geometry& geometry, const SamplerSchedule& schedule);
/// Streams that occur.
std::int64_t streamCount(const SamplerSchedule& schedule);

/// Marks layers [first, end) of an evaluation as jumped over.
void skipLayers(Plan& plan, int evaluation, int first, int end);
/// Marks layers [first, end) of an evaluation as decided from data of the run; their planned work stays.
void decideLater(Plan& plan, int evaluation, int first, int end);

/// What a threshold method decided about one evaluation, and from which numbers.
struct ThresholdDecision {
    bool isSkipped = false;
    bool isForced = false; ///< computed whatever the numbers say: first steps, last steps, too many skips in a row
    DecisionScalars scalars;
};

} // namespace toca::plan
