// SPDX-License-Identifier: Apache-2.0
#include "ui/tune/schedule_view.h"

#include "ui/selection/cell_text.h"
#include "ui/theme/theme.h"

#include <QEvent>
#include <QFontMetricsF>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace toca::ui {

namespace {

constexpr double kZoomStep = 1.25;

} // namespace

ScheduleView::ScheduleView(ScheduleEditor& editor, QWidget* parent)
    : QWidget(parent)
    , m_editor(editor)
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setContextMenuPolicy(Qt::PreventContextMenu); // the right button restores
    setObjectName("scheduleView");
    setAccessibleName(tr("Schedule: steps across, layers down"));
    connect(&editor, &ScheduleEditor::tableChanged, this, [this] {
        if (m_layout.columns() != m_editor.table().steps()
            || m_layout.rows() != m_editor.table().layers() * static_cast<int>(modules().size())) {
            m_current = {};
            m_anchor.reset();
            m_hovered.reset();
            arrange();
        }
        m_imageIsValid = false;
        updateAccessibleText();
        update();
    });
    arrange();
}

const std::vector<plan::ModuleKind>& ScheduleView::modules() const
{
    return modulesOf(m_editor.geometry());
}

int ScheduleView::rowOf(int layer, plan::ModuleKind module) const
{
    const auto& kinds = modules();
    const auto band = std::find(kinds.begin(), kinds.end(), module) - kinds.begin();
    return static_cast<int>(band) * m_editor.table().layers() + layer;
}

MapCell ScheduleView::cellOf(int column, int row) const
{
    const int layers = std::max(m_editor.table().layers(), 1);
    return {column, row % layers, modules()[static_cast<std::size_t>(row / layers)]};
}

QRectF ScheduleView::cellRect(const MapCell& cell) const
{
    return m_layout.cellRect(cell.evaluation, rowOf(cell.layer, cell.module));
}

QRectF ScheduleView::stepHeaderRect(int step) const
{
    return {m_layout.left(step), m_layout.viewport().bottom() + 1, m_layout.cellWidth(),
        QFontMetricsF(smallFont()).height() + 2};
}

QRectF ScheduleView::layerHeaderRect(int layer, plan::ModuleKind module) const
{
    const double width = QFontMetricsF(smallFont()).horizontalAdvance(QStringLiteral("T00 "));
    const int row = rowOf(layer, module);
    return {m_layout.viewport().left() - kHalfSpace - width, m_layout.top(row), width, m_layout.cellHeight()};
}

void ScheduleView::arrange()
{
    const QFontMetricsF metrics(smallFont());
    const int layers = m_editor.table().layers();
    m_layout.setCells(m_editor.table().steps(), layers * static_cast<int>(modules().size()), std::max(layers, 1));
    const double labels = metrics.horizontalAdvance(moduleTitle(plan::ModuleKind::CrossAttention))
        + metrics.horizontalAdvance(QStringLiteral("T00 ")) + 3 * kHalfSpace;
    m_layout.setViewport(QRectF(labels, kHalfSpace, std::max(width() - labels - kHalfSpace, 10.0),
        std::max(height() - metrics.height() - 2.0 * kHalfSpace, 10.0)));
    m_imageIsValid = false;
    update();
}

ScheduleView::Place ScheduleView::placeAt(const QPointF& position) const
{
    const QRectF& view = m_layout.viewport();
    const int column = m_layout.columnAt(position.x()), row = m_layout.rowAt(position.y());
    if (column >= 0 && row >= 0) {
        return {Area::Cells, column, row};
    }
    if (column >= 0 && position.y() >= view.bottom()) {
        return {Area::Steps, column, 0};
    }
    if (row >= 0 && position.x() < view.left()) {
        return {Area::Layers, 0, row};
    }
    return {};
}

ScheduleView::Place ScheduleView::clampedAt(const QPointF& position) const
{
    const QRectF& view = m_layout.viewport();
    const double x = std::clamp(position.x(), view.left(), view.right() - 0.01);
    const double y = std::clamp(position.y(), view.top(), view.bottom() - 0.01);
    int row = m_layout.rowAt(y);
    for (double above = y; row < 0 && above >= view.top(); above -= 1.0) { // in a gap between bands
        row = m_layout.rowAt(above);
    }
    return {Area::Cells, std::max(m_layout.columnAt(x), 0), std::max(row, 0)};
}

std::vector<MapCell> ScheduleView::rectangle(Place a, Place b) const
{
    std::vector<MapCell> cells;
    for (int column = std::min(a.column, b.column); column <= std::max(a.column, b.column); ++column) {
        for (int row = std::min(a.row, b.row); row <= std::max(a.row, b.row); ++row) {
            cells.push_back(cellOf(column, row));
        }
    }
    return cells;
}

