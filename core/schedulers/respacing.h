// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"

#include <string>
#include <string_view>
#include <vector>

namespace toca::schedulers {

/// Which steps of a diffusion process are kept (improved-diffusion's `space_timesteps`; reference README section 5).
///
/// @param timesteps of the whole process
/// @param sections "N": N steps evenly over the process; "a,b,c": the process in equal sections (earlier ones get the
/// remainder) with so many steps each; "ddimN": the integer stride that leaves exactly N
/// @return the kept timesteps, rising, without repetition; InvalidArgument saying what is wrong
Result<std::vector<int>> keptTimesteps(int timesteps, std::string_view sections);

} // namespace toca::schedulers
