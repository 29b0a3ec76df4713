// SPDX-License-Identifier: Apache-2.0
#include "core/engine/torch_engine.h"

#include "cache/exec/stopwatch.h"
#include "cache/plan/flops.h"
#include "core/engine/guarded.h"
#include "core/engine/memory_estimate.h"
#include "core/engine/system_memory.h"
#include "core/models/stdit3/stdit3_denoiser.h"
#include "core/models/vae/frames.h"
#include "core/schedulers/rectified_flow.h"
#ifdef TOCA_HAS_MEDIA
#include "core/media/clip_reader.h"
#include "core/media/clip_resize.h"
#endif

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/torch.h>

#include <malloc.h>
#include <sys/stat.h>

#include <thread>

namespace toca::engine {

namespace {

/// Parts larger than this are freed as soon as they have done their work.
constexpr std::int64_t kLargePart = std::int64_t{1} << 30;
/// Where estimates end: far beyond any machine, and the sum of several is still a number.
constexpr std::int64_t kMostBytes = std::int64_t{1} << 60;

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
std::string fingerprint(const ModelFolder& folder, torch::Device device)
{
    std::string text = folder.path.string() + "|" + device.str();
    std::error_code error;
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path, error)) {
        struct stat info { };
        if (::stat(entry.path().c_str(), &info) == 0 && S_ISREG(info.st_mode))
            files.push_back(entry.path().string() + ":" + std::to_string(info.st_size) + ":"
                + std::to_string(info.st_mtim.tv_sec) + "." + std::to_string(info.st_mtim.tv_nsec));
    }
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

Unexpected cancelled()
{
    return unexpected(ErrorCode::Cancelled, "The run was cancelled.");
}

} // namespace

struct TorchEngine::Prepared {
    GenerationRequest request;
    ModelFolder folder;
    torch::Device device{torch::kCPU};
    std::unique_ptr<plan::Policy> policy;
    plan::Plan plan;
    std::vector<float> timesteps;
    int threads = 1;
    MemoryEstimate memory;
    std::vector<std::string> warnings;
};

TorchEngine::TorchEngine(EngineOptions options)
    : m_options(std::move(options))
    , m_defaultThreads(at::get_num_threads())
{
    if (m_options.embeddedModelPath.empty())
        m_options.embeddedModelPath = embeddedModelPath();
}

Result<std::filesystem::path> TorchEngine::folderOf(const std::string& modelPath) const
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

Result<ModelFolder> TorchEngine::open(const std::string& modelPath) const
{
    const auto folder = folderOf(modelPath);
    if (!folder)
        return unexpected(folder.error());
    return ModelFolder::open(*folder);
}

Result<ModelInfo> TorchEngine::describe(const std::string& modelPath)
{
    return guarded([&]() -> Result<ModelInfo> {
        const auto folder = open(modelPath);
        if (!folder)
            return unexpected(folder.error());
        auto info = folder->describe();
        if (info)
            info->path = modelPath; // "" stays "": the embedded model
        return info;
    });
}

