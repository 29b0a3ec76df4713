// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/selection/map_area.h"
#include "ui/selection/map_layout.h"
#include "ui/selection/selection_map_model.h"

#include <QImage>
#include <QWidget>

#include <optional>

namespace toca::ui {

inline constexpr double kMapColourBarWidth = 10; ///< logical pixels

/// Draws a SelectionMapModel: steps across, layers down, a colour bar. The cells live in an image in which only changed
/// columns are painted again, and only these are drawn again; axes and colour bar lie in another one; the widget adds
/// cursor and marks.
///
/// Keys: arrows move the current cell, Home/End to the first and last step, Page Up/Down by a band, Enter activates,
/// Ctrl+C copies the area or the cell, W and S (or + and -) zoom, A and D move, F (or 0) shows all, L follows a run
/// again, Escape forgets the area. Mouse: click activates, a drag marks an area to be added up, the wheel zooms,
/// Shift+drag or the middle button moves, Shift+wheel scrolls.
///
/// A zoomed map follows the newest step of a run until it is moved by hand.
class SelectionMapView : public QWidget {
    Q_OBJECT
public:
    /// @param model must outlive the view
    explicit SelectionMapView(SelectionMapModel& model, QWidget* parent = nullptr);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    const MapLayout& mapLayout() const { return m_layout; }
    const std::optional<MapCell>& currentCell() const { return m_current; }
    const std::optional<MapCell>& hoveredCell() const { return m_hovered; }
    /// The area that is added up; nothing when there is none.
    const std::optional<MapArea>& area() const { return m_area; }
    void setArea(const std::optional<MapArea>& area);
    bool isFollowing() const { return m_following; }
    /// Cells painted into the image since construction: what a test of incremental drawing counts.
    std::size_t paintedCells() const { return m_paintedCells; }
    /// Where a cell is, in widget coordinates.
    QRectF cellRect(const MapCell& cell) const;
    /// The whole map with axes as a picture, twice as fine as the screen.
    QImage picture();
    /// What happened at the step under the cursor, in words: read out where no cell is current.
    void setSentence(const QString& sentence);

public Q_SLOTS:
    void setCursorStep(int step); ///< -1 = none
    void setCurrentCell(const toca::ui::MapCell& cell);
    void fit();
    void zoomIn();
    void zoomOut();
    void copyCurrent() const; ///< what the area adds up to, else the current cell
    void setFollowing(bool following);

Q_SIGNALS:
    void areaChanged();
    void followingChanged(bool following);
    void hovered(const toca::ui::MapCell& cell);
    void hoverLeft();
    void activated(const toca::ui::MapCell& cell);
    void currentChanged(const toca::ui::MapCell& cell);
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
    void onLayoutChanged();
    void onCellsChanged(int first, int last);
    void arrange(); ///< axes' widths, viewport
    void invalidate(); ///< the whole image is painted again with the next frame
    void renderColumns(int first, int last);
    void renderSurroundings(double ratio); ///< row axis and colour bar
    QRect columnsRect(int first, int last) const; ///< with the marks around them
    QRect stepAxisRect() const;
    QRect stepRect(int step) const; ///< columns of a step; empty when there is none
    void zoomAt(const QPointF& at, double factor);
    void setHovered(const std::optional<MapCell>& cell);
    void moveCurrent(int columns, int rows);
    std::optional<MapCell> cellAt(const QPointF& position) const;
    void updateAccessibleText();
    void showToolTip(const QPoint& pointer, const MapCell& cell);
    // parts of paintEvent
    void paintRowAxis(QPainter& painter) const;
    void paintStepAxis(QPainter& painter) const;
    void paintColourBar(QPainter& painter) const;
    void paintPointer(QPainter& painter) const;
    QRectF colourBar() const;
    void paintCursors(QPainter& painter) const;
    void paintEmpty(QPainter& painter) const;

    SelectionMapModel& m_model;
    MapLayout m_layout;
    QImage m_image; ///< the viewport in device pixels
    QImage m_surroundings; ///< all that is around it and stays while a run goes on
    bool m_imageValid = false;
    int m_dirtyFirst = 0;
    int m_dirtyLast = -1;
    std::size_t m_paintedCells = 0;
    double m_groupLabelWidth = 0;
    int m_cursorStep = -1;
    QString m_sentence;
    std::optional<MapCell> m_current;
    std::optional<MapCell> m_hovered;
    void panBy(const QPointF& by);
    void follow(int column);

    QPointF m_panFrom;
    bool m_panning = false;
    std::optional<MapArea> m_area;
    std::optional<QPointF> m_pressed; ///< a drag from here marks an area
    bool m_dragging = false;
    bool m_following = true;
};

} // namespace toca::ui
