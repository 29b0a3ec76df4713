// SPDX-License-Identifier: Apache-2.0
#include "core/world/shape_match.h"

#include "core/world/outline.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace toca::world {
namespace {

/// A shape of radius 1, as numbers.
struct UnitShape {
    double left = 0, right = 0, bottom = 0, top = 0;
    double area = 0;
    double x = 0, y = 0; ///< centre of mass
};

UnitShape unitShape(Shape shape)
{
    constexpr double kStep = 0.01;
    const DistanceTable& distances = DistanceTable::of(shape);
    UnitShape unit{2, -2, 2, -2};
    double count = 0;
    for (double y = -1.2; y < 1.2; y += kStep)
        for (double x = -1.2; x < 1.2; x += kStep)
            if (distances.at(static_cast<float>(x), static_cast<float>(y)) < 0) {
                ++count;
                unit.x += x;
                unit.y += y;
                unit.left = std::min(unit.left, x);
                unit.right = std::max(unit.right, x);
                unit.bottom = std::min(unit.bottom, y);
                unit.top = std::max(unit.top, y);
            }
    unit.area = count * kStep * kStep;
    unit.x /= count;
    unit.y /= count;
    return unit;
}

const UnitShape& unitOf(Shape shape)
{
    static const std::array<UnitShape, kShapes> units = [] {
        std::array<UnitShape, kShapes> result;
        for (std::size_t i = 0; i < kShapes; ++i)
            result[i] = unitShape(static_cast<Shape>(i));
        return result;
    }();
    return units[static_cast<std::size_t>(shape)];
}

/// A region as points to be compared: every pixel of its box, or every second or third of a large one.
class Points {
public:
    Points(const Region& region, int width, int height)
        : m_step(std::max(1, std::max(region.right - region.left, region.bottom - region.top) / 36))
    {
        const int margin = 3;
        for (int y = std::max(0, region.top - margin); y < std::min(height, region.bottom + margin); y += m_step)
            for (int x = std::max(0, region.left - margin); x < std::min(width, region.right + margin); x += m_step) {
                const bool isInside = region.mask[static_cast<std::size_t>(y * width + x)];
                m_points.push_back({static_cast<float>(x) + 0.5F, static_cast<float>(y) + 0.5F, isInside});
                if (isInside) {
                    m_x += x + 0.5;
                    m_y += y + 0.5;
                    ++m_inside;
                }
            }
        m_x /= m_inside;
        m_y /= m_inside;
    }

    double x() const { return m_x; } ///< centre of mass, pixels
    double y() const { return m_y; } ///< downwards

    /// Overlap with a shape whose origin lies at (x, y), y downwards.
    double overlap(const DistanceTable& distances, double x, double y, double radius, double angle) const
    {
        const auto cosine = static_cast<float>(std::cos(angle) / radius);
        const auto sine = static_cast<float>(std::sin(angle) / radius);
        const auto originX = static_cast<float>(x), originY = static_cast<float>(y);
        int both = 0, either = 0;
        for (const Point& point : m_points) {
            const float dx = point.x - originX, dy = originY - point.y;
            const bool isInside = distances.at(cosine * dx + sine * dy, cosine * dy - sine * dx) < 0;
            both += isInside && point.isInside;
            either += isInside || point.isInside;
        }
        return either > 0 ? static_cast<double>(both) / either : 0;
    }

private:
    struct Point {
        float x, y;
        bool isInside;
    };
    int m_step;
    std::vector<Point> m_points;
    double m_x = 0, m_y = 0;
    int m_inside = 0;
};

/// Upright: the box says where and how large.
ShapeMatch matchUpright(const Region& region, const Points& points, Shape shape)
{
    const DistanceTable& distances = DistanceTable::of(shape);
    const UnitShape& unit = unitOf(shape);
    const double base = ((region.right - region.left) / (unit.right - unit.left)
                            + (region.bottom - region.top) / (unit.top - unit.bottom))
        / 2;
    const double x = (region.left + region.right) / 2.0, y = (region.top + region.bottom) / 2.0;
    ShapeMatch best;
    for (const double scale : {0.94, 1.0, 1.06})
        for (const double right : {-1.0, 0.0, 1.0})
            for (const double down : {-1.0, 0.0, 1.0}) {
                const double radius = base * scale;
                const double overlap = points.overlap(distances, x + right - radius * (unit.left + unit.right) / 2,
                    y + down + radius * (unit.bottom + unit.top) / 2, radius, 0);
                if (overlap > best.overlap)
                    best = {overlap, radius};
            }
    return best;
}

/// Turned by any angle: area and centre of mass say where and how large.
ShapeMatch matchTurned(const Region& region, const Points& points, Shape shape)
{
    constexpr int kAngles = 36;
    const DistanceTable& distances = DistanceTable::of(shape);
    const UnitShape& unit = unitOf(shape);
    const double radius = std::sqrt(static_cast<double>(region.area) / unit.area);
    ShapeMatch best;
    for (int i = 0; i < kAngles; ++i) {
        const double angle = 2 * std::numbers::pi * i / kAngles;
        const double x = unit.x * std::cos(angle) - unit.y * std::sin(angle);
        const double y = unit.x * std::sin(angle) + unit.y * std::cos(angle);
        const double overlap =
            points.overlap(distances, points.x() - radius * x, points.y() + radius * y, radius, angle);
        if (overlap > best.overlap)
            best = {overlap, radius};
    }
    return best;
}

} // namespace

std::array<ShapeMatch, kShapes> matchShapes(const Region& region, int width, int height, bool mayBeTurned)
{
    const Points points(region, width, height);
    std::array<ShapeMatch, kShapes> matches;
    for (std::size_t i = 0; i < kShapes; ++i)
        matches[i] = mayBeTurned ? matchTurned(region, points, static_cast<Shape>(i))
                                 : matchUpright(region, points, static_cast<Shape>(i));
    return matches;
}

} // namespace toca::world
