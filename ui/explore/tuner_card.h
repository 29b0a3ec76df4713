// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/explore/tuner.h"

#include <QFrame>

class QLabel;
class QProgressBar;
class QPushButton;
class QSpinBox;

namespace toca::ui {

/// Starts, follows and stops the tuner.
class TunerCard : public QFrame {
    Q_OBJECT
public:
    explicit TunerCard(Tuner& tuner, QWidget* parent = nullptr);
    int budget() const;

Q_SIGNALS:
    void startRequested();

private:
    void update();

    Tuner& m_tuner;
    QLabel* m_text;
    QSpinBox* m_budget;
    QPushButton* m_start;
    QPushButton* m_resume;
    QPushButton* m_stop;
    QProgressBar* m_progress;
};

} // namespace toca::ui
