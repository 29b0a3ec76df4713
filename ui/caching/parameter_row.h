// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/parameters.h"

#include <QObject>

#include <functional>

class QGridLayout;
class QLabel;
class QLineEdit;
class QSlider;
class QToolButton;
class QWidget;

namespace toca::ui {

class CachingModel;

/// One declared parameter as label, editor and a reset button that appears when it was changed. Also a double click on
/// the label resets. Adds its widgets to a grid of three columns.
class ParameterRow : public QObject {
    Q_OBJECT
public:
    ParameterRow(const plan::ParameterSpec& spec, CachingModel& model, QGridLayout* grid, int row);
    /// Shows the model's value.
    void refresh();
    const plan::ParameterSpec& spec() const { return m_spec; }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* makeEditor();
    QWidget* makeNumberEditor();
    QWidget* makeIntegerEditor();
    QWidget* makeChoiceEditor();
    QWidget* makeBooleanEditor();
    QLineEdit* makeTextEditor();
    QWidget* makeFileEditor();

    plan::ParameterSpec m_spec;
    CachingModel& m_model;
    QLabel* m_label = nullptr;
    QWidget* m_editor = nullptr;
    QString m_tip; ///< of label and editor where the parameter has an effect
    QToolButton* m_reset = nullptr;
    std::function<void(const plan::ParameterValue&)> m_show;
};

} // namespace toca::ui
