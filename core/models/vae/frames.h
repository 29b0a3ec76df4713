// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/frame.h"

#include <torch/types.h>

#include <vector>

namespace toca::models {

/// Pictures of one decoded video.
///
/// @param video (3, F, H, W) or (1, 3, F, H, W), in [-1, 1]; values outside are clamped, NaN becomes mid-grey
/// @return F frames: (x + 1) * 127.5, rounded half to even
std::vector<Frame> framesToRgb8(const torch::Tensor& video);

/// The inverse: (1, 3, F, H, W) float32 in [-1, 1].
/// @pre at least one frame, all of one size
torch::Tensor framesFromRgb8(const std::vector<Frame>& frames);

} // namespace toca::models
