// SPDX-License-Identifier: Apache-2.0
#include "ui/runs/run_desk.h"

#include "ui/explore/explore_panel.h"
#include "ui/explore/tuner.h"
#include "ui/explore/tuner_card.h"
#include "ui/runs/job_dialog.h"
#include "ui/runs/library_dialog.h"
#include "ui/runs/queue_panel.h"
#include "ui/runs/runs_panel.h"

#include <QDateTime>
#include <QSettings>
#include <QUndoStack>

#include <cmath>

namespace toca::ui {

namespace {

constexpr double kGigabyte = 1 << 30;
constexpr double kLargestQuota = 1 << 20; // GiB

} // namespace

RunDesk::RunDesk(EnginePort& engine, QSettings& settings, FileServices services, const QString& folder,
    QUndoStack& undo, std::function<bool()> isOthersBusy, std::function<bool()> isBackgroundTaken)
    : m_settings(settings)
    , m_store(std::move(services), folder)
    , m_queue(engine, m_store, isOthersBusy)
    , m_tuner(std::make_unique<Tuner>(engine,
          [this, isOthersBusy, isBackgroundTaken] {
              const bool isQueueNext = m_queue.waiting() > 0 && !m_queue.isPaused();
              return isOthersBusy() || isBackgroundTaken() || m_queue.isRunning() || isQueueNext;
          }))
    , m_runs(new RunsPanel(m_store, undo))
    , m_queuePanel(new QueuePanel(m_queue))
    , m_explore(new ExplorePanel(m_store))
    , m_tunerCard(new TunerCard(*m_tuner))
{
    m_explore->setSideWidget(m_tunerCard);
    connect(m_tuner.get(), &Tuner::failed, this, &RunDesk::failed);
    connect(&m_store, &RunStore::failed, this, &RunDesk::failed);
    connect(&m_queue, &JobQueue::failed, this, &RunDesk::failed);
    connect(&m_store, &RunStore::removed, this, [this, &undo](const QStringList& ids, const QString& why) {
        m_trashedAt = why.isEmpty() ? undo.index() : -1;
        Q_EMIT message(why.isEmpty()
                ? tr("%n run(s) moved to the trash. Ctrl+Z brings them back.", "", static_cast<int>(ids.size()))
                : why);
    });
    // What was taken back must not be said any longer.
    connect(&undo, &QUndoStack::indexChanged, this, [this](int index) {
        if (m_trashedAt >= 0 && index < m_trashedAt) {
            m_trashedAt = -1;
            Q_EMIT message(tr("What was in the trash is back."));
        }
    });
    connect(&m_store, &RunStore::bundleSaved, this,
        [this](const QString& path) { Q_EMIT message(tr("Saved %1").arg(path)); });
    const double quota = m_settings.value("library/quotaGiB", RunStore::kDefaultQuota / kGigabyte).toDouble();
    m_store.setQuota(
        quota >= 0 && quota <= kLargestQuota ? static_cast<qint64>(quota * kGigabyte) : RunStore::kDefaultQuota);
    if (!folder.isEmpty()) {
        m_store.open();
        m_queue.open(folder);
        m_tuner->setFile(folder + QStringLiteral("/.tuner.json"));
    }
}

RunDesk::~RunDesk()
{
    m_store.disconnect(m_runs);
    m_queue.disconnect(m_queuePanel);
    m_store.disconnect(m_explore);
    m_tuner->disconnect(m_tunerCard);
}

void RunDesk::setLibrary(const QString& folder, qint64 quota)
{
    m_settings.setValue("library/quotaGiB", static_cast<double>(quota) / kGigabyte);
    m_store.setQuota(quota);
    if (folder != m_store.folder() && !folder.isEmpty()) {
        m_settings.setValue("library/folder", folder);
        m_store.setFolder(folder);
        m_queue.open(folder);
        m_tuner->stop();
        m_tuner->setFile(folder + QStringLiteral("/.tuner.json"));
    }
}

void RunDesk::askSettings(QWidget* parent)
{
    auto* dialog = new LibraryDialog(m_store, parent);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] { setLibrary(dialog->folder(), dialog->quota()); });
    dialog->open();
}

void RunDesk::askJob(const GenerationRequest& base, bool varies, QWidget* parent)
{
    auto* dialog = new JobDialog(base, varies, parent);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        const bool isSweep = !dialog->plan().axes.empty();
        const std::string group = QString::number(QDateTime::currentMSecsSinceEpoch(), 36).toStdString();
        if (!m_queue.add(dialog->requests(), {isSweep ? "sweep" : "queue", group, {}, dialog->title().toStdString()},
                dialog->atFront())) {
            Q_EMIT failed({ErrorCode::InvalidArgument,
                "The queue holds at most " + std::to_string(JobQueue::kMostEntries)
                    + " entries; clear the finished ones."});
        }
    });
    dialog->open();
}

} // namespace toca::ui
