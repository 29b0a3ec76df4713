// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/plan.h"

namespace toca::plan {

/// Where an evaluation lies in a run, also in the published code's own counting.
struct StepPosition {
    int step = 0; ///< 0 = noisiest, as everywhere here
    int counter = 0; ///< of the published code: DiT's counts down from steps - 1 to 0, the others' is `step`
    int steps = 1;
};

/// The published codes' anchors ("step % N == 0", "1.4 - 0.8 s / S") mean `counter` (reference README sections 7 to 9).
inline StepPosition positionOf(const Geometry& geometry, const SamplerSchedule& schedule, int evaluation)
{
    const int step = schedule.evaluations[static_cast<std::size_t>(evaluation)].step;
    return {step, geometry.family == "dit" ? schedule.steps - 1 - step : step, schedule.steps};
}

} // namespace toca::plan
