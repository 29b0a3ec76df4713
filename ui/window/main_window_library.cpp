// SPDX-License-Identifier: Apache-2.0
// What the window does with the run library and the queue.
#include "ui/caching/caching_panel.h"
#include "ui/explore/explore_panel.h"
#include "ui/explore/tuner.h"
#include "ui/explore/tuner_card.h"
#include "ui/prompt/prompt_panel.h"
#include "ui/runs/queue_panel.h"
#include "ui/runs/run_desk.h"
#include "ui/runs/runs_panel.h"
#include "ui/tune/tuning_desk.h"
#include "ui/window/banner.h"
#include "ui/window/main_window.h"
#include "ui/window/status_line.h"

#include <QAction>
#include <QDateTime>
#include <QDockWidget>
#include <QFileDialog>
#include <QFileInfo>
#include <QLocale>
#include <QTimer>

namespace toca::ui {

void MainWindow::connectLibrary()
{
    RunStore& store = m_runDesk->store();
    JobQueue& queue = m_runDesk->queue();
    RunsPanel& runs = m_runDesk->runs();
    connect(m_runDesk.get(), &RunDesk::failed, this, [this](const Error& error) {
        m_status->showIdle(tr("Ready"));
        m_banner->showError(error);
    });
    connect(m_runDesk.get(), &RunDesk::message, this, [this](const QString& text) { m_status->showIdle(text); });
    connect(&m_run, &RunController::made, this, [&store](const auto& result, bool isBaseline) {
        store.add(result, {isBaseline ? "uncached" : "generate", {}, {}, {}});
    });
    connect(&m_race, &Race::finished, this, [this, &store] {
        const std::string group = "race-" + std::to_string(QDateTime::currentMSecsSinceEpoch());
        for (const Racer& racer : m_race.racers()) {
            if (racer.result) {
                store.add(racer.result, {"race", group, {}, racer.contender.title().toStdString()});
            }
        }
    });
    connect(&runs, &RunsPanel::openRequested, this, &MainWindow::openRun);
    connect(&m_runDesk->queuePanel(), &QueuePanel::openRequested, this, &MainWindow::openRun);
    connect(&store, &RunStore::loaded, this, &MainWindow::showStoredRun);
    connect(&runs, &RunsPanel::recallRequested, this, [this, &store](const QString& id, Recall part) {
        if (const library::RunRecord* record = store.find(id.toStdString())) {
            recall(record->request, part);
        }
    });
    connect(&runs, &RunsPanel::bundleRequested, this, [this, &store](const QString& id) {
        const QString path = askBundleName();
        if (!path.isEmpty()) {
            store.saveBundle(id, path);
        }
    });
    connect(&runs, &RunsPanel::queueRequested, this, [this, &store](const QString& id) {
        if (const library::RunRecord* record = store.find(id.toStdString())) {
            m_runDesk->askJob(record->request, false, this);
        }
    });
    connect(&runs, &RunsPanel::settingsRequested, this, [this] { m_runDesk->askSettings(this); });
    connect(&m_runDesk->queuePanel(), &QueuePanel::addRequested, this, &MainWindow::askQueue);
    connect(&queue, &JobQueue::runningChanged, this, [this, &queue] {
        updateActions();
        if (!queue.isRunning() && m_isNextAfterQueue) {
            // Before the queue takes its next entry.
            m_isNextAfterQueue = false;
            QTimer::singleShot(0, this, &MainWindow::generate);
        }
    });
    connect(&queue, &JobQueue::entryChanged, this, [this, &queue] {
        if (queue.isRunning() && !m_isNextAfterQueue && !m_run.isRunning()) {
            m_status->showIdle(tr("Queue: %1 of %2 steps, %n waiting", "", queue.waiting())
                                   .arg(queue.step())
                                   .arg(queue.entries()[static_cast<std::size_t>(queue.running())].request.steps));
        }
    });
    connect(&queue, &JobQueue::idle, this, [this] { m_status->showIdle(tr("Ready. The queue is done.")); });
    connect(&store, &RunStore::bundleSaved, this, [this](const QString& path) {
        rememberRecent(path);
        Q_EMIT fileSaved(path);
    });
    connectExplore();
    addAction("saveBundle", tr("Save &bundle…"), QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_S),
        tr("One file with clip, trace, request, report and pixels, which opens again as this run"),
        &MainWindow::askSaveBundle);
    addAction("queueRuns", tr("Add to the &queue…"), QKeySequence(Qt::CTRL | Qt::Key_J),
        tr("Many prompts, seeds and settings as one job"), &MainWindow::askQueue);
}

