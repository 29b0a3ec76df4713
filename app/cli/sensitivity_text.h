// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/probe.h"
#include "core/api/sensitivity.h"

#include <string>

namespace toca::app {

/// Table of a measurement: for each layer and module its spread and the rank correlation of each score.
std::string sensitivityText(const SensitivityRecord& record);
/// What an edit did, in a few lines.
std::string probeText(const ProbeResult& result, const ProbeEdit& edit);
/// One line per token: frame, row, column, in the mask or not, damage.
std::string probeCsv(const ProbeResult& result, const ProbeEdit& edit);

} // namespace toca::app