Result<TorchEngine::Prepared> TorchEngine::prepare(const GenerationRequest& request)
{
    if (auto valid = checkRequest(request); !valid)
        return unexpected(valid.error());
    for (const std::string* path : {&request.modelPath, &request.conditionPath})
        if (path->find('\0') != std::string::npos) // the system would open what stands before it
            return unexpected(ErrorCode::InvalidArgument,
                "The path '" + sanitizedPrompt(*path) + "' holds a NUL character, which no file name does.");
    auto folder = open(request.modelPath);
    if (!folder)
        return unexpected(folder.error());
    const auto device = deviceOf(request.device);
    if (!device)
        return unexpected(device.error());
    Prepared prepared;
    prepared.request = request;
    prepared.request.prompt = sanitizedPrompt(request.prompt);
    prepared.request.negativePrompt = sanitizedPrompt(request.negativePrompt);
    prepared.folder = std::move(*folder);
    prepared.device = *device;

    const auto down = prepared.folder.shape.spatialDownsample;
    if (request.width % down != 0 || request.height % down != 0) {
        const auto nearest = [&](int size) { return std::max<std::int64_t>(down, (size + down / 2) / down * down); };
        return unexpected(ErrorCode::InvalidArgument,
            "The size " + std::to_string(request.width) + "x" + std::to_string(request.height)
                + " is not a multiple of " + std::to_string(down) + " pixels; the nearest that is: "
                + std::to_string(nearest(request.width)) + "x" + std::to_string(nearest(request.height)) + ".");
    }
    // The tokens kept of the longer text decide the cost of cross-attention.
    auto tokenizer = models::Tokenizer::open(prepared.folder.tokenizerFile, prepared.folder.tokenizer);
    if (!tokenizer)
        return unexpected(tokenizer.error());
    auto textTokens = static_cast<std::int64_t>(tokenizer->encode(prepared.request.prompt).size());
    const bool isGuided = request.guidanceScale != 1.0;
    if (isGuided && !prepared.request.negativePrompt.empty())
        textTokens =
            std::max(textTokens, static_cast<std::int64_t>(tokenizer->encode(prepared.request.negativePrompt).size()));

    auto geometry = plan::geometryFor(
        prepared.folder.shape, request.frames, request.width, request.height, textTokens, /*prompts=*/1, isGuided);
    if (!geometry)
        return unexpected(geometry.error());
    auto policy = plan::makePolicy(request.policy, request.policyParameters, request.preset);
    if (!policy)
        return unexpected(policy.error());
    prepared.policy = std::move(*policy);

    schedulers::RectifiedFlowOptions sampler = prepared.folder.sampler;
    sampler.steps = request.steps;
    prepared.timesteps = schedulers::rectifiedFlowTimesteps(sampler, request.height, request.width, request.frames);
    auto plan = prepared.policy->plan(*geometry, schedulers::rectifiedFlowSchedule(prepared.timesteps));
    if (!plan)
        return unexpected(plan.error());
    prepared.plan = std::move(*plan);
    prepared.memory = memoryFor(prepared.folder, prepared.plan, request);
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

MemoryEstimate TorchEngine::memoryFor(
    const ModelFolder& folder, const plan::Plan& plan, const GenerationRequest& request) const
{
    MemoryEstimate memory;
    const auto info = folder.describe();
    const bool isLoaded = m_model && m_model->folder().path == folder.path;
    if (info && !isLoaded)
        for (const auto& part : info->parts)
            memory.weights += part.parameters * 4; // everything is computed in float32
    memory.activations = std::max(transformerBytes(plan.geometry()),
        models::VideoVae(folder.vae)->decodeBytes(request.frames, request.height, request.width));
    memory.cache = plan.cacheBytes();
    memory.trace = traceBytes(plan, static_cast<int>(plan.geometry().rows()), request.traceLevel);
    for (std::int64_t* part : {&memory.weights, &memory.activations, &memory.cache, &memory.trace})
        *part = *part < 0 ? kMostBytes : std::min(*part, kMostBytes);
    memory.available = availableMemory();
    return memory;
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

Result<void> TorchEngine::use(const ModelFolder& folder, torch::Device device)
{
    std::string wanted = fingerprint(folder, device);
    if (m_model && m_loadedFrom == wanted)
        return {};
    m_model.reset(); // before the new one, so that both never take memory at once
    m_model = std::make_unique<VideoModel>(folder, device);
    m_loadedFrom = std::move(wanted);
    return {};
}

Result<void> TorchEngine::loadParts(const std::stop_token& stop)
{
    for (const auto load : {&VideoModel::loadTokenizer, &VideoModel::loadTextEncoder, &VideoModel::loadTransformer,
             &VideoModel::loadVae}) {
        if (stop.stop_requested())
            return cancelled(); // what is loaded stays for the next run
        if (auto loaded = (*m_model.*load)(); !loaded) {
            m_model.reset();
            return loaded;
        }
    }
    return m_model->fitPreview([&](int, int) { return !stop.stop_requested(); });
}

Result<void> TorchEngine::load(const GenerationRequest& request, Observer& observer)
{
    return guarded([&]() -> Result<void> {
        const c10::InferenceMode inference;
        auto prepared = prepare(request);
        if (!prepared)
            return unexpected(prepared.error());
        observer.stageChanged(Stage::Loading);
        if (auto used = use(prepared->folder, prepared->device); !used)
            return used;
        if (auto loaded = loadParts({}); !loaded)
            return loaded;
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
        const MemoryEstimate& memory = prepared->memory;
        if (memory.available > 0 && memory.total() > memory.available)
            return unexpected(ErrorCode::TooLarge,
                "This run needs " + std::string(memory.total() < kMostBytes ? "about " : "") + mebibytes(memory.total())
                    + " (weights " + mebibytes(memory.weights) + ", activations " + mebibytes(memory.activations)
                    + ", cache " + mebibytes(memory.cache) + ", trace " + mebibytes(memory.trace) + "), but only "
                    + mebibytes(memory.available)
                    + " are free. Choose a smaller size, fewer frames or a policy that stores less.");
        at::set_num_threads(prepared->threads);
        return run(*prepared, observer, stop);
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
    // Only latent frames whose pictures are all given can be kept. The temporal VAE pads each piece in front, so the
    // first latent frame of a piece stands for fewer pictures: of 17 frames for 1, of 16 for 4. A single picture that
    // is not enough for it is shown that long.
    auto& vae = m_model->vae();
    const std::int64_t micro = vae->config().microFrameSize, sub = vae->temporalDownsample();
    const auto read = static_cast<std::int64_t>(fitted->frames.size());
    std::int64_t usable = read / micro * micro;
    if (const std::int64_t rest = read - usable; rest > 0) {
        const std::int64_t first = (std::min<std::int64_t>(micro, request.frames - usable) - 1) % sub + 1;
        usable += rest < first ? first : first + (rest - first) / sub * sub;
        while (static_cast<std::int64_t>(fitted->frames.size()) < usable)
            fitted->frames.push_back(fitted->frames.back());
    }
    fitted->frames.resize(static_cast<std::size_t>(usable));
    const auto pixels = models::framesFromRgb8(fitted->frames).to(m_model->device());
    auto encoded = vae->encode(pixels, {}, {}, [&](int, int) { return !stop.stop_requested(); });
    if (!encoded)
        return unexpected(encoded.error());
    const std::int64_t latentFrames = input.noise.size(2);
    const std::int64_t kept = std::min(encoded->size(2), latentFrames);
    input.given = torch::zeros_like(input.noise);
    input.given.narrow(2, 0, kept).copy_(encoded->narrow(2, 0, kept));
    input.conditions.isGiven =
        torch::arange(latentFrames, torch::TensorOptions(torch::kInt64).device(m_model->device())).lt(kept);
    return {};
#else
    (void)input;
    (void)stop;
    return unexpected(ErrorCode::Unsupported,
        "'" + request.conditionPath + "' cannot be read: this program was built without media support (TOCA_MEDIA).");
#endif
}

Result<RunResult> TorchEngine::run(const Prepared& prepared, Observer& observer, std::stop_token stop)
{
    const GenerationRequest& request = prepared.request;
    const plan::Geometry& geometry = prepared.plan.geometry();
    RunResult result;
    result.runId = m_nextRunId++;
    result.request = request;
    result.plan = prepared.plan;
    result.warnings = prepared.warnings;

    observer.stageChanged(Stage::Loading);
    {
        const cache::Stopwatch watch(&result.times.loading);
        if (auto used = use(prepared.folder, prepared.device); !used)
            return unexpected(used.error());
        if (auto loaded = loadParts(stop); !loaded)
            return unexpected(loaded.error());
    }
    if (stop.stop_requested())
        return cancelled();

    observer.stageChanged(Stage::EncodingText);
    DenoisingInput input;
    models::Conditions& conditions = input.conditions;
    auto& transformer = m_model->transformer();
    const auto device = m_model->device();
    {
        const cache::Stopwatch watch(&result.times.text);
        const TextFeatures text = m_model->encode({request.prompt});
        conditions.text = text.features;
        conditions.mask = text.mask;
        if (geometry.guidanceRows == 2 && request.negativePrompt.empty()) {
            const auto null = transformer->nullEmbedding().to(torch::kFloat32).view({1, 1, text.features.size(2), -1});
            conditions.text = torch::cat({text.features, null});
        } else if (geometry.guidanceRows == 2) {
            const TextFeatures negative = m_model->encode({request.negativePrompt});
            conditions.text = torch::cat({text.features, negative.features});
            conditions.mask = torch::cat({text.mask, negative.mask});
        }
        if (const auto info = prepared.folder.textEncoder; info.modelSize * info.vocabularySize * 4 > kLargePart)
            m_model->releaseTextEncoder();
    }

    const auto size = m_model->vae()->latentSize(request.frames, request.height, request.width);
    input.noise =
        startNoise(request.seed, {1, prepared.folder.transformer.inChannels, size[0], size[1], size[2]}).to(device);
    const auto perPrompt = [&](double value) {
        return torch::full({1}, value, torch::TensorOptions(torch::kFloat32).device(device));
    };
    conditions.fps = perPrompt(request.fps);
    conditions.height = perPrompt(request.height);
    conditions.width = perPrompt(request.width);
    input.guidance = {request.guidanceScale, prepared.folder.transformer.inChannels};
    schedulers::RectifiedFlowSampler sampler(prepared.timesteps, prepared.folder.sampler.timesteps, device);
    models::Stdit3Denoiser denoiser(transformer);
    if (!request.conditionPath.empty()) {
        observer.stageChanged(Stage::EncodingCondition);
        const cache::Stopwatch watch(&result.times.condition);
        if (auto added = addCondition(request, input, stop); !added)
            return unexpected(added.error());
    }

    auto policyRun =
        cache::startPolicy(*prepared.policy, prepared.plan, {request.traceLevel == plan::TraceLevel::Scores, {}});
    const int selectionRows = policyRun->selectsPerRow() ? static_cast<int>(geometry.rows()) : geometry.prompts;
    auto trace = std::make_shared<plan::Trace>(geometry, prepared.plan.schedule(), selectionRows, request.traceLevel);
    trace->setOnce(plan::onceFlops(geometry), 0);
    result.trace = trace;
    cache::CachingSession session(geometry, std::move(policyRun), {trace, stop});
    observer.stageChanged(Stage::Denoising);
    observer.runStarted({result.runId, request, prepared.plan, trace, prepared.memory});

    double doneFlops = plan::onceFlops(geometry);
    const double totalFlops = prepared.plan.totalFlops();
    const auto latent = denoise(denoiser, sampler, input, session, [&](const DenoisingStep& done) {
        result.times.denoising += done.seconds;
        doneFlops += prepared.plan.evaluationFlops(done.step);
        {
            const cache::Stopwatch watch(&result.times.preview);
            const auto clean = sampler.cleanLatent(done.step, done.before, done.guided);
            observer.previewReady({done.step, m_model->preview().show(clean, request.frames, request.fps)});
        }
        StepReport report;
        report.runId = result.runId;
        report.step = done.step;
        report.steps = request.steps;
        report.seconds = done.seconds;
        report.denoisingSeconds = result.times.denoising;
        report.etaSeconds = result.times.denoising * std::max(0.0, totalFlops - doneFlops) / doneFlops;
        report.cacheBytes = session.cacheBytes();
        observer.stepFinished(report);
    });

    observer.stageChanged(Stage::Decoding);
    {
        const cache::Stopwatch watch(&result.times.decoding);
        const auto decoded = m_model->vae()->decode(latent, request.frames, [&](int done, int of) {
            observer.decodingProgress(done, of);
            return !stop.stop_requested();
        });
        if (!decoded)
            return unexpected(decoded.error());
        result.clip.fps = request.fps;
        result.clip.frames = models::framesToRgb8(decoded->to(torch::kCPU));
    }
    const auto finalLatent = latent[0].to(torch::kCPU).contiguous();
    if (!finalLatent.isfinite().all().item<bool>())
        result.warnings.push_back("The latent became NaN or infinite during the run, so the clip is not meaningful. "
                                  "Check the model's weights, "
                                  "the guidance scale and the number of frames.");
    result.latent.assign(
        finalLatent.const_data_ptr<float>(), finalLatent.const_data_ptr<float>() + finalLatent.numel());
    result.latentShape = finalLatent.sizes().vec();
    result.threads = at::get_num_threads();
    result.device = device.str();
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
