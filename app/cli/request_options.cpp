// SPDX-License-Identifier: Apache-2.0
#include "app/cli/request_options.h"

#include "app/cli/console.h"
#include "app/cli/policy_choice.h"
#include "cache/plan/cache_budget.h"
#include "cache/plan/token_mask.h"

#include <algorithm>

namespace toca::app {
namespace {

Result<Device> deviceNamed(const std::string& name)
{
    if (name == "cpu")
        return Device::Cpu;
    if (name == "cuda")
        return Device::Cuda;
    if (name == "auto")
        return Device::Auto;
    return unexpected(
        ErrorCode::InvalidArgument, "--device cannot be '" + oneLine(name, 80) + "'; it must be cpu, cuda or auto.");
}

Result<void> applyPolicy(const RequestOptions& options, const std::string& family, GenerationRequest& request)
{
    request.policy = options.policy.value_or(request.policy);
    request.preset = options.preset.value_or("");
    if (const plan::PolicyEntry* policy = plan::findPolicy(request.policy))
        for (const std::string& setting : options.set)
            if (auto added = addSetting("--set", *policy, setting, request.policyParameters); !added)
                return added;
    // Names the known policies and presets where one is wrong.
    plan::PolicyContext context;
    context.family = family;
    if (auto policy = plan::makePolicy(request.policy, request.policyParameters, request.preset, context); !policy)
        return unexpected(policy.error());
    return {};
}

/// Checks of requests name fields; who typed options is told of options.
Error namedByOption(Error error)
{
    constexpr std::string_view kStart = "The request's ";
    if (!error.message.starts_with(kStart))
        return error;
    const std::size_t end = error.message.find(' ', kStart.size());
    std::string field = error.message.substr(kStart.size(), end - kStart.size());
    std::replace(field.begin(), field.end(), '_', '-');
    if (field == "width" || field == "height")
        field = "size's " + field;
    error.message = "--" + field + error.message.substr(std::min(end, error.message.size()));
    return error;
}

} // namespace

void RequestOptions::addTo(CLI::App& command)
{
    addRequestTo(command);
    addCachingTo(command);
    addResultsTo(command);
}

void RequestOptions::addRequestTo(CLI::App& command)
{
    command.option_defaults()->group("What to make");
    auto* onePrompt = addText(command, "--prompt", prompt, "What the clip shows; may be empty");
    auto* manyPrompts = addText(
        command, "--prompts", prompts, "File with one prompt a line ('#' starts a comment): one clip each", "FILE");
    manyPrompts->excludes(onePrompt);
    addText(command, "--negative-prompt", negativePrompt, "What the clip is guided away from");
    addInteger(command, "--class", classLabel, "Class of the picture, for class-conditional models (DiT)")
        ->excludes(onePrompt)
        ->excludes(manyPrompts);
    auto* oneSeed = addSeed(command, "--seed", seed, "Seed of the noise (default 1)");
    addSeeds(command, "--seeds", seeds, "Seeds from A to B: one clip each")->excludes(oneSeed);
    addInteger(command, "--steps", steps, "Denoising steps (default: the model's)");
    addText(command, "--sampler", sampler, "rflow, ddim, ddpm or dpm-solver++ (default: the model's)", "NAME");
    addNumber(command, "--guidance", guidance, "Guidance scale; 1 switches guidance off (default: the model's)");
    addInteger(command, "--frames", frames, "Frames of the clip (default: the model's)");
    addSize(command, "--size", size, "Width x height in pixels (default: the model's)");
    addNumber(command, "--fps", fps, "Frames per second (default: the model's)");
    auto* source =
        addText(command, "--condition", condition, "Picture or clip whose frames become the clip's first ones", "FILE");
    addInteger(command, "--condition-frames", conditionFrames, "How many of its frames (default 1)")->needs(source);

    command.option_defaults()->group("Model and machine");
    addText(command, "--model", model, "Model folder, or name of an embedded model (default: toca-miniature-2)", "DIR");
    addText(command, "--device", device, "cpu, cuda or auto (default auto)", "NAME");
    addText(
        command, "--dtype", dtype, "Of the transformer's weights and features: fp32 or bf16 (default fp32)", "NAME");
    addInteger(command, "--threads", threads, "Threads of the computation; 0 = LibTorch's choice (default 0)");
    command.option_defaults()->group("Options");
}

void RequestOptions::addCachingTo(CLI::App& command)
{
    command.option_defaults()->group("Caching");
    addText(command, "--policy", policy, "How features are cached (default toca); `toca policies` lists all", "NAME");
    addText(command, "--preset", preset, "Named setting of the policy", "NAME");
    command.add_option("--set", set, "One setting of the policy, key=value; may be given several times")
        ->type_name("KEY=VALUE")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->allow_extra_args(false);
    addCacheMemoryTo(command);
    command.option_defaults()->group("Caching");
    addText(command, "--protect", protect,
        "File that names tokens (like '5x8x8: 12-15 20') whose scores are lifted, softly around them", "FILE");
    addNumber(command, "--protect-strength", protectStrength,
        "How far they are lifted; 1 = above every other token (default 1)");
    command.option_defaults()->group("Options");
}

void RequestOptions::addCacheMemoryTo(CLI::App& command)
{
    command.option_defaults()->group("Caching");
    addText(command, "--cache-dtype", cacheDtype,
        "How cached module outputs are held: fp32 (default), bf16 or int8, also for single modules: "
        "mlp=int8,self_attention=bf16",
        "FORMAT");
    addText(command, "--cache-budget", cacheBudget,
        "Most memory of the cache, like 400MB; where more is planned, the mildest format that fits is chosen", "SIZE");
    command.add_flag("--cache-offload", isCacheOffloaded,
        "With --cache-budget on a GPU: move the cache to the computer's memory instead of saving bits");
    command.option_defaults()->group("Options");
}

void RequestOptions::addResultsTo(CLI::App& command)
{
    command.option_defaults()->group("Results");
    addText(command, "--out", out,
        "Clip: .mp4, .webm, .gif, .png or a folder/ of pictures (default: a name made of "
        "the prompt and the seed)",
        "FILE");
    addText(command, "--report", report, "Report as JSON; - writes it to standard output", "FILE");
    addText(command, "--trace", trace, "Trace of the run: .safetensors, .csv or .json (profilers' events)", "FILE");
    command.add_flag("--scores", keepScores, "The trace keeps the scores of every selection");
    command.add_flag("--compare-baseline", compareBaseline, "Run the same request uncached too and compare");
    addInteger(command, "--repeat", repeat,
        "With --compare-baseline: so many interleaved runs of each, the report gives medians (default 1)");
    command.add_flag("--quiet", isQuiet, "Print nothing but warnings and errors");
    command.option_defaults()->group("Options");
}

RequestDefaults defaultsOf(const ModelInfo& model)
{
    return {model.steps, model.guidanceScale, model.frames, model.width, model.height, model.fps, model.shape.family};
}

Result<void> checkPromptGiven(const RequestOptions& options, const ModelInfo& model)
{
    if (!options.prompt && model.takesPrompt)
        return unexpected(ErrorCode::InvalidArgument,
            "This model reads a prompt: say what the clip shows with --prompt \"...\" (which may be empty).");
    return {};
}

Result<GenerationRequest> requestOf(const RequestOptions& options, const RequestDefaults& defaults)
{
    GenerationRequest request;
    request.prompt = sanitizedPrompt(options.prompt.value_or(""));
    request.negativePrompt = sanitizedPrompt(options.negativePrompt.value_or(""));
    if (options.classLabel && *options.classLabel < 0)
        return unexpected(ErrorCode::InvalidArgument, "--class must be 0 or more.");
    request.classLabel = options.classLabel.value_or(-1);
    request.sampler = options.sampler.value_or("");
    request.modelPath = options.model.value_or("");
    request.seed = options.seed.value_or(options.seeds ? options.seeds->first : request.seed);
    request.steps = options.steps.value_or(defaults.steps);
    request.guidanceScale = options.guidance.value_or(defaults.guidanceScale);
    request.frames = options.frames.value_or(defaults.frames);
    request.width = options.size ? options.size->width : defaults.width;
    request.height = options.size ? options.size->height : defaults.height;
    request.fps = options.fps.value_or(defaults.fps);
    request.conditionPath = options.condition.value_or("");
    request.conditionFrames = options.conditionFrames.value_or(1);
    request.threads = options.threads.value_or(0);
    request.traceLevel = options.keepScores ? plan::TraceLevel::Scores : plan::TraceLevel::Decisions;
    request.protectStrength = options.protectStrength.value_or(request.protectStrength);
    if (options.protect) {
        const auto mask = plan::readTokenMask(*options.protect);
        if (!mask)
            return unexpected(mask.error());
        request.protect = mask->text();
    }
    if (options.cacheDtype) {
        const auto storage = plan::cacheStorageFromText(*options.cacheDtype);
        if (!storage)
            return unexpected(storage.error());
        request.cacheStorage = *storage;
    }
    if (options.cacheBudget) {
        const auto budget = plan::bytesFromText(*options.cacheBudget);
        if (!budget)
            return unexpected(ErrorCode::InvalidArgument, "--cache-budget: " + budget.error().message);
        if (*budget == 0)
            return unexpected(
                ErrorCode::InvalidArgument, "--cache-budget must be more than 0 bytes; leave it out for no limit.");
        request.cacheBudget = *budget;
    }
    if (options.isCacheOffloaded && !options.cacheBudget)
        return unexpected(ErrorCode::InvalidArgument,
            "--cache-offload works with --cache-budget: say how much of the GPU's memory the cache may take, or "
            "offload all of it with --cache-dtype fp32@host.");
    request.cacheStorage.mayOffload |= options.isCacheOffloaded;
    const auto device = deviceNamed(options.device.value_or("auto"));
    if (!device)
        return unexpected(device.error());
    request.device = *device;
    if (const std::string dtype = options.dtype.value_or("fp32"); dtype == "bf16")
        request.precision = Precision::BFloat16;
    else if (dtype != "fp32")
        return unexpected(
            ErrorCode::InvalidArgument, "--dtype cannot be '" + oneLine(dtype, 80) + "'; it must be fp32 or bf16.");
    if (options.model && options.model->empty())
        return unexpected(ErrorCode::InvalidArgument,
            "--model is empty; give a model folder, or leave the option out for the embedded model.");
    if (auto applied = applyPolicy(options, defaults.family, request); !applied)
        return unexpected(applied.error());
    if (auto checked = checkRequest(request); !checked)
        return unexpected(namedByOption(checked.error()));
    return request;
}

} // namespace toca::app
