// SPDX-License-Identifier: Apache-2.0
#include "core/engine/torch_engine_parts.h"

#include "cache/exec/profile.h"
#include "cache/exec/signal_recorder.h"
#include "cache/exec/stopwatch.h"
#include "cache/plan/flops.h"
#include "core/engine/guarded.h"
#include "core/engine/memory_estimate.h"
#include "core/engine/model_identity.h"
#include "core/engine/step_latents.h"
#include "core/engine/system_memory.h"
#ifdef TOCA_HAS_MEDIA
#include "core/media/clip_reader.h"
#include "core/media/clip_resize.h"
#endif

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/torch.h>

#include <malloc.h>
#include <sys/stat.h>

#include <optional>
#include <thread>

namespace toca::engine {

namespace {

/// Where estimates end: far beyond any machine, and the sum of several is still a number.
constexpr std::int64_t kMostBytes = std::int64_t{1} << 60;
/// A run up to this size (latents of all steps and its clip) is kept until the next one, so that a probe need not
/// repeat it.
constexpr std::int64_t kMostHistoryBytes = std::int64_t{64} << 20;

Result<torch::Device> deviceOf(Device wanted)
{
    const bool hasCuda = torch::cuda::is_available();
    if (wanted == Device::Cuda && !hasCuda)
        return unexpected(ErrorCode::Unsupported,
            "No CUDA device can be used: this build's LibTorch has no CUDA part, or there is no GPU. Use --device "
            "cpu.");
    return hasCuda && wanted != Device::Cpu ? torch::Device(torch::kCUDA) : torch::Device(torch::kCPU);
}

/// Changes whenever one of the model's files does, so that an edited folder is loaded again.
std::string fingerprint(const std::filesystem::path& model, torch::Device device)
{
    std::string text = model.string() + "|" + device.str();
    std::error_code error;
    std::vector<std::string> files;
    const auto add = [&](const std::filesystem::path& file) {
        struct stat info { };
        if (::stat(file.c_str(), &info) == 0 && S_ISREG(info.st_mode))
            files.push_back(file.string() + ":" + std::to_string(info.st_size) + ":"
                + std::to_string(info.st_mtim.tv_sec) + "." + std::to_string(info.st_mtim.tv_nsec));
    };
    add(model);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(model, error))
        add(entry.path());
    std::sort(files.begin(), files.end());
    for (const auto& file : files)
        text += "|" + file;
    return text;
}

std::string mebibytes(std::int64_t bytes)
{
    if (bytes >= kMostBytes)
        return "more than " + std::to_string(kMostBytes >> 20) + " MiB";
    return std::to_string((bytes >> 20) + ((bytes & ((1 << 20) - 1)) != 0)) + " MiB";
}

/// What computed: results agree to the last bit only between equal ones.
std::map<std::string, std::string> computingVersions()
{
    return {{"libtorch", TORCH_VERSION}, {"mkl", at::get_mkl_version()}, {"onednn", at::get_mkldnn_version()},
        {"cpu_capability", at::get_cpu_capability()}};
}

} // namespace

Result<void> checkMemory(const MemoryEstimate& memory)
{
    if (memory.available <= 0 || memory.total() <= memory.available)
        return {};
    return unexpected(ErrorCode::TooLarge,
        "This run needs " + std::string(memory.total() < kMostBytes ? "about " : "") + mebibytes(memory.total())
            + " (weights " + mebibytes(memory.weights) + ", activations " + mebibytes(memory.activations) + ", cache "
            + mebibytes(memory.cache) + ", trace " + mebibytes(memory.trace) + "), but only "
            + mebibytes(memory.available)
            + " are free. Choose a smaller size, fewer frames or a policy that stores less.");
}

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
        return std::filesystem::path(modelPath);
    if (m_options.embeddedModelPath.empty())
        return unexpected(ErrorCode::NotFound,
            "The embedded model was not found beside the program. Set TOCA_MODEL to its folder "
            "(resources/models/toca-miniature), or "
            "choose a model folder.");
    return std::filesystem::path(m_options.embeddedModelPath);
}

