// SPDX-License-Identifier: Apache-2.0
#include "core/world/outline.h"

#include "core/world/cairo_objects.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

namespace toca::world {
namespace {

constexpr double kPi = std::numbers::pi;

struct Point {
    double x = 0;
    double y = 0;
};

/// The outline at distance `growth` around a polygon, whose corners run anticlockwise: outer corners become round.
void addGrownPolygon(cairo_t* context, const std::vector<Point>& corners, double growth)
{
    const auto normal = [](Point from, Point to) {
        const double length = std::hypot(to.x - from.x, to.y - from.y);
        return Point{(to.y - from.y) / length, (from.x - to.x) / length};
    };
    const std::size_t count = corners.size();
    cairo_new_sub_path(context);
    for (std::size_t i = 0; i < count; ++i) {
        const Point corner = corners[i];
        const Point before = normal(corners[(i + count - 1) % count], corner);
        const Point after = normal(corner, corners[(i + 1) % count]);
        const double turn = before.x * after.y - before.y * after.x; // sine of the turn to the left
        if (turn > 0) {
            const double begin = std::atan2(before.y, before.x);
            cairo_arc(context, corner.x, corner.y, growth, begin,
                begin + std::asin(std::min(turn, 1.0))
                    + (before.x * after.x + before.y * after.y < 0 ? kPi - 2 * std::asin(std::min(turn, 1.0)) : 0));
        } else {
            const double scale = growth / (1 + before.x * after.x + before.y * after.y);
            cairo_line_to(context, corner.x + (before.x + after.x) * scale, corner.y + (before.y + after.y) * scale);
        }
    }
    cairo_close_path(context);
}

/// A regular polygon, or a star when `inner` is not 0, with one corner on top.
std::vector<Point> starCorners(int points, double outer, double inner, double y)
{
    std::vector<Point> corners;
    const int steps = inner > 0 ? 2 * points : points;
    for (int i = 0; i < steps; ++i) {
        const double angle = kPi / 2 + 2 * kPi * i / steps;
        const double radius = inner > 0 && i % 2 == 1 ? inner : outer;
        corners.push_back({radius * std::cos(angle), y + radius * std::sin(angle)});
    }
    return corners;
}

void addFlower(cairo_t* context)
{
    constexpr int kSegments = 100;
    for (int i = 0; i < kSegments; ++i) {
        const double angle = 2 * kPi * i / kSegments;
        const double radius = 0.76 + 0.22 * std::cos(5 * angle); // a petal points up
        cairo_line_to(context, radius * std::sin(angle), radius * std::cos(angle));
    }
    cairo_close_path(context);
}

/// Two half circles above a right angle.
void addHeart(cairo_t* context)
{
    constexpr double kScale = 1.62, kDown = 0.86;
    const auto arc = [&](double x, double begin, double end) {
        cairo_arc(context, x * kScale, 0.75 * kScale - kDown, std::numbers::sqrt2 / 4 * kScale, begin, end);
    };
    cairo_move_to(context, 0, -kDown);
    arc(0.25, -kPi / 4, 3 * kPi / 4);
    arc(-0.25, kPi / 4, 5 * kPi / 4);
    cairo_close_path(context);
}

void addCircle(cairo_t* context, double radius)
{
    cairo_new_sub_path(context);
    cairo_arc(context, 0, 0, radius, 0, 2 * kPi);
    cairo_close_path(context);
}

/// The straight pieces of the path.
std::vector<std::pair<Point, Point>> segmentsOf(cairo_t* context)
{
    const std::unique_ptr<cairo_path_t, decltype(&cairo_path_destroy)> path(
        cairo_copy_path_flat(context), &cairo_path_destroy);
    std::vector<std::pair<Point, Point>> segments;
    Point start, current;
    for (int i = 0; i < path->num_data; i += path->data[i].header.length) {
        const cairo_path_data_t* data = path->data + i;
        if (data->header.type == CAIRO_PATH_MOVE_TO) {
            start = current = {data[1].point.x, data[1].point.y};
            continue;
        }
        const Point next = data->header.type == CAIRO_PATH_CLOSE_PATH ? start : Point{data[1].point.x, data[1].point.y};
        segments.emplace_back(current, next);
        current = next;
    }
    return segments;
}

/// Squared distances of points (x[i], y) to a segment, where they are less than what stands there. A loop without
/// branches, so that several points are computed at once.
template <std::size_t count>
void lowerToDistances(std::array<double, count>& least, const std::array<double, count>& x, double y,
    const std::pair<Point, Point>& segment)
{
    const double dx = segment.second.x - segment.first.x, dy = segment.second.y - segment.first.y;
    const double length = dx * dx + dy * dy, py = y - segment.first.y;
    const double divisor = length > 0 ? length : 1; // of a point, where dx and dy are zero
    for (std::size_t i = 0; i < count; ++i) {
        const double px = x[i] - segment.first.x;
        double along = (px * dx + py * dy) / divisor;
        along = along < 0 ? 0 : along;
        along = along > 1 ? 1 : along;
        const double rx = px - along * dx, ry = py - along * dy;
        const double distance = rx * rx + ry * ry;
        least[i] = distance < least[i] ? distance : least[i];
    }
}

} // namespace

void addOutline(cairo_t* context, Shape shape)
{
    switch (shape) {
    case Shape::Ball:
        addCircle(context, 0.92);
        break;
    case Shape::Square:
        addGrownPolygon(context, {{0.7, -0.7}, {0.7, 0.7}, {-0.7, 0.7}, {-0.7, -0.7}}, 0.10);
        break;
    case Shape::Triangle:
        addGrownPolygon(context, starCorners(3, 1.02, 0, -0.12), 0.06);
        break;
    case Shape::Star:
        addGrownPolygon(context, starCorners(5, 1.04, 0.517, 0), 0.04);
        break;
    case Shape::Ring: // even-odd: the inner circle is a hole
        addCircle(context, 0.93);
        addCircle(context, 0.47);
        break;
    case Shape::Heart:
        addHeart(context);
        break;
    case Shape::Cross:
        addGrownPolygon(context,
            {{0.24, -0.86}, {0.24, -0.24}, {0.86, -0.24}, {0.86, 0.24}, {0.24, 0.24}, {0.24, 0.86}, {-0.24, 0.86},
                {-0.24, 0.24}, {-0.86, 0.24}, {-0.86, -0.24}, {-0.24, -0.24}, {-0.24, -0.86}},
            0.06);
        break;
    case Shape::Flower:
        addFlower(context);
        break;
    }
}

const DistanceTable& DistanceTable::of(Shape shape)
{
    static const std::array<DistanceTable, kShapes> tables = [] {
        return std::array<DistanceTable, kShapes>{DistanceTable(Shape::Ball), DistanceTable(Shape::Square),
            DistanceTable(Shape::Triangle), DistanceTable(Shape::Star), DistanceTable(Shape::Ring),
            DistanceTable(Shape::Heart), DistanceTable(Shape::Cross), DistanceTable(Shape::Flower)};
    }();
    return tables[static_cast<std::size_t>(shape)];
}

DistanceTable::DistanceTable(Shape shape)
    : m_distances(kPoints * kPoints)
{
    const Surface surface = makeSurface(CAIRO_FORMAT_A8, 8, 8);
    const Context context(cairo_create(surface.get()));
    cairo_set_tolerance(context.get(), 1e-4);
    cairo_set_fill_rule(context.get(), CAIRO_FILL_RULE_EVEN_ODD);
    // Cairo's fixed-point coordinates have 1/256: draw large, so that they do not matter.
    constexpr double kScale = 1000;
    cairo_scale(context.get(), kScale, kScale);
    cairo_set_tolerance(context.get(), 0.5);
    addOutline(context.get(), shape);
    const auto segments = segmentsOf(context.get());
    constexpr double kSpacing = 1 / static_cast<double>(kPerUnit);
    const auto coordinate = [](std::size_t index) {
        return static_cast<double>(index) / static_cast<double>(kPerUnit) - static_cast<double>(kReach);
    };
    std::array<double, kPoints> x{}, least{};
    for (std::size_t column = 0; column < kPoints; ++column)
        x[column] = coordinate(column);
    for (std::size_t row = 0; row < kPoints; ++row) {
        const double y = coordinate(row);
        least.fill(std::numeric_limits<double>::infinity());
        for (const auto& segment : segments)
            lowerToDistances(least, x, y, segment);
        bool isInside = false;
        for (std::size_t column = 0; column < kPoints; ++column) {
            // To ask is slow. Farther from the outline than the point before, this one is on the same side.
            if (column == 0 || least[column] < 1.01 * kSpacing * kSpacing)
                isInside = cairo_in_fill(context.get(), x[column], y);
            m_distances[row * kPoints + column] = static_cast<float>((isInside ? -1 : 1) * std::sqrt(least[column]));
        }
    }
}

} // namespace toca::world
