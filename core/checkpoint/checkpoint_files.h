// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"

#include <filesystem>
#include <functional>
#include <map>
#include <string>

namespace toca::checkpoint {

/// True for a `*.index.json`, the list of a sharded checkpoint's files.
bool isShardIndex(const std::filesystem::path& path);

/// The file to open for what the user named: the file itself, or of a folder the one with the model's weights (see
/// `Checkpoint::open`).
///
/// @return NotFound when a folder holds none, InvalidArgument when it holds several and none has a usual name
Result<std::filesystem::path> findWeights(const std::filesystem::path& path);

/// Tensor name -> name of the file that holds it.
using ShardMap = std::map<std::string, std::string, std::less<>>;

/// Reads `weight_map` of an index. File names are plain names of weight files in the same folder.
///
/// @return NotFound, Io, TooLarge or BadFormat
Result<ShardMap> readShardIndex(const std::filesystem::path& index);

/// "'index' is not a valid index of weight files: <what>. ..."
Unexpected badShardIndex(const std::filesystem::path& index, const std::string& what);

} // namespace toca::checkpoint