Result<ModelInfo> TorchEngine::describe(const std::string& modelPath)
{
    return guarded([&]() -> Result<ModelInfo> {
        const auto path = pathOf(modelPath);
        if (!path)
            return unexpected(path.error());
        const auto pipeline = openPipeline(*path);
        if (!pipeline)
            return unexpected(pipeline.error());
        auto info = (*pipeline)->describe();
        if (info) {
            info->path = modelPath; // "" stays "": the embedded model
            if (auto identity = modelIdentity(*path))
                info->identity = std::move(*identity);
            info->calibrationFolder = calibrationFolder(*path).string();
        }
        return info;
    });
}

Result<std::string> TorchEngine::identityOf(const std::filesystem::path& model, const std::string& fingerprint)
{
    if (m_identified != fingerprint) {
        auto identity = modelIdentity(model);
        if (!identity)
            return identity;
        m_identity = std::move(*identity);
        m_identified = fingerprint;
    }
    return m_identity;
}

/// What the policy may know of the model. Only policies with a calibration ask whose weights these are.
Result<plan::PolicyContext> TorchEngine::policyContext(const GenerationRequest& request, const Prepared& prepared,
    const std::filesystem::path& model, const std::string& family)
{
    plan::PolicyContext context;
    context.family = family;
    const plan::PolicyEntry* entry = plan::findPolicy(request.policy);
    const bool isCalibrated = entry
        && std::any_of(entry->parameters.begin(), entry->parameters.end(),
            [](const auto& spec) { return spec.name == "calibration"; });
    if (!isCalibrated)
        return context;
    auto identity = identityOf(model, prepared.fingerprint);
    if (!identity)
        return unexpected(identity.error());
    context.modelIdentity = std::move(*identity);
    context.calibrationFolder = calibrationFolder(model).string();
    return context;
}

/// Device, model, policy and sampler of a request, each checked. Opens the model unless it is the loaded one.
Result<TorchEngine::Prepared> TorchEngine::prepare(const GenerationRequest& request)
{
    if (auto valid = checkRequest(request); !valid)
        return unexpected(valid.error());
    for (const std::string* path : {&request.modelPath, &request.conditionPath})
        if (path->find('\0') != std::string::npos) // the system would open what stands before it
            return unexpected(ErrorCode::InvalidArgument,
                "The path '" + sanitizedPrompt(*path) + "' holds a NUL character, which no file name does.");
    const auto path = pathOf(request.modelPath);
    if (!path)
        return unexpected(path.error());
    const auto device = deviceOf(request.device);
    if (!device)
        return unexpected(device.error());
    Prepared prepared;
    prepared.request = request;
    prepared.request.prompt = sanitizedPrompt(request.prompt);
    prepared.request.negativePrompt = sanitizedPrompt(request.negativePrompt);
    prepared.device = *device;
    prepared.fingerprint = fingerprint(*path, *device);
    if (!m_model || m_loadedFrom != prepared.fingerprint) {
        auto opened = openPipeline(*path);
        if (!opened)
            return unexpected(opened.error());
        prepared.opened = std::move(*opened);
    }
    const Pipeline& model = prepared.opened ? *prepared.opened : *m_model;

    auto geometry = model.geometry(prepared.request);
    if (!geometry)
        return unexpected(geometry.error());
    const auto context = policyContext(request, prepared, *path, geometry->family);
    if (!context)
        return unexpected(context.error());
    auto policy = plan::makePolicy(request.policy, request.policyParameters, request.preset, *context);
    if (!policy)
        return unexpected(policy.error());
    prepared.policy = std::move(*policy);
    auto sampler = model.sampler(prepared.request, prepared.device);
    if (!sampler)
        return unexpected(sampler.error());
    prepared.sampler = std::move(*sampler);
    auto plan = prepared.policy->plan(*geometry, prepared.sampler->schedule());
    if (!plan)
        return unexpected(plan.error());
    prepared.plan = std::move(*plan);
    prepared.memory = memoryFor(model, prepared);
    if (auto protectable = protect(prepared); !protectable)
        return unexpected(protectable.error());
    if (request.policy != "none" && prepared.plan.isStatic() && prepared.plan.cachesNothing())
        prepared.warnings.push_back("With these settings the policy '" + request.policy
            + "' caches nothing: every module is computed at every step. Use longer intervals or more steps.");
    // More threads than the machine runs at once only wait for each other, and thousands can't even be started.
    prepared.threads = request.threads > 0 ? request.threads : m_defaultThreads;
    const int possible = std::max({1, static_cast<int>(std::thread::hardware_concurrency()), m_defaultThreads});
    if (prepared.threads > possible) {
        prepared.warnings.push_back(std::to_string(request.threads) + " threads were asked for, but this machine runs "
            + std::to_string(possible) + " at once; so many are used.");
        prepared.threads = possible;
    }
    return prepared;
}

