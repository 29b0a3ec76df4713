// SPDX-License-Identifier: Apache-2.0
#include "ui/window/background_tasks.h"

#include <QMetaObject>

namespace toca::ui {

BackgroundTasks::BackgroundTasks(QObject* parent)
    : QObject(parent)
    , m_thread([this](std::stop_token stop) { work(std::move(stop)); })
{
}

BackgroundTasks::~BackgroundTasks()
{
    m_thread.request_stop();
    m_thread.join();
}

void BackgroundTasks::run(Job job)
{
    ++m_open;
    {
        const std::lock_guard lock(m_mutex);
        m_jobs.push_back(std::move(job));
    }
    m_wake.notify_one();
}

void BackgroundTasks::finish()
{
    std::unique_lock lock(m_mutex);
    m_idle.wait(lock, [this] { return m_jobs.empty() && !m_isWorking; });
}

void BackgroundTasks::work(std::stop_token stop)
{
    while (true) {
        Job job;
        {
            std::unique_lock lock(m_mutex);
            if (!m_wake.wait(lock, stop, [this] { return !m_jobs.empty(); }) || stop.stop_requested()) {
                return;
            }
            job = std::move(m_jobs.front());
            m_jobs.pop_front();
            m_isWorking = true;
        }
        Continuation continuation = job();
        job = {}; // what it held goes on this thread
        QMetaObject::invokeMethod(
            this,
            [this, continuation = std::move(continuation)] {
                --m_open;
                if (continuation) {
                    continuation();
                }
            },
            Qt::QueuedConnection);
        {
            const std::lock_guard lock(m_mutex);
            m_isWorking = false;
        }
        m_idle.notify_all();
    }
}

} // namespace toca::ui
