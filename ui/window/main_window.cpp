// SPDX-License-Identifier: Apache-2.0
#include "ui/window/main_window.h"

#include "ui/caching/caching_panel.h"
#include "ui/compare/summary_strip.h"
#include "ui/player/player_widget.h"
#include "ui/prompt/model_dialog.h"
#include "ui/prompt/prompt_panel.h"
#include "ui/prompt/system_memory.h"
#include "ui/selection/selection_panel.h"
#include "ui/selection/token_grid_panel.h"
#include "ui/statistics/statistics_panel.h"
#include "ui/window/banner.h"
#include "ui/window/dock_titles.h"
#include "ui/window/status_line.h"
#include "ui/window/tab_order.h"

#include <QAction>
#include <QApplication>
#include <QCloseEvent>
#include <QDockWidget>
#include <QIcon>
#include <QPushButton>
#include <QSettings>
#include <QStatusBar>
#include <QTabBar>
#include <QVBoxLayout>

namespace toca::ui {

namespace {

/// Interval of live redraws: about 30 a second, which the eye follows and leaves both cores to the engine.
constexpr int kTickMilliseconds = 33;

} // namespace

MainWindow::MainWindow(EnginePort& engine, WindowOptions options, QWidget* parent)
    : QMainWindow(parent)
    , m_engine(engine)
    , m_files(std::move(options.files))
    , m_settings(options.settingsFile.isEmpty()
              ? std::make_unique<QSettings>(QSettings::IniFormat, QSettings::UserScope, "toca-studio", "toca-studio")
              : std::make_unique<QSettings>(options.settingsFile, QSettings::IniFormat))
    , m_run(engine, m_tasks)
    , m_prompt(new PromptPanel)
    , m_caching(new CachingPanel)
    , m_player(new PlayerWidget)
    , m_selection(new SelectionPanel)
    , m_tokens(new TokenGridPanel)
    , m_statistics(new StatisticsPanel)
    , m_banner(new Banner)
    , m_summary(new SummaryStrip)
    , m_status(new StatusLine)
{
    setWindowTitle(tr("ToCa Studio"));
    setWindowIcon(QIcon(":/icons/toca-studio.svg"));
    setAcceptDrops(true);
    setDockNestingEnabled(true);
    setDockOptions(AnimatedDocks | AllowNestedDocks | AllowTabbedDocks | GroupedDragging);
    setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    resize(1600, 980);

    auto* centre = new QWidget;
    auto* layout = new QVBoxLayout(centre);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kHalfSpace);
    layout->addWidget(m_banner);
    layout->addWidget(m_player, 1);
    layout->addWidget(m_summary);
    setCentralWidget(centre);
    m_docks.prompt = addDock("promptDock", tr("Prompt"), m_prompt);
    m_docks.caching = addDock("cachingDock", tr("Caching"), m_caching);
    m_docks.map = addDock("mapDock", tr("Selection map"), m_selection);
    m_docks.statistics = addDock("statisticsDock", tr("Statistics"), m_statistics);
    m_docks.tokens = addDock("tokensDock", tr("Tokens"), m_tokens);
    m_workspaces = std::make_unique<Workspaces>(*this, m_docks);
    new DockTitles(*this, m_docks.all());
    statusBar()->setSizeGripEnabled(false);
    statusBar()->addWidget(m_status, 1);

    makeActions();
    makeMenus();
    connectRun();
    connectPanels();
    m_tick.setInterval(kTickMilliseconds);
    connect(&m_tick, &QTimer::timeout, this, &MainWindow::refreshLive);
    restoreSettings();
    updateActions();
    replan();
    m_status->showIdle(tr("Opening the built-in model…"));
    m_engine.describeModel({});
    m_prompt->focusPrompt();
}

MainWindow::~MainWindow()
{
    // Nothing may arrive while the parts go down.
    m_tick.stop();
    m_engine.disconnect(this);
    m_engine.disconnect(&m_run);
    m_run.disconnect(this);
}