MemoryEstimate TorchEngine::memoryFor(const Pipeline& model, const Prepared& prepared) const
{
    const plan::Plan& plan = prepared.plan;
    MemoryEstimate memory;
    if (prepared.opened)
        memory.weights = model.weightBytes();
    memory.activations = std::max(transformerBytes(plan.geometry()), model.decodeBytes(prepared.request));
    memory.cache = plan.cacheBytes();
    memory.trace = traceBytes(plan, static_cast<int>(plan.geometry().rows()), prepared.request.traceLevel);
    for (std::int64_t* part : {&memory.weights, &memory.activations, &memory.cache, &memory.trace})
        *part = *part < 0 ? kMostBytes : std::min(*part, kMostBytes);
    memory.available = availableMemory();
    return memory;
}

Result<void> TorchEngine::protect(Prepared& prepared)
{
    if (prepared.request.protect.empty())
        return {};
    auto mask = plan::tokenMaskFromText(prepared.request.protect);
    if (!mask)
        return unexpected(ErrorCode::InvalidArgument, mask.error().message);
    const plan::Geometry& geometry = prepared.plan.geometry();
    if (!(mask->grid == geometry.grid)) {
        const auto text = [](const plan::TokenGrid& grid) {
            return std::to_string(grid.frames) + "x" + std::to_string(grid.rows) + "x" + std::to_string(grid.columns);
        };
        return unexpected(ErrorCode::InvalidArgument,
            "The protection mask is for " + text(mask->grid) + " tokens, but this request has " + text(geometry.grid)
                + " (latent frames x rows x columns). Paint it for this size.");
    }
    bool isChoosing = false;
    for (int evaluation = 0; evaluation < prepared.plan.evaluationCount(); ++evaluation)
        for (int layer = 0; layer < prepared.plan.layerCount(); ++layer)
            for (const plan::ModuleKind module : plan::kAllModules)
                isChoosing |= prepared.plan.at(evaluation, layer, module).action == plan::Action::Subset;
    if (!isChoosing)
        prepared.warnings.push_back("The policy '" + prepared.request.policy
            + "' chooses no tokens with these settings, so the protection mask changes nothing.");
    prepared.protection = std::move(*mask);
    return {};
}

Result<RunForecast> TorchEngine::forecast(const GenerationRequest& request)
{
    return guarded([&]() -> Result<RunForecast> {
        auto prepared = prepare(request);
        if (!prepared)
            return unexpected(prepared.error());
        return RunForecast{std::move(prepared->plan), prepared->memory, std::move(prepared->warnings)};
    });
}

