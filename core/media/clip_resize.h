// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/frame.h"
#include "core/base/expected.h"

namespace toca::media {

/// How a picture meets a size of another shape.
enum class Fit {
    Cover, ///< fills the size; what sticks out at both sides is cut off equally
    Contain, ///< all of it is visible, on black
    Stretch, ///< its shape changes
};

/// Scales to width x height pixels with a Lanczos filter that also averages when it shrinks. Each colour is filtered
/// alone, so flat areas keep their exact value; at the same size nothing changes.
///
/// @return InvalidArgument for a size outside [1, 16384] or a frame without its height * width * 3 bytes.
Result<Frame> resized(const Frame& frame, int width, int height, Fit fit);
Result<Clip> resized(const Clip& clip, int width, int height, Fit fit);

} // namespace toca::media
