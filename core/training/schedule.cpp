// SPDX-License-Identifier: Apache-2.0
#include "core/training/schedule.h"

#include <algorithm>

namespace toca::training {

double Schedule::factor(std::int64_t step) const
{
    double factor = 1;
    if (warmupSteps > 0)
        factor = std::min(1.0, static_cast<double>(step + 1) / static_cast<double>(warmupSteps));
    if (isDecaying() && decaySteps > 0)
        factor *= std::clamp(1.0 - static_cast<double>(step - decayStart) / static_cast<double>(decaySteps), 0.0, 1.0);
    return factor;
}

} // namespace toca::training
