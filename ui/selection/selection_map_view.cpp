// SPDX-License-Identifier: Apache-2.0
#include "ui/selection/selection_map_view.h"

#include "ui/selection/cell_painter.h"
#include "ui/selection/cell_text.h"
#include "ui/theme/theme.h"

#include <QAccessible>
#include <QClipboard>
#include <QGuiApplication>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace toca::ui {

namespace {

constexpr double kColourBarWidth = 10;
constexpr double kZoomStep = 1.25;

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

SelectionMapView::SelectionMapView(SelectionMapModel& model, QWidget* parent)
    : QWidget(parent)
    , m_model(model)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setAccessibleName(tr("Selection map"));
    setAccessibleDescription(tr("Steps across, layers down: share of tokens computed. Nothing to show yet."));
    connect(&m_model, &SelectionMapModel::layoutChanged, this, &SelectionMapView::onLayoutChanged);
    connect(&m_model, &SelectionMapModel::cellsChanged, this, &SelectionMapView::onCellsChanged);
    arrange();
}

QSize SelectionMapView::sizeHint() const
{
    return {900, 300};
}

QSize SelectionMapView::minimumSizeHint() const
{
    return {320, 140};
}

QRectF SelectionMapView::cellRect(const MapCell& cell) const
{
    return m_layout.cellRect(cell.evaluation, m_model.rowOf(cell.layer, cell.module));
}

QImage SelectionMapView::picture()
{
    QImage picture(size() * 2, QImage::Format_RGB32);
    picture.setDevicePixelRatio(2.0);
    QPainter painter(&picture);
    render(&painter, {}, {}, QWidget::DrawWindowBackground);
    return picture;
}

void SelectionMapView::setCursorStep(int step)
{
    if (step != m_cursorStep) {
        m_cursorStep = step;
        update();
    }
}

void SelectionMapView::setCurrentCell(const MapCell& cell)
{
    if (!m_model.contains(cell) || m_current == cell) {
        return;
    }
    m_current = cell;
    const QRectF before = m_layout.cellRect(0, 0);
    m_layout.reveal(cell.evaluation, m_model.rowOf(cell.layer, cell.module));
    if (m_layout.cellRect(0, 0) != before) {
        invalidate();
    }
    update();
    updateAccessibleText();
    Q_EMIT currentChanged(cell);
}

void SelectionMapView::updateAccessibleText()
{
    setAccessibleDescription(
        m_current ? cellSentence(m_model, *m_current) : tr("Steps across, layers down: share of tokens computed."));
    QAccessibleEvent change(this, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&change);
}

void SelectionMapView::fit()
{
    m_layout.fit();
    invalidate();
    Q_EMIT zoomChanged();
}

void SelectionMapView::zoomIn()
{
    zoomAt(m_current ? cellRect(*m_current).center() : m_layout.viewport().center(), kZoomStep);
}

void SelectionMapView::zoomOut()
{
    zoomAt(m_current ? cellRect(*m_current).center() : m_layout.viewport().center(), 1 / kZoomStep);
}

void SelectionMapView::zoomAt(const QPointF& at, double factor)
{
    m_layout.zoomAt(at, factor);
    invalidate();
    Q_EMIT zoomChanged();
}

void SelectionMapView::copyCurrent() const
{
    if (const auto& cell = m_current ? m_current : m_hovered) {
        QGuiApplication::clipboard()->setText(cellReadout(m_model, *cell));
    }
}

void SelectionMapView::onLayoutChanged()
{
    if (m_current && !m_model.contains(*m_current)) {
        m_current.reset();
    }
    if (m_hovered && !m_model.contains(*m_hovered)) {
        setHovered({});
    }
    arrange();
    updateAccessibleText();
}

