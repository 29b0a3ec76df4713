// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"

#include <string>
#include <string_view>
#include <vector>

namespace toca::plan {

/// A curve through points, straight between them and level outside: what a tuner draws over the steps or the layers of
/// a run. In writing `0:1.5, 0.5:1, 1:0.2`: position 0 is the first step or layer, 1 the last.
class PointCurve {
public:
    struct Point {
        double position = 0; ///< in [0, 1]
        double value = 1; ///< in [0, kLargestValue]
        bool operator==(const Point&) const = default;
    };
    static constexpr double kLargestValue = 10;
    static constexpr std::size_t kMostPoints = 64;

    PointCurve() = default; ///< 1 everywhere
    /// @return InvalidArgument naming `parameter` and what is wrong; positions must rise
    static Result<PointCurve> parse(std::string_view parameter, std::string_view text);
    /// Positions and values rounded to thousandths. `parse` reads it back.
    std::string text() const;
    /// Clamped to the ranges and put in order; of points at one position the last one counts.
    static PointCurve of(std::vector<Point> points);

    bool isEmpty() const { return m_points.empty(); }
    const std::vector<Point>& points() const { return m_points; }
    /// 1 where there is no point.
    double at(double position) const;
    /// The position of an index among so many: 0 for the first, 1 for the last.
    static double positionOf(int index, int count);

    bool operator==(const PointCurve&) const = default;

private:
    std::vector<Point> m_points; ///< by rising position
};

} // namespace toca::plan
