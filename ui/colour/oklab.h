// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QRgb>

namespace toca::ui {

/// A colour in Oklab (B. Ottosson, "A perceptual color space for image processing", 2020): equal distances look about
/// equally different.
struct Oklab {
    double lightness = 0; ///< 0 = black .. 1 = white
    double a = 0; ///< green .. red, about -0.3 .. 0.3
    double b = 0; ///< blue .. yellow, about -0.3 .. 0.3
};

/// From lightness, chroma (0 = grey .. about 0.3) and hue in degrees.
Oklab oklch(double lightness, double chroma, double hueDegrees);
Oklab oklabFromRgb(QRgb colour);
/// The nearest colour that sRGB can show, of the same lightness and hue: only its chroma is reduced.
QRgb rgbFromOklab(const Oklab& colour);
/// Euclidean distance; about 0.02 is just noticeable for neighbouring areas.
double distance(const Oklab& left, const Oklab& right);
/// `share` of `over` upon `under`, mixed in Oklab; share in [0, 1].
QRgb mixed(QRgb under, QRgb over, double share);

} // namespace toca::ui
