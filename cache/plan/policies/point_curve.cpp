// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/point_curve.h"

#include "core/base/printable.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace toca::plan {
namespace {

double rounded(double value)
{
    return std::round(value * 1000) / 1000;
}

std::string numberText(double number)
{
    char buffer[32];
    return {buffer, std::to_chars(buffer, buffer + sizeof buffer, number).ptr};
}

/// A finite number that the whole of `text` is made of, blanks around it left out.
bool readNumber(std::string_view text, double& number)
{
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
    return status == std::errc() && end == text.data() + text.size() && std::isfinite(number);
}

} // namespace

Result<PointCurve> PointCurve::parse(std::string_view parameter, std::string_view text)
{
    const auto wrong = [&](const std::string& problem) {
        return unexpected(ErrorCode::InvalidArgument,
            "The parameter " + std::string(parameter) + " cannot be " + printable(text) + ": " + problem
                + ". It is points position:value with commas between them, such as 0:1.5, 0.5:1, 1:0.2.");
    };
    PointCurve curve;
    if (text.find_first_not_of(' ') == std::string_view::npos)
        return curve;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        const std::string_view part = text.substr(begin, end - begin);
        const std::size_t colon = part.find(':');
        Point point;
        if (colon == std::string_view::npos || !readNumber(part.substr(0, colon), point.position)
            || !readNumber(part.substr(colon + 1), point.value))
            return wrong(printable(part, 20) + " is no point");
        if (point.position < 0 || point.position > 1)
            return wrong("a position lies outside of 0 to 1");
        if (point.value < 0 || point.value > kLargestValue)
            return wrong("a value lies outside of 0 to 10");
        if (!curve.m_points.empty() && point.position <= curve.m_points.back().position)
            return wrong("positions must rise");
        if (curve.m_points.size() == kMostPoints)
            return wrong("it has more than 64 points");
        curve.m_points.push_back(point);
        begin = end + 1;
    }
    return curve;
}

std::string PointCurve::text() const
{
    std::string text;
    for (const Point& point : m_points)
        text += (text.empty() ? "" : ", ") + numberText(point.position) + ":" + numberText(point.value);
    return text;
}

PointCurve PointCurve::of(std::vector<Point> points)
{
    for (Point& point : points) {
        point.position = rounded(std::clamp(point.position, 0.0, 1.0));
        point.value = rounded(std::clamp(point.value, 0.0, kLargestValue));
    }
    std::stable_sort(
        points.begin(), points.end(), [](const Point& a, const Point& b) { return a.position < b.position; });
    PointCurve curve;
    for (const Point& point : points) {
        if (!curve.m_points.empty() && curve.m_points.back().position == point.position)
            curve.m_points.back() = point;
        else if (curve.m_points.size() < kMostPoints)
            curve.m_points.push_back(point);
    }
    return curve;
}

double PointCurve::at(double position) const
{
    if (m_points.empty())
        return 1;
    const auto after =
        std::find_if(m_points.begin(), m_points.end(), [&](const Point& point) { return point.position >= position; });
    if (after == m_points.begin())
        return m_points.front().value;
    if (after == m_points.end())
        return m_points.back().value;
    const Point& before = *std::prev(after);
    const double share = (position - before.position) / (after->position - before.position);
    return before.value + share * (after->value - before.value);
}

double PointCurve::positionOf(int index, int count)
{
    return count > 1 ? static_cast<double>(index) / (count - 1) : 0;
}

} // namespace toca::plan
