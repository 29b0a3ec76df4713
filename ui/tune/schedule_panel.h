// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/tune/schedule_editor.h"

#include <QList>
#include <QWidget>

class QDoubleSpinBox;
class QLabel;
class QSlider;
class QSpinBox;
class QToolButton;

namespace toca::ui {

class ElidedLabel;
class ScheduleView;

/// The schedule editor with its brushes, undo, totals and the values of the cell under the pointer.
class SchedulePanel : public QWidget {
    Q_OBJECT
public:
    explicit SchedulePanel(CachingModel& caching, QWidget* parent = nullptr);

    ScheduleEditor& editor() { return m_editor; }
    ScheduleView& view() { return *m_view; }
    QString totals() const; ///< "2.32 × FLOPs · 1.9 s · 9.4 MB"
    QString readout() const;
    QSize minimumSizeHint() const override { return {300, 200}; }

Q_SIGNALS:
    void stepHovered(int step); ///< -1 = none

protected:
    void changeEvent(QEvent* event) override;

private:
    QToolButton* addBrush(ScheduleBrush::Kind kind, const QString& text, const QString& help);
    void showBrush();
    void showTotals();
    void showReadout();
    void fillIcons();

    ScheduleEditor m_editor;
    ScheduleView* m_view;
    QList<QToolButton*> m_brushes;
    QSlider* m_shareSlider;
    QDoubleSpinBox* m_share;
    QSpinBox* m_order;
    QToolButton* m_undo;
    QToolButton* m_redo;
    QToolButton* m_fit;
    ElidedLabel* m_totals;
    ElidedLabel* m_readout;
};

/// "1.92 s of 4.10 s uncached", "≈ 1.92 s …" where a part is a guess, "not measured yet".
QString plannedTimeText(const CachingModel& caching);

} // namespace toca::ui
