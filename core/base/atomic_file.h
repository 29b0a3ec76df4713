// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"

#include <filesystem>
#include <string_view>

namespace toca {

/// Writes `content` to `path` so that a reader sees either the old file or the whole new one: a temporary file beside
/// it, fsync, rename. On failure the old file is untouched and the temporary one removed.
///
/// @return Io with the path and the system's reason (full disk, read-only, missing folder).
Result<void> writeFileAtomically(const std::filesystem::path& path, std::string_view content);

/// Reads a whole file, refusing more than `limit` bytes.
///
/// @return NotFound, Io, or TooLarge.
Result<std::string> readFile(const std::filesystem::path& path, std::size_t limit = 64u << 20);

/// A name beside `path` for a file that is written first and renamed to `path` when complete (`commitTemporary`), for
/// writers that need a real file name, such as libav. Keeps the extension, since containers are chosen by it.
std::filesystem::path temporaryBeside(const std::filesystem::path& path);

/// Makes the temporary file durable and renames it to `path`; removes it when that fails.
Result<void> commitTemporary(const std::filesystem::path& temporary, const std::filesystem::path& path);

} // namespace toca
