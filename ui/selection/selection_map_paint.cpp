// SPDX-License-Identifier: Apache-2.0
// How a SelectionMapView looks; what it does is in selection_map_view.cpp.
#include "ui/selection/selection_map_view.h"

#include "ui/selection/cell_painter.h"
#include "ui/selection/cell_text.h"
#include "ui/theme/theme.h"

#include <QPaintEvent>
#include <QPainter>

#include <algorithm>
#include <array>
#include <cmath>

namespace toca::ui {

namespace {

/// The power of two that is not below `least`: labels of alternating spatial and temporal layers then fall on one kind.
int evenStride(double least)
{
    int stride = 1;
    while (stride < least) {
        stride *= 2;
    }
    return stride;
}

} // namespace

void SelectionMapView::renderColumns(int first, int last)
{
    const double ratio = m_image.devicePixelRatio();
    const QRectF viewport = m_layout.viewport();
    first = std::max(first, m_layout.firstVisibleColumn());
    last = std::min(last, m_layout.lastVisibleColumn());
    CellPainter cells(m_image, ratio);
    const auto pixel = [ratio](double logical) { return static_cast<int>(std::lround(logical * ratio)); };
    const int hairline = std::max(1, static_cast<int>(ratio));
    const int gapX = m_layout.cellWidth() * ratio >= 5 ? hairline : 0;
    const int gapY = m_layout.cellHeight() * ratio >= 5 ? hairline : 0;
    for (int row = 0; row < m_layout.rows(); ++row) {
        const int top = pixel(m_layout.top(row) - viewport.top());
        const int bottom = pixel(m_layout.bottom(row) - viewport.top());
        if (bottom < 0 || top >= m_image.height()) {
            continue;
        }
        for (int column = first; column <= last; ++column) {
            const int left = pixel(m_layout.left(column) - viewport.left());
            const int right = pixel(m_layout.left(column + 1) - viewport.left());
            cells.paint(QRect(left, top, std::max(right - left - gapX, 1), std::max(bottom - top - gapY, 1)),
                m_model.state(m_model.cellAt(column, row)));
            ++m_paintedCells;
        }
    }
}

void SelectionMapView::renderSurroundings(double ratio)
{
    m_surroundings = QImage((QSizeF(size()) * ratio).toSize(), QImage::Format_RGB32);
    m_surroundings.setDevicePixelRatio(ratio);
    m_surroundings.fill(theme().panel);
    QPainter painter(&m_surroundings);
    painter.setFont(smallFont());
    paintRowAxis(painter);
    paintColourBar(painter);
}

void SelectionMapView::paintEvent(QPaintEvent* event)
{
    QPainter painter(this);
    if (m_model.isEmpty()) {
        painter.fillRect(rect(), theme().panel);
        paintEmpty(painter);
        return;
    }
    // A picture for export has another pixel ratio than the screen.
    const double ratio = painter.device()->devicePixelRatioF();
    const QRectF viewport = m_layout.viewport();
    const QSize pixels = (viewport.size() * ratio).toSize();
    if (!m_imageValid || m_image.size() != pixels || m_image.devicePixelRatio() != ratio) {
        if (m_image.size() != pixels) {
            m_image = QImage(pixels, QImage::Format_RGB32);
        }
        m_image.setDevicePixelRatio(ratio);
        m_image.fill(theme().panel);
        renderColumns(0, m_model.columns() - 1);
        m_imageValid = true;
    } else if (m_dirtyFirst <= m_dirtyLast) {
        renderColumns(m_dirtyFirst, m_dirtyLast);
    }
    m_dirtyFirst = 0;
    m_dirtyLast = -1;
    if (m_surroundings.isNull() || m_surroundings.devicePixelRatio() != ratio) {
        renderSurroundings(ratio);
    }
    painter.drawImage(QPointF(0, 0), m_surroundings);
    painter.drawImage(viewport.topLeft(), m_image);

    painter.setFont(smallFont());
    if (event->region().intersects(stepAxisRect())) {
        paintStepAxis(painter);
    }
    paintPointer(painter);
    paintCursors(painter);
}

void SelectionMapView::paintEmpty(QPainter& painter) const
{
    painter.setPen(theme().mutedText);
    painter.drawText(rect().adjusted(kWideSpace, 0, -kWideSpace, 0), Qt::AlignCenter | Qt::TextWordWrap,
        tr("No run yet. The plan appears here as soon as a model is open; generating fills it in, step by step."));
}

void SelectionMapView::paintRowAxis(QPainter& painter) const
{
    const QRectF viewport = m_layout.viewport();
    const QFontMetricsF metrics = painter.fontMetrics();
    const bool byModule = m_model.rowOrder() == SelectionMapModel::RowOrder::ByModule;
    const int perGroup = m_model.rowsPerGroup();
    const int groups = m_model.rows() / perGroup;
    painter.save();
    painter.setClipRect(QRectF(0, viewport.top() - kSpace, viewport.left(), viewport.height() + kSpace + kHalfSpace));

    const double groupHeight = m_layout.bottom(perGroup - 1) - m_layout.top(0) + m_layout.groupGap();
    const int groupStride = evenStride(metrics.height() / groupHeight);
    painter.setPen(theme().text);
    for (int group = 0; group < groups; group += groupStride) {
        // A label stays in sight while a part of its group is.
        const double top = std::max(m_layout.top(group * perGroup), viewport.top());
        const double bottom = std::min(m_layout.bottom(group * perGroup + perGroup - 1), viewport.bottom());
        if (bottom - top < 4) {
            continue;
        }
        QString title = byModule ? moduleTitle(m_model.modules()[static_cast<std::size_t>(group)])
                                 : layerTitle(m_model.geometry(), group).remove(tr(" layer"));
        title[0] = title[0].toUpper();
        const QRectF place(
            kSpace, (top + bottom - metrics.height()) / 2, m_groupLabelWidth + kHalfSpace, metrics.height());
        painter.drawText(place, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextDontClip, title);
        if (byModule) {
            painter.fillRect(QRectF(viewport.left() - 3, top, 1, bottom - top), theme().border);
        }
    }

    const int rowStride = evenStride(0.95 * metrics.height() / m_layout.cellHeight());
    painter.setPen(theme().mutedText);
    for (int row = 0; row < m_model.rows(); ++row) {
        const double middle = (m_layout.top(row) + m_layout.bottom(row)) / 2;
        const bool labelled = byModule ? (row % perGroup) % rowStride == 0 : rowStride == 1;
        if (!labelled || middle < viewport.top() || middle > viewport.bottom()) {
            continue;
        }
        const MapCell cell = m_model.cellAt(0, row);
        const QRectF place(viewport.left() - 60, middle - metrics.height() / 2, 60 - kSpace, metrics.height());
        painter.drawText(place, Qt::AlignRight | Qt::AlignVCenter,
            byModule ? layerShortTitle(m_model.geometry(), cell.layer) : moduleShortTitle(cell.module));
    }
    painter.restore();
}

void SelectionMapView::paintStepAxis(QPainter& painter) const
{
    const QRectF viewport = m_layout.viewport();
    const QFontMetricsF metrics = painter.fontMetrics();
    const double labelWidth = metrics.horizontalAdvance(QString::number(m_model.columns())) + kWideSpace;
    int stride = 1;
    for (const int candidate : {1, 2, 5, 10, 20, 50, 100, 200, 500}) {
        stride = candidate;
        if (candidate * m_layout.cellWidth() >= labelWidth) {
            break;
        }
    }
    const double y = viewport.bottom() + kHalfSpace;
    painter.setPen(theme().mutedText);
    int lastStep = -1;
    for (int column = m_layout.firstVisibleColumn(); column <= m_layout.lastVisibleColumn(); ++column) {
        const int step = m_model.step(column);
        const bool first = step != lastStep; // several evaluations may belong to one step
        lastStep = step;
        const double x = m_layout.left(column) + m_layout.cellWidth() / 2;
        if (!first || step % stride != 0 || step == m_cursorStep || x < viewport.left() || x > viewport.right()) {
            continue;
        }
        if (m_cursorStep >= 0 && std::abs(step - m_cursorStep) * m_layout.cellWidth() < labelWidth) {
            continue; // makes room for the cursor's own label
        }
        painter.drawText(
            QRectF(x - 30, y, 60, metrics.height()), Qt::AlignHCenter | Qt::AlignTop, QString::number(step));
    }
    painter.drawText(
        QRectF(0, y, viewport.left() - kSpace, metrics.height()), Qt::AlignRight | Qt::AlignTop, tr("step"));
}

QRectF SelectionMapView::colourBar() const
{
    const QRectF viewport = m_layout.viewport();
    return {viewport.right() + 2 * kSpace, viewport.top(), kMapColourBarWidth, viewport.height()};
}

void SelectionMapView::paintColourBar(QPainter& painter) const
{
    const QFontMetricsF metrics = painter.fontMetrics();
    const QRectF bar = colourBar();
    const ColourMap& map = ColourMap::share(theme().dark);
    QImage strip(1, ColourMap::kColours, QImage::Format_RGB32);
    for (int i = 0; i < ColourMap::kColours; ++i) {
        strip.setPixel(0, ColourMap::kColours - 1 - i, map.colours()[static_cast<std::size_t>(i)]);
    }
    painter.drawImage(bar, strip);
    painter.setPen(QPen(theme().border, 1));
    painter.drawRect(bar.adjusted(-0.5, -0.5, 0.5, 0.5));
    painter.setPen(theme().mutedText);
    const double textLeft = bar.right() + kSpace;
    for (const int percent : {0, 25, 50, 75, 100}) {
        const double y = bar.bottom() - bar.height() * percent / 100;
        const double top = std::clamp(y - metrics.height() / 2, bar.top() - 2, bar.bottom() - metrics.height() + 2);
        painter.drawText(QRectF(textLeft, top, 60, metrics.height()), Qt::AlignLeft | Qt::AlignVCenter,
            QString::number(percent) + (percent == 100 ? QStringLiteral("\u00a0%") : QString()));
    }
    painter.save();
    painter.translate(width() - metrics.height() - 2, bar.center().y());
    painter.rotate(90);
    const QString title = bar.height() > 170 ? tr("tokens computed, share") : tr("computed");
    painter.drawText(
        QRectF(-bar.height() / 2, -metrics.height(), bar.height(), metrics.height()), Qt::AlignCenter, title);
    painter.restore();
}

/// What the cell under the pointer or the current one has, at the colour bar.
void SelectionMapView::paintPointer(QPainter& painter) const
{
    if (const auto& cell = m_hovered ? m_hovered : m_current) {
        const QRectF bar = colourBar();
        const MapCellState state = m_model.state(*cell);
        if (state.source != MapCellState::Source::Unknown && state.action != plan::Action::Skip) {
            const double y = bar.bottom() - bar.height() * state.freshRatio();
            painter.setRenderHint(QPainter::Antialiasing);
            painter.setPen(Qt::NoPen);
            painter.setBrush(theme().text);
            const std::array<QPointF, 3> pointer{
                QPointF(bar.left() - 1, y), QPointF(bar.left() - 6, y - 4), QPointF(bar.left() - 6, y + 4)};
            painter.drawPolygon(pointer.data(), static_cast<int>(pointer.size()));
            painter.setRenderHint(QPainter::Antialiasing, false);
        }
    }
}

void SelectionMapView::paintCursors(QPainter& painter) const
{
    const QRectF viewport = m_layout.viewport();
    painter.save();
    const std::optional<int> cursor = m_cursorStep >= 0 ? m_model.evaluationOfStep(m_cursorStep) : std::nullopt;
    if (cursor) {
        int last = *cursor;
        while (last + 1 < m_model.columns() && m_model.step(last + 1) == m_cursorStep) {
            ++last;
        }
        const double left = m_layout.left(*cursor) - 1;
        const double right = m_layout.left(last + 1);
        if (right > viewport.left() && left < viewport.right()) {
            const double bottom = std::min(m_layout.bottom(m_model.rows() - 1), viewport.bottom());
            painter.setClipRect(viewport.adjusted(-2, -2, 2, 2));
            painter.setPen(QPen(theme().cursor, 1));
            painter.setBrush(Qt::NoBrush);
            painter.drawRect(
                QRectF(left + 0.5, viewport.top() - 0.5, std::max(right - left - 1, 2.0), bottom - viewport.top()));
            painter.setClipping(false);
            // The step's number on a tab below its column.
            const QFontMetricsF metrics = painter.fontMetrics();
            const QString number = QString::number(m_cursorStep);
            QRectF tab(0, viewport.bottom() + 2, metrics.horizontalAdvance(number) + kSpace, metrics.height() + 2);
            tab.moveCenter({std::clamp((left + right) / 2, viewport.left(), viewport.right()), tab.center().y()});
            painter.setRenderHint(QPainter::Antialiasing);
            painter.setPen(Qt::NoPen);
            painter.setBrush(theme().cursor);
            painter.drawRoundedRect(tab, 3, 3);
            painter.setRenderHint(QPainter::Antialiasing, false);
            painter.setPen(theme().panel);
            painter.drawText(tab, Qt::AlignCenter, number);
        }
    }
    painter.setClipRect(viewport.adjusted(-2, -2, 2, 2));
    const auto outline = [&](const MapCell& cell, const QColor& colour, double thickness) {
        painter.setPen(QPen(colour, thickness, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
        painter.setBrush(Qt::NoBrush);
        QRectF ring = cellRect(cell).adjusted(-1, -1, 0, 0);
        if (ring.width() < 7) { // a cell of few pixels would disappear below its own outline
            ring.adjust(-2, -2, 2, 2);
        }
        painter.drawRect(ring);
    };
    if (m_area) {
        const QRectF marked(QPointF(m_layout.left(m_area->firstColumn), m_layout.top(m_area->firstRow)),
            QPointF(m_layout.left(m_area->lastColumn + 1), m_layout.bottom(m_area->lastRow)));
        QColor tint = theme().accent;
        tint.setAlphaF(0.18F);
        painter.fillRect(marked, tint);
        painter.setPen(QPen(theme().accent, 1.5, Qt::DashLine));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(marked.adjusted(-0.5, -0.5, 0, 0));
    }
    if (m_hovered && m_hovered != m_current) {
        outline(*m_hovered, theme().text, 1);
    }
    if (m_current) {
        outline(*m_current, theme().panel, 4);
        outline(*m_current, hasFocus() ? theme().accent : theme().mutedText, 2);
    }
    painter.restore();
}

} // namespace toca::ui
