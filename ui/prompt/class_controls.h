// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QWidget>

class QComboBox;
class QSpinBox;
class QToolButton;

namespace toca::ui {

class PromptModel;

/// What a class-conditional model is told instead of a prompt: a class by its name, found by typing any part of it or
/// its number; by number alone where the names are not known.
class ClassControls : public QWidget {
    Q_OBJECT
public:
    explicit ClassControls(PromptModel& model, QWidget* parent = nullptr);
    void focusClass();
    /// Takes what has been typed so far, as leaving the field would.
    void takeText();

private:
    void fill();
    void showModel();

    PromptModel& m_model;
    QComboBox* m_names;
    QSpinBox* m_number;
    QToolButton* m_dice;
};

} // namespace toca::ui
