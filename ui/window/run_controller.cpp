// SPDX-License-Identifier: Apache-2.0
#include "ui/window/run_controller.h"

#include "ui/selection/cell_text.h"
#include "ui/window/background_tasks.h"

#include <utility>

namespace toca::ui {

namespace {

/// True where everything was computed, whatever had been planned.
bool isFull(const plan::Trace& trace, int evaluation)
{
    if (trace.evaluation(evaluation).decision != plan::EvaluationDecision::Run) {
        return false;
    }
    for (int layer = 0; layer < trace.layerCount(); ++layer) {
        for (const plan::ModuleKind module : modulesOf(trace.geometry())) {
            if (trace.cell(trace.cellIndex(evaluation, layer, module)).action != plan::Action::Full) {
                return false;
            }
        }
    }
    return true;
}

} // namespace

RunController::RunController(EnginePort& engine, BackgroundTasks& tasks, QObject* parent)
    : QObject(parent)
    , m_engine(engine)
    , m_tasks(tasks)
{
    // The engine also works for others: what it says then is not about a run of this controller.
    connect(&engine, &EnginePort::stageChanged, this, [this](Stage stage) {
        if (m_isRunning) {
            m_progress.stage = stage;
            Q_EMIT progressChanged();
        }
    });
    connect(&engine, &EnginePort::runStarted, this, &RunController::onStarted);
    connect(&engine, &EnginePort::stepFinished, this, &RunController::onStep);
    connect(&engine, &EnginePort::previewReady, this, [this](const Preview& preview) {
        if (m_isRunning && m_predictions) {
            m_predictions->insert_or_assign(preview.step, preview.clip);
        }
        if (m_isRunning && !m_isBaselineRun) {
            Q_EMIT previewReady(preview);
        }
    });
    connect(&engine, &EnginePort::decodingProgress, this, [this](int done, int of) {
        if (m_isRunning) {
            m_progress.decoded = done;
            m_progress.toDecode = of;
            Q_EMIT progressChanged();
        }
    });
    connect(&engine, &EnginePort::finished, this, &RunController::onFinished);
    connect(&engine, &EnginePort::failed, this, &RunController::onFailed);
    connectBackground();
}

void RunController::setRunning(bool running)
{
    m_isRunning = running;
    Q_EMIT runningChanged();
}

bool RunController::start(const GenerationRequest& request)
{
    if (m_isRunning || m_engine.isRunning()) {
        return false;
    }
    m_isBaselineRun = false;
    m_predictions = request.policy == "none" ? std::make_shared<StepClips>() : nullptr;
    m_progress = {};
    m_progress.steps = request.steps;
    setRunning(true);
    Q_EMIT accepted();
    m_engine.generate(request);
    return true;
}

bool RunController::startBaseline()
{
    if (m_isRunning || m_engine.isRunning() || !m_result) {
        return false;
    }
    m_isBaselineRun = true;
    m_predictions = std::make_shared<StepClips>();
    m_errors.setBaseline({});
    m_progress = {};
    m_progress.steps = m_result->request.steps;
    setRunning(true);
    m_engine.generate(uncached(m_result->request));
    return true;
}

void RunController::cancel()
{
    if (m_isRunning) {
        m_engine.cancel();
    }
}

void RunController::onStarted(const RunStart& start)
{
    if (!m_isRunning || m_isBaselineRun) {
        return;
    }
    m_current = start;
    m_result.reset();
    m_fidelity.reset();
    m_promptCheck.reset();
    m_baselinePromptCheck.reset();
    ++m_comparison;
    ++m_promptChecks;
    m_errors.clear();
    if (const auto uncachedRun = start.request.policy == "none" ? nullptr : m_baselines.find(start.request)) {
        m_errors.setBaseline(uncachedRun->stepLatents);
    }
    Q_EMIT started(start);
    Q_EMIT stepErrorsChanged();
}

void RunController::onStep(const StepReport& report)
{
    if (!m_isRunning) {
        return;
    }
    m_progress.step = report.step + 1;
    m_progress.steps = report.steps;
    m_progress.stepsPerSecond = report.denoisingSeconds > 0 ? m_progress.step / report.denoisingSeconds : 0;
    m_progress.etaSeconds = report.etaSeconds;
    m_progress.cacheBytes = report.cacheBytes;
    m_progress.gain = m_isBaselineRun ? 0 : gainSoFar(report, m_progress.gainFromBaseline);
    m_isBaselineRun ? m_errors.addBaseline(report.step, report.latent) : m_errors.addRun(report.step, report.latent);
    Q_EMIT stepErrorsChanged();
    Q_EMIT progressChanged();
}

double RunController::gainSoFar(const StepReport& report, bool& fromBaseline) const
{
    fromBaseline = false;
    if (!m_current || report.denoisingSeconds <= 0) {
        return 0;
    }
    const int done = report.step + 1;
    if (const auto baseline = m_baselines.find(m_current->request); baseline && report.steps > 0) {
        fromBaseline = true;
        return baseline->times.denoising / report.steps * done / report.denoisingSeconds;
    }
    // The pace of this run's own full evaluations. The first one also warms caches and allocator up, so it only counts
    // while there is no other.
    const plan::Trace& trace = *m_current->trace;
    double first = 0;
    double sum = 0;
    int count = 0;
    const int published = trace.publishedEvaluations();
    for (int evaluation = 0; evaluation < published; ++evaluation) {
        if (!isFull(trace, evaluation)) {
            continue;
        }
        if (evaluation == 0) {
            first = trace.evaluation(0).seconds;
        } else {
            sum += trace.evaluation(evaluation).seconds;
            ++count;
        }
    }
    const double fullSeconds = count > 0 ? sum / count : first;
    return fullSeconds > 0 ? fullSeconds * published / report.denoisingSeconds : 0;
}

void RunController::onFinished(const RunResult& result)
{
    if (!m_isRunning) {
        return;
    }
    auto kept = std::make_shared<const RunResult>(result);
    const bool wasBaseline = m_isBaselineRun;
    m_progress.stage = Stage::Done;
    if (kept->request.policy == "none") {
        m_baselines.insert(kept, std::exchange(m_predictions, nullptr));
    }
    if (!wasBaseline) {
        m_result = kept;
        if (m_current) {
            // As the engine took it, with all defaults filled in.
            m_current->request = kept->request;
        }
    }
    takeErrors(*m_result, baseline().get());
    setRunning(false);
    Q_EMIT made(kept, wasBaseline);
    if (!wasBaseline) {
        Q_EMIT finished();
    }
    computeFidelity();
}

void RunController::onFailed(const Error& error)
{
    if (!m_isRunning) {
        return;
    }
    setRunning(false);
    Q_EMIT failed(error);
}

std::shared_ptr<const RunResult> RunController::baseline() const
{
    return m_result && m_result->request.policy != "none" ? m_baselines.find(m_result->request) : nullptr;
}

std::optional<Gains> RunController::gains() const
{
    const auto uncachedRun = baseline();
    return uncachedRun ? std::optional(toca::gains(*m_result, *uncachedRun)) : std::nullopt;
}

double RunController::baselineSecondsPerStep() const
{
    const GenerationRequest* request = m_result ? &m_result->request : m_current ? &m_current->request : nullptr;
    const auto uncachedRun = request ? m_baselines.find(*request) : nullptr;
    return uncachedRun && uncachedRun->request.steps > 0 ? uncachedRun->times.denoising / uncachedRun->request.steps
                                                         : 0;
}

void RunController::checkPrompts()
{
    m_promptCheck.reset();
    m_baselinePromptCheck.reset();
    const std::uint64_t checks = ++m_promptChecks;
    if (!m_result) {
        return;
    }
    m_tasks.run([this, checks, run = m_result, uncachedRun = baseline()]() -> BackgroundTasks::Continuation {
        auto check = checkPrompt(*run);
        auto baselineCheck = check && uncachedRun ? checkPrompt(*uncachedRun) : std::nullopt;
        return [this, checks, check = std::move(check), baselineCheck = std::move(baselineCheck)] {
            if (checks == m_promptChecks && check) {
                m_promptCheck = check;
                m_baselinePromptCheck = baselineCheck;
                Q_EMIT baselineChanged();
            }
        };
    });
}

void RunController::computeFidelity()
{
    checkPrompts();
    const auto uncachedRun = baseline();
    if (!uncachedRun) {
        return;
    }
    Q_EMIT baselineChanged();
    const std::uint64_t comparison = ++m_comparison;
    m_tasks.run([this, comparison, run = m_result, uncachedRun]() -> BackgroundTasks::Continuation {
        auto measured = toca::fidelity(run->clip, uncachedRun->clip, run->latent, uncachedRun->latent);
        return [this, comparison, measured = std::move(measured)] {
            if (comparison != m_comparison) {
                return;
            }
            if (measured) {
                m_fidelity = *measured;
                Q_EMIT baselineChanged();
            } else {
                Q_EMIT failed(measured.error());
            }
        };
    });
}

bool RunController::adopt(std::shared_ptr<const RunResult> result, std::shared_ptr<const RunResult> baseline)
{
    if (m_isRunning || !result) {
        return false;
    }
    if (baseline && baseline != result) {
        m_baselines.insert(std::move(baseline));
    }
    m_isBaselineRun = false;
    m_progress = {};
    m_progress.stage = Stage::Done;
    m_current = RunStart{result->runId, result->request, result->plan, result->trace, {}};
    m_result.reset();
    m_fidelity.reset();
    m_promptCheck.reset();
    m_baselinePromptCheck.reset();
    ++m_comparison;
    ++m_promptChecks;
    Q_EMIT started(*m_current);
    m_result = std::move(result);
    takeErrors(*m_result, this->baseline().get());
    Q_EMIT finished();
    computeFidelity();
    return true;
}

void RunController::clear()
{
    m_current.reset();
    m_result.reset();
    m_fidelity.reset();
    m_promptCheck.reset();
    m_baselinePromptCheck.reset();
    ++m_comparison;
    ++m_promptChecks;
    m_errors.clear();
    cancelBackground();
    Q_EMIT stepErrorsChanged();
}

} // namespace toca::ui
