// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/world/segmentation.h"

namespace toca::world {

/// How well a shape's outline fits a region.
struct ShapeMatch {
    double overlap = 0; ///< intersection over union, in [0, 1]
    double radius = 0; ///< of the outline that fits best, in pixels
};

/// The best fit for each shape: a small search around the region's box, and over angles where the shape may be turned.
std::array<ShapeMatch, kShapes> matchShapes(const Region& region, int width, int height, bool mayBeTurned);

} // namespace toca::world
