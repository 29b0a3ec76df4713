// SPDX-License-Identifier: Apache-2.0
// Measurements and probes on the engine thread.
#include "app/engine_runner_post.h"

#include <chrono>

namespace toca::app {

/// Hands on a copy of the record a few times a second: the window needs no more.
class EngineRunner::MeasuringObserver : public SensitivityObserver {
public:
    explicit MeasuringObserver(EngineRunner& runner)
        : m_runner(runner)
    {
    }
    void sensitivityProgress(const SensitivityProgress& progress, const SensitivityRecord& record) override
    {
        const auto now = std::chrono::steady_clock::now();
        if (now - m_last < std::chrono::milliseconds(250) && progress.done < progress.total) {
            return;
        }
        m_last = now;
        m_runner.post([runner = &m_runner, progress, copy = std::make_shared<const SensitivityRecord>(record)] {
            Q_EMIT runner->sensitivityProgressed(progress, copy);
        });
    }

private:
    EngineRunner& m_runner;
    std::chrono::steady_clock::time_point m_last;
};

class EngineRunner::ProbingObserver : public Observer {
public:
    explicit ProbingObserver(EngineRunner& runner)
        : m_runner(runner)
    {
    }
    void stepFinished(const StepReport& report) override
    {
        m_runner.post([runner = &m_runner, report] { Q_EMIT runner->probeStep(report); });
    }

private:
    EngineRunner& m_runner;
};

void EngineRunner::measureSensitivity(const SensitivityJob& job)
{
    if (!begin()) {
        return;
    }
    enqueue([this, job, stop = m_runStop.get_token()](const std::stop_token&) {
        MeasuringObserver observer(*this);
        auto outcome = m_engine->measureSensitivity(job, observer, stop);
        if (outcome) {
            post([this, record = std::make_shared<const SensitivityRecord>(std::move(*outcome))] {
                m_running = false;
                Q_EMIT sensitivityMeasured(record);
            });
        } else {
            post([this, error = outcome.error()] {
                m_running = false;
                Q_EMIT sensitivityFailed(error);
            });
        }
    });
}

void EngineRunner::probe(const ProbeRequest& request)
{
    if (!begin()) {
        return;
    }
    enqueue([this, request, stop = m_runStop.get_token()](const std::stop_token&) {
        ProbingObserver observer(*this);
        auto outcome = m_engine->probe(request, observer, stop);
        if (outcome) {
            post([this, result = std::make_shared<const ProbeResult>(std::move(*outcome))] {
                m_running = false;
                Q_EMIT probed(result);
            });
        } else {
            post([this, error = outcome.error()] {
                m_running = false;
                Q_EMIT probeFailed(error);
            });
        }
    });
}

} // namespace toca::app
