// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/runs/job_queue.h"
#include "ui/runs/run_store.h"

#include <QObject>

#include <functional>
#include <memory>

class QSettings;
class QUndoStack;

namespace toca::ui {

class ExplorePanel;
class QueuePanel;
class RunsPanel;
class Tuner;
class TunerCard;

/// All that keeps runs and searches among them: the library, its gallery, the queue, the chart and the tuner. The
/// window shows the parts in its docks and tells what runs.
class RunDesk : public QObject {
    Q_OBJECT
public:
    /// @param settings must outlive the desk
    /// @param folder of the library, "" = none
    /// @param isOthersBusy true while the window needs the engine itself
    /// @param isBackgroundTaken true while somebody else makes a run in the background
    RunDesk(EnginePort& engine, QSettings& settings, FileServices services, const QString& folder, QUndoStack& undo,
        std::function<bool()> isOthersBusy, std::function<bool()> isBackgroundTaken);
    ~RunDesk() override;

    RunStore& store() { return m_store; }
    JobQueue& queue() { return m_queue; }
    RunsPanel& runs() { return *m_runs; }
    QueuePanel& queuePanel() { return *m_queuePanel; }
    ExplorePanel& explore() { return *m_explore; }
    Tuner& tuner() { return *m_tuner; }
    TunerCard& tunerCard() { return *m_tunerCard; }
    /// Asks for folder and limit of the library.
    void askSettings(QWidget* parent);
    /// Asks for runs and queues them. @param varies proposes a sweep
    void askJob(const GenerationRequest& base, bool varies, QWidget* parent);
    void setLibrary(const QString& folder, qint64 quota);

Q_SIGNALS:
    void message(const QString& text); ///< for the status line
    void failed(const toca::Error& error);

private:
    QSettings& m_settings;
    RunStore m_store;
    JobQueue m_queue;
    std::unique_ptr<Tuner> m_tuner;
    // owned by the window's docks
    RunsPanel* m_runs;
    QueuePanel* m_queuePanel;
    ExplorePanel* m_explore;
    TunerCard* m_tunerCard;
    int m_trashedAt = -1; ///< place in the undo stack of the deletion that the window speaks of
};

} // namespace toca::ui
