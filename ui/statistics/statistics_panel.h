// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/statistics/run_statistics_model.h"

#include <QElapsedTimer>
#include <QWidget>

#include <memory>
#include <vector>

class QGridLayout;
class QLabel;
class QScrollArea;

namespace toca::ui {

class ElidedLabel;
class PlotCard;
class StepPlot;

/// All plots over the steps of a run, with one cursor through all of them.
class StatisticsPanel : public QWidget {
    Q_OBJECT
public:
    explicit StatisticsPanel(QWidget* parent = nullptr);
    ~StatisticsPanel() override;

    void setTrace(std::shared_ptr<const plan::Trace> trace);
    void setPlan(const plan::Plan& plan);
    void clear();
    /// Takes in finished evaluations; costs one atomic load when there are none. Draws at most ten times a second
    /// while a run goes on.
    void refresh();
    /// Seconds of one uncached step, by a baseline run; 0 = unknown, then this run's full steps are compared with.
    void setBaselineSeconds(double perStep);

    const RunStatisticsModel& model() const { return m_model; }
    const std::vector<std::unique_ptr<StepPlot>>& plots() const { return m_plots; }

    /// What happened at the step of the cursor, in words: shown below the plots, and read out with them; "" = nothing.
    void setSentence(const QString& sentence);
    QString sentence() const;

public Q_SLOTS:
    void setCursorStep(int step); ///< -1 = none

Q_SIGNALS:
    void stepHovered(int step); ///< -1 when the pointer left
    void stepActivated(int step);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void updatePlots();
    void arrange();
    void onHovered(int step);

    RunStatisticsModel m_model;
    std::vector<std::unique_ptr<StepPlot>> m_plots;
    QScrollArea* m_scroll;
    QWidget* m_page;
    QGridLayout* m_grid;
    QLabel* m_empty;
    ElidedLabel* m_sentence;
    int m_columns = 0;
    std::vector<PlotCard*> m_shownCards; ///< in their order
    int m_cursorStep = -1; ///< as set from outside; a hovered step is shown instead while there is one
    bool m_waiting = false; ///< numbers newer than the plots
    QElapsedTimer m_sinceDrawn;
};

} // namespace toca::ui
