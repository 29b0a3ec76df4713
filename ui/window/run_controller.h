// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/compare/baseline_store.h"
#include "ui/compare/prompt_check.h"
#include "ui/compare/step_errors.h"
#include "ui/engine_port.h"

#include <QElapsedTimer>
#include <QObject>
#include <QString>

#include <memory>
#include <optional>

namespace toca::ui {

class BackgroundTasks;

/// What the status line shows of a run that is going on.
struct RunProgress {
    Stage stage = Stage::Loading;
    int step = 0; ///< steps done
    int steps = 0;
    double stepsPerSecond = 0;
    double etaSeconds = 0;
    double gain = 0; ///< uncached time / this run's time so far; 0 = not known yet
    bool gainFromBaseline = false; ///< else estimated from this run's own full steps
    std::int64_t cacheBytes = 0;
    int decoded = 0; ///< frames
    int toDecode = 0;
};

/// One run at a time: starts it, follows it, keeps its result and the uncached runs to compare with. No widgets.
class RunController : public QObject {
    Q_OBJECT
public:
    RunController(EnginePort& engine, BackgroundTasks& tasks, QObject* parent = nullptr);

    bool isRunning() const { return m_isRunning; }
    /// True while the run is the uncached one of a comparison.
    bool isBaselineRun() const { return m_isRunning && m_isBaselineRun; }
    /// @return false when a run is going on
    bool start(const GenerationRequest& request);
    /// Runs the last result's request uncached. @return false without a result or while running
    bool startBaseline();
    /// The same while nobody wants the engine: any run that is started meanwhile displaces it. @return false when it is
    /// not needed (no cached result, or its baseline is there) or while something runs
    bool startBaselineInBackground();
    bool isInBackground() const { return m_isInBackground; }
    int backgroundStep() const { return m_backgroundStep; } ///< steps that the background run has done
    void cancel();
    void cancelBackground();

    const RunProgress& progress() const { return m_progress; }
    /// The run being shown: going on, finished or cancelled; nothing before the first.
    const std::optional<RunStart>& current() const { return m_current; }
    std::shared_ptr<const RunResult> result() const { return m_result; }
    /// The uncached run of the last result's request.
    std::shared_ptr<const RunResult> baseline() const;
    /// Clips that the baseline predicted on its way, by step; nullptr where they were not kept.
    std::shared_ptr<const StepClips> baselinePredictions() const;
    /// Distance of the run's latents from the baseline's, step by step, live.
    const StepErrors& stepErrors() const { return m_errors; }
    const std::optional<Fidelity>& fidelity() const { return m_fidelity; }
    /// Whether the clips do what the prompt says; empty while it is measured and for prompts that cannot be.
    const std::optional<PromptCheck>& promptCheck() const { return m_promptCheck; }
    const std::optional<PromptCheck>& baselinePromptCheck() const { return m_baselinePromptCheck; }
    std::optional<Gains> gains() const;
    /// Seconds of one uncached denoising step of this request; 0 when no baseline is there.
    double baselineSecondsPerStep() const;
    /// Takes over a run that was made elsewhere (a race), as if it had just finished. @param baseline may be null
    /// @return false while a run is going on
    bool adopt(std::shared_ptr<const RunResult> result, std::shared_ptr<const RunResult> baseline);
    /// Forgets run and result, as when a trace file is shown instead.
    void clear();

Q_SIGNALS:
    void accepted(); ///< a run was handed to the engine
    void started(const toca::RunStart& start); ///< not for baselines
    void progressChanged();
    void previewReady(const toca::Preview& preview); ///< not for baselines
    void finished(); ///< not for baselines
    /// The engine has ended a run of this controller; not for runs that were opened.
    void made(const std::shared_ptr<const toca::RunResult>& result, bool isBaseline);
    void failed(const toca::Error& error); ///< with Cancelled too
    void baselineChanged(); ///< a baseline arrived, fidelity was computed, or the clip checked against its prompt
    void runningChanged();
    void stepErrorsChanged();
    void backgroundChanged(); ///< a background baseline started, made a step, or ended

private:
    void onStarted(const RunStart& start);
    void onStep(const StepReport& report);
    void onFinished(const RunResult& result);
    void onFailed(const Error& error);
    void onBackgroundFinished(const RunResult& result);
    void takeErrors(const RunResult& result, const RunResult* baseline);
    void connectBackground();
    void setRunning(bool running);
    void computeFidelity();
    void checkPrompts();
    double gainSoFar(const StepReport& report, bool& fromBaseline) const;

    EnginePort& m_engine;
    BackgroundTasks& m_tasks;
    BaselineStore m_baselines;
    bool m_isRunning = false;
    bool m_isBaselineRun = false;
    bool m_isInBackground = false;
    int m_backgroundStep = 0;
    std::shared_ptr<StepClips> m_predictions; ///< of the uncached run that is going on
    StepErrors m_errors;
    RunProgress m_progress;
    std::optional<RunStart> m_current;
    std::shared_ptr<const RunResult> m_result;
    std::optional<Fidelity> m_fidelity;
    std::optional<PromptCheck> m_promptCheck;
    std::optional<PromptCheck> m_baselinePromptCheck;
    std::uint64_t m_promptChecks = 0; ///< counts up, as m_comparison
    std::uint64_t m_comparison = 0; ///< counts up, so that a late answer for an older pair is dropped
};

} // namespace toca::ui
