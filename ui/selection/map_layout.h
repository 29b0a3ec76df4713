// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QPointF>
#include <QRectF>

namespace toca::ui {

/// Where the cells of a zoomable map lie: rows stand in groups with a gap between them. Logical pixels; no state of a
/// widget, so that zooming and panning can be tested alone.
class MapLayout {
public:
    static constexpr double kLargestCell = 96.0;
    static constexpr double kSmallestCell = 1.5; ///< below that rows would vanish; the map scrolls instead

    void setCells(int columns, int rows, int rowsPerGroup);
    void setViewport(const QRectF& viewport);
    const QRectF& viewport() const { return m_viewport; }
    int columns() const { return m_columns; }
    int rows() const { return m_rows; }

    double cellWidth() const { return m_cellWidth; }
    double cellHeight() const { return m_cellHeight; }
    double groupGap() const { return m_groupGap; }
    double left(int column) const; ///< of a column; `left(columns())` is the right end
    double top(int row) const;
    double bottom(int row) const { return top(row) + m_cellHeight; }
    QRectF cellRect(int column, int row) const;
    /// -1 outside of the cells.
    int columnAt(double x) const;
    int rowAt(double y) const;
    int firstVisibleColumn() const;
    int lastVisibleColumn() const; ///< inclusive; -1 when there are none

    bool isFitted() const { return m_zoom <= 1.0; }
    double zoom() const { return m_zoom; }
    void fit();
    /// The point under `at` stays where it is.
    void zoomAt(const QPointF& at, double factor);
    void pan(const QPointF& by);
    /// Scrolls as little as needed to show the cell.
    void reveal(int column, int row);

private:
    void arrange();
    double contentWidth() const { return m_cellWidth * m_columns; }
    double contentHeight() const;

    QRectF m_viewport;
    int m_columns = 0;
    int m_rows = 0;
    int m_rowsPerGroup = 1;
    double m_zoom = 1.0; ///< 1 = everything fits
    double m_cellWidth = 1.0;
    double m_cellHeight = 1.0;
    double m_groupGap = 0.0;
    QPointF m_offset; ///< content point at the viewport's top left corner
};

} // namespace toca::ui