QDockWidget* MainWindow::addDock(const char* name, const QString& title, QWidget* content)
{
    auto* dock = new QDockWidget(title, this);
    dock->setObjectName(name);
    content->setAutoFillBackground(true);
    dock->setWidget(content);
    dock->setFeatures(
        QDockWidget::DockWidgetClosable | QDockWidget::DockWidgetMovable | QDockWidget::DockWidgetFloatable);
    addDockWidget(Qt::BottomDockWidgetArea, dock);
    return dock;
}

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
            m_player->setBaseline(baseline->clip);
            if (!m_run.fidelity()) {
                m_player->setView(ClipView::SideBySide);
            }
            if (!m_run.isRunning()) {
                m_status->showIdle(tr("Ready. Compared with the uncached run of the same request."));
            }
        }
        showSummary();
    });
    connect(
        &m_run, &RunController::previewReady, this, [this](const Preview& preview) { m_player->addPreview(preview); });
    connect(&m_run, &RunController::progressChanged, this, [this] {
        const RunProgress& progress = m_run.progress();
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

void MainWindow::connectPanels()
{
    connect(m_prompt, &PromptPanel::generateRequested, this, &MainWindow::generate);
    connect(m_prompt, &PromptPanel::cancelRequested, this, &MainWindow::cancel);
    connect(m_prompt, &PromptPanel::openModelRequested, this, &MainWindow::askOpenModel);
    connect(m_prompt, &PromptPanel::modelDetailsRequested, this, &MainWindow::showModelDetails);
    connect(m_prompt, &PromptPanel::embeddedModelRequested, this, [this] { m_engine.describeModel({}); });
    connect(&m_prompt->model(), &PromptModel::changed, this, &MainWindow::replan);
    connect(&m_caching->model(), &CachingModel::changed, this, [this] {
        // Before the first run the map shows what is planned, also while parameters are dragged.
        if (!m_run.current() && !m_openedTrace && m_caching->model().plan()) {
            m_selection->setPlan(*m_caching->model().plan());
            m_statistics->setPlan(*m_caching->model().plan());
        }
    });
    connect(
        m_selection, &SelectionPanel::cellActivated, this, [this](int evaluation, int layer, plan::ModuleKind module) {
            showCell(evaluation, layer, module);
            m_docks.tokens->show();
            m_docks.tokens->raise();
        });
    connect(m_selection, &SelectionPanel::cellHovered, this,
        [this](int evaluation) { m_statistics->setCursorStep(evaluation); });
    connect(m_selection, &SelectionPanel::hoverLeft, this, [this] { m_statistics->setCursorStep(-1); });
    connect(m_tokens, &TokenGridPanel::cellChanged, this, [this](int evaluation, int layer, plan::ModuleKind module) {
        m_selection->setCurrentCell(evaluation, layer, module);
        m_player->showCell(evaluation, layer, module);
    });
    connect(m_tokens, &TokenGridPanel::tokenHovered, m_player, &PlayerWidget::setMarkedToken);
    connect(m_statistics, &StatisticsPanel::stepHovered, m_selection, &SelectionPanel::setCursorStep);
    connect(m_player, &PlayerWidget::stepChanged, this, [this](int step) {
        m_selection->setCursorStep(step);
        m_statistics->setCursorStep(step < 0 ? -1 : step);
    });
}

GenerationRequest MainWindow::request() const
{
    GenerationRequest request = m_prompt->model().request();
    m_caching->model().applyTo(request);
    return request;
}

void MainWindow::generate()
{
    if (m_run.isRunning()) {
        return;
    }
    if (!m_prompt->model().hasModel()) {
        m_startIsPending = true;
        return;
    }
    m_banner->hide();
    if (m_run.start(request())) {
        m_prompt->model().remember(QString::fromStdString(m_prompt->model().request().prompt));
        m_prompt->model().advanceSeed();
    }
}

void MainWindow::cancel()
{
    if (m_run.isRunning()) {
        m_run.cancel();
        m_status->showIdle(tr("Cancelling…"));
    } else {
        m_banner->hide();
    }
}

void MainWindow::compareWithUncached()
{
    if (m_run.baseline()) {
        m_player->setView(ClipView::SideBySide);
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
    m_tick.start();
    updateActions();
}

void MainWindow::onFinished()
{
    refreshLive();
    m_tick.stop();
    const auto result = m_run.result();
    m_player->setClip(result->clip);
    m_player->setLabels(QString::fromStdString(result->request.policy), tr("uncached"));
    m_statistics->setBaselineSeconds(m_run.baselineSecondsPerStep());
    showSummary();
    const bool cachedNothing = result->request.policy != "none" && result->plan.cachesNothing();
    QStringList warnings;
    for (const std::string& warning : result->warnings) {
        warnings += QString::fromStdString(warning);
    }
    if (cachedNothing) {
        m_banner->showMessage(Banner::Kind::Warning,
            tr("This run cached nothing: every module was computed at every step, so it was not faster than an "
               "uncached one."),
            tr("Use longer intervals, fewer warm-up steps or more steps in the caching panel."));
    } else if (!warnings.isEmpty()) {
        m_banner->showMessage(Banner::Kind::Warning, warnings.join(" "));
    }
    m_status->showIdle(tr("Ready. The run took %1.").arg(duration(result->times.total())));
    QApplication::alert(this); // for someone who went elsewhere meanwhile
}

void MainWindow::onFailed(const Error& error)
{
    refreshLive();
    m_tick.stop();
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
    m_selection->refresh();
    m_tokens->refresh();
    m_statistics->refresh();
    m_player->refresh();
}

void MainWindow::showCell(int evaluation, int layer, plan::ModuleKind module)
{
    m_tokens->showCell(evaluation, layer, module);
    m_player->showCell(evaluation, layer, module);
}

void MainWindow::showSummary()
{
    if (const auto result = m_run.result()) {
        m_summary->showRun(*result, m_run.baseline().get(), m_run.fidelity());
    }
    updateActions();
}

void MainWindow::replan()
{
    const auto geometry = m_prompt->model().geometry();
    m_caching->model().setRun(geometry ? std::optional(*geometry) : std::nullopt, m_prompt->model().request().steps);
}

void MainWindow::updateActions()
{
    const bool running = m_run.isRunning();
    const auto result = m_run.result();
    m_prompt->setRunning(running);
    action("generate")->setEnabled(!running);
    action("compare")->setEnabled(!running && result && result->request.policy != "none");
    action("saveClip")->setEnabled(result && m_files.saveClip);
    const bool hasTrace = m_openedTrace || (m_run.current() && m_run.current()->trace);
    action("saveTrace")->setEnabled(!running && hasTrace);
    action("exportTrace")->setEnabled(!running && hasTrace);
    if (running) {
        m_status->showRun(m_run);
    }
}

void MainWindow::onModelDescribed(const ModelInfo& model)
{
    const bool asked = m_modelPending && QString::fromStdString(model.path) == m_pendingModel;
    if (!asked) {
        m_prompt->model().setModel(model);
        m_player->setHint(tr("Describe a clip and press Ctrl+Return"),
            model.examplePrompts.empty() ? QString() : QString::fromStdString(model.examplePrompts.front()));
        m_status->showIdle(tr("Ready"));
        Q_EMIT modelReady();
        if (m_startIsPending) {
            m_startIsPending = false;
            generate();
        }
        return;
    }
    m_modelPending = false;
    const plan::Plan* plan = m_caching->model().plan();
    auto* dialog = new ModelDialog(model, plan ? plan->cacheBytes() : 0, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, model] {
        m_prompt->model().setModel(model);
        rememberRecent(QString::fromStdString(model.path));
        m_status->showIdle(tr("Model %1").arg(QString::fromStdString(model.name)));
        Q_EMIT modelReady();
    });
    dialog->open();
}

bool MainWindow::focusNextPrevChild(bool next)
{
    // Found anew with each Tab, because docks move and panels replace their controls with policy and model.
    QList<QWidget*> parts{m_prompt, centralWidget()};
    for (QDockWidget* dock : {m_docks.caching, m_docks.map, m_docks.statistics, m_docks.tokens}) {
        parts.append(dock->widget());
    }
    parts.removeIf([this](const QWidget* part) { return part->window() != this; }); // floating
    for (QTabBar* tabs : findChildren<QTabBar*>(QString(), Qt::FindDirectChildrenOnly)) {
        parts.append(tabs);
    }
    for (QPushButton* button : m_workspaceButtons) {
        parts.append(button);
    }
    return focusNextByLayout(parts, QApplication::focusWidget(), next) || QMainWindow::focusNextPrevChild(next);
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    // Nothing is asked: the run stops within one module and its owner joins the engine's thread.
    m_startIsPending = false;
    m_run.cancel();
    m_tick.stop();
    saveSettings();
    QMainWindow::closeEvent(event);
}

} // namespace toca::ui
