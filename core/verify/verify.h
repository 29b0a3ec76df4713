// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"

#include <cstdint>
#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

namespace toca::verify {

struct VerifyOptions {
    std::vector<std::filesystem::path> folders; ///< each a reference case, or holding cases one level below
    std::vector<std::string> only; ///< globs over tensor names (`*` also matches '/'); empty: all
    int threads = 0; ///< 0 = LibTorch's default
};

struct VerifySummary {
    int compared = 0;
    int failed = 0;
    int unsupported = 0;
    std::int64_t selections = 0; ///< rows of tokens whose choice was compared
    std::vector<std::string> problems; ///< why cases could not run
    std::int64_t ties = 0; ///< of these, decided by less than the score's own error
};

/// Runs the reference cases of the folders (format: tests/reference/README.md) and prints one line per tensor: name,
/// largest error, tolerance, verdict. A case that cannot run counts as one failure.
/// @return NotFound when a folder holds no case
Result<VerifySummary> verify(const VerifyOptions& options, std::ostream& out);

} // namespace toca::verify
