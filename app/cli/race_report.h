// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/race.h"

#include <nlohmann/json.hpp>

#include <filesystem>

namespace toca::app {

/// What a finished race says; keys in docs/cli.md. The first racer is the baseline.
nlohmann::ordered_json raceJson(const std::vector<Racer>& racers, std::optional<double> target);
std::string raceText(const nlohmann::ordered_json& race);
std::string raceCsv(const nlohmann::ordered_json& race);

/// Writes the race into a folder: race.json, race.csv, for each racer its clip, report and trace ("01-toca.mp4", ...),
/// and sheet.png, the middle frames side by side in the order of the race.
/// @return the errors of the writers
Result<void> saveRace(const std::filesystem::path& folder, const std::vector<Racer>& racers,
    const nlohmann::ordered_json& race, std::stop_token stop);

} // namespace toca::app
