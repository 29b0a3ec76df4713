// SPDX-License-Identifier: Apache-2.0
#include "ui/selection/selection_map_view.h"

#include "ui/selection/cell_text.h"
#include "ui/theme/theme.h"

#include <QAccessible>
#include <QClipboard>
#include <QGuiApplication>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QTextDocument>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace toca::ui {

namespace {

constexpr double kZoomStep = 1.25;

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

void SelectionMapView::setSentence(const QString& sentence)
{
    if (sentence != m_sentence) {
        m_sentence = sentence;
        updateAccessibleText();
    }
}

void SelectionMapView::updateAccessibleText()
{
    const QString cell =
        m_current ? cellSentence(m_model, *m_current) : tr("Steps across, layers down: share of tokens computed.");
    setAccessibleDescription(m_sentence.isEmpty() ? cell : m_sentence + QLatin1Char(' ') + cell);
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
    const double bar = kMapColourBarWidth + 5 * kSpace + metrics.horizontalAdvance(QStringLiteral("100 %"));
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
            showToolTip(help->globalPos(), *cell);
        } else {
            QToolTip::hideText();
        }
        return true;
    }
    return QWidget::event(event);
}

/// Above the map, whose neighbouring cells are what the pointer is going to read next.
void SelectionMapView::showToolTip(const QPoint& pointer, const MapCell& cell)
{
    constexpr int kFrame = 16; ///< the tip's padding and border
    constexpr int kOffset = 16; ///< by which Qt puts a tip below the place it is given
    const QString text = cellToolTip(m_model, cell);
    QTextDocument lines;
    lines.setDefaultFont(QToolTip::font());
    lines.setHtml(text);
    const int height = static_cast<int>(std::ceil(lines.size().height())) + kFrame;
    const QPoint place(pointer.x(), mapToGlobal(QPoint(0, 0)).y() - height - kOffset);
    QToolTip::showText(place, text, this, cellRect(cell).toAlignedRect());
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
