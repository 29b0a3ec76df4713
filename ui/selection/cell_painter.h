// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/colour/colour_map.h"
#include "ui/selection/selection_map_model.h"

#include <QImage>
#include <QRect>

namespace toca::ui {

/// Paints cells of the selection map into an image, pixel by pixel: colour = fresh ratio, and where there is room a
/// mark that says the same without colour.
///
/// Full: a square in the middle. Subset: a level bar at the lower edge, as long as the fresh ratio. Reused: a short
/// dash. Forecast: two dashes. Blended: a bar and a dash. Not entered: crossed hatching. Planned cells are dimmed and
/// dotted.
class CellPainter {
public:
    /// @param image RGB32 in device pixels, painted in place; must outlive this
    /// @param pixelRatio device pixels per logical pixel
    CellPainter(QImage& image, double pixelRatio);

    /// @param rect device pixels; parts outside of the image are left out
    void paint(const QRect& rect, const MapCellState& state);
    QRgb background() const { return m_background; }

private:
    void fill(const QRect& rect, QRgb colour);
    void hatch(const QRect& rect, const MapCellState& state, QRgb ink);
    void mark(const QRect& rect, const MapCellState& state, QRgb ground);

    QImage& m_image;
    const ColourMap& m_map;
    double m_pixelRatio;
    QRgb m_background; ///< behind the cells
    QRgb m_unknown;
    QRgb m_skipped;
    QRgb m_skippedInk;
    QRgb m_bright; ///< of level bars
    bool m_dark;
};

} // namespace toca::ui
