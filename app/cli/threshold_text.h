// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/threshold_response.h"

#include <string>

namespace toca::app {

/// A table with one line for each number of skipped evaluations, with bars, the inert zone and the cliff.
std::string thresholdText(const plan::ThresholdResponse& response);
/// threshold,skipped,share,longest_skip,flops,flops_gain,skipped_evaluations; one line for each point.
std::string thresholdCsv(const plan::ThresholdResponse& response);
std::string thresholdJson(const plan::ThresholdResponse& response);

} // namespace toca::app
