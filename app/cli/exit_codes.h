// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.h"

namespace toca::app {

// What `toca` returns to the shell; the table of docs/cli.md.
inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1; ///< verification failed, something is not supported, or an internal error
inline constexpr int kExitUsage = 2; ///< an argument is wrong
inline constexpr int kExitFile = 3; ///< a file is missing, or reading or writing failed
inline constexpr int kExitBadFile = 4; ///< a file or model is damaged or not what was expected
inline constexpr int kExitTooLarge = 5; ///< the memory is not enough
inline constexpr int kExitCancelled = 130; ///< interrupted, as shells report it

int exitCodeOf(ErrorCode code);

} // namespace toca::app
