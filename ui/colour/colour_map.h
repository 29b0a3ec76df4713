// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/colour/oklab.h"

#include <QColor>

#include <array>
#include <span>

namespace toca::ui {

/// A perceptually uniform sequential colour map: a smooth path through a few points of Oklab, walked at constant
/// speed, so that equal differences of a value look equally different and lightness alone tells the order.
class ColourMap {
public:
    static constexpr int kColours = 256;

    /// @param points at least two, lightness strictly rising or strictly falling
    explicit ColourMap(std::span<const Oklab> points);

    /// @param value clamped to [0, 1]; NaN counts as 0
    QRgb at(double value) const;
    QColor colour(double value) const { return QColor(at(value)); }
    /// Black or white, whichever is easier to read upon the colour of `value`.
    QRgb ink(double value) const;
    const std::array<QRgb, kColours>& colours() const { return m_colours; }

    // The low end is close to the background of its theme, the high end stands out from it.
    static const ColourMap& share(bool dark); ///< fresh ratio and other shares: indigo, teal, lemon
    static const ColourMap& age(bool dark); ///< evaluations since a token was computed: aubergine, red, amber
    static const ColourMap& score(bool dark); ///< ranking values: one violet hue

private:
    std::array<QRgb, kColours> m_colours{};
};

} // namespace toca::ui
