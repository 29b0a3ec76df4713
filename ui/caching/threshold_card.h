// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/caching/threshold_model.h"

#include <QFrame>

class QCPGraph;
class QCPItemRect;
class QCPItemStraightLine;
class QCPItemText;
class QCustomPlot;
class QLabel;
class QProgressBar;
class QPushButton;

namespace toca::ui {

/// The threshold response in the caching panel: skipped steps against threshold, the zone where it does nothing, the
/// cliff, and long skips marked. A click, a drag or the arrow keys choose the threshold; buttons choose it by the gain
/// that is wanted.
class ThresholdCard : public QFrame {
    Q_OBJECT
public:
    /// @param model must outlive the card
    explicit ThresholdCard(ThresholdModel& model, QWidget* parent = nullptr);
    QCustomPlot& plot() { return *m_plot; }
    /// While the engine is busy with something else nothing can be recorded.
    void setBlocked(bool blocked);

Q_SIGNALS:
    void recordRequested();

protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void sync();
    void drawResponse();
    void recolour();
    void chooseAt(double x);
    void step(int points);

    ThresholdModel& m_model;
    QLabel* m_intro;
    QPushButton* m_record;
    QProgressBar* m_progress;
    QLabel* m_note;
    QLabel* m_text;
    QCustomPlot* m_plot;
    QWidget* m_targets;
    QList<QPushButton*> m_targetButtons;
    QCPGraph* m_skipped;
    QCPItemRect* m_inert;
    QCPItemText* m_inertText;
    QCPItemRect* m_long;
    QCPItemText* m_longText;
    QCPItemStraightLine* m_cliff;
    QCPItemText* m_cliffText;
    QCPItemStraightLine* m_now;
    bool m_isBlocked = false;
};

} // namespace toca::ui