Result<void> TorchEngine::use(Prepared& prepared, const std::stop_token& stop)
{
    if (prepared.opened) {
        m_model.reset(); // before the new one is loaded, so that both never take memory at once
        m_model = std::move(prepared.opened);
        m_model->setDevice(prepared.device);
        m_loadedFrom = prepared.fingerprint;
    }
    auto loaded = m_model->load([&] { return !stop.stop_requested(); });
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
        if (auto used = use(*prepared, {}); !used)
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

Result<void> TorchEngine::addCondition(const GenerationRequest& request, DenoisingInput& input, std::stop_token stop)
{
#ifdef TOCA_HAS_MEDIA
    media::ReadLimits limits;
    limits.maxFrames = static_cast<std::size_t>(std::min(request.conditionFrames, request.frames));
    auto clip = media::readClip(request.conditionPath, limits);
    if (!clip)
        return unexpected(clip.error());
    auto fitted = media::resized(*clip, request.width, request.height, media::Fit::Cover);
    if (!fitted)
        return unexpected(fitted.error());
    input.given = torch::zeros_like(input.noise);
    const auto kept =
        m_model->encodeGiven(std::move(*fitted), request, input.given, [&] { return !stop.stop_requested(); });
    if (!kept)
        return unexpected(kept.error());
    input.conditions.isGiven =
        torch::arange(input.noise.size(2), torch::TensorOptions(torch::kInt64).device(input.noise.device())).lt(*kept);
    return {};
#else
    (void)input;
    (void)stop;
    return unexpected(ErrorCode::Unsupported,
        "'" + request.conditionPath + "' cannot be read: this program was built without media support (TOCA_MEDIA).");
#endif
}

Result<DenoisingInput> TorchEngine::start(
    Prepared& prepared, RunTimes& times, Observer& observer, const std::stop_token& stop)
{
    const GenerationRequest& request = prepared.request;
    const plan::Geometry& geometry = prepared.plan.geometry();
    observer.stageChanged(Stage::Loading);
    {
        const cache::Stopwatch watch(&times.loading);
        if (auto used = use(prepared, stop); !used)
            return unexpected(used.error());
    }
    if (stop.stop_requested())
        return cancelled();

    observer.stageChanged(Stage::EncodingText);
    DenoisingInput input;
    {
        const cache::Stopwatch watch(&times.text);
        auto conditions = m_model->conditions(request, geometry);
        if (!conditions)
            return unexpected(conditions.error());
        input.conditions = std::move(*conditions);
    }
    input.noise = startNoise(request.seed, m_model->latentShape(request)).to(prepared.device);
    input.guidance = {request.guidanceScale, m_model->guidedChannels()};
    if (!request.conditionPath.empty()) {
        observer.stageChanged(Stage::EncodingCondition);
        const cache::Stopwatch watch(&times.condition);
        if (auto added = addCondition(request, input, stop); !added)
            return unexpected(added.error());
    }
    return input;
}

Result<RunResult> TorchEngine::run(Prepared& prepared, Observer& observer, std::stop_token stop)
{
    const GenerationRequest& request = prepared.request;
    const plan::Geometry& geometry = prepared.plan.geometry();
    RunResult result;
    result.runId = m_nextRunId++;
    result.request = request;
    result.plan = prepared.plan;
    result.warnings = prepared.warnings;

    auto input = start(prepared, result.times, observer, stop);
    if (!input)
        return unexpected(input.error());

    std::unique_ptr<cache::PolicyRun> policyRun;
    if (prepared.record)
        policyRun = std::make_unique<cache::SignalRecorder>(
            geometry, prepared.plan.schedule(), prepared.recording, prepared.record);
    else
        policyRun =
            cache::startPolicy(*prepared.policy, prepared.plan, {request.traceLevel == plan::TraceLevel::Scores, {}});
    if (!prepared.protection.isEmpty())
        policyRun = std::make_unique<cache::ProtectingRun>(
            std::move(policyRun), prepared.protection.weights(), request.protectStrength);
    if (prepared.probe)
        policyRun = std::make_unique<cache::ProbingRun>(std::move(policyRun), *prepared.probe);
    const int selectionRows = policyRun->selectsPerRow() ? static_cast<int>(geometry.rows()) : geometry.prompts;
    auto trace = std::make_shared<plan::Trace>(geometry, prepared.plan.schedule(), selectionRows, request.traceLevel);
    trace->setOnce(plan::onceFlops(geometry), 0);
    if (prepared.earlier) {
        copyBefore(*prepared.earlier->result->trace, prepared.firstEvaluation, *trace);
        input->first = prepared.firstEvaluation;
        input->start = prepared.earlier->latents[static_cast<std::size_t>(prepared.firstEvaluation)];
        prepared.sampler = prepared.earlier->samplers[static_cast<std::size_t>(prepared.firstEvaluation)]->clone();
    }
    result.trace = trace;
    cache::CachingSession session(geometry, std::move(policyRun), {trace, stop});
    observer.stageChanged(Stage::Denoising);
    observer.runStarted({result.runId, request, prepared.plan, trace, prepared.memory});

    double doneFlops = plan::onceFlops(geometry);
    for (int evaluation = 0; evaluation < prepared.firstEvaluation; ++evaluation)
        doneFlops += prepared.plan.evaluationFlops(evaluation);
    const double totalFlops = prepared.plan.totalFlops();
    schedulers::Sampler& sampler = *prepared.sampler;
    StepLatents latents(prepared.record ? 0 : input->noise.numel(), request.steps);
    std::optional<cache::Profile> profile;
    if (m_options.measuresParts)
        profile.emplace();
    if (prepared.history)
        prepared.history->samplers.push_back(sampler.clone());
    const auto latent = denoise(m_model->denoiser(), sampler, *input, session, [&](const DenoisingStep& done) {
        if (prepared.history) {
            prepared.history->latents.push_back(done.before);
            prepared.history->samplers.push_back(sampler.clone());
        }
        result.times.denoising += done.seconds;
        doneFlops += prepared.plan.evaluationFlops(done.step);
        StepReport report;
        {
            const cache::Stopwatch watch(&result.times.preview);
            const cache::PartScope scope(cache::Part::Preview);
            report.latent = latents.keep(done.step, done.after);
            const auto clean = sampler.cleanLatent(done.step, done.before, done.guided);
            observer.previewReady({done.step, m_model->preview(clean, request)});
        }
        report.runId = result.runId;
        report.step = done.step;
        report.steps = request.steps;
        report.seconds = done.seconds;
        report.denoisingSeconds = result.times.denoising;
        report.etaSeconds = result.times.denoising * std::max(0.0, totalFlops - doneFlops) / doneFlops;
        report.cacheBytes = session.cacheBytes();
        observer.stepFinished(report);
    });

    if (!prepared.record && prepared.isDecoded) {
        observer.stageChanged(Stage::Decoding);
        const cache::Stopwatch watch(&result.times.decoding);
        const cache::PartScope scope(cache::Part::Decoding);
        auto clip = m_model->decode(latent, request, [&](int done, int of) {
            observer.decodingProgress(done, of);
            return !stop.stop_requested();
        });
        if (!clip)
            return unexpected(clip.error());
        result.clip = std::move(*clip);
    }
    if (profile) {
        const auto seconds = profile->seconds();
        for (std::size_t part = 0; part < seconds.size(); ++part)
            result.partSeconds[std::string(cache::partName(static_cast<cache::Part>(part)))] = seconds[part];
    }
    result.stepLatents = latents.take();
    if (prepared.earlier) // what was not run again
        for (std::size_t step = 0; step < result.stepLatents.size(); ++step)
            if (!result.stepLatents[step] && step < prepared.earlier->result->stepLatents.size())
                result.stepLatents[step] = prepared.earlier->result->stepLatents[step];
    const auto finalLatent = latent[0].to(torch::kCPU).contiguous();
    if (!finalLatent.isfinite().all().item<bool>())
        result.warnings.push_back("The latent became NaN or infinite during the run, so the clip is not meaningful. "
                                  "Check the model's weights, "
                                  "the guidance scale and the number of frames.");
    result.latent.assign(
        finalLatent.const_data_ptr<float>(), finalLatent.const_data_ptr<float>() + finalLatent.numel());
    result.latentShape = finalLatent.sizes().vec();
    result.threads = at::get_num_threads();
    result.device = prepared.device.str();
    result.versions = computingVersions();
    observer.stageChanged(Stage::Done);
    return result;
}

} // namespace toca::engine

namespace toca {

std::unique_ptr<Engine> makeEngine(const EngineOptions& options)
{
    return std::make_unique<engine::TorchEngine>(options);
}

} // namespace toca
