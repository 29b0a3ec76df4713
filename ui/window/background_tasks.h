// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QObject>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace toca::ui {

/// One worker thread for what would block the window: reading traces, encoding clips, comparing pictures. Jobs run one
/// after the other; what a job returns is called on this object's thread. The destructor finishes the job that is
/// running (a file half written would be lost work), drops the others and joins.
class BackgroundTasks : public QObject {
    Q_OBJECT
public:
    using Continuation = std::function<void()>;
    using Job = std::function<Continuation()>;

    explicit BackgroundTasks(QObject* parent = nullptr);
    ~BackgroundTasks() override;
    void run(Job job);
    /// Waits on this thread until every job has run; what they return is still to be called.
    void finish();
    /// True while jobs are waiting or running.
    bool isBusy() const { return m_open > 0; }

private:
    void work(std::stop_token stop);

    int m_open = 0; ///< on this object's thread
    std::mutex m_mutex;
    std::deque<Job> m_jobs;
    bool m_isWorking = false; ///< a job is running
    std::condition_variable_any m_wake;
    std::condition_variable_any m_idle;
    std::jthread m_thread;
};

} // namespace toca::ui
