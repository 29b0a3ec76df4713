// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QWidget>

class QComboBox;
class QLineEdit;
class QToolButton;

namespace toca::ui {

class PromptModel;

/// Seed with dice and what happens to it after a run: fixed (locked), random or counted up.
class SeedControls : public QWidget {
    Q_OBJECT
public:
    explicit SeedControls(PromptModel& model, QWidget* parent = nullptr);

private:
    void showModel();

    PromptModel& m_model;
    QLineEdit* m_seed;
    QToolButton* m_dice;
    QToolButton* m_lock;
    QComboBox* m_mode;
};

} // namespace toca::ui
