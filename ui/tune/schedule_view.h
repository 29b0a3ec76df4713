// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/selection/map_layout.h"
#include "ui/tune/schedule_editor.h"

#include <QImage>
#include <QWidget>

#include <optional>

namespace toca::ui {

/// The schedule as a table to paint on: steps across, layers down in a band for each kind of module.
///
/// Mouse: drag paints with the brush, right-drag restores what was there before the first stroke, Shift makes it a
/// rectangle; the numbers below paint a whole step, those at the side a whole layer; Ctrl+wheel zooms, wheel and middle
/// button move. Keys: arrows move, Shift+arrows select a rectangle, 1 to 4 paint compute, ratio, reuse, forecast, Space
/// paints with the brush, Delete restores, + - 0 zoom.
class ScheduleView : public QWidget {
    Q_OBJECT
public:
    /// @param editor must outlive the view
    explicit ScheduleView(ScheduleEditor& editor, QWidget* parent = nullptr);

    QSize sizeHint() const override { return {560, 300}; }
    QSize minimumSizeHint() const override { return {240, 120}; }
    const MapLayout& mapLayout() const { return m_layout; }
    const std::optional<MapCell>& hoveredCell() const { return m_hovered; }
    const MapCell& currentCell() const { return m_current; }
    /// Where a cell, a step's number and a layer's name are, in widget coordinates.
    QRectF cellRect(const MapCell& cell) const;
    QRectF stepHeaderRect(int step) const;
    QRectF layerHeaderRect(int layer, plan::ModuleKind module) const;
    /// "step 14 · temporal layer 3 · MLP · 10 % of the tokens"
    QString textOf(const MapCell& cell) const;

public Q_SLOTS:
    void fit();
    void zoomIn();
    void zoomOut();
    void setCursorStep(int step); ///< -1 = none

Q_SIGNALS:
    void hovered();
    void zoomChanged();

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    enum class Area { Nowhere, Cells, Steps, Layers };
    struct Place {
        Area area = Area::Nowhere;
        int column = -1;
        int row = -1;
    };
    const std::vector<plan::ModuleKind>& modules() const;
    int rowOf(int layer, plan::ModuleKind module) const;
    MapCell cellOf(int column, int row) const;
    bool isEmpty() const { return m_layout.columns() == 0 || m_layout.rows() == 0; }
    Place placeAt(const QPointF& position) const;
    /// The nearest cell, also for positions outside.
    Place clampedAt(const QPointF& position) const;
    std::vector<MapCell> rectangle(Place a, Place b) const;
    std::vector<MapCell> line(Place from, Place to) const;
    void strokeTo(const Place& place);
    void paintSelection(const std::optional<plan::ScheduleCell>& value);
    void moveCurrent(int columns, int rows, bool selects);
    void arrange();
    void render();
    void updateAccessibleText();
    void zoomAt(const QPointF& at, double factor);
    // parts of paintEvent
    void paintAxes(QPainter& painter) const;
    void paintCursors(QPainter& painter) const;

    ScheduleEditor& m_editor;
    MapLayout m_layout;
    QImage m_image;
    bool m_imageIsValid = false;
    std::optional<MapCell> m_hovered;
    MapCell m_current;
    std::optional<MapCell> m_anchor; ///< other corner of the selection
    int m_cursorStep = -1;
    // a stroke of the mouse
    bool m_isPainting = false;
    bool m_restores = false;
    bool m_isRectangle = false;
    Place m_strokeFrom;
    Place m_strokeAt;
    bool m_isPanning = false;
    QPointF m_panFrom;
};

} // namespace toca::ui
