// SPDX-License-Identifier: Apache-2.0
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/file_kind.h"
#include "app/cli/interrupt.h"
#include "app/cli/number_ranges.h"
#include "app/cli/output_paths.h"
#include "app/cli/progress.h"
#include "app/cli/request_options.h"
#include "app/cli/sensitivity_text.h"
#include "core/base/atomic_file.h"
#include "core/engine/make_engine.h"

#include <unistd.h>

#include <cstdio>
#include <iostream>

namespace toca::app {
namespace {

struct SensitivityCommand {
    RequestOptions request;
    std::optional<std::string> steps, layers, modules, group, mode, out, resume, csv, show;
    std::optional<double> noise, seconds;
    std::optional<int> evaluations, finals, batch;
    std::optional<std::uint64_t> noiseSeed;
    bool keepPropagation = false;
};

/// One line on a terminal's stderr, and the stages before.
class MeasuringProgress final : public SensitivityObserver {
public:
    explicit MeasuringProgress(bool isQuiet)
        : m_isShown(!isQuiet && isatty(STDERR_FILENO) != 0)
    {
    }
    ~MeasuringProgress() override { clear(); }
    void clear()
    {
        if (m_isShown)
            std::fputs("\r\033[K", stderr);
    }
    void stageChanged(Stage stage) override
    {
        if (m_isShown)
            std::fprintf(stderr, "\r\033[K%s", stageName(stage));
    }
    void sensitivityProgress(const SensitivityProgress& progress, const SensitivityRecord&) override
    {
        if (m_isShown)
            std::fprintf(stderr, "\r\033[Kmeasured %lld/%lld  ETA %.0f s", static_cast<long long>(progress.done),
                static_cast<long long>(progress.total), progress.etaSeconds);
    }

private:
    bool m_isShown;
};

/// "token", "frame", "block" or "3x3".
Result<void> readGroup(const std::string& text, SensitivityOptions& options)
{
    for (int grouping = 0; grouping < plan::kTokenGroupings; ++grouping)
        if (text == plan::tokenGroupingName(static_cast<plan::TokenGrouping>(grouping))) {
            options.grouping = static_cast<plan::TokenGrouping>(grouping);
            return {};
        }
    const std::size_t cross = text.find('x');
    if (cross != std::string::npos && text.substr(0, cross) == text.substr(cross + 1)) {
        const auto side = parseInteger("--group", text.substr(0, cross));
        if (!side)
            return unexpected(side.error());
        options.grouping = plan::TokenGrouping::Block;
        options.blockSide = static_cast<int>(std::clamp<std::int64_t>(*side, -1, 1000));
        return {};
    }
    return unexpected(ErrorCode::InvalidArgument,
        "--group cannot be '" + oneLine(text, 80) + "'; it must be token, frame or a block like 2x2.");
}

Result<SensitivityOptions> optionsOf(const SensitivityCommand& command)
{
    SensitivityOptions options;
    for (const auto& [name, text, list] : {std::tuple{"--at-steps", &command.steps, &options.steps},
             std::tuple{"--layers", &command.layers, &options.layers}}) {
        if (!*text)
            continue;
        auto numbers = parseNumberRanges(name, **text);
        if (!numbers)
            return unexpected(numbers.error());
        *list = std::move(*numbers);
    }
    if (command.modules) {
        auto modules = parseModules("--modules", *command.modules);
        if (!modules)
            return unexpected(modules.error());
        options.modules = std::move(*modules);
    }
    if (command.group)
        if (auto read = readGroup(*command.group, options); !read)
            return unexpected(read.error());
    const std::string mode = command.mode.value_or("noise");
    if (mode != "noise" && mode != "freeze")
        return unexpected(
            ErrorCode::InvalidArgument, "--mode cannot be '" + oneLine(mode, 80) + "'; it must be noise or freeze.");
    options.mode = mode == "freeze" ? SensitivityMode::Freeze : SensitivityMode::Noise;
    options.noise = command.noise.value_or(options.noise);
    options.seed = command.noiseSeed.value_or(options.seed);
    options.finalGroups = command.finals.value_or(0);
    options.keepPropagation = command.keepPropagation;
    options.maximumEvaluations = command.evaluations.value_or(0);
    options.maximumSeconds = command.seconds.value_or(0);
    options.batch = command.batch.value_or(0);
    if (auto valid = checkSensitivity(options); !valid)
        return unexpected(valid.error());
    return options;
}

/// An earlier result, or what the file is instead.
Result<SensitivityRecord> earlierRecord(const std::string& path)
{
    std::error_code error;
    if (std::filesystem::exists(path, error) && !isSafetensors(path))
        return unexpected(ErrorCode::BadFormat,
            "'" + path + "' is " + fileKind(path) + "; expected was a file that `toca sensitivity --out` wrote.");
    return readSensitivity(path);
}

Result<SensitivityRecord> measured(const SensitivityCommand& command, const Interrupt& interrupt)
{
    const auto options = optionsOf(command);
    if (!options)
        return unexpected(options.error());
    for (const auto& file : {command.out, command.csv})
        if (file && *file != "-")
            if (auto writable = checkWritableFile(*file); !writable)
                return unexpected(writable.error());
    const auto engine = makeEngine();
    const auto model = engine->describe(command.request.model.value_or(""));
    if (!model)
        return unexpected(model.error());
    if (auto given = checkPromptGiven(command.request, *model); !command.resume && !given)
        return unexpected(given.error());
    const auto request = requestOf(command.request, defaultsOf(*model));
    if (!request)
        return unexpected(request.error());
    SensitivityJob job{*request, *options, nullptr};
    if (command.resume) {
        auto earlier = earlierRecord(*command.resume);
        if (!earlier)
            return unexpected(earlier.error());
        // Request and options are the earlier ones; only budgets are new.
        job.request = earlier->request;
        job.options = earlier->options;
        job.options.maximumEvaluations = options->maximumEvaluations;
        job.options.maximumSeconds = options->maximumSeconds;
        job.options.finalGroups = command.finals.value_or(job.options.finalGroups);
        job.earlier = std::make_shared<const SensitivityRecord>(std::move(*earlier));
    }
    MeasuringProgress progress(command.request.isQuiet);
    return engine->measureSensitivity(job, progress, interrupt.token());
}

int showSensitivity(const SensitivityCommand& command)
{
    const Interrupt interrupt; // before LibTorch makes its threads
    const auto record = command.show ? earlierRecord(*command.show) : measured(command, interrupt);
    if (!record)
        return fail(record.error());
    for (const std::string& warning : record->warnings)
        warn(warning);
    bool isTextWanted = !command.request.isQuiet;
    if (command.out)
        if (auto written = writeSensitivity(*command.out, *record); !written)
            return fail(written.error());
    if (command.csv && *command.csv == "-") {
        std::cout << sensitivityCsv(*record);
        isTextWanted = false;
    } else if (command.csv) {
        if (auto written = writeFileAtomically(*command.csv, sensitivityCsv(*record)); !written)
            return fail(written.error());
    }
    if (isTextWanted)
        std::cout << sensitivityText(*record);
    return interrupt.token().stop_requested() ? kExitCancelled : kExitDone;
}

} // namespace

void addSensitivityCommand(CLI::App& program, Action& action)
{
    auto options = std::make_shared<SensitivityCommand>();
    CLI::App* command = program.add_subcommand("sensitivity",
        "Measure how much an error of single tokens changes the prediction, and which score foretells it");
    options->request.addRequestTo(*command);
    options->request.addCachingTo(*command);
    command->option_defaults()->group("Measurement");
    addText(
        *command, "--at-steps", options->steps, "Steps to measure at, like 5,10-12 (default: the middle one)", "LIST");
    addText(*command, "--layers", options->layers, "Layers, like 0,4-7 (default: all)", "LIST");
    addText(*command, "--modules", options->modules,
        "self_attention, cross_attention, mlp, with commas between them (default: all)", "LIST");
    addText(*command, "--group", options->group, "token, frame, or blocks like 2x2 (default token)", "NAME");
    addText(*command, "--mode", options->mode,
        "noise: add Gaussian noise to a group's output; freeze: give it that of the step before (default noise)",
        "NAME");
    addNumber(*command, "--noise", options->noise, "Size of the noise relative to the module's output (default 0.1)");
    addSeed(*command, "--noise-seed", options->noiseSeed, "Seed of the noise and of the order (default 1)");
    addInteger(*command, "--final", options->finals,
        "Groups of each place that are followed to the final latent too (default 0)");
    command->add_flag("--propagation", options->keepPropagation, "Keep what each group does to every other token");
    addInteger(*command, "--batch", options->batch, "Groups measured at once; 0 = as many as pay (default 0)");
    addInteger(*command, "--budget", options->evaluations, "Most evaluations, counted per group (default: no limit)");
    addNumber(*command, "--budget-seconds", options->seconds, "Most seconds (default: no limit)");
    command->option_defaults()->group("Results");
    addText(*command, "--out", options->out, "Everything measured, as safetensors (docs/sensitivity.md)", "FILE");
    addText(*command, "--csv", options->csv, "Table of all groups; - writes it to standard output", "FILE");
    auto* resume =
        addText(*command, "--resume", options->resume, "Go on with an earlier --out, with new budgets", "FILE");
    addText(*command, "--show", options->show, "Measure nothing; show an earlier --out", "FILE")->excludes(resume);
    command->add_flag("--quiet", options->request.isQuiet, "Print nothing but warnings and errors");
    command->option_defaults()->group("Options");
    command->callback([&action, options] { action = [options] { return showSensitivity(*options); }; });
}

} // namespace toca::app
