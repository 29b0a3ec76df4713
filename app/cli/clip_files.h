// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/labelled_clip.h"
#include "core/base/expected.h"

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace toca::app {

// The command line's door to core/media. A build without media support has its own (clip_files_plain.cpp): it writes
// PNG pictures, which carry no request, and answers all else with Unsupported.

/// False in a build without media support.
bool canWriteVideo();

/// The kinds of clip files that a name can mean.
enum class ClipKind { OneFile, NumberedPictures, Folder };
/// @return InvalidArgument naming the possible endings
Result<ClipKind> clipKindOf(const std::filesystem::path& path);

/// What was written, as one line: "clip.mp4 (mp4, 17 frames, 128x128, 8 fps, 52.1 KiB)".
Result<std::string> saveClip(
    const std::filesystem::path& path, const Clip& clip, const std::string& requestJson, std::stop_token stop);

/// What a clip or picture holds, its request and how to make it again; as JSON (docs/cli.md) or for people.
/// @return the errors of core/media's `probe`
Result<std::string> clipInfo(const std::filesystem::path& path, bool isJson);

/// Reads a clip or picture file. @return the errors of core/media's `readClip`
Result<Clip> readClipFile(const std::filesystem::path& path);
/// The request that a clip carries, as JSON text; "" when it has none or cannot be read.
std::string clipRequest(const std::filesystem::path& path);
/// Clips side by side below their labels. @param gain of the difference of the first two; 0 = none
/// @return the errors of core/media's `comparisonClip`
Result<Clip> sideBySide(std::vector<LabelledClip> clips, int gain);

/// Longest request that a clip can carry, in bytes.
std::size_t longestClipRequest();

} // namespace toca::app