void MainWindow::connectExplore()
{
    ExplorePanel& explore = m_runDesk->explore();
    const auto follow = [this, &explore] { explore.setRequest(request()); };
    connect(&m_caching->model(), &CachingModel::changed, this, follow);
    connect(&m_prompt->model(), &PromptModel::changed, this, follow);
    connect(&explore, &ExplorePanel::openRequested, this, &MainWindow::openRun);
    connect(&explore, &ExplorePanel::settingsRequested, this, [this](const QString& id) {
        if (const library::RunRecord* record = m_runDesk->store().find(id.toStdString())) {
            recall(record->request, Recall::Caching);
        }
    });
    connect(&explore, &ExplorePanel::sweepRequested, this, [this] {
        m_prompt->takeEdits();
        m_runDesk->askJob(request(), true, this);
    });
    connect(&m_runDesk->tunerCard(), &TunerCard::startRequested, this, &MainWindow::startTuner);
    connect(&m_runDesk->tuner(), &Tuner::finished, this, [this] {
        const TunerVerdict& verdict = m_runDesk->tuner().verdict();
        plan::NamedSetting setting;
        setting.name = tr("Tuned, %1 dB on prompts not tuned on")
                           .arg(QLocale().toString(verdict.tunedDb - verdict.referenceDb, 'f', 1))
                           .toStdString();
        setting.policy = "schedule";
        setting.values = {{"table", verdict.table}};
        setting.note = tr("%1 dB against %2 dB of %3 on %4 prompts not tuned on, in %5 of its time.")
                           .arg(verdict.tunedDb, 0, 'f', 2)
                           .arg(verdict.referenceDb, 0, 'f', 2)
                           .arg(QString::fromStdString(m_runDesk->tuner().question().request.policy))
                           .arg(verdict.prompts)
                           .arg(verdict.timeRatio, 0, 'f', 3)
                           .toStdString();
        m_tuning->presets().save(setting);
        m_status->showIdle(tr("The tuner has ended: %1").arg(QString::fromStdString(setting.name)));
    });
}

/// The model's examples: some to tune on, others to judge by.
void MainWindow::startTuner()
{
    constexpr std::size_t kTraining = 3;
    constexpr std::size_t kHeldOut = 4;
    m_prompt->takeEdits();
    TunerQuestion question;
    question.request = request();
    question.costs = m_caching->model().costs();
    question.budget = m_runDesk->tunerCard().budget();
    const auto examples =
        m_prompt->model().hasModel() ? m_prompt->model().model().examplePrompts : std::vector<std::string>();
    // Half of few examples, so that there is always something to judge by.
    const std::size_t training = std::min(kTraining, (examples.size() + 1) / 2);
    for (std::size_t index = 0; index < std::min(examples.size(), training + kHeldOut); ++index) {
        (index < training ? question.training : question.heldOut).push_back(examples[index]);
    }
    if (const auto started = m_runDesk->tuner().start(question); !started) {
        m_banner->showError(started.error());
    }
}

bool MainWindow::waitForQueue()
{
    if (!m_runDesk->queue().isRunning() || m_run.isRunning() || m_race.isRunning()) {
        return false;
    }
    m_isNextAfterQueue = true;
    m_status->showIdle(tr("Starts when the queue's present entry has ended"));
    return true;
}

void MainWindow::askQueue()
{
    m_prompt->takeEdits();
    m_docks.queue->show();
    m_docks.queue->raise();
    m_runDesk->askJob(request(), false, this);
}

