// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/library/run_writer.h"
#include "ui/engine_port.h"
#include "ui/runs/run_store.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <functional>
#include <limits>
#include <vector>

namespace toca::ui {

/// One run that is to be made.
struct QueueEntry {
    enum class State { Waiting, Running, Saving, Done, Failed, Cancelled };
    std::string id; ///< the run that it makes keeps it
    GenerationRequest request;
    State state = State::Waiting;
    QString problem; ///< why it failed
    double seconds = 0; ///< it took, from the engine's start to its end
    QString run; ///< the library's run once it is there
    library::RunOrigin origin;

    bool isOver() const { return state == State::Done || state == State::Failed || state == State::Cancelled; }
};

/// Runs that are made one after the other while nothing else needs the engine, and kept in the library. Every change is
/// on disk at once and whole: after a crash the entry that was running waits again, unless its run had already been
/// kept. No widgets.
class JobQueue : public QObject {
    Q_OBJECT
public:
    static constexpr int kMostEntries = 10'000;

    /// @param isOthersBusy true while the window needs the engine itself; asked before each entry
    JobQueue(EnginePort& engine, RunStore& store, std::function<bool()> isOthersBusy, QObject* parent = nullptr);
    ~JobQueue() override;

    /// Reads the queue that was left in the library's folder and goes on writing it there; what waits is paused first.
    /// A damaged file is put aside. Emits `failed` where another process has the queue: then nothing is kept.
    void open(const QString& folder);

    const std::vector<QueueEntry>& entries() const { return m_entries; }
    int indexOf(const std::string& id) const; ///< -1 = not there
    bool isPaused() const { return m_isPaused; }
    bool isRunning() const { return m_running >= 0; }
    int running() const { return m_running; } ///< -1 = none
    int waiting() const;
    double progress() const { return m_progress; } ///< of the running entry, [0, 1]
    int step() const { return m_step; }
    /// Seconds until the entry has ended; NaN while there is nothing to judge by.
    double etaSeconds(int index) const;
    /// Seconds that a request will take, by earlier entries; NaN before.
    double expectedSeconds(const GenerationRequest& request) const;

    /// @return false, and nothing is added, when there are too many
    bool add(const std::vector<GenerationRequest>& requests, const library::RunOrigin& origin, bool atFront = false);
    void setPaused(bool paused);
    /// Stops the running entry; it and the others stay in the list.
    void cancelCurrent();
    /// Cancels the entries; those that are over are taken from the list.
    void remove(const std::vector<std::string>& ids);
    void retryFailed();
    void clearFinished();
    /// Moves entries to a place of the list, in their order. Only waiting ones move, and none before the running one.
    void move(const std::vector<std::string>& ids, int to);
    void moveToFront(const std::vector<std::string>& ids);
    /// One place up (-1) or down (+1).
    void shift(const std::vector<std::string>& ids, int by);
    /// Starts the next entry if it may.
    void runNext();
    /// Waits until the file is written.
    void flush() { m_tasks.finish(); }

    static std::filesystem::path fileIn(const std::filesystem::path& folder);

Q_SIGNALS:
    void changed(); ///< the list
    void entryChanged(int index);
    void runningChanged(); ///< the engine was taken or given back
    void previewReady(const toca::Preview& preview);
    void entryFinished(int index, const std::shared_ptr<const toca::RunResult>& result);
    void idle(); ///< nothing waits any more
    void failed(const toca::Error& error);

private:
    struct File; ///< what is to be written next
    void onFinished(const RunResult& result);
    void onFailed(const Error& error);
    void setState(int index, QueueEntry::State state, const QString& problem = {});
    void end(int index);
    void save();
    void reconcile();
    QByteArray json() const;
    bool read(const QByteArray& json);

    EnginePort& m_engine;
    RunStore& m_store;
    std::function<bool()> m_isOthersBusy;
    std::vector<QueueEntry> m_entries;
    int m_running = -1;
    bool m_isPaused = false;
    bool m_isCancelled = false; ///< the running entry
    double m_progress = 0;
    double m_runningEta = std::numeric_limits<double>::quiet_NaN();
    int m_step = 0;
    std::uint64_t m_counter = 0;
    QElapsedTimer m_clock;
    QTimer m_retry; ///< looks whether the engine is free
    library::Lock m_lock;
    std::shared_ptr<File> m_file;
    BackgroundTasks m_tasks;
};

} // namespace toca::ui
