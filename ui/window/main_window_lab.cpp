// SPDX-License-Identifier: Apache-2.0
// The sensitivity lab and the probe in the window.
#include "ui/caching/caching_panel.h"
#include "ui/explore/tuner.h"
#include "ui/player/player_widget.h"
#include "ui/prompt/prompt_panel.h"
#include "ui/runs/run_desk.h"
#include "ui/selection/token_grid_panel.h"
#include "ui/selection/token_grid_view.h"
#include "ui/sensitivity/probe_panel.h"
#include "ui/sensitivity/sensitivity_panel.h"
#include "ui/window/banner.h"
#include "ui/window/main_window.h"
#include "ui/window/status_line.h"

#include <QAction>
#include <QDockWidget>
#include <QPushButton>

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
        const int steps = request().steps;
        m_sensitivity->setLimits(steps, geometry->layerCount(), geometry->crossAttention);
        const auto uncached = m_caching->model().uncachedTime();
        m_sensitivity->setCost(geometry->grid, uncached && steps > 0 ? uncached->seconds / steps : 0);
    }
}

/// What the parts of the lab start, as commands that the palette finds and that can have keys.
void MainWindow::makeLabActions()
{
    const auto press = [this](QDockWidget* dock, const char* button) {
        dock->show();
        dock->raise();
        if (auto* found = findChild<QPushButton*>(QString::fromLatin1(button)); found && found->isEnabled()) {
            found->click();
        }
    };
    const auto add = [this](const char* name, const QString& text, const QString& tip, auto run) {
        auto* made = new QAction(text, this);
        made->setObjectName(QString::fromLatin1(name));
        made->setToolTip(tip);
        connect(made, &QAction::triggered, this, run);
        QMainWindow::addAction(made);
    };
    add("measureSensitivity", tr("Measure &sensitivity, or pause"),
        tr("Start, pause or go on with the measurement as the sensitivity panel is set"),
        [this, press] { press(m_docks.sensitivity, "sensitivityStart"); });
    add("runProbe", tr("Run the &probe, or cancel it"), tr("Run again with the painted tokens changed"),
        [this, press] { press(m_docks.probe, "probeStart"); });
    add("recordThresholds", tr("Record the &threshold response"),
        tr("An uncached run from which all thresholds can be read"), [this] { recordThresholds(); });
    add("startTuner", tr("Start or stop the t&uner"), tr("Search schedules on example prompts in the background"),
        [this, press] { press(m_docks.explore, m_runDesk->tuner().isRunning() ? "tunerStop" : "tunerStart"); });
    add("pauseQueue", tr("Pause or resume the &queue"), tr("The running entry is finished first"), [this] {
        JobQueue& queue = m_runDesk->queue();
        queue.setPaused(!queue.isPaused());
        m_docks.queue->show();
        m_docks.queue->raise();
    });
}

/// The brush on the player's picture paints the probe's mask.
void MainWindow::connectBrush()
{
    ProbeModel& model = m_probe->model();
    QUndoStack& undo = m_caching->model().undoStack();
    const auto begin = [&model] { model.beginStroke(); };
    const auto end = [&model, &undo] { model.endStroke(undo, tr("paint tokens")); };
    connect(m_player, &PlayerWidget::strokeStarted, &model, begin);
    connect(m_player, &PlayerWidget::strokeEnded, &model, end);
    connect(m_probe, &ProbePanel::strokeStarted, &model, begin);
    connect(m_probe, &ProbePanel::strokeEnded, &model, end);
    connect(m_player, &PlayerWidget::tokenPainted, m_probe, &ProbePanel::paint);
    const auto show = [this, &model] {
        m_player->setMask(model.marks());
        if (m_player->canvas().isPainting()) {
            m_status->showIdle(model.isProtecting()
                    ? tr("%n token(s) painted, protected in coming runs", "", model.markedTokens())
                    : tr("%n token(s) painted", "", model.markedTokens()));
        }
    };
    connect(&model, &ProbeModel::maskChanged, this, show);
    connect(m_player, &PlayerWidget::brushToggled, this, [this, &model, show](bool on) {
        if (on) {
            if (const auto& current = m_run.current()) {
                model.setGrid(current->plan.geometry().grid);
            }
            model.setProtecting(true); // what the brush is for; the probe's panel shows it and switches it off
        }
        show();
        if (!on) {
            m_status->showIdle(tr("Ready"));
        }
    });
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
    // What a measurement would take is known with the costs of the modules.
    connect(m_docks.sensitivity, &QDockWidget::visibilityChanged, this, &MainWindow::updateLab);
    connect(&m_caching->model(), &CachingModel::changed, this, [this] {
        if (m_sensitivity->isVisible()) {
            updateLab();
        }
    });
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
    connectBrush();
    // The lab's maps and table need the room while they are looked at. Not before all docks have found their places.
    connect(
        m_docks.sensitivity, &QDockWidget::visibilityChanged, this,
        [this](bool visible) {
            const auto isInLayout = [this](QDockWidget* dock) {
                return dockWidgetArea(dock) != Qt::NoDockWidgetArea && !dock->isFloating();
            };
            if (!visible || m_workspaces->current() != Workspace::Analyse || !isInLayout(m_docks.sensitivity)
                || !isInLayout(m_docks.tokens) || !isInLayout(m_docks.statistics)) {
                return;
            }
            resizeDocks({m_docks.tokens}, {width() * 22 / 100}, Qt::Horizontal);
            resizeDocks(
                {m_docks.sensitivity, m_docks.statistics}, {width() * 56 / 100, width() * 22 / 100}, Qt::Horizontal);
        },
        Qt::QueuedConnection);
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
