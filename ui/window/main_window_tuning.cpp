// SPDX-License-Identifier: Apache-2.0
// What the window does with the tuning desk.
#include "ui/caching/caching_panel.h"
#include "ui/prompt/prompt_panel.h"
#include "ui/selection/selection_panel.h"
#include "ui/statistics/statistics_panel.h"
#include "ui/tune/schedule_panel.h"
#include "ui/tune/schedule_view.h"
#include "ui/tune/tuning_desk.h"
#include "ui/window/banner.h"
#include "ui/window/main_window.h"

namespace toca::ui {

void MainWindow::connectTuning()
{
    connect(m_tuning.get(), &TuningDesk::failed, this, [this](const Error& error) { m_banner->showError(error); });
    connect(&m_prompt->model(), &PromptModel::modelChanged, this,
        [this] { m_tuning->setModel(m_prompt->model().model()); });
    connect(&m_run, &RunController::finished, this, [this] { m_tuning->learn(*m_run.result()); });
    connect(&m_run, &RunController::baselineChanged, this, [this] {
        // First the uncached run arrives, then how far the last one is from it.
        const auto baseline = m_run.baseline();
        if (baseline && !m_run.fidelity()) {
            m_tuning->learn(*baseline);
        } else if (m_run.fidelity() && m_run.result()) {
            m_tuning->addComparison(*m_run.result(), *m_run.fidelity());
        }
    });
    // Steps are linked over all plots; these tables have one column for each.
    connect(&m_tuning->schedule(), &SchedulePanel::stepHovered, this, [this](int step) {
        m_selection->setCursorStep(step);
        m_statistics->setCursorStep(step);
    });
    ScheduleView& view = m_tuning->schedule().view();
    connect(
        m_selection, &SelectionPanel::cellHovered, &view, [&view](int evaluation) { view.setCursorStep(evaluation); });
    connect(m_selection, &SelectionPanel::hoverLeft, &view, [&view] { view.setCursorStep(-1); });
    connect(m_statistics, &StatisticsPanel::stepHovered, &view, &ScheduleView::setCursorStep);
}

} // namespace toca::ui
