// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/caching/caching_model.h"

#include <QWidget>

class QComboBox;
class QFrame;
class QGridLayout;
class QLabel;
class QSlider;
class QVBoxLayout;

namespace toca::ui {

class ParameterRow;
class PlanStrip;
class PolicyChooser;

/// The right panel: which caching method, how strong, and what it will cost, before the run. Parameters come from the
/// registry's declarations, so a new method needs no line here.
class CachingPanel : public QWidget {
    Q_OBJECT
public:
    explicit CachingPanel(QWidget* parent = nullptr);
    CachingModel& model() { return m_model; }
    const CachingModel& model() const { return m_model; }
    /// Shows a widget of the window's between the forecast and the parameters.
    void addBelowForecast(QWidget* widget);
    /// Shows a small widget of the window's right of the preset.
    void addBesidePreset(QWidget* widget);
    QSize minimumSizeHint() const override;

private:
    QWidget* makeChoice();
    QWidget* makeSpeed();
    QWidget* makeForecast();
    void rebuildParameters();
    void fillPresets();
    void refresh();

    CachingModel m_model;
    QWidget* m_content = nullptr;
    PolicyChooser* m_policy;
    QComboBox* m_preset;
    QLabel* m_summary;
    QWidget* m_speedArea;
    QSlider* m_speed;
    QLabel* m_speedText;
    QLabel* m_gain;
    QLabel* m_share;
    QLabel* m_memory;
    QLabel* m_time;
    QLabel* m_timeNote;
    QGridLayout* m_choice;
    QLabel* m_forecastTitle;
    QLabel* m_expectation;
    PlanStrip* m_strip;
    QFrame* m_warning;
    QLabel* m_warningText;
    QVBoxLayout* m_belowForecast;
    QVBoxLayout* m_parameters;
    QList<ParameterRow*> m_rows;
    bool m_advancedOpen = false;
};

} // namespace toca::ui