void SelectionMapView::onCellsChanged(int first, int last)
{
    m_dirtyFirst = m_dirtyLast < m_dirtyFirst ? first : std::min(m_dirtyFirst, first);
    m_dirtyLast = std::max(m_dirtyLast, last);
    if (m_current && m_current->evaluation >= first && m_current->evaluation <= last) {
        updateAccessibleText();
    }
    update();
}

void SelectionMapView::arrange()
{
    const QFontMetricsF metrics(smallFont());
    m_groupLabelWidth =
        m_model.isEmpty() ? 0 : metrics.horizontalAdvance(moduleTitle(plan::ModuleKind::CrossAttention));
    const double labels = m_groupLabelWidth + metrics.horizontalAdvance(QStringLiteral("MLP ")) + 3 * kSpace;
    const double bar = kColourBarWidth + 5 * kSpace + metrics.horizontalAdvance(QStringLiteral("100 %"));
    const double axis = metrics.height() + kSpace;
    m_layout.setCells(m_model.columns(), m_model.rows(), m_model.isEmpty() ? 1 : m_model.rowsPerGroup());
    m_layout.setViewport(
        QRectF(labels, kHalfSpace, std::max(width() - labels - bar, 10.0), std::max(height() - axis - kSpace, 10.0)));
    invalidate();
}

void SelectionMapView::invalidate()
{
    m_imageValid = false;
    update();
}

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

void SelectionMapView::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), theme().panel);
    if (m_model.isEmpty()) {
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
    painter.drawImage(viewport.topLeft(), m_image);

    painter.setFont(smallFont());
    paintRowAxis(painter);
    paintStepAxis(painter);
    paintColourBar(painter);
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
        QString title = byModule ? moduleTitle(static_cast<plan::ModuleKind>(group))
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

void SelectionMapView::paintColourBar(QPainter& painter) const
{
    const QRectF viewport = m_layout.viewport();
    const QFontMetricsF metrics = painter.fontMetrics();
    const QRectF bar(viewport.right() + 2 * kSpace, viewport.top(), kColourBarWidth, viewport.height());
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

    if (const auto& cell = m_hovered ? m_hovered : m_current) {
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
    if (m_hovered && m_hovered != m_current) {
        outline(*m_hovered, theme().text, 1);
    }
    if (m_current) {
        outline(*m_current, theme().panel, 4);
        outline(*m_current, hasFocus() ? theme().accent : theme().mutedText, 2);
    }
    painter.restore();
}

std::optional<MapCell> SelectionMapView::cellAt(const QPointF& position) const
{
    const int column = m_layout.columnAt(position.x());
    const int row = m_layout.rowAt(position.y());
    if (m_model.isEmpty() || column < 0 || row < 0) {
        return {};
    }
    return m_model.cellAt(column, row);
}

void SelectionMapView::setHovered(const std::optional<MapCell>& cell)
{
    if (cell == m_hovered) {
        return;
    }
    m_hovered = cell;
    update();
    if (cell) {
        Q_EMIT hovered(*cell);
    } else {
        QToolTip::hideText();
        Q_EMIT hoverLeft();
    }
}

bool SelectionMapView::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        if (const std::optional<MapCell> cell = cellAt(help->pos())) {
            QToolTip::showText(help->globalPos(), cellToolTip(m_model, *cell), this, cellRect(*cell).toAlignedRect());
        } else {
            QToolTip::hideText();
        }
        return true;
    }
    return QWidget::event(event);
}

void SelectionMapView::resizeEvent(QResizeEvent*)
{
    arrange();
}

void SelectionMapView::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        arrange();
    }
    QWidget::changeEvent(event);
}

void SelectionMapView::mouseMoveEvent(QMouseEvent* event)
{
    if (m_panning) {
        m_layout.pan(event->position() - m_panFrom);
        m_panFrom = event->position();
        invalidate();
        return;
    }
    setHovered(cellAt(event->position()));
}

