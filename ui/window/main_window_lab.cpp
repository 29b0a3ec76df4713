// SPDX-License-Identifier: Apache-2.0
// The sensitivity lab and the probe in the window.
#include "ui/player/player_widget.h"
#include "ui/prompt/prompt_panel.h"
#include "ui/selection/token_grid_panel.h"
#include "ui/selection/token_grid_view.h"
#include "ui/sensitivity/probe_panel.h"
#include "ui/sensitivity/sensitivity_panel.h"
#include "ui/window/banner.h"
#include "ui/window/main_window.h"
#include "ui/window/status_line.h"

namespace toca::ui {

void MainWindow::makeLab()
{
    m_docks.sensitivity = addDock("sensitivityDock", tr("Sensitivity"), m_sensitivity);
    m_docks.probe = addDock("probeDock", tr("Probe"), m_probe);
}

bool MainWindow::isLabBusy() const
{
    return m_sensitivity->model().isRunning() || m_probe->model().isRunning();
}

void MainWindow::cancelLab()
{
    m_sensitivity->model().pause(); // what is measured stays
    m_probe->model().cancel();
}

void MainWindow::updateLab()
{
    const bool isOtherBusy = m_run.isRunning() || m_race.isRunning() || m_thresholds.isRecording();
    const bool hasModel = m_prompt->model().hasModel();
    const QString reason = isOtherBusy ? tr("A run is going on.") : tr("The model is not known yet.");
    m_sensitivity->setBlocked(isOtherBusy || m_probe->model().isRunning() || !hasModel, reason);
    m_probe->setBlocked(isOtherBusy || m_sensitivity->model().isRunning() || !hasModel, reason);
    if (const auto geometry = m_prompt->model().geometry()) {
        m_sensitivity->setLimits(request().steps, geometry->layerCount(), geometry->crossAttention);
    }
}

void MainWindow::connectLab()
{
    connect(m_sensitivity, &SensitivityPanel::startRequested, this, [this] {
        if (isEngineBusy() || !m_prompt->model().hasModel()) {
            return;
        }
        m_banner->hide();
        m_prompt->takeEdits();
        if (const auto options = m_sensitivity->options()) {
            m_run.cancelBackground();
            m_sensitivity->model().start(request(), *options);
        }
    });
    connect(&m_sensitivity->model(), &SensitivityModel::stateChanged, this, [this] {
        updateActions();
        m_status->showIdle(m_sensitivity->model().isRunning() ? tr("Measuring sensitivity") : tr("Ready"));
    });
    connect(&m_probe->model(), &ProbeModel::runningChanged, this, [this] {
        updateActions();
        m_status->showIdle(m_probe->model().isRunning() ? tr("Running again with the probe") : tr("Ready"));
    });
    connect(&m_prompt->model(), &PromptModel::changed, this, &MainWindow::updateLab);
    connect(m_sensitivity, &SensitivityPanel::failed, this, [this](const Error& error) { m_banner->showError(error); });
    connect(m_probe, &ProbePanel::failed, this, [this](const Error& error) { m_banner->showError(error); });
    connect(&m_run, &RunController::finished, this, [this] { m_probe->setRun(m_run.result()); });
    connect(m_probe, &ProbePanel::openRequested, this, [this] {
        if (const auto edited = m_probe->model().editedRun(); edited && !isEngineBusy()) {
            const auto original = m_probe->model().result()->original;
            m_run.adopt(edited, original->request.policy == "none" ? original : nullptr);
            m_status->showIdle(tr("The run with the probe's change. Nothing was run again."));
        }
    });
    // The pointer on a token marks it everywhere.
    const auto mark = [this](qint64 token) {
        m_player->setMarkedToken(token);
        m_tokens->view().setMarkedToken(token);
        m_sensitivity->markToken(token);
        m_probe->markToken(token);
    };
    connect(m_sensitivity, &SensitivityPanel::tokenHovered, this, mark);
    connect(m_probe, &ProbePanel::tokenHovered, this, mark);
    connect(m_tokens, &TokenGridPanel::tokenHovered, this, [this](qint64 token) {
        m_sensitivity->markToken(token);
        m_probe->markToken(token);
    });
    connect(m_player, &PlayerWidget::tokenHovered, this, [this](qint64 token) {
        m_sensitivity->markToken(token);
        m_probe->markToken(token);
    });
}

} // namespace toca::ui
