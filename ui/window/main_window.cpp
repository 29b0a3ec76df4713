// SPDX-License-Identifier: Apache-2.0
#include "ui/window/main_window.h"

#include "ui/caching/caching_panel.h"
#include "ui/caching/threshold_card.h"
#include "ui/commands/shortcut_keys.h"
#include "ui/compare/comparison_panel.h"
#include "ui/compare/summary_strip.h"
#include "ui/explore/explore_panel.h"
#include "ui/explore/tuner.h"
#include "ui/guide/tour.h"
#include "ui/player/player_widget.h"
#include "ui/prompt/model_dialog.h"
#include "ui/prompt/prompt_panel.h"
#include "ui/prompt/system_memory.h"
#include "ui/race/race_panel.h"
#include "ui/runs/queue_panel.h"
#include "ui/runs/run_desk.h"
#include "ui/runs/runs_panel.h"
#include "ui/selection/selection_panel.h"
#include "ui/selection/token_grid_panel.h"
#include "ui/sensitivity/probe_panel.h"
#include "ui/sensitivity/sensitivity_panel.h"
#include "ui/statistics/statistics_panel.h"
#include "ui/training/training_panel.h"
#include "ui/tune/curves_panel.h"
#include "ui/tune/schedule_panel.h"
#include "ui/tune/tuning_desk.h"
#include "ui/window/banner.h"
#include "ui/window/dock_titles.h"
#include "ui/window/status_line.h"
#include "ui/window/tab_order.h"

#include <QAction>
#include <QApplication>
#include <QCloseEvent>
#include <QDockWidget>
#include <QFileInfo>
#include <QIcon>
#include <QLockFile>
#include <QPushButton>
#include <QScreen>
#include <QSettings>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTabBar>
#include <QUndoView>
#include <QVBoxLayout>