/// All cells that the pointer passed between two of its reports.
std::vector<MapCell> ScheduleView::line(Place from, Place to) const
{
    std::vector<MapCell> cells;
    const int steps = std::max({std::abs(to.column - from.column), std::abs(to.row - from.row), 1});
    for (int i = 0; i <= steps; ++i) {
        const double share = static_cast<double>(i) / steps;
        cells.push_back(cellOf(static_cast<int>(std::lround(from.column + share * (to.column - from.column))),
            static_cast<int>(std::lround(from.row + share * (to.row - from.row)))));
    }
    return cells;
}

void ScheduleView::strokeTo(const Place& place)
{
    const std::optional<plan::ScheduleCell> value = m_restores ? std::nullopt : std::optional(m_editor.brush().cell());
    const int lastColumn = m_layout.columns() - 1, lastRow = m_layout.rows() - 1;
    switch (m_strokeFrom.area) {
    case Area::Steps:
        m_editor.paint(
            rectangle({Area::Cells, m_strokeFrom.column, 0}, {Area::Cells, place.column, lastRow}), value, true);
        break;
    case Area::Layers:
        m_editor.paint(
            rectangle({Area::Cells, 0, m_strokeFrom.row}, {Area::Cells, lastColumn, place.row}), value, true);
        break;
    case Area::Cells:
        m_editor.paint(m_isRectangle ? rectangle(m_strokeFrom, place) : line(m_strokeAt, place), value, m_isRectangle);
        break;
    case Area::Nowhere:
        break;
    }
    m_strokeAt = place;
}

void ScheduleView::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::MiddleButton) {
        m_isPanning = true;
        m_panFrom = event->position();
        setCursor(Qt::ClosedHandCursor);
        return;
    }
    const Place place = placeAt(event->position());
    const bool paints = event->button() == Qt::LeftButton, restores = event->button() == Qt::RightButton;
    if (isEmpty() || m_isPainting || place.area == Area::Nowhere || (!paints && !restores)) {
        return;
    }
    m_isPainting = true;
    m_restores = restores;
    m_isRectangle = event->modifiers().testFlag(Qt::ShiftModifier);
    m_strokeFrom = m_strokeAt = place;
    m_anchor.reset();
    if (place.area == Area::Cells) {
        m_current = cellOf(place.column, place.row);
    }
    m_editor.beginStroke(
        restores ? tr("restore the schedule") : tr("paint %1").arg(scheduleCellText(m_editor.brush().cell())));
    strokeTo(place);
}

void ScheduleView::mouseMoveEvent(QMouseEvent* event)
{
    if (m_isPanning) {
        m_layout.pan(event->position() - m_panFrom);
        m_panFrom = event->position();
        m_imageIsValid = false;
        update();
        return;
    }
    if (m_isPainting) {
        strokeTo(clampedAt(event->position()));
    }
    const Place place = placeAt(event->position());
    const std::optional<MapCell> cell =
        place.area == Area::Cells ? std::optional(cellOf(place.column, place.row)) : std::nullopt;
    if (cell != m_hovered) {
        m_hovered = cell;
        update();
        Q_EMIT hovered();
    }
}

void ScheduleView::mouseReleaseEvent(QMouseEvent*)
{
    if (m_isPanning) {
        m_isPanning = false;
        unsetCursor();
    }
    if (m_isPainting) {
        m_isPainting = false;
        m_editor.endStroke();
        updateAccessibleText();
        Q_EMIT hovered();
    }
}

void ScheduleView::leaveEvent(QEvent*)
{
    m_hovered.reset();
    update();
    Q_EMIT hovered();
}

void ScheduleView::wheelEvent(QWheelEvent* event)
{
    const QPoint turn = event->angleDelta();
    if (event->modifiers().testFlag(Qt::ControlModifier)) {
        zoomAt(event->position(), std::pow(kZoomStep, turn.y() / 120.0));
    } else {
        const QPointF by = event->pixelDelta().isNull() ? QPointF(turn) / 2.0 : QPointF(event->pixelDelta());
        m_layout.pan(event->modifiers().testFlag(Qt::ShiftModifier) ? by.transposed() : by);
        m_imageIsValid = false;
        update();
    }
    event->accept();
}

void ScheduleView::zoomAt(const QPointF& at, double factor)
{
    m_layout.zoomAt(at, factor);
    m_imageIsValid = false;
    update();
    Q_EMIT zoomChanged();
}

void ScheduleView::fit()
{
    m_layout.fit();
    m_imageIsValid = false;
    update();
    Q_EMIT zoomChanged();
}

void ScheduleView::zoomIn()
{
    zoomAt(isEmpty() ? QPointF() : cellRect(m_current).center(), kZoomStep);
}

void ScheduleView::zoomOut()
{
    zoomAt(isEmpty() ? QPointF() : cellRect(m_current).center(), 1 / kZoomStep);
}

void ScheduleView::setCursorStep(int step)
{
    if (step != m_cursorStep) {
        m_cursorStep = step;
        update();
    }
}

