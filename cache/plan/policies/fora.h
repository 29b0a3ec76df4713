// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/policy.h"

namespace toca::plan {

/// FORA (arXiv 2407.01425): module outputs are stored at full steps and reused in between, never computed in part.
PolicyEntry foraPolicyEntry();

} // namespace toca::plan
