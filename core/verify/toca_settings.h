// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/policy.h"
#include "core/base/expected.h"

#include <nlohmann/json_fwd.hpp>

namespace toca::verify {

/// A registered policy with the parameters that a case's published settings mean.
struct CasePolicy {
    std::string name; ///< "toca", "fora", "duca", "taylorseer"
    plan::ParameterValues values; ///< beside the family's default preset
};

/// Translates a case's published names (`fresh_ratio`, `fresh_threshold`, `ratio_scheduler`, ..., of TaylorSeer
/// `interval` and `max_order`).
/// @param method "toca", "fora", "duca" or "taylorseer"
/// @param family whose published code the names are from: "dit", "pixart" or "stdit3"
/// @param settings a run's settings in case.json  @param intervals the case's `cal_thresholds`, may be null or empty
/// @return Unsupported for score kinds and refresh rules that are not there
Result<CasePolicy> casePolicy(const std::string& method, const std::string& family, const nlohmann::json& settings,
    const nlohmann::json& intervals);

/// The policy itself. For its types and cycles see cache/plan/policies/published_steps.h.
Result<std::unique_ptr<plan::Policy>> makeCasePolicy(const std::string& method, const std::string& family,
    const nlohmann::json& settings, const nlohmann::json& intervals);

} // namespace toca::verify
