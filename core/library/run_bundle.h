// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/library/run_record.h"

#include <filesystem>
#include <string>

namespace toca::library {

/// Ending of the file that holds a whole run.
inline constexpr const char* kBundleEnding = ".toca";

/// Puts a run's folder into one file: safetensors with one U8 tensor for each of its files, named like it, and the
/// metadata `format` = "toca-bundle" with a checksum of each (docs/bundle-format.md). The same folder gives the same
/// bytes. Atomic.
/// @return the errors of reading the run, or Io
Result<void> writeBundle(const std::filesystem::path& bundle, const std::filesystem::path& runFolder);

/// True when the file's header says that it is a bundle. Reads at most 8 MiB and believes nothing.
bool isBundle(const std::filesystem::path& path);

/// Writes a bundle's files into a run that is being written; the caller commits it. Nothing in the bundle is trusted:
/// only the files that a run has are taken, and what they hold is read and checked as in any run. Checksums are held
/// against the files; bundles of before there were any are opened without.
/// @return NotFound, Io, TooLarge or BadFormat naming the bundle and the file in it
Result<void> unpackBundle(const std::filesystem::path& bundle, RunWriter& writer);

/// An error about a file of an unpacked bundle, as one about the bundle: users know nothing of the folder.
Error inBundle(Error error, const std::filesystem::path& unpacked, const std::filesystem::path& bundle);

} // namespace toca::library
