// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"

#include <filesystem>
#include <string>
#include <vector>

namespace toca::app {

/// Prompts of a text file, one a line, at most 10,000 and 16 MiB. Empty lines and lines that begin with '#' are left
/// out, spaces at both ends of a line too; the file may have Windows line ends and a byte order mark.
/// @return NotFound, Io, TooLarge, or InvalidArgument when the file holds no prompt
Result<std::vector<std::string>> readPrompts(const std::filesystem::path& path);

} // namespace toca::app
