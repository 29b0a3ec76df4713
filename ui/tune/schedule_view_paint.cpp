// SPDX-License-Identifier: Apache-2.0
// How a ScheduleView looks; what it does is in schedule_view.cpp.
#include "ui/selection/cell_painter.h"
#include "ui/selection/cell_text.h"
#include "ui/theme/theme.h"
#include "ui/tune/schedule_view.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace toca::ui {

void ScheduleView::render()
{
    const double ratio = devicePixelRatioF();
    const QRectF view = m_layout.viewport();
    const QSize pixels = (view.size() * ratio).toSize();
    if (m_image.size() != pixels) {
        m_image = QImage(pixels, QImage::Format_RGB32);
    }
    m_image.setDevicePixelRatio(ratio);
    m_image.fill(theme().panel);
    CellPainter painter(m_image, ratio);
    const auto pixel = [ratio](double logical) { return static_cast<int>(std::lround(logical * ratio)); };
    const int hairline = std::max(1, static_cast<int>(ratio));
    const int gapX = m_layout.cellWidth() * ratio >= 5 ? hairline : 0;
    const int gapY = m_layout.cellHeight() * ratio >= 5 ? hairline : 0;
    const std::int64_t tokens = std::max<std::int64_t>(m_editor.geometry().grid.tokens(), 1);
    MapCellState state;
    state.source = MapCellState::Source::Happened;
    state.tokens = tokens;
    for (int row = 0; row < m_layout.rows(); ++row) {
        const int top = pixel(m_layout.top(row) - view.top()), bottom = pixel(m_layout.bottom(row) - view.top());
        if (bottom < 0 || top >= m_image.height()) {
            continue;
        }
        for (int column = m_layout.firstVisibleColumn(); column <= m_layout.lastVisibleColumn(); ++column) {
            const MapCell cell = cellOf(column, row);
            const plan::ScheduleCell& painted = m_editor.table().at(cell.evaluation, cell.layer, cell.module);
            state.action = painted.action;
            state.computedTokens = painted.action == plan::Action::Full ? tokens
                : painted.action == plan::Action::Subset
                ? static_cast<std::int64_t>(painted.share() * static_cast<double>(tokens))
                : 0;
            const int left = pixel(m_layout.left(column) - view.left());
            const int right = pixel(m_layout.left(column + 1) - view.left());
            painter.paint(QRect(left, top, std::max(right - left - gapX, 1), std::max(bottom - top - gapY, 1)), state);
        }
    }
    m_imageIsValid = true;
}

void ScheduleView::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), theme().panel);
    if (isEmpty()) {
        painter.setPen(theme().mutedText);
        painter.drawText(rect().adjusted(kWideSpace, 0, -kWideSpace, 0), Qt::AlignCenter | Qt::TextWordWrap,
            tr("No plan yet. It appears here as soon as a model is open and its size is possible."));
        return;
    }
    const double ratio = devicePixelRatioF();
    if (!m_imageIsValid || m_image.devicePixelRatio() != ratio) {
        render();
    }
    painter.drawImage(m_layout.viewport().topLeft(), m_image);
    painter.setFont(smallFont());
    paintAxes(painter);
    paintCursors(painter);
}

void ScheduleView::paintAxes(QPainter& painter) const
{
    const QRectF view = m_layout.viewport();
    const QFontMetricsF metrics = painter.fontMetrics();
    const int layers = m_editor.table().layers();
    const auto stride = [](double least) {
        int power = 1;
        while (power < least) {
            power *= 2;
        }
        return power;
    };
    painter.save();
    painter.setClipRect(QRectF(0, view.top() - kHalfSpace, view.left(), view.height() + kSpace));
    for (std::size_t band = 0; band < modules().size(); ++band) {
        const int first = static_cast<int>(band) * layers;
        const double top = std::max(m_layout.top(first), view.top());
        const double bottom = std::min(m_layout.bottom(first + layers - 1), view.bottom());
        if (bottom - top < 4) {
            continue;
        }
        QString title = moduleTitle(modules()[band]);
        title[0] = title[0].toUpper();
        painter.setPen(theme().text);
        painter.drawText(QRectF(kHalfSpace, (top + bottom - metrics.height()) / 2, view.left(), metrics.height()),
            Qt::AlignLeft | Qt::AlignVCenter, title);
    }
    const int rowStride = stride(0.95 * metrics.height() / m_layout.cellHeight());
    for (int row = 0; row < m_layout.rows(); ++row) {
        const double middle = (m_layout.top(row) + m_layout.bottom(row)) / 2;
        if ((row % layers) % rowStride != 0 || middle < view.top() || middle > view.bottom()) {
            continue;
        }
        const MapCell cell = cellOf(0, row);
        const bool isHovered = m_hovered && m_hovered->layer == cell.layer && m_hovered->module == cell.module;
        painter.setPen(isHovered ? theme().text : theme().mutedText);
        const QRectF place = layerHeaderRect(cell.layer, cell.module);
        painter.drawText(QRectF(place.left(), middle - metrics.height() / 2, place.width() - 2, metrics.height()),
            Qt::AlignRight | Qt::AlignVCenter, layerShortTitle(m_editor.geometry(), cell.layer));
    }
    painter.restore();
    painter.setPen(theme().mutedText);
    painter.drawText(QRectF(0, view.bottom() + 1, view.left() - kHalfSpace, metrics.height() + 2),
        Qt::AlignRight | Qt::AlignVCenter, tr("step"));
    const double widest = metrics.horizontalAdvance(QString::number(m_layout.columns())) + kSpace;
    int columnStride = 1;
    for (const int candidate : {1, 2, 5, 10, 20, 50, 100, 200, 500}) {
        columnStride = candidate;
        if (candidate * m_layout.cellWidth() >= widest) {
            break;
        }
    }
    for (int column = m_layout.firstVisibleColumn(); column <= m_layout.lastVisibleColumn(); ++column) {
        if (column % columnStride == 0) {
            const QRectF place = stepHeaderRect(column);
            painter.drawText(QRectF(place.center().x() - widest, place.top(), 2 * widest, place.height()),
                Qt::AlignCenter, QString::number(column));
        }
    }
}

void ScheduleView::paintCursors(QPainter& painter) const
{
    painter.save();
    painter.setClipRect(m_layout.viewport().adjusted(-1, -1, 1, 1));
    const auto outline = [&painter](const QRectF& place, const QColor& colour, double width) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(colour, width));
        painter.drawRect(place.adjusted(width / 2 - 0.5, width / 2 - 0.5, -width / 2 - 0.5, -width / 2 - 0.5));
    };
    if (m_cursorStep >= 0 && m_cursorStep < m_layout.columns()) {
        const QRectF view = m_layout.viewport();
        painter.fillRect(
            QRectF(m_layout.left(m_cursorStep) + m_layout.cellWidth() / 2 - 0.5, view.top(), 1, view.height()),
            theme().cursor);
    }
    if (m_hovered) {
        outline(cellRect(*m_hovered), theme().text, 1);
    }
    if (hasFocus() && m_current.evaluation < m_layout.columns()) {
        const MapCell other = m_anchor.value_or(m_current);
        outline(cellRect(m_current) | cellRect(other), theme().accent, 2);
    }
    if (m_isPainting && m_isRectangle && m_strokeFrom.area == Area::Cells) {
        outline(m_layout.cellRect(m_strokeFrom.column, m_strokeFrom.row)
                | m_layout.cellRect(m_strokeAt.column, m_strokeAt.row),
            theme().accent, 2);
    }
    painter.restore();
}

} // namespace toca::ui
