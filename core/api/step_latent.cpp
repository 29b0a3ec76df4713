// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/half_float.h"
#include "core/api/run_result.h"

#include <cmath>
#include <limits>

namespace toca {

double latentRelativeError(const StepLatent& latent, const StepLatent& baseline)
{
    constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
    if (!latent || !baseline || latent->size() != baseline->size())
        return kUnknown;
    double difference = 0;
    double size = 0;
    for (std::size_t i = 0; i < latent->size(); ++i) {
        const double reference = static_cast<double>(plan::fromHalf((*baseline)[i]));
        const double distance = static_cast<double>(plan::fromHalf((*latent)[i])) - reference;
        difference += distance * distance;
        size += reference * reference;
    }
    return size > 0 ? std::sqrt(difference / size) : kUnknown;
}

} // namespace toca
