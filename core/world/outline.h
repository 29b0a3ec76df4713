// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/world/grammar.h"

#include <cairo.h>
#include <vector>

namespace toca::world {

/// Adds the outline of a shape of radius 1 around the origin, upright, to the context's path.
void addOutline(cairo_t* context, Shape shape);

/// Signed distances to a shape's outline, in units of its radius, negative inside; shading follows them.
class DistanceTable {
public:
    /// The table of a shape; made when it is first asked for, on any thread.
    static const DistanceTable& of(Shape shape);

    /// Linear between the table's points; far outside: a large number.
    float at(float x, float y) const
    {
        const float column = (x + kReach) * kPerUnit, row = (y + kReach) * kPerUnit;
        if (!(column >= 0 && row >= 0 && column < kPoints - 1 && row < kPoints - 1))
            return kFar;
        const auto left = static_cast<std::size_t>(column), lower = static_cast<std::size_t>(row);
        const float rightShare = column - static_cast<float>(left), upperShare = row - static_cast<float>(lower);
        const float* point = m_distances.data() + lower * kPoints + left;
        const float below = point[0] + (point[1] - point[0]) * rightShare;
        const float above = point[kPoints] + (point[kPoints + 1] - point[kPoints]) * rightShare;
        return below + (above - below) * upperShare;
    }

private:
    static constexpr float kReach = 2.1F; // the widest shadow of the smallest object ends there
    static constexpr std::size_t kPoints = 140;
    static constexpr float kPerUnit = static_cast<float>(kPoints - 1) / (2 * kReach);
    static constexpr float kFar = 1e3F;

    explicit DistanceTable(Shape shape);
    std::vector<float> m_distances; // (row from below, column)
};

} // namespace toca::world
