// SPDX-License-Identifier: Apache-2.0
#include "core/engine/torch_engine_parts.h"

#include "cache/plan/cache_budget.h"
#include "core/engine/memory_estimate.h"
#include "core/engine/model_identity.h"
#include "core/engine/system_memory.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <sys/stat.h>

#include <thread>

/// What is decided about a request before anything runs.
namespace toca::engine {

namespace {

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

std::string mebibytes(std::int64_t bytes)
{
    if (bytes >= kMostBytes)
        return "more than " + std::to_string(kMostBytes >> 20) + " MiB";
    return std::to_string((bytes >> 20) + ((bytes & ((1 << 20) - 1)) != 0)) + " MiB";
}

/// A request's own threads, or the usual ones; never more than the machine runs at once.
int threadsOf(const GenerationRequest& request, int usual)
{
    // More threads than the machine runs at once only wait for each other, and thousands can't even be started.
    const int possible = std::max({1, static_cast<int>(std::thread::hardware_concurrency()), usual});
    return std::min(request.threads > 0 ? request.threads : usual, possible);
}

} // namespace

std::string placeText(torch::Device device, Precision precision)
{
    return device.str() + (precision == Precision::BFloat16 ? ", bf16" : "");
}

std::string filesOf(const std::filesystem::path& model)
{
    std::string text = model.string();
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

Result<std::unique_ptr<Pipeline>> TorchEngine::openedPipeline(
    const std::filesystem::path& path, const std::string& files)
{
    if (m_opened && m_openedFrom == files)
        return std::move(m_opened);
    return openPipeline(path);
}

void TorchEngine::keepOpened(std::unique_ptr<Pipeline> pipeline, std::string files)
{
    if (!pipeline)
        return;
    m_opened = std::move(pipeline);
    m_openedFrom = std::move(files);
}

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
    prepared.files = filesOf(*path);
    prepared.weightType = request.precision == Precision::BFloat16 ? torch::kBFloat16 : torch::kFloat32;
    prepared.fingerprint = prepared.files + "|" + placeText(*device, request.precision);
    if (!m_model || m_loadedFrom != prepared.fingerprint) {
        auto opened = openedPipeline(*path, prepared.files);
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
    plan::CacheStorage storage = request.cacheStorage;
    if (device->is_cpu() && (storage.mayOffload || storage.isAnyOffloaded())) {
        if (request.device == Device::Cpu)
            return unexpected(ErrorCode::InvalidArgument,
                "Offloading moves a GPU's cache to the computer's memory; on the processor it lies there already. "
                "Leave it out (--cache-offload, @host), or choose another device.");
        storage.mayOffload = false;
        storage.offloaded = {};
        prepared.warnings.push_back("On the processor the cache lies in the computer's memory already; nothing is "
                                    "offloaded.");
    }
    prepared.plan.setFeatureBytes(static_cast<int>(torch::elementSize(prepared.weightType)));
    if (auto settled = plan::settleStorage(prepared.plan, storage, request.cacheBudget); !settled)
        return unexpected(settled.error());
    if (request.cacheBudget > 0 && prepared.plan.storage() != storage)
        prepared.warnings.push_back(plan::storageSentence(prepared.plan, request.cacheBudget));
    prepared.memory = memoryFor(model, prepared);
    if (auto protectable = protect(prepared); !protectable)
        return unexpected(protectable.error());
    if (request.policy != "none" && prepared.plan.isStatic() && prepared.plan.cachesNothing())
        prepared.warnings.push_back("With these settings the policy '" + request.policy
            + "' caches nothing: every module is computed at every step. Use longer intervals or more steps.");
    prepared.threads = threadsOf(request, m_defaultThreads);
    if (prepared.threads < request.threads)
        prepared.warnings.push_back(std::to_string(request.threads) + " threads were asked for, but this machine runs "
            + std::to_string(prepared.threads) + " at once; so many are used.");
    return prepared;
}

MemoryEstimate TorchEngine::memoryFor(const Pipeline& model, const Prepared& prepared) const
{
    const plan::Plan& plan = prepared.plan;
    MemoryEstimate memory;
    if (prepared.opened)
        memory.weights = model.weightBytes(prepared.weightType);
    memory.cache = plan.cacheBytes() + plan.offloadedBytes();
    memory.trace = traceBytes(plan, static_cast<int>(plan.geometry().rows()), prepared.request.traceLevel);
    memory.available = availableMemory();
    const auto bounded = [](std::int64_t& bytes) { bytes = bytes < 0 ? kMostBytes : std::min(bytes, kMostBytes); };
    for (std::int64_t* part : {&memory.weights, &memory.cache, &memory.trace})
        bounded(*part);
    // Pictures are decoded with what the rest leaves; a GPU's memory is not asked.
    const std::int64_t left = memory.available > 0 && prepared.device.is_cpu()
        ? std::max<std::int64_t>(1, memory.available - memory.weights - memory.cache - memory.trace)
        : 0;
    memory.activations = std::max(transformerBytes(plan.geometry()), model.decodeBytes(prepared.request, left));
    bounded(memory.activations);
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

} // namespace toca::engine

namespace toca {

RunPlace runPlaceOf(const GenerationRequest& request)
{
    const auto device = engine::deviceOf(request.device);
    return {
        device ? engine::placeText(*device, request.precision) : "", engine::threadsOf(request, at::get_num_threads())};
}

} // namespace toca
