// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/sensitivity.h"
#include "core/engine/denoising.h"
#include "core/engine/make_engine.h"
#include "core/engine/pipeline.h"

#include <memory>

namespace toca::engine {

struct RunHistory;

/// The engine on LibTorch. Keeps one model loaded. LibTorch's exceptions end here.
class TorchEngine final : public Engine {
public:
    explicit TorchEngine(EngineOptions options);

    Result<ModelInfo> describe(const std::string& modelPath) override;
    Result<void> load(const GenerationRequest& request, Observer& observer) override;
    Result<RunForecast> forecast(const GenerationRequest& request) override;
    Result<RunResult> generate(const GenerationRequest& request, Observer& observer, std::stop_token stop) override;
    Result<plan::SignalRecord> recordSignals(const GenerationRequest& request, const plan::SignalOptions& options,
        Observer& observer, std::stop_token stop) override;
    Result<SensitivityRecord> measureSensitivity(
        const SensitivityJob& job, SensitivityObserver& observer, std::stop_token stop) override;
    Result<ProbeResult> probe(const ProbeRequest& request, Observer& observer, std::stop_token stop) override;

private:
    struct Prepared; ///< request with defaults, model, policy, sampler, plan
    Result<std::filesystem::path> pathOf(const std::string& modelPath) const;
    /// Opens the model, unless it is the one that was opened last.
    /// @param files path and file times
    Result<std::unique_ptr<Pipeline>> openedPipeline(const std::filesystem::path& path, const std::string& files);
    /// Keeps a model that was opened and not used.
    void keepOpened(std::unique_ptr<Pipeline> pipeline, std::string files);
    Result<Prepared> prepare(const GenerationRequest& request);
    /// Makes the request's model the loaded one.
    Result<void> use(Prepared& prepared, bool showsPreviews, const std::stop_token& stop);
    /// Content identity of the model's weights, computed once for each state of its files.
    Result<std::string> identityOf(const std::filesystem::path& model, const std::string& fingerprint);
    Result<plan::PolicyContext> policyContext(const GenerationRequest& request, const Prepared& prepared,
        const std::filesystem::path& model, const std::string& family);
    Result<RunResult> run(Prepared& prepared, Observer& observer, std::stop_token stop);
    /// Loads the model and makes what denoising starts from.
    Result<DenoisingInput> start(Prepared& prepared, RunTimes& times, Observer& observer, const std::stop_token& stop);
    /// The run of this request with everything that going back needs: the last one, or a new one.
    Result<std::shared_ptr<const RunHistory>> historyOf(
        const GenerationRequest& request, Observer& observer, const std::stop_token& stop);
    Result<void> addCondition(const GenerationRequest& request, DenoisingInput& input, std::stop_token stop);
    /// Reads the request's protection mask. @return InvalidArgument when it is for another grid
    static Result<void> protect(Prepared& prepared);
    MemoryEstimate memoryFor(const Pipeline& model, const Prepared& prepared) const;

    EngineOptions m_options;
    std::unique_ptr<Pipeline> m_model;
    std::unique_ptr<Pipeline> m_opened; ///< another one that was described or planned with: the next run may use it
    std::string m_openedFrom; ///< path and file times of it
    std::string m_loadedFrom; ///< path and file times of the loaded model
    std::string m_identified; ///< path and file times of the model whose identity is known
    std::string m_identity;
    std::uint64_t m_nextRunId = 1;
    std::shared_ptr<const RunHistory> m_history; ///< of the last run, if it is small
    int m_defaultThreads; ///< for requests that name no number
};

} // namespace toca::engine
