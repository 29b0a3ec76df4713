// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/policy.h"

namespace toca::plan {

/// The baseline: every module of every evaluation is computed.
PolicyEntry nonePolicyEntry();

} // namespace toca::plan
