// SPDX-License-Identifier: Apache-2.0
// What the window does with runs and races.
#include "ui/caching/caching_panel.h"
#include "ui/caching/threshold_card.h"
#include "ui/compare/comparison_panel.h"
#include "ui/compare/summary_strip.h"
#include "ui/player/player_widget.h"
#include "ui/prompt/prompt_panel.h"
#include "ui/prompt/system_memory.h"
#include "ui/race/contender_list.h"
#include "ui/race/race_panel.h"
#include "ui/selection/cell_text.h"
#include "ui/selection/selection_panel.h"
#include "ui/selection/token_grid_panel.h"
#include "ui/statistics/statistics_panel.h"
#include "ui/window/banner.h"
#include "ui/window/main_window.h"
#include "ui/window/status_line.h"

#include <QAction>
#include <QApplication>
#include <QLocale>

#include <cmath>
#include <limits>
#include <utility>

namespace toca::ui {

namespace {

/// False when everything was computed at every step.
bool reusesAnything(const plan::Trace& trace)
{
    for (int evaluation = 0; evaluation < trace.publishedEvaluations(); ++evaluation) {
        if (trace.evaluation(evaluation).decision != plan::EvaluationDecision::Run) {
            return true;
        }
        for (int layer = 0; layer < trace.layerCount(); ++layer) {
            for (const plan::ModuleKind module : modulesOf(trace.geometry())) {
                if (trace.cell(trace.cellIndex(evaluation, layer, module)).action != plan::Action::Full) {
                    return true;
                }
            }
        }
    }
    return false;
}

} // namespace

void MainWindow::connectRun()
{
    connect(&m_run, &RunController::accepted, this, [this] { m_player->setBusy(tr("Preparing the run")); });
    connect(&m_run, &RunController::started, this, &MainWindow::onStarted);
    connect(&m_run, &RunController::finished, this, &MainWindow::onFinished);
    connect(&m_run, &RunController::failed, this, &MainWindow::onFailed);
    connect(&m_run, &RunController::runningChanged, this, &MainWindow::updateActions);
    connect(&m_run, &RunController::baselineChanged, this, [this] {
        m_statistics->setBaselineSeconds(m_run.baselineSecondsPerStep());
        if (const auto baseline = m_run.baseline()) {
            m_player->setLabels(QString::fromStdString(m_run.result()->request.policy), tr("uncached"));
            if (!m_run.fidelity()) {
                m_player->setBaseline(baseline->clip);
                const auto predictions = m_run.baselinePredictions();
                m_player->model().setBaselinePredictions(predictions ? *predictions : StepClips());
                if (m_comparisonAsked) {
                    m_player->setView(ClipView::SideBySide);
                }
            }
            if (!m_run.isRunning()) {
                m_status->showIdle(tr("Ready. Compared with the uncached run of the same request."));
            }
        }
        showSummary();
    });
    // A fast run makes a step every few milliseconds: what it says waits for the tick, when all is drawn at once.
    connect(&m_run, &RunController::previewReady, this,
        [this](const Preview& preview) { m_waitingPreviews.push_back(preview); });
    connect(&m_run, &RunController::progressChanged, this, [this] {
        m_progressWaits = true;
        if (!m_tick.isActive()) {
            showProgress();
        }
    });
    connect(&m_engine, &EnginePort::modelDescribed, this, &MainWindow::onModelDescribed);
    connect(&m_engine, &EnginePort::modelFailed, this, [this](const QString&, const Error& error) {
        m_modelPending = false;
        m_startIsPending = false;
        m_banner->showError(error);
        m_status->showIdle(tr("The model could not be opened"));
    });
    connect(&m_engine, &EnginePort::refused, this, [this](const QString& reason) { m_status->showIdle(reason); });
}

void MainWindow::generate()
{
    if (isEngineBusy() || waitForQueue()) {
        return;
    }
    if (!m_prompt->model().hasModel()) {
        m_startIsPending = true;
        return;
    }
    m_banner->hide();
    leaveTraining();
    m_prompt->takeEdits();
    m_comparisonAsked = true; // where the baseline is there already, the finished run is shown beside it
    if (m_run.start(request())) {
        if (!m_prompt->model().takesClass()) {
            m_prompt->model().remember(QString::fromStdString(m_prompt->model().request().prompt));
        }
        m_prompt->model().advanceSeed();
    }
}

void MainWindow::cancel()
{
    m_isNextAfterQueue = false;
    if (isEngineBusy()) {
        m_run.cancel();
        m_race.cancel();
        m_thresholds.cancel();
        cancelLab();
        m_status->showIdle(tr("Cancelling…"));
    } else {
        m_banner->hide();
    }
}

void MainWindow::compareWithUncached()
{
    m_comparisonAsked = true;
    if (m_run.baseline()) {
        m_player->setView(ClipView::SideBySide);
    } else if (m_run.isInBackground()) {
        showBackground(); // it is on its way
    } else if (m_run.startBaseline()) {
        m_summary->clear();
        showSummary();
    }
}

void MainWindow::onStarted(const RunStart& start)
{
    m_openedTrace.reset();
    m_summary->clear();
    m_player->clear();
    m_player->clearBaseline();
    m_player->setView(ClipView::Single);
    m_player->setExpected({start.request.width, start.request.height}, start.request.frames, start.request.fps);
    m_player->setTrace(start.trace);
    m_player->setBusy(tr("Denoising"));
    m_selection->setPlan(start.plan);
    m_selection->setTrace(start.trace);
    m_tokens->setTrace(start.trace);
    m_statistics->setPlan(start.plan);
    m_statistics->setTrace(start.trace);
    m_statistics->setBaselineSeconds(m_run.baselineSecondsPerStep());
    m_waitingPreviews.clear();
    m_player->model().setPaced(true);
    m_tick.start();
    updateActions();
}

void MainWindow::showProgress()
{
    const RunProgress& progress = m_run.progress();
    m_progressWaits = false;
    if (!m_run.isRunning()) {
        return;
    }
    m_status->showRun(m_run);
    if (m_run.isBaselineRun()) {
        return;
    }
    if (progress.stage == Stage::Denoising && progress.step > 0) {
        m_player->setDenoising(progress.step - 1, progress.steps);
    } else if (progress.stage == Stage::Decoding) {
        m_player->setBusy(tr("Decoding frames"),
            progress.toDecode > 0 ? static_cast<double>(progress.decoded) / progress.toDecode : -1);
    }
}

void MainWindow::onFinished()
{
    refreshLive();
    m_tick.stop();
    m_player->model().setPaced(false);
    const auto result = m_run.result();
    m_player->setClip(result->clip);
    m_player->setLabels(QString::fromStdString(result->request.policy), tr("uncached"));
    m_statistics->setBaselineSeconds(m_run.baselineSecondsPerStep());
    showSummary();
    warnOfRun(*result);
    m_status->showIdle(tr("Ready. The run took %1.").arg(duration(result->times.total())));
    QApplication::alert(this); // for someone who went elsewhere meanwhile
}

/// A run that was for nothing says so, and what to change.
void MainWindow::warnOfRun(const RunResult& result)
{
    QStringList warnings;
    for (const std::string& warning : result.warnings) {
        warnings += QString::fromStdString(warning);
    }
    if (result.request.policy == "none" || !result.trace || reusesAnything(*result.trace)) {
        if (!warnings.isEmpty()) {
            m_banner->showMessage(Banner::Kind::Warning, warnings.join(" "));
        }
        return;
    }
    const RunStatisticsModel& steps = m_statistics->model();
    double smallest = std::numeric_limits<double>::infinity();
    double threshold = 0;
    for (int step = 0; step < steps.stepCount(); ++step) {
        if (steps.step(step).accumulated < smallest) { // false for NaN
            smallest = steps.step(step).accumulated;
            threshold = steps.step(step).threshold;
        }
    }
    if (std::isfinite(smallest)) {
        const QLocale locale;
        m_banner->showMessage(Banner::Kind::Warning,
            tr("This run skipped nothing: the change was never below the threshold of %1. The smallest was %2.")
                .arg(locale.toString(threshold, 'g', 3), locale.toString(smallest, 'g', 3)),
            tr("Thresholds up to %1 do nothing here; choose a larger one in the caching panel.")
                .arg(locale.toString(smallest, 'g', 3)));
        return;
    }
    m_banner->showMessage(Banner::Kind::Warning,
        tr("This run cached nothing: every module was computed at every step, so it was not faster than an "
           "uncached one."),
        tr("Use longer intervals, fewer warm-up steps or more steps in the caching panel."));
}

void MainWindow::onFailed(const Error& error)
{
    refreshLive();
    m_tick.stop();
    m_player->model().setPaced(false);
    m_player->endRun();
    if (error.code == ErrorCode::Cancelled) {
        m_status->showIdle(tr("Cancelled. What was made until then stays visible."));
    } else {
        m_status->showIdle(tr("Stopped by an error"));
        m_banner->showError(error);
    }
    showSummary();
}

void MainWindow::refreshLive()
{
    m_player->addPreviews(std::exchange(m_waitingPreviews, {}));
    if (m_progressWaits) {
        showProgress();
    }
    if (std::exchange(m_errorsWait, false)) {
        m_comparison->setErrors(m_run.stepErrors());
    }
    m_selection->refresh();
    m_tokens->refresh();
    m_statistics->refresh();
    m_player->refresh();
}

void MainWindow::showSummary()
{
    if (const auto result = m_run.result()) {
        m_summary->showRun(*result, m_run.baseline().get(), m_run.fidelity());
        if (const auto& check = m_run.promptCheck()) {
            m_summary->showPromptCheck(*check, m_run.baselinePromptCheck());
        }
    }
    showComparison();
    updateActions();
}

void MainWindow::connectRace()
{
    connect(m_racePanel, &RacePanel::startRequested, this, &MainWindow::startRace);
    connect(m_racePanel, &RacePanel::cancelRequested, this, &MainWindow::cancel);
    connect(m_racePanel, &RacePanel::openRequested, this, &MainWindow::openRacer);
    connect(m_racePanel, &RacePanel::settingsRequested, this, [this](int racer) {
        const auto& racers = m_race.racers();
        if (racer >= 0 && static_cast<std::size_t>(racer) < racers.size()) {
            const Contender& contender = racers[static_cast<std::size_t>(racer)].contender;
            m_caching->model().setState(contender.caching);
            m_status->showIdle(tr("Settings taken over: %1").arg(contender.title()));
        }
    });
    connect(&m_race, &Race::runningChanged, this, [this] {
        updateActions();
        if (!m_race.isRunning()) {
            m_status->showIdle(m_race.turnsDone() < m_race.turns() ? tr("The race was stopped. What had ended stays.")
                                                                   : tr("Ready. The race has ended."));
            QApplication::alert(this);
        }
    });
    connect(&m_race, &Race::progressChanged, this, [this] {
        if (m_race.isRunning()) {
            m_status->showIdle(m_racePanel->statusText());
        }
    });
    connect(&m_race, &Race::failed, this, [this](const Error& error) { m_banner->showError(error); });
}

void MainWindow::connectThresholds()
{
    m_caching->addBelowForecast(m_thresholdCard);
    connect(m_thresholdCard, &ThresholdCard::recordRequested, this, &MainWindow::recordThresholds);
    connect(&m_thresholds, &ThresholdModel::recordingChanged, this, [this] {
        updateActions();
        m_status->showIdle(
            m_thresholds.isRecording() ? tr("Recording an uncached run for the threshold response") : tr("Ready"));
    });
    connect(&m_thresholds, &ThresholdModel::failed, this, [this](const Error& error) { m_banner->showError(error); });
}

void MainWindow::recordThresholds()
{
    if (!isEngineBusy() && m_prompt->model().hasModel()) {
        m_banner->hide();
        m_prompt->takeEdits();
        m_thresholds.record(request());
    }
}

void MainWindow::startRace()
{
    if (isEngineBusy() || !m_prompt->model().hasModel()) {
        return;
    }
    m_workspaces->switchTo(Workspace::Race);
    m_banner->hide();
    m_prompt->takeEdits();
    m_race.start(request(), m_racePanel->contenders().chosen(), m_racePanel->rounds());
}

void MainWindow::openRacer(int racer)
{
    const auto& racers = m_race.racers();
    if (isEngineBusy() || racer < 0 || static_cast<std::size_t>(racer) >= racers.size()) {
        return;
    }
    const Racer& chosen = racers[static_cast<std::size_t>(racer)];
    if (!chosen.result) {
        return;
    }
    m_workspaces->switchTo(Workspace::Analyse);
    m_comparisonAsked = true; // a race is one
    m_run.adopt(chosen.result, racers.front().result);
    m_status->showIdle(tr("From the race: %1. Nothing was run again.").arg(chosen.contender.title()));
}

} // namespace toca::ui
