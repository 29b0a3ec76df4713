// SPDX-License-Identifier: Apache-2.0
#include "app/cli/arguments.h"
#include "app/cli/bench_report.h"
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/exit_codes.h"
#include "app/cli/interrupt.h"
#include "app/cli/output_paths.h"
#include "app/cli/policy_choice.h"
#include "core/base/atomic_file.h"

#include <fstream>
#include <iostream>
#include <memory>

namespace toca::app {
namespace {

using Json = nlohmann::ordered_json;

/// A measurement's file holds some kilobytes.
constexpr std::uintmax_t kMostBytes = std::uintmax_t{16} << 20;

struct BenchOptions {
    std::optional<std::string> model;
    std::optional<std::string> policies;
    std::vector<std::string> set;
    std::optional<std::string> targets;
    std::optional<std::string> dtypes;
    std::optional<std::string> cacheDtypes;
    std::optional<int> steps, layers, frames, threads, repeat;
    std::optional<Size> size;
    std::optional<std::uint64_t> seed;
    std::optional<std::string> out, compare;
    bool isPlain = false;
    bool withVae = false;
    bool isJson = false;
    bool isQuiet = false;
};

/// @param known all names that the list may have
Result<std::vector<std::string>> namesOf(
    const char* option, const std::string& list, const std::vector<std::string>& known)
{
    std::vector<std::string> names;
    for (std::size_t begin = 0; begin <= list.size();) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        std::string name = list.substr(begin, end - begin);
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            std::string text;
            for (const std::string& each : known)
                text += (text.empty() ? "" : ", ") + each;
            return unexpected(ErrorCode::InvalidArgument,
                std::string(option) + " has '" + oneLine(name, 80) + "'; it must be one or several of " + text + ".");
        }
        if (std::find(names.begin(), names.end(), name) == names.end())
            names.push_back(std::move(name));
        begin = end + 1;
    }
    return names;
}

Result<std::vector<double>> targetsOf(const std::string& list)
{
    std::vector<double> gains;
    for (std::size_t begin = 0; begin <= list.size();) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        const auto gain = parseNumber("--targets", std::string_view(list).substr(begin, end - begin));
        if (!gain)
            return unexpected(gain.error());
        gains.push_back(*gain);
        begin = end + 1;
    }
    return gains;
}

Result<engine::BenchRequest> requestOf(const BenchOptions& options)
{
    engine::BenchRequest request;
    request.model = options.model.value_or(request.model);
    auto choices = policyChoices(options.policies.value_or("toca"), options.set);
    if (!choices)
        return unexpected(choices.error());
    const auto caches = namesOf("--cache-dtype", options.cacheDtypes.value_or("fp32"), {"fp32", "bf16", "int8"});
    if (!caches)
        return unexpected(caches.error());
    for (const PolicyChoice& choice : *choices) {
        for (const std::string& held : *caches) {
            const auto storage = plan::cacheStorageFromText(held);
            if (!storage)
                return unexpected(storage.error());
            request.policies.push_back({choice.name() + (storage->isDefault() ? "" : "/" + held), choice.policy,
                choice.preset, choice.values, *storage});
        }
    }
    if (options.targets) {
        auto targets = targetsOf(*options.targets);
        if (!targets)
            return unexpected(targets.error());
        request.targets = std::move(*targets);
    }
    request.withPlain = options.isPlain;
    request.withVae = options.withVae;
    auto dtypes = namesOf("--dtype", options.dtypes.value_or("fp32"), {"fp32", "bf16"});
    if (!dtypes)
        return unexpected(dtypes.error());
    request.dtypes = std::move(*dtypes);
    request.steps = options.steps;
    request.layers = options.layers;
    request.frames = options.frames;
    if (options.size) {
        request.width = options.size->width;
        request.height = options.size->height;
    }
    request.threads = options.threads.value_or(request.threads);
    request.repeat = options.repeat.value_or(request.repeat);
    request.seed = options.seed.value_or(request.seed);
    return request;
}

Result<Json> readEarlier(const std::string& file)
{
    std::error_code error;
    const auto bytes = std::filesystem::file_size(file, error);
    if (error)
        return unexpected(ErrorCode::NotFound, "Cannot read '" + oneLine(file) + "': " + error.message() + ".");
    if (bytes > kMostBytes)
        return unexpected(
            ErrorCode::BadFormat, "'" + oneLine(file) + "' is larger than any measurement of this program.");
    std::ifstream stream(file);
    Json json = Json::parse(stream, nullptr, /*allow_exceptions=*/false);
    if (auto valid = checkBenchJson(json, file); !valid)
        return unexpected(valid.error());
    return json;
}

