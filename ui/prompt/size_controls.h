// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QWidget>

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QSpinBox;

namespace toca::ui {

class PromptModel;

/// Size, frames and rate: presets that suit the model and free values, with the reason where one is not possible.
class SizeControls : public QWidget {
    Q_OBJECT
public:
    explicit SizeControls(PromptModel& model, QWidget* parent = nullptr);

private:
    void fillPresets();
    void showModel();
    void applyFrames(int frames);

    PromptModel& m_model;
    QComboBox* m_presets;
    QWidget* m_custom;
    QSpinBox* m_width;
    QSpinBox* m_height;
    QSpinBox* m_frames;
    QDoubleSpinBox* m_fps;
    QLabel* m_framesLabel;
    QLabel* m_length;
    QLabel* m_problem;
    bool m_wantsCustom = false;
};

} // namespace toca::ui