namespace toca::ui {

namespace {

/// The user's presets lie beside the settings.
std::filesystem::path presetFileOf(const QSettings& settings)
{
    return QFileInfo(settings.fileName()).absolutePath().toStdString() + "/presets.json";
}

/// What modules cost here is shared with the command line, unless the settings are not the user's own.
library::CostFolder costsOf(const QString& settingsFile)
{
    return library::CostFolder(settingsFile.isEmpty()
            ? library::CostFolder::defaultFolder()
            : std::filesystem::path(QFileInfo(settingsFile).absolutePath().toStdString()) / "costs");
}

plan::PolicyContext contextOf(const ModelInfo& model)
{
    return {model.shape.family, model.identity, model.calibrationFolder};
}

/// What the cache would need with the policy's usual setting at the model's own size; 0 when that is not known.
std::int64_t usualCacheBytes(const ModelInfo& model, const std::string& policyName)
{
    const auto geometry = plan::geometryFor(model.shape, model.frames, model.width, model.height,
        model.takesPrompt ? model.shape.maxTextTokens : 0, 1, model.guidanceScale != 1.0);
    const auto policy = plan::makePolicy(policyName, {}, {}, contextOf(model));
    if (!geometry || !policy) {
        return 0;
    }
    const auto planned = (*policy)->plan(*geometry, plan::uniformSchedule("", model.steps));
    return planned ? planned->cacheBytes() : 0;
}

} // namespace

std::unique_ptr<QSettings> openSettings(const QString& file)
{
    return file.isEmpty()
        ? std::make_unique<QSettings>(QSettings::IniFormat, QSettings::UserScope, "toca-studio", "toca-studio")
        : std::make_unique<QSettings>(file, QSettings::IniFormat);
}

namespace {

/// Before the first widget is made: what is measured with another font keeps that size.
ThemeChoice appliedTheme(const QSettings& settings)
{
    const ThemeChoice choice = themeChoiceFromName(settings.value("theme").toString());
    applyTheme(*qApp, choice);
    return choice;
}

} // namespace

MainWindow::MainWindow(EnginePort& engine, WindowOptions options, QWidget* parent)
    : QMainWindow(parent)
    , m_engine(engine)
    , m_files(std::move(options.files))
    , m_welcomes(options.welcomes)
    , m_settings(openSettings(options.settingsFile))
    , m_themeChoice(appliedTheme(*m_settings))
    , m_run(engine, m_tasks)
    , m_race(engine, m_tasks)
    , m_prompt(new PromptPanel)
    , m_caching(new CachingPanel)
    , m_thresholds(engine, m_tasks, m_caching->model())
    , m_thresholdCard(new ThresholdCard(m_thresholds))
    , m_player(new PlayerWidget)
    , m_selection(new SelectionPanel)
    , m_tokens(new TokenGridPanel)
    , m_statistics(new StatisticsPanel)
    , m_comparison(new ComparisonPanel)
    , m_sensitivity(new SensitivityPanel(engine))
    , m_probe(new ProbePanel(engine))
    , m_banner(new Banner)
    , m_summary(new SummaryStrip)
    , m_status(new StatusLine)
    , m_racePanel(new RacePanel(m_race, m_caching->model(), m_tasks))
    , m_training(new TrainingPanel(m_files))
    , m_tuning(std::make_unique<TuningDesk>(
          *m_caching, costsOf(options.settingsFile), presetFileOf(*m_settings), m_files.recordedRuns))
    , m_runDesk(std::make_unique<RunDesk>(
          engine, *m_settings, m_files,
          !options.library.isEmpty() ? options.library
                                     : m_settings->value("library/folder", options.defaultLibrary).toString(),
          m_caching->model().undoStack(), [this] { return isEngineBusy(); }, [this] { return m_run.isInBackground(); }))
    , m_centre(new QStackedWidget)
{
    setWindowTitle(tr("ToCa Studio"));
    setWindowIcon(QIcon(":/icons/toca-studio.svg"));
    setAcceptDrops(true);
    setDockNestingEnabled(true);
    setDockOptions(AnimatedDocks | AllowNestedDocks | AllowTabbedDocks | GroupedDragging);
    setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    resize(QSize(1600, 980).boundedTo(screen()->availableSize()));

    auto* centre = new QWidget;
    auto* layout = new QVBoxLayout(centre);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kHalfSpace);
    layout->addWidget(m_banner);
    layout->addWidget(m_centre, 1);
    auto* playerPage = new QWidget;
    auto* playerLayout = new QVBoxLayout(playerPage);
    playerLayout->setContentsMargins(0, 0, 0, 0);
    playerLayout->setSpacing(kHalfSpace);
    playerLayout->addWidget(m_player, 1);
    playerLayout->addWidget(m_summary);
    m_centre->addWidget(playerPage);
    m_centre->addWidget(m_racePanel);
    m_centre->addWidget(m_training);
    setCentralWidget(centre);
    m_docks.prompt = addDock("promptDock", tr("Prompt"), m_prompt);
    m_docks.caching = addDock("cachingDock", tr("Caching"), m_caching);
    m_docks.map = addDock("mapDock", tr("Selection map"), m_selection);
    m_docks.statistics = addDock("statisticsDock", tr("Statistics"), m_statistics);
    m_docks.comparison = addDock("comparisonDock", tr("Comparison"), m_comparison);
    m_docks.tokens = addDock("tokensDock", tr("Tokens"), m_tokens);
    m_docks.schedule = addDock("scheduleDock", tr("Schedule"), &m_tuning->schedule());
    m_docks.curves = addDock("curvesDock", tr("Curves"), &m_tuning->curves());
    m_docks.history = addDock("historyDock", tr("History"), &m_tuning->history());
    m_docks.runs = addDock("runsDock", tr("Runs"), &m_runDesk->runs());
    m_docks.explore = addDock("exploreDock", tr("Explore"), &m_runDesk->explore());
    m_docks.queue = addDock("queueDock", tr("Queue"), &m_runDesk->queuePanel());
    makeLab();
    m_workspaces = std::make_unique<Workspaces>(*this, m_docks);
    new DockTitles(*this, m_docks.all());
    statusBar()->setSizeGripEnabled(false);
    statusBar()->addWidget(m_status, 1);

    makeActions();
    connectLibrary();
    makeMenus();
    connectRun();
    connectPanels();
    connectRace();
    connectThresholds();
    connectTuning();
    connectComparison();
    connectLinks();
    connectManners();
    connectLab();
    connectTraining();
    connect(m_workspaces.get(), &Workspaces::currentChanged, this, &MainWindow::showCentre);
    showCentre();
    connect(&m_tick, &LivePace::tick, this, &MainWindow::refreshLive);
    restoreSettings();
    updateActions();
    replan();
    m_status->showIdle(tr("Opening the built-in model…"));
    m_engine.describeModel({});
    m_prompt->focusPrompt();
}

MainWindow::~MainWindow()
{
    // A window that goes while it is seen tells its docks so at the very end, when the parts that listen are gone.
    hide();
    for (QDockWidget* dock : m_docks.all())
        dock->disconnect();
    for (QObject* child : findChildren<QObject*>())
        child->disconnect(this);
    // Nothing may arrive while the parts go down.
    m_tick.stop();
    m_idle.stop();
    delete m_presentation.data();
    m_engine.disconnect(this);
    m_engine.disconnect(&m_run);
    m_engine.disconnect(&m_race);
    m_engine.disconnect(&m_thresholds);
    m_engine.disconnect(&m_runDesk->queue());
    m_engine.disconnect(&m_runDesk->tuner());
    m_runDesk->tuner().disconnect(this);
    m_runDesk->store().disconnect(this);
    m_runDesk->queue().disconnect(this);
    m_run.disconnect(this);
    m_race.disconnect();
    m_thresholds.disconnect();
    m_engine.disconnect(&m_sensitivity->model());
    m_engine.disconnect(&m_probe->model());
}