/// @param isInterrupted told whether fewer rounds were measured than asked for
Result<std::string> measured(const BenchOptions& options, bool& isInterrupted)
{
    const auto request = requestOf(options);
    if (!request)
        return unexpected(request.error());
    Json earlier;
    if (options.compare) {
        auto read = readEarlier(*options.compare);
        if (!read)
            return unexpected(read.error());
        earlier = std::move(*read);
    }
    if (options.out)
        if (auto ready = checkWritableFile(*options.out); !ready)
            return unexpected(ready.error());
    const Interrupt interrupt; // before LibTorch makes its threads
    const auto progress = [&](const std::string& what) {
        if (!options.isQuiet)
            std::cerr << what << "\n";
    };
    const auto result = engine::runBench(*request, progress, interrupt.token());
    if (!result)
        return unexpected(result.error());
    isInterrupted = result->isInterrupted;
    const Json bench = benchJson(*result, *request);
    if (options.out)
        if (auto written = writeFileAtomically(*options.out, bench.dump(2) + "\n"); !written)
            return unexpected(written.error());
    if (options.isJson)
        return bench.dump(2) + "\n";
    return benchText(bench) + (options.compare ? "\n" + benchComparison(bench, earlier) : "");
}

int bench(const BenchOptions& options)
{
    bool isInterrupted = false;
    const auto text = measured(options, isInterrupted);
    if (!text)
        return fail(text.error());
    std::cout << *text;
    if (isInterrupted)
        warn("interrupted: these are the rounds that were finished");
    return isInterrupted ? kExitCancelled : kExitDone;
}

} // namespace

void addBenchCommand(CLI::App& program, Action& action)
{
    auto options = std::make_shared<BenchOptions>();
    CLI::App* command =
        program.add_subcommand("bench", "Measure what caching gains on this machine, and where time goes");
    command->option_defaults()->group("Model");
    addText(*command, "--model", options->model,
        "embedded (default), or a published geometry with random weights: dit-xl-2-256, pixart-alpha-256, stdit3-xl-2",
        "NAME");
    addInteger(
        *command, "--layers", options->layers, "Only so many layers of a published geometry (stdit3-xl-2: pairs)");
    addInteger(*command, "--frames", options->frames, "Frames, for video models");
    addSize(*command, "--size", options->size, "Width and height in pixels, for video models");
    addText(*command, "--dtype", options->dtypes, "Of the transformer: fp32 (default), bf16, or fp32,bf16", "LIST");
    addInteger(*command, "--steps", options->steps, "Steps of the sampler (default: the published number)");
    addSeed(*command, "--seed", options->seed, "Seed of noise and random weights (default 1)");
    command->option_defaults()->group("Caching");
    addText(*command, "--policies", options->policies,
        "Policies with or without a preset: toca,fora:dit-n3,... (default toca)", "LIST");
    command->add_option("--set", options->set, "One setting, policy.key=value; may be given several times")
        ->type_name("POLICY.KEY=VALUE")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->allow_extra_args(false);
    addText(*command, "--targets", options->targets,
        "Times faster to reach, such as 1.5,2,3: each policy with the setting chosen for it, planned and measured",
        "LIST");
    addText(*command, "--cache-dtype", options->cacheDtypes,
        "How the cache holds module outputs: fp32 (default), bf16, int8, or several: fp32,int8", "LIST");
    command->option_defaults()->group("Measuring");
    addInteger(*command, "--repeat", options->repeat, "Interleaved rounds (default 3)");
    command->add_flag("--vae", options->withVae,
        "Published geometries also decode, with random weights; the embedded model does always");
    command->add_flag(
        "--plain", options->isPlain, "Each setting also with LibTorch's own operations alone: the gain of the kernels");
    addInteger(*command, "--threads", options->threads, "Threads (default: LibTorch's choice)");
    command->option_defaults()->group("Results");
    addText(*command, "--out", options->out, "JSON file for the figures", "FILE");
    auto* compare =
        addText(*command, "--compare", options->compare, "JSON file of an earlier measurement to compare with", "FILE");
    command->add_flag("--json", options->isJson, "Print JSON")->excludes(compare);
    command->add_flag("--quiet", options->isQuiet, "No progress");
    command->callback([&action, options] { action = [options] { return bench(*options); }; });
}

} // namespace toca::app
