// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/targets.h"
#include "core/api/labelled_clip.h"
#include "core/api/run_result.h"
#include "core/base/expected.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace toca::ui {

/// What the window does with files of other libraries, given by the application because the window knows no libav.
/// Called on a worker thread. An empty function means that this build can't do it.
struct FileServices {
    /// Writes the clip in the container of the file's extension (.mp4, .webm, .gif; .png = a sequence), with the
    /// request in its metadata.
    std::function<Result<void>(const std::filesystem::path&, const RunResult&)> saveClip;
    /// Writes several clips as one, side by side below their labels, with |first - second| times `gain` as one more
    /// where that is not 0.
    std::function<Result<void>(const std::filesystem::path&, std::vector<LabelledClip>, int gain)> saveComparison;
    /// The request (JSON) in the metadata of a clip that was saved by this program.
    std::function<Result<std::string>(const std::filesystem::path&)> readRequest;
    std::function<Result<Clip>(const std::filesystem::path&)> readClip;
    /// Runs of a model ("" = the embedded one) that the library keeps with a comparison to the uncached run. Called on
    /// the window's thread.
    std::function<std::vector<plan::RecordedRun>(const std::string& modelPath)> recordedRuns;
    /// Names of the models that come with the program and may be asked for instead of a path; "" = the default one.
    std::vector<std::string> embeddedModels{""};
    /// "LibTorch 2.11.0, FFmpeg 5.1": for the About box.
    std::string libraryVersions;
};

} // namespace toca::ui