QDockWidget* MainWindow::addDock(const char* name, const QString& title, QWidget* content)
{
    auto* dock = new QDockWidget(title, this);
    dock->setObjectName(name);
    content->setAutoFillBackground(true);
    // Panels never keep the window wider than a small screen: they elide, scroll or give way.
    constexpr int kWidest = 248;
    if (content->minimumSizeHint().width() > kWidest && content != m_prompt && content != m_caching) {
        content->setMinimumWidth(kWidest);
    }
    constexpr int kHighest = 180;
    if (content->minimumSizeHint().height() > kHighest) {
        content->setMinimumHeight(kHighest);
    }
    dock->setWidget(content);
    dock->setFeatures(
        QDockWidget::DockWidgetClosable | QDockWidget::DockWidgetMovable | QDockWidget::DockWidgetFloatable);
    addDockWidget(Qt::BottomDockWidgetArea, dock);
    return dock;
}

void MainWindow::connectPanels()
{
    connect(m_prompt, &PromptPanel::generateRequested, this, &MainWindow::generate);
    connect(m_prompt, &PromptPanel::cancelRequested, this, &MainWindow::cancel);
    connect(m_prompt, &PromptPanel::openModelRequested, this, &MainWindow::askOpenModel);
    connect(m_prompt, &PromptPanel::openCheckpointRequested, this, &MainWindow::askOpenCheckpoint);
    connect(&m_prompt->model(), &PromptModel::modelChanged, this, &MainWindow::onModelChanged);
    connect(m_player, &PlayerWidget::savePictureRequested, this, &MainWindow::askSavePicture);
    connect(m_prompt, &PromptPanel::modelDetailsRequested, this, &MainWindow::showModelDetails);
    connect(m_prompt, &PromptPanel::embeddedModelRequested, this,
        [this](const QString& name) { m_engine.describeModel(name); });
    m_prompt->setEmbeddedModels(m_files.embeddedModels);
    connect(&m_prompt->model(), &PromptModel::changed, this, &MainWindow::replan);
    const auto showPlan = [this] {
        // Before the first run the map shows what is planned, also while parameters are dragged. Behind another tab it
        // may wait until it is seen.
        if (!m_run.current() && !m_openedTrace && m_caching->model().plan()) {
            if (!isVisible() || m_selection->isVisible()) {
                m_selection->setPlan(*m_caching->model().plan());
            }
            if (!isVisible() || m_statistics->isVisible()) {
                m_statistics->setPlan(*m_caching->model().plan());
            }
        }
    };
    connect(&m_caching->model(), &CachingModel::changed, this, showPlan);
    for (QDockWidget* dock : {m_docks.map, m_docks.statistics}) {
        connect(dock, &QDockWidget::visibilityChanged, this, showPlan);
    }
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
    connect(m_tokens, &TokenGridPanel::selectionRowChanged, this,
        [this](int row) { m_player->overlay().setSelectionRow(row); });
    connect(m_statistics, &StatisticsPanel::stepHovered, m_selection, &SelectionPanel::setCursorStep);
}

GenerationRequest MainWindow::request() const
{
    GenerationRequest request = m_prompt->model().request();
    // Texts stay in their fields for a model that reads them again.
    if (m_prompt->model().takesClass()) {
        request.prompt.clear();
    }
    if (m_prompt->model().hasModel() && !m_prompt->model().model().takesNegativePrompt) {
        request.negativePrompt.clear();
    }
    m_caching->model().applyTo(request);
    request.traceLevel = action("recordScores")->isChecked() ? plan::TraceLevel::Scores : plan::TraceLevel::Decisions;
    const auto geometry = m_prompt->model().geometry();
    return geometry ? m_probe->model().withProtection(std::move(request), geometry->grid) : request;
}

void MainWindow::showCell(int evaluation, int layer, plan::ModuleKind module)
{
    m_tokens->showCell(evaluation, layer, module);
    m_player->showCell(evaluation, layer, module);
}

void MainWindow::replan()
{
    const auto geometry = m_prompt->model().geometry();
    m_thresholds.setRequest(request());
    m_caching->model().setRun(geometry ? std::optional(*geometry) : std::nullopt, m_prompt->model().schedule());
}

