// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"
#include "core/checkpoint/checkpoint.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace toca::engine {

/// A path as messages show it: between single quotes.
std::string quoted(const std::filesystem::path& path);

/// What a set of weights is the part of.
enum class PartKind { Dit, Pixart, Stdit3, ImageVae, VideoVae, TextEncoder };
const char* partKindName(PartKind kind); ///< "DiT transformer", ...

/// Who named the weights: the published code of the model, or diffusers.
enum class WeightNames { Published, Diffusers };

/// Weights that were found, told from the names of their tensors.
struct FoundPart {
    PartKind kind = PartKind::Dit;
    WeightNames names = WeightNames::Published;
    std::filesystem::path path; ///< the file, or the folder of shards
    checkpoint::Checkpoint checkpoint;
    std::optional<nlohmann::json> config; ///< of the config.json beside it
    std::string configName; ///< for messages
};

/// Everything under a path that is a part of a model.
struct FoundParts {
    std::vector<FoundPart> parts; ///< ordered by path
    std::vector<std::filesystem::path> tokenizers; ///< SentencePiece models
    std::vector<Error> unreadable; ///< files that look like weights and are none

    /// The first of its kind; nullptr if there is none.
    const FoundPart* first(PartKind kind) const;
};

/// Which part these tensor names belong to; nothing when they are of no model known here.
std::optional<std::pair<PartKind, WeightNames>> classify(const checkpoint::Checkpoint& checkpoint);

/// Looks through a folder, or a file and what lies beside it. What a file is is decided by its content.
/// Reads headers and configs, no weights.
/// @return NotFound, BadFormat (a config.json that is no JSON)
Result<FoundParts> findParts(const std::filesystem::path& path);

} // namespace toca::engine
