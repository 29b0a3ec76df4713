// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/engine/bench.h"

#include <nlohmann/json.hpp>

#include <string>

namespace toca::app {

/// All figures of a measurement: medians with smallest and largest, gains, their ratio, parts, machine.
nlohmann::ordered_json benchJson(const engine::BenchResult& result, const engine::BenchRequest& request);

/// Tables of gains and of where the time goes.
std::string benchText(const nlohmann::ordered_json& bench);

/// How the settings that both measurements have differ. @pre `earlier` passed `checkBenchJson`
std::string benchComparison(const nlohmann::ordered_json& bench, const nlohmann::ordered_json& earlier);

/// Whether a file holds what `benchJson` writes. @return BadFormat naming what is missing
Result<void> checkBenchJson(const nlohmann::ordered_json& json, const std::string& fileName);

} // namespace toca::app
