// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace toca::training {

/// Warm-up, constant rate, linear decay to zero (Hu et al., arXiv 2404.06395). The decay begins when it is asked for,
/// so that a training has no planned end: any point of the constant part can be finished, or gone on from.
struct Schedule {
    std::int64_t warmupSteps = 40;
    std::int64_t decayStart = -1; ///< step at which the decay begins; -1 = not asked for
    std::int64_t decaySteps = 0; ///< its length

    bool isDecaying() const { return decayStart >= 0; }
    /// True when the last step of the decay was made. @param step number of steps made
    bool isFinished(std::int64_t step) const { return isDecaying() && step >= decayStart + decaySteps; }
    /// Share of the full learning rate at a step, 0-based, in [0, 1].
    double factor(std::int64_t step) const;
};

} // namespace toca::training
