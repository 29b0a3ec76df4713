// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/generation_request.h"
#include "core/base/expected.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace toca::app {

/// Finds out before minutes of work whether a file can be written there: by writing a byte beside it.
/// @return Io naming the path and the reason (missing or read-only folder, full disk, a folder or device of that name)
Result<void> checkWritableFile(const std::filesystem::path& path);
/// The same for a clip's name, which may mean a folder or numbered pictures.
/// @return also InvalidArgument when the name's ending is no kind of clip
Result<void> checkWritableClip(const std::filesystem::path& path);

/// "a-red-ball-seed-7.mp4" in the current folder, from the letters and digits of the prompt, or "class-207-seed-1.png";
/// pictures are PNG. With "-2", "-3" ... where such a file exists already, since the user did not name it.
std::filesystem::path defaultClipName(const GenerationRequest& request);

/// The name of one of a batch: "clip.mp4" -> "clip_0007.mp4", "frames/" -> "frames_0007/",
/// "f_%04d.png" -> "0007_f_%04d.png".
std::filesystem::path numberedName(const std::filesystem::path& path, std::size_t number);

} // namespace toca::app
