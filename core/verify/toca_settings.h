// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/parameters.h"
#include "core/base/expected.h"

#include <nlohmann/json_fwd.hpp>

namespace toca::verify {

/// ToCa parameters from a case's published names (`fresh_ratio`, `fresh_threshold`, `ratio_scheduler`, ...).
/// @param settings the case's `cache` or a plan's `settings`  @param intervals the case's `cal_thresholds`, may be
/// empty
/// @return Unsupported for score kinds and refresh rules that ToCa-OpenSora does not have here
Result<plan::ParameterValues> tocaSettings(const nlohmann::json& settings, const nlohmann::json& intervals);

} // namespace toca::verify
