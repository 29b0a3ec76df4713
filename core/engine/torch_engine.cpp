// SPDX-License-Identifier: Apache-2.0
#include "core/engine/torch_engine_parts.h"

#include "core/engine/guarded.h"
#include "core/engine/model_identity.h"

#include <ATen/Parallel.h>

namespace toca::engine {

namespace {

/// A run up to this size (latents of all steps and its clip) is kept until the next one, so that a probe need not
/// repeat it.
constexpr std::int64_t kMostHistoryBytes = std::int64_t{64} << 20;

} // namespace

Unexpected cancelled()
{
    return unexpected(ErrorCode::Cancelled, "The run was cancelled.");
}

TorchEngine::TorchEngine(EngineOptions options)
    : m_options(std::move(options))
    , m_defaultThreads(at::get_num_threads())
{
    if (m_options.embeddedModelPath.empty())
        m_options.embeddedModelPath = embeddedModelPath();
}

Result<std::filesystem::path> TorchEngine::pathOf(const std::string& modelPath) const
{
    if (!modelPath.empty())
        return std::filesystem::path(modelFolderOf(modelPath));
    if (m_options.embeddedModelPath.empty())
        return unexpected(ErrorCode::NotFound,
            "The embedded model was not found beside the program. Set TOCA_MODEL to its folder "
            "(resources/models/toca-miniature-2), or "
            "choose a model folder.");
    return std::filesystem::path(m_options.embeddedModelPath);
}

Result<ModelInfo> TorchEngine::describe(const std::string& modelPath)
{
    return guarded([&]() -> Result<ModelInfo> {
        const auto path = pathOf(modelPath);
        if (!path)
            return unexpected(path.error());
        std::string files = filesOf(*path);
        auto pipeline = openedPipeline(*path, files);
        if (!pipeline)
            return unexpected(pipeline.error());
        auto info = (*pipeline)->describe();
        if (info) {
            info->path = modelPath; // "" stays "": the embedded model
            if (auto identity = modelIdentity(*path))
                info->identity = std::move(*identity);
            info->calibrationFolder = calibrationFolder(*path).string();
        }
        keepOpened(std::move(*pipeline), std::move(files));
        return info;
    });
}

Result<RunForecast> TorchEngine::forecast(const GenerationRequest& request)
{
    return guarded([&]() -> Result<RunForecast> {
        auto prepared = prepare(request);
        if (!prepared)
            return unexpected(prepared.error());
        keepOpened(std::move(prepared->opened), std::move(prepared->files));
        return RunForecast{std::move(prepared->plan), prepared->memory, std::move(prepared->warnings)};
    });
}

Result<void> TorchEngine::use(Prepared& prepared, bool showsPreviews, const std::stop_token& stop)
{
    if (prepared.opened) {
        m_model.reset(); // before the new one is loaded, so that both never take memory at once
        m_model = std::move(prepared.opened);
        m_model->setDevice(prepared.device);
        m_model->setWeightType(prepared.weightType);
        m_loadedFrom = prepared.fingerprint;
    }
    const auto keepGoing = [&] { return !stop.stop_requested(); };
    auto loaded = m_model->load(keepGoing);
    if (loaded && showsPreviews)
        loaded = m_model->preparePreview(keepGoing);
    if (!loaded && loaded.error().code != ErrorCode::Cancelled) // what is loaded stays for the next run
        m_model.reset();
    return loaded;
}

Result<void> TorchEngine::load(const GenerationRequest& request, Observer& observer)
{
    return guarded([&]() -> Result<void> {
        const c10::InferenceMode inference;
        auto prepared = prepare(request);
        if (!prepared)
            return unexpected(prepared.error());
        observer.stageChanged(Stage::Loading);
        if (auto used = use(*prepared, observer.wantsPreviews(), {}); !used)
            return used;
        observer.stageChanged(Stage::Done);
        return {};
    });
}

Result<RunResult> TorchEngine::generate(const GenerationRequest& request, Observer& observer, std::stop_token stop)
{
    return guarded([&]() -> Result<RunResult> {
        const c10::InferenceMode inference;
        if (stop.stop_requested())
            return cancelled();
        auto prepared = prepare(request);
        if (!prepared)
            return unexpected(prepared.error());
        if (auto enough = checkMemory(prepared->memory); !enough)
            return unexpected(enough.error());
        at::set_num_threads(prepared->threads);
        const plan::Geometry& geometry = prepared->plan.geometry();
        const std::int64_t latentBytes =
            8 * request.steps * geometry.grid.tokens() * std::max(geometry.patchInputs, geometry.patchOutputs);
        const std::int64_t clipBytes = std::int64_t{3} * request.width * request.height * request.frames;
        m_history.reset();
        if (latentBytes + clipBytes <= kMostHistoryBytes)
            prepared->history = std::make_shared<RunHistory>();
        auto result = run(*prepared, observer, stop);
        if (result && prepared->history) {
            prepared->history->request = prepared->request;
            prepared->history->fingerprint = prepared->fingerprint;
            prepared->history->result = std::make_shared<const RunResult>(*result);
            m_history = std::move(prepared->history);
        }
        return result;
    });
}

Result<plan::SignalRecord> TorchEngine::recordSignals(
    const GenerationRequest& request, const plan::SignalOptions& options, Observer& observer, std::stop_token stop)
{
    return guarded([&]() -> Result<plan::SignalRecord> {
        const c10::InferenceMode inference;
        if (stop.stop_requested())
            return cancelled();
        if (options.firstLayers < 1)
            return unexpected(ErrorCode::InvalidArgument,
                "A recording cannot follow the first " + std::to_string(options.firstLayers)
                    + " layers; it needs at least 1.");
        const auto path = pathOf(request.modelPath);
        if (!path)
            return unexpected(path.error());
        GenerationRequest uncached = request;
        uncached.policy = "none";
        uncached.preset.clear();
        uncached.policyParameters.clear();
        uncached.protect.clear(); // spares tokens of a cached run only
        auto prepared = prepare(uncached);
        if (!prepared)
            return unexpected(prepared.error());
        auto identity = identityOf(*path, prepared->fingerprint);
        if (!identity)
            return unexpected(identity.error());
        // What the recorder keeps: the first layers' residuals; latents and predictions are small beside them.
        const plan::Geometry& geometry = prepared->plan.geometry();
        if (options.firstLayerPairs)
            prepared->memory.cache = static_cast<std::int64_t>(std::min(static_cast<double>(options.maximumBytes),
                static_cast<double>(geometry.moduleOutputBytes()) * prepared->plan.evaluationCount()));
        if (auto enough = checkMemory(prepared->memory); !enough)
            return unexpected(enough.error());
        prepared->record = std::make_shared<plan::SignalRecord>();
        prepared->recording = options;
        at::set_num_threads(prepared->threads);
        auto result = run(*prepared, observer, stop);
        if (!result)
            return unexpected(result.error());
        plan::SignalRecord record = std::move(*prepared->record);
        record.modelIdentity = std::move(*identity);
        record.calibrationFolder = calibrationFolder(*path).string();
        if (const auto info = m_model->describe())
            record.modelName = info->name;
        record.latent = std::move(result->latent);
        return record;
    });
}

} // namespace toca::engine

namespace toca {

std::unique_ptr<Engine> makeEngine(const EngineOptions& options)
{
    return std::make_unique<engine::TorchEngine>(options);
}

} // namespace toca
