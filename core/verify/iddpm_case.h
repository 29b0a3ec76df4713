// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/verify/comparison.h"

namespace toca::verify {

/// The part of a schedulers case whose tensors start with `iddpm/`: kept timesteps, tables and toy runs.
Result<void> runIddpm(const ReferenceCase& reference, CaseReport& report);

} // namespace toca::verify
