// SPDX-License-Identifier: Apache-2.0
#include "ui/selection/selection_map_view.h"

#include "ui/selection/cell_text.h"
#include "ui/theme/theme.h"

#include <QAccessible>
#include <QApplication>
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
#include <utility>

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
        update(stepRect(m_cursorStep));
        m_cursorStep = step;
        update(stepRect(m_cursorStep));
        update(stepAxisRect());
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
    if (m_area) {
        QGuiApplication::clipboard()->setText(areaText(m_model, *m_area));
    } else if (const auto& cell = m_current ? m_current : m_hovered) {
        QGuiApplication::clipboard()->setText(cellReadout(m_model, *cell));
    }
}

void SelectionMapView::setArea(const std::optional<MapArea>& area)
{
    if (area != m_area) {
        m_area = area;
        update();
        Q_EMIT areaChanged();
    }
}

void SelectionMapView::setFollowing(bool following)
{
    if (following != m_following) {
        m_following = following;
        Q_EMIT followingChanged(following);
    }
    if (following && m_model.isRunning() && !m_model.isEmpty()) {
        const auto perColumn = static_cast<std::size_t>(m_model.rows());
        follow(std::min(
            static_cast<int>(m_model.seenCells() / std::max<std::size_t>(1, perColumn)), m_model.columns() - 1));
    }
}

/// Keeps the newest column in sight without changing the rows that are looked at.
void SelectionMapView::follow(int column)
{
    if (!m_following || m_layout.isFitted() || !m_model.isRunning()) {
        return;
    }
    const double before = m_layout.left(0);
    const int row = std::max(0, m_layout.rowAt(m_layout.viewport().center().y()));
    m_layout.reveal(column, row);
    if (m_layout.left(0) != before) {
        invalidate();
    }
}

/// By hand: the map stops following.
void SelectionMapView::panBy(const QPointF& by)
{
    m_layout.pan(by);
    setFollowing(false);
    invalidate();
}

void SelectionMapView::onLayoutChanged()
{
    if (m_area && (m_area->lastColumn >= m_model.columns() || m_area->lastRow >= m_model.rows())) {
        setArea({});
    }
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
    follow(last);
    if (m_current && m_current->evaluation >= first && m_current->evaluation <= last) {
        updateAccessibleText();
    }
    update(columnsRect(first, last));
    if (m_current || m_hovered) {
        update(colourBar().adjusted(-kSpace, -kHalfSpace, 0, kHalfSpace).toAlignedRect()); // its pointer
    }
}

QRect SelectionMapView::columnsRect(int first, int last) const
{
    const QRectF viewport = m_layout.viewport();
    return QRectF(QPointF(m_layout.left(first) - 4, viewport.top() - 4),
        QPointF(m_layout.left(last + 1) + 4, viewport.bottom() + 4))
        .toAlignedRect();
}

QRect SelectionMapView::stepAxisRect() const
{
    const double top = m_layout.viewport().bottom();
    return QRectF(0, top, width(), height() - top).toAlignedRect();
}

QRect SelectionMapView::stepRect(int step) const
{
    const std::optional<int> first = step >= 0 ? m_model.evaluationOfStep(step) : std::nullopt;
    if (!first) {
        return {};
    }
    int last = *first;
    while (last + 1 < m_model.columns() && m_model.step(last + 1) == step) {
        ++last;
    }
    return columnsRect(*first, last);
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
    m_surroundings = {};
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
    if (event->type() == QEvent::ShortcutOverride && m_area
        && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
        event->accept(); // forgets the area before it stops a run
        return true;
    }
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
        panBy(event->position() - m_panFrom);
        m_panFrom = event->position();
        return;
    }
    if (m_pressed && !m_model.isEmpty()) {
        m_dragging =
            m_dragging || (event->position() - *m_pressed).manhattanLength() >= QApplication::startDragDistance();
        if (m_dragging) {
            // Beyond the edges the area ends at the last cells.
            const QRectF inside = m_layout.viewport().adjusted(0, 0, -0.5, -0.5);
            const auto cellNear = [&](const QPointF& at) {
                const double x =
                    std::clamp(at.x(), inside.left(), std::min(inside.right(), m_layout.left(m_model.columns()) - 0.5));
                double y = std::clamp(
                    at.y(), inside.top(), std::min(inside.bottom(), m_layout.bottom(m_model.rows() - 1) - 0.5));
                int row = m_layout.rowAt(y);
                for (; row < 0 && y > inside.top(); row = m_layout.rowAt(y)) { // in the gap between two groups
                    y -= 1;
                }
                return std::pair(std::max(0, m_layout.columnAt(x)), std::max(0, row));
            };
            const auto [column, row] = cellNear(*m_pressed);
            const auto [otherColumn, otherRow] = cellNear(event->position());
            setArea(MapArea::between(column, row, otherColumn, otherRow));
        }
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
    m_pressed = event->position();
    m_dragging = false;
}

void SelectionMapView::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton && m_pressed) {
        const QPointF pressed = *m_pressed;
        m_pressed.reset();
        if (!std::exchange(m_dragging, false)) {
            setArea({});
            if (const std::optional<MapCell> cell = cellAt(pressed)) {
                setCurrentCell(*cell);
                Q_EMIT activated(*cell);
            }
        }
    }
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
    if (event->modifiers().testFlag(Qt::ShiftModifier) || turn.y() == 0) {
        const QPointF by = event->pixelDelta().isNull() ? QPointF(turn) / 2.0 : QPointF(event->pixelDelta());
        panBy(turn.x() == 0 ? by.transposed() : by); // some systems turn the wheel sideways by themselves
    } else {
        zoomAt(event->position(), std::pow(kZoomStep, turn.y() / 120.0));
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
    case Qt::Key_A:
    case Qt::Key_D:
        panBy({(event->key() == Qt::Key_A ? 0.2 : -0.2) * m_layout.viewport().width(), 0});
        return;
    case Qt::Key_L:
        setFollowing(true);
        return;
    case Qt::Key_Escape:
        setArea({});
        return;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
    case Qt::Key_W:
        zoomIn();
        return;
    case Qt::Key_Minus:
    case Qt::Key_S:
        zoomOut();
        return;
    case Qt::Key_F:
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
