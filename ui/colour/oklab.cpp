// SPDX-License-Identifier: Apache-2.0
#include "ui/colour/oklab.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace toca::ui {

namespace {

double linearFromSrgb(double value)
{
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

double srgbFromLinear(double value)
{
    return value <= 0.0031308 ? 12.92 * value : 1.055 * std::pow(value, 1.0 / 2.4) - 0.055;
}

std::array<double, 3> linearFromOklab(const Oklab& colour)
{
    const double l = std::pow(colour.lightness + 0.3963377774 * colour.a + 0.2158037573 * colour.b, 3.0);
    const double m = std::pow(colour.lightness - 0.1055613458 * colour.a - 0.0638541728 * colour.b, 3.0);
    const double s = std::pow(colour.lightness - 0.0894841775 * colour.a - 1.2914855480 * colour.b, 3.0);
    return {4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
        -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
        -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s};
}

bool isInGamut(const std::array<double, 3>& linear)
{
    constexpr double kTolerance = 1e-4; // below half an 8-bit step everywhere
    return std::all_of(
        linear.begin(), linear.end(), [](double value) { return value >= -kTolerance && value <= 1.0 + kTolerance; });
}

} // namespace

Oklab oklch(double lightness, double chroma, double hueDegrees)
{
    const double hue = hueDegrees * std::numbers::pi / 180.0;
    return {lightness, chroma * std::cos(hue), chroma * std::sin(hue)};
}

Oklab oklabFromRgb(QRgb colour)
{
    const double red = linearFromSrgb(qRed(colour) / 255.0);
    const double green = linearFromSrgb(qGreen(colour) / 255.0);
    const double blue = linearFromSrgb(qBlue(colour) / 255.0);
    const double l = std::cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
    const double m = std::cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
    const double s = std::cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
    return {0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
        1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s, 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

QRgb rgbFromOklab(const Oklab& colour)
{
    std::array<double, 3> linear = linearFromOklab(colour);
    if (!isInGamut(linear)) {
        double inside = 0.0;
        double outside = 1.0;
        for (int i = 0; i < 20; ++i) { // halving 20 times leaves far less than one 8-bit step
            const double middle = 0.5 * (inside + outside);
            linear = linearFromOklab({colour.lightness, colour.a * middle, colour.b * middle});
            (isInGamut(linear) ? inside : outside) = middle;
        }
        linear = linearFromOklab({colour.lightness, colour.a * inside, colour.b * inside});
    }
    const auto byte = [](double value) {
        return static_cast<int>(std::lround(255.0 * srgbFromLinear(std::clamp(value, 0.0, 1.0))));
    };
    return qRgb(byte(linear[0]), byte(linear[1]), byte(linear[2]));
}

double distance(const Oklab& left, const Oklab& right)
{
    return std::hypot(left.lightness - right.lightness, left.a - right.a, left.b - right.b);
}

QRgb mixed(QRgb under, QRgb over, double share)
{
    const Oklab from = oklabFromRgb(under);
    const Oklab to = oklabFromRgb(over);
    const double w = std::clamp(share, 0.0, 1.0);
    return rgbFromOklab(
        {std::lerp(from.lightness, to.lightness, w), std::lerp(from.a, to.a, w), std::lerp(from.b, to.b, w)});
}

} // namespace toca::ui
