// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/caching/caching_model.h"

#include <QWidget>

namespace toca::ui {

/// One number of the policy as a bar to drag: weights, factors and intervals side by side show their proportion.
///
/// Mouse: drag sets, wheel steps, double click resets. Keys: Left and Right step, Shift ten times as far, Delete
/// resets.
class ParameterBar : public QWidget {
    Q_OBJECT
public:
    /// @param spec a Number or Integer of the present policy; must outlive the bar
    ParameterBar(CachingModel& caching, const plan::ParameterSpec& spec, QWidget* parent = nullptr);

    const std::string& parameter() const { return m_spec.name; }
    double value() const;
    void setValue(double value); ///< rounded to the parameter's step, inside its range
    void reset();
    /// Where a value lies on the bar, widget coordinates.
    double placeOf(double value) const;
    void refresh();
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {140, sizeHint().height()}; }

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    QRectF track() const;
    QString valueText() const;
    double stepSize() const;

    CachingModel& m_caching;
    plan::ParameterSpec m_spec;
    double m_top = 1; ///< what the whole track stands for
    bool m_isDragging = false;
    int m_drags = 0;
};

} // namespace toca::ui
