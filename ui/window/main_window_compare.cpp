// SPDX-License-Identifier: Apache-2.0
// What the window does to compare a run with the uncached one, and how its parts point at the same step.
#include "ui/compare/comparison_panel.h"
#include "ui/player/player_widget.h"
#include "ui/selection/selection_map_view.h"
#include "ui/selection/selection_panel.h"
#include "ui/selection/token_grid_panel.h"
#include "ui/selection/token_grid_view.h"
#include "ui/statistics/statistics_panel.h"
#include "ui/tune/schedule_panel.h"
#include "ui/tune/schedule_view.h"
#include "ui/tune/tuning_desk.h"
#include "ui/window/main_window.h"
#include "ui/window/status_line.h"

#include <QAction>
#include <QCheckBox>
#include <QSettings>

#include <algorithm>

namespace toca::ui {

namespace {

/// How long nothing may have been started before the engine counts as idle: someone who tunes starts the next run.
constexpr int kIdleMilliseconds = 1500;
constexpr qint64 kReadingMilliseconds = 400;
constexpr const char* kBackgroundKey = "compare/background";
constexpr const char* kThresholdKey = "compare/threshold";
constexpr const char* kScoresKey = "trace/scores";

} // namespace

void MainWindow::makeComparisonActions()
{
    auto* background = new QAction(tr("Uncached run in the &background"), this);
    background->setObjectName("backgroundBaseline");
    background->setCheckable(true);
    background->setChecked(m_settings->value(kBackgroundKey, true).toBool());
    background->setToolTip(tr("After a cached run, make the uncached run of the same request while the engine is idle. "
                              "Whatever you start stops it at once."));
    QMainWindow::addAction(background);
    auto* scores = new QAction(tr("Record token &scores"), this);
    scores->setObjectName("recordScores");
    scores->setCheckable(true);
    scores->setChecked(m_settings->value(kScoresKey, false).toBool());
    scores->setToolTip(tr("Runs keep the score of every token at every selection: 16 bits each, in memory and in saved "
                          "traces"));
    connect(scores, &QAction::toggled, this, [this](bool on) { m_settings->setValue(kScoresKey, on); });
    QMainWindow::addAction(scores);
}

/// How the scores of the shown run can be taken apart.
void MainWindow::showScoring(const GenerationRequest& request, const std::string& family)
{
    m_tokens->model().setScoring(
        plan::tokenwiseOptions(request.policy, request.policyParameters, request.preset, family));
}

void MainWindow::connectComparison()
{
    m_idle.setSingleShot(true);
    m_idle.setInterval(kIdleMilliseconds);
    connect(&m_idle, &QTimer::timeout, this, &MainWindow::startBackgroundBaseline);
    QAction* background = action("backgroundBaseline");
    QCheckBox& box = m_comparison->backgroundBox();
    box.setChecked(background->isChecked());
    connect(&box, &QCheckBox::toggled, background, &QAction::setChecked);
    connect(background, &QAction::toggled, this, [this, &box](bool on) {
        box.setChecked(on);
        m_settings->setValue(kBackgroundKey, on);
        if (on) {
            m_idle.start();
        } else {
            m_idle.stop();
            m_run.cancelBackground();
        }
    });
    bool isNumber = false;
    const double threshold = m_settings->value(kThresholdKey).toDouble(&isNumber);
    if (isNumber) {
        m_comparison->setThreshold(threshold);
    }
    connect(&m_run, &RunController::started, this, [this](const RunStart& start) {
        m_idle.stop();
        showScoring(start.request, start.plan.geometry().family);
        m_comparison->setRuns(nullptr, nullptr, {});
        m_comparison->setSteps(start.request.steps);
        m_comparison->setErrors(m_run.stepErrors());
    });
    connect(&m_run, &RunController::stepErrorsChanged, this, [this] {
        m_errorsWait = m_tick.isActive();
        if (!m_errorsWait) {
            m_comparison->setErrors(m_run.stepErrors());
        }
    });
    connect(&m_run, &RunController::finished, this, [this] {
        m_comparisonAsked = m_comparisonAsked && m_run.baseline();
        if (action("backgroundBaseline")->isChecked()) {
            m_idle.start();
        }
    });
    connect(&m_run, &RunController::backgroundChanged, this, &MainWindow::showBackground);
    connect(m_comparison, &ComparisonPanel::divergenceChanged, this, [this](int step) {
        m_player->model().setDivergence(step);
        m_settings->setValue(kThresholdKey, m_comparison->threshold());
    });
    connect(m_comparison, &ComparisonPanel::frameActivated, this, [this](int frame) {
        m_player->model().setPlaying(false);
        m_player->model().setFrame(frame);
    });
    connect(m_player, &PlayerWidget::frameChanged, m_comparison, [this](int frame) {
        if (!m_player->model().isPlaying()) {
            m_comparison->setCursorFrame(frame);
        }
    });
    connect(m_comparison, &ComparisonPanel::stepActivated, &m_player->model(), &PlayerModel::viewStep);
    connect(m_statistics, &StatisticsPanel::stepActivated, &m_player->model(), &PlayerModel::viewStep);
}

void MainWindow::showComparison()
{
    const auto result = m_run.result();
    m_comparison->setRuns(result.get(), m_run.baseline().get(), m_run.fidelity());
    m_player->model().setDivergence(m_comparison->divergence());
}

void MainWindow::startBackgroundBaseline()
{
    // Other windows of work come first: whoever uses the engine is asked for by its own "is running".
    if (!isEngineBusy() && action("backgroundBaseline")->isChecked()) {
        m_run.startBaselineInBackground();
    }
}

void MainWindow::showBackground()
{
    const auto result = m_run.result();
    const bool shown = m_run.isInBackground() && !m_run.isRunning() && result;
    m_comparison->setBackgroundText(shown
            ? tr("The uncached run is being made in the background: %1 of %2 steps. Whatever you start stops it.")
                  .arg(m_run.backgroundStep())
                  .arg(result->request.steps)
            : QString());
    if (shown && m_comparisonAsked) {
        m_status->showIdle(tr("Uncached run: %1 of %2 steps").arg(m_run.backgroundStep()).arg(result->request.steps));
    }
}

void MainWindow::connectLinks()
{
    connect(m_comparison, &ComparisonPanel::stepHovered, this, [this](int step) { markStep(step, m_comparison); });
    connect(m_statistics, &StatisticsPanel::stepHovered, this, [this](int step) { markStep(step, m_statistics); });
    connect(m_selection, &SelectionPanel::cellHovered, this,
        [this](int evaluation) { markStep(m_selection->model().step(evaluation), m_selection); });
    connect(m_selection, &SelectionPanel::hoverLeft, this, [this] { markStep(-1, m_selection); });
    connect(&m_tuning->schedule(), &SchedulePanel::stepHovered, this,
        [this](int step) { markStep(step, &m_tuning->schedule()); });
    connect(
        m_player, &PlayerWidget::tokenHovered, this, [this](qint64 token) { m_tokens->view().setMarkedToken(token); });
    connect(this, &MainWindow::pathOpened, this, [this] {
        const auto request =
            m_openedTrace ? requestFromJson(m_openedRequest) : Result<GenerationRequest>(GenerationRequest());
        if (m_openedTrace && request) {
            showScoring(*request, m_openedTrace->geometry().family);
        }
    });
    connect(m_player, &PlayerWidget::stepHovered, this, [this](int step) { markStep(step, m_player); });
    connect(m_player, &PlayerWidget::stepChanged, this, [this](int step) {
        // The newest step of a run passes too fast to be read: where it is goes with the map, its numbers now and then.
        if (m_tick.isActive() && m_player->model().isFollowing() && m_sinceMarked.isValid()
            && m_sinceMarked.elapsed() < kReadingMilliseconds) {
            m_selection->setCursorStep(step);
            return;
        }
        m_sinceMarked.start();
        markStep(step < 0 ? -1 : step, m_player);
    });
}

/// Shows a step in every part but the one that it was pointed at in.
void MainWindow::markStep(int step, const QObject* source)
{
    if (step < 0) { // pointed at nowhere: the step that is looked at
        step = std::max(m_player->model().viewedStep(), -1);
        source = nullptr;
    }
    if (source != m_selection) {
        m_selection->setCursorStep(step);
    }
    if (source != m_statistics) {
        m_statistics->setCursorStep(step);
    }
    if (source != m_comparison) {
        m_comparison->setCursorStep(step);
    }
    if (source != &m_tuning->schedule()) {
        m_tuning->schedule().view().setCursorStep(step);
    }
    m_player->setCursorStep(!source || source == m_player ? -1 : step);
    m_statistics->setSentence(sentenceOf(step));
    m_selection->view().setSentence(sentenceOf(step));
}

} // namespace toca::ui
