// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/progress.h"
#include "app/cli/target_options.h"
#include "core/api/model_info.h"

#include <filesystem>
#include <optional>
#include <string>

namespace toca::app {

/// One clip to make.
struct GenerateItem {
    GenerationRequest request;
    std::filesystem::path clip;
    std::optional<std::filesystem::path> trace;
    bool compareBaseline = false;
    int repeat = 1;
    bool warmUp = false; ///< before a comparison
    std::string label; ///< shown before the progress: "2/5"
    std::optional<SolvedTarget> target; ///< that the request's setting was chosen for
};

/// What is told about a finished one.
struct ItemResult {
    std::string report; ///< JSON, docs/report-schema.md
    std::string summary; ///< lines for people
};

/// Runs one item and writes its clip and trace as soon as the cached run has ended, before its baseline starts. Prints
/// warnings.
/// @return an error of the engine or of the writers; then no partial file is left
Result<ItemResult> generateItem(
    Engine& engine, const ModelInfo& model, const GenerateItem& item, Progress& progress, std::stop_token stop);

/// Writes by the name's ending: .csv a table, .json profilers' events, anything else the trace itself.
Result<void> saveTrace(const std::filesystem::path& path, const plan::Trace& trace, const std::string& requestJson);

} // namespace toca::app
