// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;
class QSpinBox;
class QToolButton;

namespace toca::ui {

class PromptModel;

/// A picture or clip whose frames the result starts with: dropped on the button or chosen from a dialog.
class ConditionControls : public QWidget {
    Q_OBJECT
public:
    explicit ConditionControls(PromptModel& model, QWidget* parent = nullptr);

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void choose();
    void showModel();

    PromptModel& m_model;
    QPushButton* m_button;
    QSpinBox* m_frames;
    QToolButton* m_clear;
};

} // namespace toca::ui
