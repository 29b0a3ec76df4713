// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/model_info.h"
#include "core/base/expected.h"

#include <filesystem>
#include <optional>

namespace toca::engine {

/// What a model's makers say about it, in `prompts.json` of its folder: all of it optional.
struct ModelNotes {
    std::vector<std::string> examples; ///< prompts to begin with
    std::vector<std::string> vocabulary; ///< lower-case words that it has learnt
    std::string notice; ///< a sentence about what to expect
    std::optional<int> steps; ///< its usual number of denoising steps, for models without a pipeline.json
    std::optional<double> guidanceScale;

    void applyTo(ModelInfo& info) const;
};

/// @param model a folder, or a checkpoint file: then the notes lie beside it
/// @return none at all when there is no such file; BadFormat when it is not as it should be
Result<ModelNotes> readModelNotes(const std::filesystem::path& model);

} // namespace toca::engine
