// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/policy.h"

#include <cstdint>
#include <vector>

namespace toca::plan {

/// What the published codes call a layer's or module's part in a step, with their numbers (reference README section 1).
enum class PublishedType : std::uint8_t { Full = 0, Toca = 1, Aggressive = 2, Reuse = 3, Taylor = 4 };

/// Of a layer. `Reuse` means that no module makes a selection; ToCa's code calls that "ToCa" where a selection of 0
/// tokens is made (so does this), FORA's has no name for it.
PublishedType publishedType(const Plan& plan, int evaluation, int layer);
/// Of one module; a module that is reused counts as `Reuse`.
PublishedType publishedType(const PlannedModule& module);

/// The cycle in force when each layer's type was decided, -1 where there was none yet: [evaluation * layers + layer].
/// Empty for policies and refresh rules without a cycle (reference README section 6.2).
std::vector<float> publishedCycles(const Policy& policy, const Geometry& geometry, const SamplerSchedule& schedule);

} // namespace toca::plan
