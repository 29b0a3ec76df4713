// SPDX-License-Identifier: Apache-2.0
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/interrupt.h"
#include "app/cli/output_paths.h"
#include "app/cli/prompt_list.h"
#include "app/cli/request_options.h"
#include "core/engine/calibration.h"
#include "core/engine/make_engine.h"

#include <cstdio>
#include <iostream>

namespace toca::app {
namespace {

constexpr std::size_t kMostRuns = 10'000;

struct CalibrateOptions {
    RequestOptions request;
    std::vector<int> classes;
};

/// What is generated: prompts, or classes; the model's own examples where neither is named.
Result<std::vector<GenerationRequest>> subjectsOf(
    const CalibrateOptions& options, const ModelInfo& model, const GenerationRequest& base)
{
    std::vector<GenerationRequest> subjects;
    const auto add = [&](const std::string& prompt, int label) {
        GenerationRequest request = base;
        request.prompt = sanitizedPrompt(prompt);
        request.classLabel = label;
        subjects.push_back(std::move(request));
    };
    if (!model.takesPrompt) {
        for (const int label : options.classes)
            add("", label);
        if (options.request.classLabel)
            add("", *options.request.classLabel);
        if (subjects.empty())
            return unexpected(ErrorCode::InvalidArgument,
                "This model makes pictures of classes; name some with --classes, such as --classes 1,207,360.");
        return subjects;
    }
    if (!options.classes.empty())
        return unexpected(
            ErrorCode::InvalidArgument, "--classes is for class-conditional models; this one takes prompts.");
    std::vector<std::string> prompts = model.examplePrompts;
    if (options.request.prompts) {
        auto read = readPrompts(*options.request.prompts);
        if (!read)
            return unexpected(read.error());
        prompts = std::move(*read);
    } else if (options.request.prompt) {
        prompts = {*options.request.prompt};
    }
    if (prompts.empty())
        return unexpected(ErrorCode::InvalidArgument,
            "The model names no examples; give a file with one prompt a line with --prompts.");
    for (const std::string& prompt : prompts)
        add(prompt, -1);
    return subjects;
}

/// Every subject with every seed.
Result<std::vector<GenerationRequest>> requestsOf(
    const CalibrateOptions& options, const ModelInfo& model, const GenerationRequest& base)
{
    const auto subjects = subjectsOf(options, model, base);
    if (!subjects)
        return subjects;
    const SeedRange seeds = options.request.seeds.value_or(SeedRange{base.seed, base.seed});
    if (seeds.last - seeds.first >= kMostRuns || (seeds.last - seeds.first + 1) * subjects->size() > kMostRuns)
        return unexpected(ErrorCode::InvalidArgument,
            "So many prompts and seeds are more than " + std::to_string(kMostRuns) + " runs; a few dozen are enough.");
    std::vector<GenerationRequest> requests;
    for (const GenerationRequest& subject : *subjects) {
        for (std::uint64_t i = 0; i <= seeds.last - seeds.first; ++i) {
            requests.push_back(subject);
            requests.back().seed = seeds.first + i;
        }
    }
    return requests;
}

Result<engine::CalibrationOutcome> outcomeOf(
    const CalibrateOptions& options, const std::string& path, const Interrupt& interrupt)
{
    const auto engine = makeEngine();
    const auto model = engine->describe(options.request.model.value_or(""));
    if (!model)
        return unexpected(model.error());
    const auto base = requestOf(options.request, defaultsOf(*model));
    if (!base)
        return unexpected(base.error());
    engine::CalibrationJob job;
    job.method = *options.request.policy;
    auto requests = requestsOf(options, *model, *base);
    if (!requests)
        return unexpected(requests.error());
    job.requests = std::move(*requests);
    if (auto writable = checkWritableFile(path); !writable)
        return unexpected(writable.error());
    const auto progress = [&](int done, int of) {
        if (!options.request.isQuiet)
            std::fprintf(stderr, "run %d of %d\n", done, of);
    };
    return engine::calibrate(*engine, job, progress, interrupt.token());
}

int calibrate(const CalibrateOptions& options)
{
    const Interrupt interrupt; // before LibTorch makes its threads
    if (!options.request.policy)
        return fail(
            {ErrorCode::InvalidArgument, "Name the method to calibrate with --policy: teacache, magcache or ebcache."});
    const std::string path = options.request.out.value_or(*options.request.policy + ".json");
    const auto outcome = outcomeOf(options, path, interrupt);
    if (!outcome)
        return fail(outcome.error());
    if (auto written = plan::writeCalibration(path, outcome->calibration); !written)
        return fail(written.error());
    for (const std::string& warning : outcome->warnings)
        warn(warning);
    if (!options.request.isQuiet) {
        for (const std::string& note : outcome->notes)
            std::cout << note << "\n";
        // EB-Cache's scale is off unless it is asked for.
        const bool isScale = outcome->calibration.method == "ebcache";
        std::cout << "Written to " << oneLine(path) << "; use it with `--policy " << outcome->calibration.method
                  << (isScale ? " --set noise_scale=0" : "") << " --set calibration=" << shellQuoted(path)
                  << "`, or put it into the model's folder as calibration/" << outcome->calibration.method
                  << (isScale ? ".json and use `--set noise_scale=0`.\n" : ".json.\n");
    }
    return kExitDone;
}

} // namespace

void addCalibrateCommand(CLI::App& program, Action& action)
{
    auto options = std::make_shared<CalibrateOptions>();
    CLI::App* command = program.add_subcommand("calibrate",
        "Fit what TeaCache, MagCache or EB-Cache need to know of a model, from uncached runs, and keep it in a file");
    options->request.addRequestTo(*command);
    options->request.addCachingTo(*command);
    command->add_option("--classes", options->classes, "Classes, for class-conditional models: 1,207,360")
        ->delimiter(',')
        ->type_name("LIST")
        ->check(CLI::Range(0, 1'000'000));
    addText(*command, "--out", options->request.out, "Where the calibration goes (default: <policy>.json)", "FILE");
    command->add_flag("--quiet", options->request.isQuiet, "Print nothing but warnings and errors");
    command->footer(
        "Without --prompt or --prompts the model's own examples are used, each with every seed of --seeds.");
    command->callback([&action, options] { action = [options] { return calibrate(*options); }; });
}

} // namespace toca::app
