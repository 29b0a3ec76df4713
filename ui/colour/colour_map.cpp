// SPDX-License-Identifier: Apache-2.0
#include "ui/colour/colour_map.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace toca::ui {

namespace {

/// Slopes of a monotone cubic through equally spaced values (Fritsch and Butland 1984): no overshoot, so lightness
/// that rises from point to point rises everywhere between them too.
std::vector<double> monotoneSlopes(const std::vector<double>& values)
{
    const std::size_t count = values.size();
    std::vector<double> slopes(count, 0.0);
    slopes.front() = values[1] - values[0];
    slopes.back() = values[count - 1] - values[count - 2];
    for (std::size_t i = 1; i + 1 < count; ++i) {
        const double before = values[i] - values[i - 1];
        const double after = values[i + 1] - values[i];
        slopes[i] = before * after > 0 ? 2.0 * before * after / (before + after) : 0.0;
    }
    return slopes;
}

class Curve {
public:
    explicit Curve(std::vector<double> values)
        : m_values(std::move(values))
        , m_slopes(monotoneSlopes(m_values))
    {
    }
    /// @param position in [0, number of points - 1]
    double at(double position) const
    {
        const auto i = std::min(static_cast<std::size_t>(position), m_values.size() - 2);
        const double t = position - static_cast<double>(i);
        const double t2 = t * t;
        const double t3 = t2 * t;
        return (2 * t3 - 3 * t2 + 1) * m_values[i] + (t3 - 2 * t2 + t) * m_slopes[i]
            + (-2 * t3 + 3 * t2) * m_values[i + 1] + (t3 - t2) * m_slopes[i + 1];
    }

private:
    std::vector<double> m_values;
    std::vector<double> m_slopes;
};

} // namespace

ColourMap::ColourMap(std::span<const Oklab> points)
{
    std::vector<double> lightness;
    std::vector<double> a;
    std::vector<double> b;
    for (const Oklab& point : points) {
        lightness.push_back(point.lightness);
        a.push_back(point.a);
        b.push_back(point.b);
    }
    const Curve lightnessCurve(lightness);
    const Curve aCurve(a);
    const Curve bCurve(b);

    // Walk the path in small steps and measure its length, then take the colours at equal lengths.
    constexpr int kSamples = 1024;
    std::vector<Oklab> path(kSamples);
    std::vector<double> length(kSamples, 0.0);
    const auto last = static_cast<double>(points.size() - 1);
    for (std::size_t i = 0; i < kSamples; ++i) {
        const double position = last * static_cast<double>(i) / (kSamples - 1);
        path[i] = {lightnessCurve.at(position), aCurve.at(position), bCurve.at(position)};
        if (i > 0) {
            length[i] = length[i - 1] + distance(path[i - 1], path[i]);
        }
    }
    std::size_t i = 0;
    for (std::size_t k = 0; k < kColours; ++k) {
        const double wanted = length.back() * static_cast<double>(k) / (kColours - 1);
        while (i + 2 < kSamples && length[i + 1] < wanted) {
            ++i;
        }
        const double span = length[i + 1] - length[i];
        const double t = span > 0 ? std::clamp((wanted - length[i]) / span, 0.0, 1.0) : 0.0;
        m_colours[k] = rgbFromOklab({std::lerp(path[i].lightness, path[i + 1].lightness, t),
            std::lerp(path[i].a, path[i + 1].a, t), std::lerp(path[i].b, path[i + 1].b, t)});
    }
}

QRgb ColourMap::at(double value) const
{
    const double inside = value > 0.0 ? std::min(value, 1.0) : 0.0; // NaN compares false
    return m_colours[static_cast<std::size_t>(std::lround(inside * (kColours - 1)))];
}

QRgb ColourMap::ink(double value) const
{
    return oklabFromRgb(at(value)).lightness > 0.62 ? qRgb(0, 0, 0) : qRgb(255, 255, 255);
}

const ColourMap& ColourMap::share(bool dark)
{
    static const ColourMap onDark(std::array{oklch(0.285, 0.030, 275), oklch(0.42, 0.110, 272), oklch(0.58, 0.115, 228),
        oklch(0.76, 0.130, 168), oklch(0.945, 0.120, 108)});
    static const ColourMap onLight(std::array{oklch(0.945, 0.014, 150), oklch(0.82, 0.095, 165),
        oklch(0.65, 0.110, 215), oklch(0.47, 0.120, 262), oklch(0.27, 0.090, 285)});
    return dark ? onDark : onLight;
}

const ColourMap& ColourMap::age(bool dark)
{
    static const ColourMap onDark(std::array{oklch(0.275, 0.030, 320), oklch(0.43, 0.130, 345), oklch(0.60, 0.175, 20),
        oklch(0.77, 0.145, 62), oklch(0.945, 0.060, 95)});
    static const ColourMap onLight(std::array{oklch(0.950, 0.018, 90), oklch(0.82, 0.110, 65), oklch(0.64, 0.165, 25),
        oklch(0.46, 0.140, 350), oklch(0.27, 0.080, 320)});
    return dark ? onDark : onLight;
}

const ColourMap& ColourMap::score(bool dark)
{
    static const ColourMap onDark(std::array{
        oklch(0.280, 0.025, 300), oklch(0.50, 0.130, 300), oklch(0.72, 0.130, 305), oklch(0.93, 0.050, 310)});
    static const ColourMap onLight(std::array{
        oklch(0.945, 0.015, 305), oklch(0.75, 0.110, 303), oklch(0.53, 0.160, 300), oklch(0.30, 0.110, 298)});
    return dark ? onDark : onLight;
}

} // namespace toca::ui
