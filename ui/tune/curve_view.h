// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/policies/point_curve.h"
#include "ui/caching/caching_model.h"

#include <QWidget>

#include <vector>

namespace toca::ui {

/// A curve over steps or layers with points to drag; bars behind it show the share of tokens that the plan computes.
///
/// Mouse: drag moves a point, double click adds one, right click removes one. Keys: Page Up and Down choose a point,
/// arrows move it (Shift: ten times as far), Insert adds one behind it, Delete removes it.
class CurveView : public QWidget {
    Q_OBJECT
public:
    enum class Axis { Steps, Layers };
    /// @param parameter a policy's text parameter that holds a PointCurve
    CurveView(CachingModel& caching, std::string parameter, Axis axis, QWidget* parent = nullptr);

    QSize sizeHint() const override { return {260, 130}; }
    QSize minimumSizeHint() const override { return {150, 96}; }
    Axis axis() const { return m_axis; }
    const std::string& parameter() const { return m_parameter; }
    /// What is drawn: the parameter's points, or both ends of the level line where it is empty.
    const std::vector<plan::PointCurve::Point>& points() const { return m_points; }
    int selected() const { return m_selected; } ///< -1 = none
    void select(int point);
    /// Moves the selected point; between its neighbours, which it cannot pass.
    void setSelected(plan::PointCurve::Point point);
    void addPoint(plan::PointCurve::Point point);
    void removePoint(int point);
    QPointF placeOf(const plan::PointCurve::Point& point) const; ///< widget coordinates
    int count() const; ///< steps, or layers

Q_SIGNALS:
    void selectionChanged(); ///< another point, or the same elsewhere

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    void follow();
    void store(const QString& text);
    QRectF plotRect() const;
    plan::PointCurve::Point pointAt(const QPointF& position) const;
    int nearestPoint(const QPointF& position) const; ///< -1: none within reach
    std::vector<double> shares() const;
    QString textOf(const plan::PointCurve::Point& point) const;

    CachingModel& m_caching;
    std::string m_parameter;
    Axis m_axis;
    std::vector<plan::PointCurve::Point> m_points;
    double m_top = 2; ///< of the axis
    int m_selected = -1;
    int m_hovered = -1;
    bool m_isDragging = false;
    int m_edits = 0; ///< keeps what belongs to one gesture in one step of undo
};

} // namespace toca::ui