QString MainWindow::askBundleName()
{
    QString path = QFileDialog::getSaveFileName(
        this, tr("Save the run as one file"), m_lastFolder + "/run.toca", tr("Bundles (*.toca)"));
    if (!path.isEmpty()) {
        m_lastFolder = QFileInfo(path).path();
        if (QFileInfo(path).suffix().isEmpty()) {
            path += ".toca";
        }
    }
    return path;
}

void MainWindow::askSaveBundle()
{
    if (!m_run.result()) {
        return;
    }
    if (const QString path = askBundleName(); !path.isEmpty()) {
        saveBundleTo(path);
    }
}

void MainWindow::saveBundleTo(const QString& path)
{
    if (const auto result = m_run.result()) {
        m_status->showIdle(tr("Saving %1…").arg(QFileInfo(path).fileName()));
        m_runDesk->store().saveBundle(result, m_run.baseline(), path);
    }
}

void MainWindow::openRun(const QString& id)
{
    if (m_run.isRunning() || m_race.isRunning()) {
        m_banner->showMessage(Banner::Kind::Info, tr("A run is going on; open the other one when it has ended."));
        return;
    }
    m_status->showIdle(tr("Reading the run…"));
    m_runDesk->store().load(id);
}

void MainWindow::showStoredRun(
    const QString& id, const std::shared_ptr<const RunResult>& result, const std::shared_ptr<const RunResult>& baseline)
{
    if (m_race.isRunning() || !m_run.adopt(result, baseline)) {
        return; // a run was started meanwhile; it is what is shown
    }
    m_banner->hide();
    if (m_workspaces->current() == Workspace::Race || m_workspaces->current() == Workspace::Training) {
        m_workspaces->switchTo(Workspace::Analyse);
    }
    takeRequest(toJson(result->request));
    m_status->showIdle(tr("Opened from the library. Nothing was run again."));
    if (QFileInfo::exists(id)) {
        rememberRecent(id);
        m_status->showIdle(tr("Opened %1. Nothing was run again.").arg(QFileInfo(id).fileName()));
    }
    Q_EMIT pathOpened(id);
}

void MainWindow::recall(const GenerationRequest& stored, Recall part)
{
    GenerationRequest next = m_prompt->model().request();
    PromptModel& prompt = m_prompt->model();
    switch (part) {
    case Recall::All:
        takeRequest(toJson(stored));
        break;
    case Recall::AllButSeed: {
        const quint64 seed = next.seed;
        const SeedMode mode = prompt.seedMode();
        takeRequest(toJson(stored));
        prompt.setSeedMode(mode);
        prompt.setSeed(seed);
        break;
    }
    case Recall::Prompt:
        prompt.setPrompt(QString::fromStdString(stored.prompt));
        prompt.setNegativePrompt(QString::fromStdString(stored.negativePrompt));
        if (stored.classLabel >= 0) {
            prompt.setClassLabel(stored.classLabel);
        }
        break;
    case Recall::Seed:
        prompt.setSeedMode(SeedMode::Fixed);
        prompt.setSeed(stored.seed);
        break;
    case Recall::Caching:
        m_caching->model().setState(
            {stored.policy, stored.preset, stored.policyParameters, stored.cacheStorage, stored.cacheBudget});
        break;
    }
    m_status->showIdle(tr("Recalled. Ctrl+Return makes it."));
}

void MainWindow::openSettingFile(const QString& path)
{
    const auto names = m_tuning->presets().importFrom(path);
    if (!names) {
        m_banner->showError(names.error());
        return;
    }
    if (const plan::NamedSetting* first = names->isEmpty() ? nullptr : m_tuning->presets().find(names->front())) {
        m_caching->model().setState({first->policy, first->preset, first->values, first->storage, first->budget});
    }
    m_status->showIdle(tr("Taken over: %1").arg(names->join(QStringLiteral(", "))));
    rememberRecent(path);
    Q_EMIT pathOpened(path);
}

} // namespace toca::ui