void SelectionMapView::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::MiddleButton
        || (event->button() == Qt::LeftButton && event->modifiers().testFlag(Qt::ShiftModifier))) {
        m_panning = true;
        m_panFrom = event->position();
        setCursor(Qt::ClosedHandCursor);
        return;
    }
    if (event->button() != Qt::LeftButton) {
        event->ignore();
        return;
    }
    if (const std::optional<MapCell> cell = cellAt(event->position())) {
        setCurrentCell(*cell);
        Q_EMIT activated(*cell);
    }
}

void SelectionMapView::mouseReleaseEvent(QMouseEvent*)
{
    if (m_panning) {
        m_panning = false;
        unsetCursor();
    }
}

void SelectionMapView::leaveEvent(QEvent*)
{
    setHovered({});
}

void SelectionMapView::wheelEvent(QWheelEvent* event)
{
    const QPoint turn = event->angleDelta();
    if (event->modifiers().testFlag(Qt::ControlModifier)) {
        zoomAt(event->position(), std::pow(kZoomStep, turn.y() / 120.0));
    } else {
        QPointF by = event->pixelDelta().isNull() ? QPointF(turn) / 2.0 : QPointF(event->pixelDelta());
        if (event->modifiers().testFlag(Qt::ShiftModifier)) {
            by = by.transposed();
        }
        const QPointF before(m_layout.left(0), m_layout.top(0));
        m_layout.pan(by);
        if (QPointF(m_layout.left(0), m_layout.top(0)) == before) {
            event->ignore(); // an enclosing scroll area may want it
            return;
        }
        invalidate();
    }
    setHovered(cellAt(event->position()));
    event->accept();
}

void SelectionMapView::moveCurrent(int columns, int rows)
{
    if (m_model.isEmpty()) {
        return;
    }
    const std::optional<MapCell> from = m_current ? m_current : m_hovered;
    if (!from) {
        setCurrentCell(m_model.cellAt(m_model.evaluationOfStep(m_cursorStep).value_or(0), 0));
        return;
    }
    const int row = m_model.rowOf(from->layer, from->module);
    setCurrentCell(m_model.cellAt(std::clamp(from->evaluation + columns, 0, m_model.columns() - 1),
        std::clamp(row + rows, 0, m_model.rows() - 1)));
}

void SelectionMapView::keyPressEvent(QKeyEvent* event)
{
    const bool control = event->modifiers().testFlag(Qt::ControlModifier);
    if (event->matches(QKeySequence::Copy)) {
        copyCurrent();
        return;
    }
    switch (event->key()) {
    case Qt::Key_Left:
        moveCurrent(-1, 0);
        return;
    case Qt::Key_Right:
        moveCurrent(1, 0);
        return;
    case Qt::Key_Up:
        moveCurrent(0, -1);
        return;
    case Qt::Key_Down:
        moveCurrent(0, 1);
        return;
    case Qt::Key_Home:
        moveCurrent(-m_model.columns(), control ? -m_model.rows() : 0);
        return;
    case Qt::Key_End:
        moveCurrent(m_model.columns(), control ? m_model.rows() : 0);
        return;
    case Qt::Key_PageUp:
        moveCurrent(0, m_model.isEmpty() ? 0 : -m_model.rowsPerGroup());
        return;
    case Qt::Key_PageDown:
        moveCurrent(0, m_model.isEmpty() ? 0 : m_model.rowsPerGroup());
        return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space:
        if (m_current) {
            Q_EMIT activated(*m_current);
        }
        return;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        zoomIn();
        return;
    case Qt::Key_Minus:
        zoomOut();
        return;
    case Qt::Key_0:
        fit();
        return;
    default:
        QWidget::keyPressEvent(event);
    }
}

void SelectionMapView::focusInEvent(QFocusEvent* event)
{
    QWidget::focusInEvent(event);
    update();
}

void SelectionMapView::focusOutEvent(QFocusEvent* event)
{
    QWidget::focusOutEvent(event);
    update();
}

} // namespace toca::ui