void MainWindow::updateActions()
{
    const bool running = isEngineBusy();
    const auto result = m_run.result();
    m_prompt->setRunning(running,
        m_race.isRunning()               ? tr("Racing…")
            : m_thresholds.isRecording() ? tr("Recording…")
            : isLabBusy()                ? tr("Measuring…")
                                         : QString());
    const bool isBusyElsewhere = m_run.isRunning() || m_thresholds.isRecording() || isLabBusy();
    updateLab();
    m_thresholdCard->setBlocked(running || !m_prompt->model().hasModel());
    m_racePanel->setBlocked(isBusyElsewhere || !m_prompt->model().hasModel(),
        isBusyElsewhere ? tr("A run is going on.") : tr("The model is not known yet."));
    action("race")->setEnabled(!running && !m_runDesk->queue().isRunning() && m_prompt->model().hasModel());
    const bool isPicture = result ? result->clip.frames.size() == 1 : m_prompt->model().makesPictures();
    action("saveClip")->setText(isPicture ? tr("&Save picture…") : tr("&Save clip…"));
    action("saveClip")->setIconText(isPicture ? tr("Save picture") : tr("Save clip"));
    const bool isQueueRunning = m_runDesk->queue().isRunning();
    action("saveBundle")->setEnabled(result && !running);
    action("generate")->setEnabled(!running);
    action("compare")->setEnabled(!running && !isQueueRunning && result && result->request.policy != "none");
    action("saveClip")->setEnabled(result && m_files.saveClip);
    action("exportComparison")->setEnabled(result && m_run.baseline() && m_files.saveComparison);
    const bool hasTrace = m_openedTrace || (m_run.current() && m_run.current()->trace);
    action("saveTrace")->setEnabled(!running && hasTrace);
    action("exportTrace")->setEnabled(!running && hasTrace);
    if (m_run.isRunning()) {
        m_status->showRun(m_run);
    }
}

void MainWindow::onModelDescribed(const ModelInfo& model)
{
    const bool asked = m_modelPending && QString::fromStdString(model.path) == m_pendingModel;
    if (!asked) {
        m_prompt->model().setModel(model);
        m_status->showIdle(tr("Ready"));
        Q_EMIT modelReady();
        if (m_startIsPending) {
            m_startIsPending = false;
            generate();
        }
        return;
    }
    m_modelPending = false;
    auto* dialog = new ModelDialog(model, usualCacheBytes(model, m_caching->model().state().policy), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, model] {
        m_prompt->model().setModel(model);
        rememberRecent(QString::fromStdString(model.path));
        m_status->showIdle(tr("Model %1").arg(QString::fromStdString(model.name)));
        leaveTraining();
        Q_EMIT modelReady();
    });
    dialog->open();
}

void MainWindow::onModelChanged()
{
    const PromptModel& prompt = m_prompt->model();
    m_caching->model().setContext(contextOf(prompt.model()));
    m_player->setExpectsPicture(prompt.makesPictures());
    const auto& examples = prompt.model().examplePrompts;
    m_player->setHint(prompt.takesClass() ? tr("Choose a class and press Ctrl+Return")
            : prompt.makesPictures()      ? tr("Describe a picture and press Ctrl+Return")
                                          : tr("Describe a clip and press Ctrl+Return"),
        examples.empty() || prompt.takesClass() ? QString() : QString::fromStdString(examples.front()));
    updateActions();
}

/// The page of the workspace; the others must not ask for room.
void MainWindow::showCentre()
{
    constexpr int kLeastRaceWidth = 720; // below that its tables scroll
    const Workspace workspace = m_workspaces->current();
    const int page = workspace == Workspace::Race ? 1 : workspace == Workspace::Training ? 2 : 0;
    m_racePanel->setMinimumWidth(page == 1 ? kLeastRaceWidth : 0);
    for (int index = 0; index < m_centre->count(); ++index) {
        const auto policy = index == page ? QSizePolicy::Preferred : QSizePolicy::Ignored;
        m_centre->widget(index)->setSizePolicy(policy, policy);
    }
    m_centre->setCurrentIndex(page);
}

bool MainWindow::focusNextPrevChild(bool next)
{
    // Found anew with each Tab, because docks move and panels replace their controls with policy and model.
    QList<QWidget*> parts{m_prompt, centralWidget()};
    for (QDockWidget* dock : m_docks.all().mid(1)) {
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
    m_isNextAfterQueue = false;
    m_run.cancel();
    m_race.cancel();
    m_thresholds.cancel();
    m_run.cancelBackground();
    m_tick.stop();
    m_idle.stop();
    saveSettings();
    QMainWindow::closeEvent(event);
}

} // namespace toca::ui
