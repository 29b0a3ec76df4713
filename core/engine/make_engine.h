// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/engine.h"

#include <memory>
#include <string>
#include <vector>

namespace toca {

struct EngineOptions {
    /// Folder of the model that an empty `GenerationRequest::modelPath` means; empty: found beside the program
    /// (`embeddedModelPath`).
    std::string embeddedModelPath;
    bool measuresParts = true; ///< fills RunResult::partSeconds; the clock is read a few times per module
};

/// The engine on LibTorch. Cheap: nothing is loaded before the first request.
std::unique_ptr<Engine> makeEngine(const EngineOptions& options = {});

/// Where a run computes.
struct RunPlace {
    std::string device; ///< as in RunResult::device; "" = the wanted one cannot be used
    int threads = 1;
};
/// Where a request will run, asked before the program's first run.
RunPlace runPlaceOf(const GenerationRequest& request);

/// Where the embedded model lies: `TOCA_MODEL` if set, else `../share/toca-studio/models/toca-miniature-2` beside the
/// program, else the source tree that the program was built from. Empty when none of them exists.
std::string embeddedModelPath();

/// Names of the models that come with the program, the one that "" means first. A request may have such a name where it
/// has the path of a model folder, and means the same on every machine.
std::vector<std::string> embeddedModelNames();

/// The folder that a request's `modelPath` means: of the embedded model for "", of another embedded one for its name,
/// else the path as it is ("./name" for a folder that has such a name). "" when the embedded model was not found.
std::string modelFolderOf(const std::string& modelPath);

} // namespace toca
