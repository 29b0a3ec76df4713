// SPDX-License-Identifier: Apache-2.0
#include "app/engine_runner_post.h"

#include <utility>

namespace toca::app {

EngineRunner::EngineRunner(std::unique_ptr<Engine> engine, QObject* parent)
    : EnginePort(parent)
    , m_engine(std::move(engine))
    , m_thread([this](std::stop_token stop) { work(std::move(stop)); })
{
}

EngineRunner::~EngineRunner()
{
    m_runStop.request_stop();
    m_backgroundStop.request_stop();
    m_thread.request_stop();
    m_thread.join();
}

void EngineRunner::enqueue(Job job)
{
    {
        const std::lock_guard lock(m_mutex);
        m_jobs.push_back(std::move(job));
    }
    m_wake.notify_one();
}

void EngineRunner::work(std::stop_token stop)
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
        }
        job(stop);
    }
}

bool EngineRunner::begin()
{
    if (m_running) {
        Q_EMIT refused(tr("A run is going on. Wait for it or cancel it first."));
        return false;
    }
    cancelBackground();
    m_running = true;
    m_runStop = std::stop_source();
    return true;
}

/// What a background run says goes to signals of its own.
class EngineRunner::BackgroundObserver : public Observer {
public:
    explicit BackgroundObserver(EngineRunner& runner)
        : m_runner(runner)
    {
    }
    void stepFinished(const StepReport& report) override
    {
        m_runner.post([runner = &m_runner, report] { Q_EMIT runner->backgroundStep(report); });
    }
    void previewReady(const Preview& preview) override
    {
        m_runner.post([runner = &m_runner, preview] { Q_EMIT runner->backgroundPreview(preview); });
    }

private:
    EngineRunner& m_runner;
};

void EngineRunner::generateInBackground(const GenerationRequest& request)
{
    if (m_running || m_background) {
        Q_EMIT backgroundFailed(Error{ErrorCode::Cancelled, "The engine is busy."});
        return;
    }
    m_background = true;
    m_backgroundStop = std::stop_source();
    enqueue([this, request, stop = m_backgroundStop.get_token()](const std::stop_token&) {
        BackgroundObserver observer(*this);
        auto outcome = m_engine->generate(request, observer, stop);
        if (outcome) {
            auto result = std::make_shared<const RunResult>(std::move(*outcome));
            post([this, result] {
                m_background = false;
                Q_EMIT backgroundFinished(*result);
            });
        } else {
            post([this, error = outcome.error()] {
                m_background = false;
                Q_EMIT backgroundFailed(error);
            });
        }
    });
}

void EngineRunner::cancelBackground()
{
    m_backgroundStop.request_stop();
}

void EngineRunner::generate(const GenerationRequest& request)
{
    if (begin()) {
        enqueue([this, request, runStop = m_runStop.get_token()](const std::stop_token&) { run(request, runStop); });
    }
}

void EngineRunner::recordSignals(const GenerationRequest& request, const plan::SignalOptions& options)
{
    if (!begin()) {
        return;
    }
    enqueue([this, request, options, runStop = m_runStop.get_token()](const std::stop_token&) {
        auto outcome = m_engine->recordSignals(request, options, *this, runStop);
        if (!outcome) {
            post([this, error = outcome.error()] {
                m_running = false;
                Q_EMIT failed(error);
            });
            return;
        }
        auto record = std::make_shared<const plan::SignalRecord>(std::move(*outcome));
        post([this, record] {
            m_running = false;
            Q_EMIT signalsRecorded(record);
        });
    });
}

void EngineRunner::run(const GenerationRequest& request, std::stop_token stop)
{
    auto outcome = m_engine->generate(request, *this, std::move(stop));
    if (outcome) {
        // Shared, because a posted function is copied and a result holds the whole clip.
        auto result = std::make_shared<const RunResult>(std::move(*outcome));
        post([this, result] {
            m_running = false;
            Q_EMIT finished(*result);
        });
    } else {
        post([this, error = outcome.error()] {
            m_running = false;
            Q_EMIT failed(error);
        });
    }
}

void EngineRunner::cancel()
{
    m_runStop.request_stop();
}

void EngineRunner::describeModel(const QString& path)
{
    enqueue([this, path](const std::stop_token&) {
        auto described = m_engine->describe(path.toStdString());
        if (described) {
            post([this, model = std::move(*described)] { Q_EMIT modelDescribed(model); });
        } else {
            post([this, path, error = described.error()] { Q_EMIT modelFailed(path, error); });
        }
    });
}

void EngineRunner::stageChanged(Stage stage)
{
    post([this, stage] { Q_EMIT EnginePort::stageChanged(stage); });
}

void EngineRunner::runStarted(const RunStart& start)
{
    post([this, start] { Q_EMIT EnginePort::runStarted(start); });
}

void EngineRunner::stepFinished(const StepReport& report)
{
    post([this, report] { Q_EMIT EnginePort::stepFinished(report); });
}

void EngineRunner::previewReady(const Preview& preview)
{
    {
        const std::lock_guard lock(m_mutex);
        m_previews.push_back(preview);
        if (m_previews.size() > 1) {
            return; // the posted function that has not run yet will take this one too
        }
    }
    post([this] {
        std::vector<Preview> waiting;
        {
            const std::lock_guard lock(m_mutex);
            waiting.swap(m_previews);
        }
        for (const Preview& each : waiting) {
            Q_EMIT EnginePort::previewReady(each);
        }
    });
}

void EngineRunner::decodingProgress(int done, int of)
{
    post([this, done, of] { Q_EMIT EnginePort::decodingProgress(done, of); });
}

} // namespace toca::app
