// SPDX-License-Identifier: Apache-2.0
#include "app/cli/clip_files.h"
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/interrupt.h"
#include "app/cli/number_ranges.h"
#include "app/cli/output_paths.h"
#include "app/cli/progress.h"
#include "app/cli/request_options.h"
#include "app/cli/sensitivity_text.h"
#include "core/base/atomic_file.h"
#include "core/engine/make_engine.h"

#include <iostream>

namespace toca::app {
namespace {

struct ProbeCommand {
    RequestOptions request;
    std::optional<std::string> tokens, mask, keep, steps, layers, out, csv, trace;
};

/// First and last of "a-b"; all where nothing is said.
Result<std::pair<int, int>> rangeOf(const char* option, const std::optional<std::string>& text, int count)
{
    if (!text)
        return std::pair{0, count - 1};
    if (text->find(',') != std::string::npos)
        return unexpected(ErrorCode::InvalidArgument,
            std::string(option) + " takes one range, like 2-5, not the list '" + oneLine(*text, 80) + "'.");
    const auto numbers = parseNumberRanges(option, *text);
    if (!numbers)
        return unexpected(numbers.error());
    return std::pair{numbers->front(), numbers->back()};
}

Result<plan::TokenMask> maskOf(const ProbeCommand& command, const plan::TokenGrid& grid)
{
    if (command.mask)
        return plan::readTokenMask(*command.mask);
    auto mask = plan::tokenMaskFromText(std::to_string(grid.frames) + "x" + std::to_string(grid.rows) + "x"
        + std::to_string(grid.columns) + ": " + command.tokens.value_or(""));
    if (!mask)
        return unexpected(ErrorCode::InvalidArgument,
            "--tokens cannot be '" + oneLine(command.tokens.value_or(""), 80) + "'; it takes ids from 0 to "
                + std::to_string(grid.tokens() - 1) + ", like 12-15,20.");
    return mask;
}

Result<std::pair<ProbeResult, ProbeEdit>> probed(const ProbeCommand& command, const Interrupt& interrupt)
{
    if (command.out)
        if (auto writable = checkWritableClip(*command.out); !writable)
            return unexpected(writable.error());
    for (const auto& file : {command.csv, command.trace})
        if (file && *file != "-")
            if (auto writable = checkWritableFile(*file); !writable)
                return unexpected(writable.error());
    const std::string keep = command.keep.value_or("stale");
    if (keep != "fresh" && keep != "stale")
        return unexpected(
            ErrorCode::InvalidArgument, "--keep cannot be '" + oneLine(keep, 80) + "'; it must be fresh or stale.");
    const auto engine = makeEngine();
    const auto model = engine->describe(command.request.model.value_or(""));
    if (!model)
        return unexpected(model.error());
    if (auto given = checkPromptGiven(command.request, *model); !given)
        return unexpected(given.error());
    const auto request = requestOf(command.request, defaultsOf(*model));
    if (!request)
        return unexpected(request.error());
    const auto forecast = engine->forecast(*request);
    if (!forecast)
        return unexpected(forecast.error());
    const plan::Geometry& geometry = forecast->plan.geometry();
    ProbeEdit edit;
    edit.mode = keep == "fresh" ? ProbeMode::KeepFresh : ProbeMode::KeepStale;
    auto mask = maskOf(command, geometry.grid);
    if (!mask)
        return unexpected(mask.error());
    edit.mask = std::move(*mask);
    const auto steps = rangeOf("--at-steps", command.steps, request->steps);
    const auto layers = rangeOf("--layers", command.layers, geometry.layerCount());
    for (const auto& range : {steps, layers})
        if (!range)
            return unexpected(range.error());
    std::tie(edit.firstStep, edit.lastStep) = *steps;
    std::tie(edit.firstLayer, edit.lastLayer) = *layers;
    Progress progress(command.request.isQuiet);
    auto result = engine->probe({*request, edit}, progress, interrupt.token());
    progress.clear();
    if (!result)
        return unexpected(result.error());
    return std::pair{std::move(*result), edit};
}

int showProbe(const ProbeCommand& command)
{
    const Interrupt interrupt; // before LibTorch makes its threads
    const auto outcome = probed(command, interrupt);
    if (!outcome)
        return fail(outcome.error());
    const auto& [result, edit] = *outcome;
    for (const std::string& warning : result.edited.warnings)
        warn(warning);
    if (command.out)
        if (auto written = saveClip(*command.out, result.edited.clip, toJson(result.edited.request), interrupt.token());
            !written)
            return fail(written.error());
    if (command.trace)
        if (auto written = plan::writeTrace(*command.trace, *result.edited.trace, toJson(result.edited.request));
            !written)
            return fail(written.error());
    bool isTextWanted = !command.request.isQuiet;
    if (command.csv && *command.csv == "-") {
        std::cout << probeCsv(result, edit);
        isTextWanted = false;
    } else if (command.csv) {
        if (auto written = writeFileAtomically(*command.csv, probeCsv(result, edit)); !written)
            return fail(written.error());
    }
    if (isTextWanted)
        std::cout << probeText(result, edit);
    return kExitDone;
}

} // namespace

void addProbeCommand(CLI::App& program, Action& action)
{
    auto options = std::make_shared<ProbeCommand>();
    CLI::App* command = program.add_subcommand(
        "probe", "Keep some tokens fresh or stale in a part of a run, and show what that damages");
    options->request.addRequestTo(*command);
    options->request.addCachingTo(*command);
    command->option_defaults()->group("Probe");
    auto* mask =
        addText(*command, "--mask", options->mask, "File that names the tokens, as --protect takes it", "FILE");
    addText(*command, "--tokens", options->tokens, "Token ids, like 12-15,20", "LIST")->excludes(mask);
    addText(*command, "--keep", options->keep, "fresh: compute them; stale: reuse them (default stale)", "NAME");
    addText(*command, "--at-steps", options->steps, "First and last step, like 4-9 (default: all)", "A-B");
    addText(*command, "--layers", options->layers, "First and last layer (default: all)", "A-B");
    command->option_defaults()->group("Results");
    addText(*command, "--out", options->out, "Clip of the edited run", "FILE");
    addText(*command, "--trace", options->trace, "Trace of the edited run, as safetensors", "FILE");
    addText(*command, "--csv", options->csv, "Damage of every token; - writes it to standard output", "FILE");
    command->add_flag("--quiet", options->request.isQuiet, "Print nothing but warnings and errors");
    command->option_defaults()->group("Options");
    command->callback([&action, options] { action = [options] { return showProbe(*options); }; });
}

} // namespace toca::app
