// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace toca::app {

/// What a file is by its first bytes, with an article: "an empty file", "an MP4 video", "a text file". For messages
/// that say what was found where something else was expected.
std::string fileKind(const std::filesystem::path& path);

/// A safetensors file begins with the length of its JSON header and an opening brace.
bool isSafetensors(const std::filesystem::path& path);

} // namespace toca::app
