// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/caching/caching_model.h"

#include <QList>
#include <QWidget>

class QDoubleSpinBox;
class QLabel;
class QToolButton;
class QVBoxLayout;

namespace toca::ui {

class CurveView;
class ParameterBar;

/// The present policy's numbers to be set by hand and eye: curves over steps and layers, factors of the modules,
/// intervals, weights of the scores. What a policy has not is not shown.
class CurvesPanel : public QWidget {
    Q_OBJECT
public:
    explicit CurvesPanel(CachingModel& caching, QWidget* parent = nullptr);

    /// @return nullptr when the present policy has no such parameter
    CurveView* curve(const std::string& parameter) const;
    ParameterBar* bar(const std::string& parameter) const;
    QSize minimumSizeHint() const override { return {240, 160}; }

private:
    void rebuild();
    QWidget* makeCurve(const plan::ParameterSpec& spec);
    void refresh();

    CachingModel& m_caching;
    QVBoxLayout* m_content;
    QList<CurveView*> m_curves;
    QList<ParameterBar*> m_bars;
    QList<QToolButton*> m_resets;
};

} // namespace toca::ui
