// SPDX-License-Identifier: Apache-2.0
#include "ui/selection/map_layout.h"

#include <algorithm>
#include <cmath>

namespace toca::ui {

void MapLayout::setCells(int columns, int rows, int rowsPerGroup)
{
    const bool sameSize = columns == m_columns && rows == m_rows;
    m_columns = std::max(columns, 0);
    m_rows = std::max(rows, 0);
    m_rowsPerGroup = std::max(rowsPerGroup, 1);
    if (!sameSize) {
        m_zoom = 1.0;
        m_offset = {};
    }
    arrange();
}

void MapLayout::setViewport(const QRectF& viewport)
{
    m_viewport = viewport;
    arrange();
}

double MapLayout::contentHeight() const
{
    const int groups = (m_rows + m_rowsPerGroup - 1) / m_rowsPerGroup;
    return m_cellHeight * m_rows + m_groupGap * std::max(groups - 1, 0);
}

void MapLayout::arrange()
{
    if (m_columns == 0 || m_rows == 0) {
        return;
    }
    const int groups = (m_rows + m_rowsPerGroup - 1) / m_rowsPerGroup;
    // Wide gaps part the three bands; a map of many small groups gets thin ones, or none when there is no room.
    const double room = m_viewport.height() / std::max(m_rows, 1);
    m_groupGap = groups <= 3 ? 8.0 : room >= 6.0 ? 3.0 : room >= 3.0 ? 1.0 : 0.0;
    const double fittedWidth = m_viewport.width() / m_columns;
    const double fittedHeight = (m_viewport.height() - m_groupGap * (groups - 1)) / m_rows;
    // Zooming first grows the shorter side of the cells until they are square: many layers get higher rows while all
    // steps stay in sight.
    const double side = std::min(std::min(fittedWidth, fittedHeight) * m_zoom, kLargestCell);
    m_cellWidth = std::max({fittedWidth, side, kSmallestCell});
    m_cellHeight = std::max({fittedHeight, side, kSmallestCell});
    pan({0, 0});
}

double MapLayout::left(int column) const
{
    return m_viewport.left() - m_offset.x() + m_cellWidth * column;
}

double MapLayout::top(int row) const
{
    return m_viewport.top() - m_offset.y() + m_cellHeight * row + m_groupGap * (row / m_rowsPerGroup);
}

QRectF MapLayout::cellRect(int column, int row) const
{
    return {left(column), top(row), m_cellWidth, m_cellHeight};
}

int MapLayout::columnAt(double x) const
{
    if (m_columns == 0 || x < m_viewport.left() || x >= m_viewport.right()) {
        return -1;
    }
    const int column = static_cast<int>(std::floor((x - left(0)) / m_cellWidth));
    return column >= 0 && column < m_columns ? column : -1;
}

int MapLayout::rowAt(double y) const
{
    if (m_rows == 0 || y < m_viewport.top() || y >= m_viewport.bottom()) {
        return -1;
    }
    const double groupHeight = m_cellHeight * m_rowsPerGroup + m_groupGap;
    const double inside = y - top(0);
    if (inside < 0) {
        return -1;
    }
    const int group = static_cast<int>(inside / groupHeight);
    const int inGroup = static_cast<int>((inside - group * groupHeight) / m_cellHeight);
    const int row = group * m_rowsPerGroup + inGroup;
    return inGroup < m_rowsPerGroup && row < m_rows ? row : -1;
}

int MapLayout::firstVisibleColumn() const
{
    return m_columns == 0 ? 0 : std::clamp(static_cast<int>(m_offset.x() / m_cellWidth), 0, m_columns - 1);
}

int MapLayout::lastVisibleColumn() const
{
    return std::min(m_columns - 1, static_cast<int>(std::ceil((m_offset.x() + m_viewport.width()) / m_cellWidth)) - 1);
}

void MapLayout::fit()
{
    m_zoom = 1.0;
    m_offset = {};
    arrange();
}

void MapLayout::zoomAt(const QPointF& at, double factor)
{
    if (m_columns == 0 || m_rows == 0) {
        return;
    }
    const double column = (at.x() - left(0)) / m_cellWidth;
    // The gaps between groups do not grow, so the row is kept as group and rows inside of it.
    const double y = at.y() - top(0);
    const double group = std::floor(y / (m_cellHeight * m_rowsPerGroup + m_groupGap));
    const double rows = (y - group * (m_cellHeight * m_rowsPerGroup + m_groupGap)) / m_cellHeight;
    m_zoom = std::clamp(m_zoom * factor, 1.0, 128.0);
    arrange();
    m_offset.setX(column * m_cellWidth - (at.x() - m_viewport.left()));
    m_offset.setY(
        group * (m_cellHeight * m_rowsPerGroup + m_groupGap) + rows * m_cellHeight - (at.y() - m_viewport.top()));
    pan({0, 0});
}

void MapLayout::pan(const QPointF& by)
{
    m_offset -= by;
    m_offset.setX(std::clamp(m_offset.x(), 0.0, std::max(contentWidth() - m_viewport.width(), 0.0)));
    m_offset.setY(std::clamp(m_offset.y(), 0.0, std::max(contentHeight() - m_viewport.height(), 0.0)));
}

void MapLayout::reveal(int column, int row)
{
    const QRectF cell = cellRect(column, row);
    QPointF by;
    by.setX(cell.left() < m_viewport.left()     ? m_viewport.left() - cell.left()
            : cell.right() > m_viewport.right() ? m_viewport.right() - cell.right()
                                                : 0.0);
    by.setY(cell.top() < m_viewport.top()         ? m_viewport.top() - cell.top()
            : cell.bottom() > m_viewport.bottom() ? m_viewport.bottom() - cell.bottom()
                                                  : 0.0);
    pan(by);
}

} // namespace toca::ui
