// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/frame.h"
#include "core/base/expected.h"

#include <filesystem>
#include <vector>

namespace toca::library {

/// What a run made, without loss: what later runs are compared with.
struct StoredPixels {
    Clip clip;
    std::vector<float> latent; ///< may be empty
    bool operator==(const StoredPixels&) const = default;
};

/// Writes safetensors atomically: `frames` (F, H, W, 3) U8, `latent` (values) F32, metadata `fps`.
/// @return InvalidArgument for no frames or frames of several sizes, Io
Result<void> writePixels(const std::filesystem::path& path, const StoredPixels& pixels);
/// Reads it back; never trusts the file. @return NotFound, Io, TooLarge or BadFormat naming the file
Result<StoredPixels> readPixels(const std::filesystem::path& path);

} // namespace toca::library
