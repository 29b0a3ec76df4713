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

protected:
    StepPlot(const RunStatisticsModel& model, PlotCard* card);
    const RunStatisticsModel& m_model;
    PlotCard* m_card; ///< owned by its parent widget
};

/// Cache ratio, FLOPs, FLOPs saved, time saved, time by module, cache memory; in this order.
/// @param model must outlive the plots
std::vector<std::unique_ptr<StepPlot>> makeStepPlots(const RunStatisticsModel& model, QWidget* parent);

} // namespace toca::ui
