// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/signal_record.h"
#include "core/api/generation_request.h"
#include "core/api/model_info.h"
#include "core/api/run_result.h"

#include <memory>
#include <stop_token>

namespace toca {

class SensitivityObserver;
struct ProbeRequest;
struct ProbeResult;
struct SensitivityJob;
struct SensitivityRecord;

/// Hears about a run while it goes on. Called on the engine's thread: hand over and return at once.
class Observer {
public:
    virtual ~Observer() = default;
    virtual void stageChanged(Stage) { }
    virtual void runStarted(const RunStart&) { }
    virtual void stepFinished(const StepReport&) { }
    virtual void previewReady(const Preview&) { }
    /// Whether `previewReady` is to be called; the same answer throughout a run. Fitting previews to a model can take
    /// longer than loading it.
    virtual bool wantsPreviews() const { return true; }
    /// @param done, of pieces of work, at least one for each few frames
    virtual void decodingProgress(int /*done*/, int /*of*/) { }
};

/// What a request will do and need, without running it.
struct RunForecast {
    plan::Plan plan;
    MemoryEstimate memory;
    std::vector<std::string>
        warnings; ///< sentences: "this setting caches nothing", "3 words are not in the model's vocabulary"
};

/// All that window and command line know of the engine. One thread at a time.
class Engine {
public:
    virtual ~Engine() = default;

    /// Reads a model folder's configs and headers, not its weights. "" = the embedded model.
    virtual Result<ModelInfo> describe(const std::string& modelPath) = 0;
    /// Loads the model of the request (kept for the next run) so that `generate` starts at once.
    virtual Result<void> load(const GenerationRequest& request, Observer& observer) = 0;
    /// Plans and estimates without running.
    virtual Result<RunForecast> forecast(const GenerationRequest& request) = 0;
    /// Blocking; looks at `stop` between modules (Cancelled). A run too large for the memory is refused first
    /// (TooLarge).
    virtual Result<RunResult> generate(const GenerationRequest& request, Observer& observer, std::stop_token stop) = 0;
    /// Runs the request uncached, whatever its policy, and records what the threshold methods decide from; nothing is
    /// decoded. Blocking, as `generate`. Engines that cannot answer Unsupported.
    virtual Result<plan::SignalRecord> recordSignals(
        const GenerationRequest& request, const plan::SignalOptions& options, Observer& observer, std::stop_token stop);
    /// Measures what an error of single tokens does to the prediction (core/api/sensitivity.h). Blocking; when stopped
    /// or out of budget it returns what it has. Engines that cannot answer Unsupported.
    virtual Result<SensitivityRecord> measureSensitivity(
        const SensitivityJob& job, SensitivityObserver& observer, std::stop_token stop);
    /// Runs a request again from the last step before an edit at which its state is known, with the edit
    /// (core/api/probe.h). Blocking, as `generate`. Engines that cannot answer Unsupported.
    virtual Result<ProbeResult> probe(const ProbeRequest& request, Observer& observer, std::stop_token stop);
};

/// Seconds of progress text: "step 12/30  8.4 it/s  ETA 0:02".
std::string progressText(const StepReport& report);

} // namespace toca
