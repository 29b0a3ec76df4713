// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QWidget>

class QLabel;
class QProgressBar;

namespace toca::ui {

class ElidedLabel;
class RunController;

/// The lowest line of the window: stage, step, rate, time left, gain so far and cache memory of the run.
class StatusLine : public QWidget {
    Q_OBJECT
public:
    explicit StatusLine(QWidget* parent = nullptr);
    void showRun(const RunController& run);
    void showIdle(const QString& text);
    QString text() const;

private:
    ElidedLabel* m_stage;
    QWidget* m_run; ///< all that is only known of a run that goes on
    QProgressBar* m_progress;
    QLabel* m_step;
    QLabel* m_rate;
    QLabel* m_eta;
    QLabel* m_gain;
    QLabel* m_cache;
};

} // namespace toca::ui
