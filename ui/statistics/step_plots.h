// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/statistics/plot_card.h"
#include "ui/statistics/run_statistics_model.h"

#include <memory>
#include <vector>

namespace toca::ui {

/// One quantity of a RunStatisticsModel over the steps, drawn into a card of its own.
class StepPlot {
public:
    virtual ~StepPlot() = default;
    PlotCard& card() const { return *m_card; }
    /// Copies the model's numbers into the plot; the caller asks for the replot.
    virtual void update() = 0;
    /// False when the run has nothing for this plot: its card is then left out.
    virtual bool isWanted() const { return true; }

protected:
    StepPlot(const RunStatisticsModel& model, PlotCard* card);
    const RunStatisticsModel& m_model;
    PlotCard* m_card; ///< owned by its parent widget
};

/// Cache ratio, FLOPs, FLOPs saved, time saved, time by module, cache memory, decisions; in this order.
/// @param model must outlive the plots
std::vector<std::unique_ptr<StepPlot>> makeStepPlots(const RunStatisticsModel& model, QWidget* parent);

// Those of them that have a file of their own.
std::unique_ptr<StepPlot> makeTimeSavedPlot(const RunStatisticsModel& model, QWidget* parent);
std::unique_ptr<StepPlot> makeTimeByModulePlot(const RunStatisticsModel& model, QWidget* parent);
/// Signal, accumulated change and threshold of a step-wise policy; not wanted for other runs.
std::unique_ptr<StepPlot> makeDecisionPlot(const RunStatisticsModel& model, QWidget* parent);

} // namespace toca::ui
