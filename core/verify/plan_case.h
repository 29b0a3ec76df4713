// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/verify/comparison.h"

#include <nlohmann/json_fwd.hpp>

namespace toca::verify {

/// One entry of the schedulers case's `plans`: step types, cycles and token counts of a published method at some size,
/// without any model (reference README section 15). Entries of unknown methods are left as unsupported.
Result<void> runPlanCase(const nlohmann::json& entry, CaseReport& report);

} // namespace toca::verify
