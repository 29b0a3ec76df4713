// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/targets.h"

#include <filesystem>
#include <string>
#include <vector>

namespace toca::app {

/// Runs of a model that a run library keeps with a comparison to the uncached run. What cannot be read is left out.
/// @param modelPath as in the requests; "" = the embedded model
/// @param folder "" = the user's library; nothing is made where there is none
std::vector<plan::RecordedRun> recordedRuns(const std::string& modelPath, std::filesystem::path folder = {});

} // namespace toca::app
