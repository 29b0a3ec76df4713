// SPDX-License-Identifier: Apache-2.0
// The uncached run that is made while nobody wants the engine, and what is known of its latents.
#include "ui/window/run_controller.h"

namespace toca::ui {

void RunController::connectBackground()
{
    connect(&m_engine, &EnginePort::backgroundStep, this, [this](const StepReport& report) {
        if (m_isInBackground) {
            m_backgroundStep = report.step + 1;
            // What is compared may be another run by now: the one that displaces this one.
            if (!m_isRunning) {
                m_errors.addBaseline(report.step, report.latent);
                Q_EMIT stepErrorsChanged();
            }
            Q_EMIT backgroundChanged();
        }
    });
    connect(&m_engine, &EnginePort::backgroundPreview, this, [this](const Preview& preview) {
        if (m_isInBackground && !m_isRunning && m_predictions) {
            m_predictions->insert_or_assign(preview.step, preview.clip);
        }
    });
    connect(&m_engine, &EnginePort::backgroundFinished, this, &RunController::onBackgroundFinished);
    connect(&m_engine, &EnginePort::backgroundFailed, this, [this](const Error&) {
        // Nobody asked for this run: its failure is no news, and asking for a comparison says what is wrong.
        m_isInBackground = false;
        Q_EMIT backgroundChanged();
    });
}

bool RunController::startBaselineInBackground()
{
    if (m_isRunning || m_isInBackground || m_engine.isRunning() || !m_result || m_result->request.policy == "none"
        || baseline()) {
        return false;
    }
    m_isInBackground = true;
    m_backgroundStep = 0;
    m_predictions = std::make_shared<StepClips>();
    m_errors.setBaseline({});
    m_engine.generateInBackground(uncached(m_result->request));
    Q_EMIT backgroundChanged();
    return m_isInBackground;
}

void RunController::cancelBackground()
{
    if (m_isInBackground) {
        m_engine.cancelBackground();
    }
}

void RunController::onBackgroundFinished(const RunResult& result)
{
    if (!m_isInBackground) {
        return;
    }
    m_isInBackground = false;
    const auto kept = std::make_shared<const RunResult>(result);
    m_baselines.insert(kept, m_isRunning ? nullptr : m_predictions);
    Q_EMIT made(kept, true);
    if (!m_isRunning && m_result) {
        takeErrors(*m_result, baseline().get());
        computeFidelity();
    }
    Q_EMIT backgroundChanged();
}

std::shared_ptr<const StepClips> RunController::baselinePredictions() const
{
    return m_result && m_result->request.policy != "none" ? m_baselines.predictionsOf(m_result->request) : nullptr;
}

void RunController::takeErrors(const RunResult& result, const RunResult* uncachedRun)
{
    m_errors.clear();
    m_errors.setRun(result.stepLatents);
    if (uncachedRun) {
        m_errors.setBaseline(uncachedRun->stepLatents);
    }
    Q_EMIT stepErrorsChanged();
}

} // namespace toca::ui