void ScheduleView::paintSelection(const std::optional<plan::ScheduleCell>& value)
{
    const MapCell other = m_anchor.value_or(m_current);
    m_editor.beginStroke(value ? tr("paint %1").arg(scheduleCellText(*value)) : tr("restore the schedule"));
    m_editor.paint(rectangle({Area::Cells, m_current.evaluation, rowOf(m_current.layer, m_current.module)},
                       {Area::Cells, other.evaluation, rowOf(other.layer, other.module)}),
        value, false);
    m_editor.endStroke();
    updateAccessibleText();
}

void ScheduleView::moveCurrent(int columns, int rows, bool selects)
{
    if (!selects) {
        m_anchor.reset();
    } else if (!m_anchor) {
        m_anchor = m_current;
    }
    const int row = rowOf(m_current.layer, m_current.module);
    m_current = cellOf(std::clamp(m_current.evaluation + columns, 0, m_layout.columns() - 1),
        std::clamp(row + rows, 0, m_layout.rows() - 1));
    m_layout.reveal(m_current.evaluation, rowOf(m_current.layer, m_current.module));
    m_imageIsValid = false;
    updateAccessibleText();
    update();
    Q_EMIT hovered();
}

void ScheduleView::keyPressEvent(QKeyEvent* event)
{
    if (isEmpty()) {
        QWidget::keyPressEvent(event);
        return;
    }
    const bool selects = event->modifiers().testFlag(Qt::ShiftModifier);
    const int band = m_editor.table().layers();
    const int key = event->key();
    if (key >= Qt::Key_1 && key <= Qt::Key_4 && event->modifiers() == Qt::NoModifier) {
        ScheduleBrush brush = m_editor.brush();
        brush.kind = static_cast<ScheduleBrush::Kind>(key - Qt::Key_1);
        m_editor.setBrush(brush);
        paintSelection(brush.cell());
        return;
    }
    switch (key) {
    case Qt::Key_Left:
        return moveCurrent(-1, 0, selects);
    case Qt::Key_Right:
        return moveCurrent(1, 0, selects);
    case Qt::Key_Up:
        return moveCurrent(0, -1, selects);
    case Qt::Key_Down:
        return moveCurrent(0, 1, selects);
    case Qt::Key_Home:
        return moveCurrent(-m_layout.columns(), 0, selects);
    case Qt::Key_End:
        return moveCurrent(m_layout.columns(), 0, selects);
    case Qt::Key_PageUp:
        return moveCurrent(0, -band, selects);
    case Qt::Key_PageDown:
        return moveCurrent(0, band, selects);
    case Qt::Key_Space:
    case Qt::Key_Return:
    case Qt::Key_Enter:
        return paintSelection(m_editor.brush().cell());
    case Qt::Key_Delete:
    case Qt::Key_Backspace:
        return paintSelection(std::nullopt);
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        return zoomIn();
    case Qt::Key_Minus:
        return zoomOut();
    case Qt::Key_0:
        return fit();
    default:
        QWidget::keyPressEvent(event);
    }
}

bool ScheduleView::event(QEvent* event)
{
    // Plain digits paint here; nobody else may take them as shortcuts while the table has the focus.
    if (event->type() == QEvent::ShortcutOverride) {
        const auto* key = static_cast<QKeyEvent*>(event);
        const bool isDigit = key->key() >= Qt::Key_0 && key->key() <= Qt::Key_4;
        const bool isPaint = key->key() == Qt::Key_Space || key->key() == Qt::Key_Delete || key->key() == Qt::Key_Left
            || key->key() == Qt::Key_Right || key->key() == Qt::Key_Home || key->key() == Qt::Key_End;
        if ((isDigit || isPaint) && !(key->modifiers() & (Qt::ControlModifier | Qt::AltModifier))) {
            event->accept();
            return true;
        }
    }
    return QWidget::event(event);
}

QString ScheduleView::textOf(const MapCell& cell) const
{
    const QString place = tr("step %1 · %2 · %3")
                              .arg(cell.evaluation)
                              .arg(layerTitle(m_editor.geometry(), cell.layer), moduleTitle(cell.module));
    const QString value = scheduleCellText(m_editor.table().at(cell.evaluation, cell.layer, cell.module));
    return ScheduleEditor::isLocked(cell.evaluation) ? tr("%1 · always computed: nothing is stored yet").arg(place)
                                                     : place + QStringLiteral(" · ") + value;
}

void ScheduleView::updateAccessibleText()
{
    setAccessibleDescription(
        isEmpty() || m_current.evaluation >= m_layout.columns() ? tr("No plan") : textOf(m_current));
}

void ScheduleView::resizeEvent(QResizeEvent*)
{
    arrange();
}

void ScheduleView::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        arrange();
    }
    QWidget::changeEvent(event);
}

void ScheduleView::focusInEvent(QFocusEvent* event)
{
    QWidget::focusInEvent(event);
    update();
}

void ScheduleView::focusOutEvent(QFocusEvent* event)
{
    QWidget::focusOutEvent(event);
    update();
}

} // namespace toca::ui
