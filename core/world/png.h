// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/frame.h"
#include "core/base/expected.h"

#include <string>

namespace toca::world {

/// The bytes of a PNG file, for programs without core/media. @pre the frame has width * height * 3 bytes
/// @return OutOfMemory, or EncoderFailed with Cairo's reason
Result<std::string> pngOf(const Frame& frame);

} // namespace toca::world
