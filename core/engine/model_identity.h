// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/checkpoint/checkpoint.h"

#include <filesystem>
#include <string>

namespace toca::engine {

/// Tells weights apart by their content: 128 bits over every tensor's name, dtype, shape and bytes, in order of names.
/// Tensors of up to 64 KiB are read whole; of larger ones 64 windows of 256 bytes, spread evenly from the first byte to
/// the last, so that it takes milliseconds for gigabytes. Training changes all values and a change of any of those is
/// seen; a change of single values between the windows of a large tensor is not. It guards against mistakes, not
/// against an attacker. Where the file lies and how it is split into shards does not matter; its names and dtypes do.
/// @return 32 hexadecimal digits, or Io when a file has become shorter
Result<std::string> contentIdentity(const checkpoint::Checkpoint& checkpoint);

/// The identity of the transformer in a model folder or checkpoint file.
/// @return NotFound, BadFormat, BadCheckpoint as `findParts`
Result<std::string> modelIdentity(const std::filesystem::path& model);

/// Where a model's own calibrations lie: `calibration` in its folder; for a single file `<name>.calibration` beside it.
std::filesystem::path calibrationFolder(const std::filesystem::path& model);

} // namespace toca::engine
