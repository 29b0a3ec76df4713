// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/run_result.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace toca::app {

/// A run that was kept: from a bundle, a run's folder, or a trace alone.
struct StoredInput {
    GenerationRequest request;
    std::shared_ptr<const plan::Trace> trace;
    std::optional<Clip> clip; ///< without loss; not in a trace
    std::string report; ///< JSON; "" for a trace
};

/// True for a bundle or a run's folder.
bool isStoredRun(const std::filesystem::path& path);
/// @return NotFound, Io, BadFormat naming the file
Result<StoredInput> readStoredRun(const std::filesystem::path& path);
/// What `toca info` says of a bundle or a run's folder.
Result<std::string> storedRunInfo(const std::filesystem::path& path, bool isJson);

} // namespace toca::app
