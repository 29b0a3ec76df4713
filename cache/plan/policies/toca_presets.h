// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/parameters.h"

namespace toca::plan {

// The one place that knows what the published code of each family sets.

std::vector<Preset> tocaPresets(); ///< arXiv 2410.05317 and its code
std::vector<Preset> ducaPresets(); ///< arXiv 2412.18911 and its code

} // namespace toca::plan
