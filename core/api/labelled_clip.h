// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/frame.h"

#include <string>

namespace toca {

/// A clip and what is written above it in a comparison.
struct LabelledClip {
    Clip clip;
    std::string label; ///< UTF-8, one line
};

} // namespace toca
