// SPDX-License-Identifier: Apache-2.0
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/interrupt.h"
#include "app/cli/output_paths.h"
#include "app/cli/prompt_list.h"
#include "app/cli/request_options.h"
#include "app/cli/tune_run.h"
#include "cache/plan/setting_file.h"
#include "core/base/atomic_file.h"
#include "core/engine/make_engine.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>

namespace toca::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kTrainingPrompts = 4;
constexpr std::size_t kHeldOutPrompts = 8;

struct TuneOptions {
    RequestOptions request;
    std::optional<std::string> against;
    std::optional<std::string> heldOut;
    std::optional<std::string> state;
    std::optional<std::string> name;
    std::optional<int> budget;
    std::optional<int> rounds;
    std::optional<std::uint64_t> searchSeed;
    bool byFlops = false;
    bool isJson = false;
};

Unexpected invalid(std::string message)
{
    return unexpected(ErrorCode::InvalidArgument, std::move(message));
}

/// Prompts to search on and to judge by; never the same ones.
Result<void> choosePrompts(const TuneOptions& options, const ModelInfo& model, TuneQuestion& question)
{
    if (!model.takesPrompt)
        return unexpected(ErrorCode::Unsupported, "`toca tune` needs a model that is told a prompt.");
    if (options.request.prompts) {
        auto read = readPrompts(*options.request.prompts);
        if (!read)
            return unexpected(read.error());
        question.training = std::move(*read);
    } else {
        const auto& examples = model.examplePrompts;
        question.training.assign(examples.begin(),
            examples.begin() + static_cast<std::ptrdiff_t>(std::min(kTrainingPrompts, examples.size())));
    }
    if (options.heldOut) {
        auto read = readPrompts(*options.heldOut);
        if (!read)
            return unexpected(read.error());
        question.heldOut = std::move(*read);
    } else {
        for (const std::string& prompt : model.examplePrompts)
            if (std::find(question.training.begin(), question.training.end(), prompt) == question.training.end()
                && question.heldOut.size() < kHeldOutPrompts)
                question.heldOut.push_back(prompt);
    }
    if (question.training.empty() || question.heldOut.empty())
        return invalid("The model has too few example prompts; give --prompts FILE and --held-out FILE.");
    for (const std::string& prompt : question.heldOut)
        if (std::find(question.training.begin(), question.training.end(), prompt) != question.training.end())
            return invalid("'" + oneLine(prompt, 80) + "' is in both lists; held-out prompts must not be tuned on.");
    return {};
}

Result<TuneQuestion> questionOf(const TuneOptions& options, const ModelInfo& model, Engine& engine)
{
    auto request = requestOf(options.request, defaultsOf(model));
    if (!request)
        return unexpected(request.error());
    TuneQuestion question;
    question.request = std::move(*request);
    question.request.prompt.clear();
    auto choices = policyChoices(options.against.value_or("toca"), {});
    if (!choices)
        return unexpected(choices.error());
    if (choices->size() != 1)
        return invalid("--against names one setting, such as toca or toca:bold.");
    question.reference = choices->front();
    // Before anything runs: a search at the same cost needs to know the cost.
    GenerationRequest reference = question.request;
    reference.policy = question.reference.policy;
    reference.preset = question.reference.preset;
    reference.policyParameters = question.reference.values;
    const auto forecast = engine.forecast(reference);
    if (!forecast)
        return unexpected(forecast.error());
    if (!forecast->plan.isStatic())
        return unexpected(ErrorCode::Unsupported,
            "--against " + question.reference.name()
                + " decides while running, so its cost is not known before; choose a setting with a plan.");
    if (reference.policy == "none")
        return invalid("--against none is no setting that caches; name one to beat, such as toca.");
    question.budget = options.budget.value_or(200);
    question.rounds = options.rounds.value_or(1);
    if (question.budget < 1 || question.budget > 1'000'000)
        return invalid("--budget must be from 1 to 1000000 runs.");
    if (question.rounds < 1 || question.rounds > 100)
        return invalid("--repeat must be from 1 to 100.");
    question.byFlops = options.byFlops;
    question.seed = options.searchSeed.value_or(1);
    question.state = options.state.value_or(*options.request.out + ".state.json");
    if (auto chosen = choosePrompts(options, model, question); !chosen)
        return unexpected(chosen.error());
    for (const std::string& path : {*options.request.out, question.state.string()})
        if (auto writable = checkWritableFile(path); !writable)
            return unexpected(writable.error());
    return question;
}

std::string noteOf(const Json& report)
{
    std::string note = "Searched by `toca tune` at the " + report["equal"].get<std::string>() + " of "
        + report["reference"].get<std::string>() + ". " + tuneText(report) + "Tuned on: ";
    for (const Json& prompt : report["training_prompts"])
        note += prompt.get<std::string>() + "; ";
    note += "the verdict's runs are in the .evidence.json beside the file that this preset came in.";
    return note.substr(0, plan::NamedSetting::kMostNoteBytes);
}

int tune(const TuneOptions& options)
{
    if (!options.request.out)
        return fail(
            {ErrorCode::InvalidArgument, "--out is missing; name the preset file to write, such as tuned.json."});
    const Interrupt interrupt; // before LibTorch makes its threads
    const auto engine = makeEngine();
    const auto model = engine->describe(options.request.model.value_or(""));
    if (!model)
        return fail(model.error());
    auto question = questionOf(options, *model, *engine);
    if (!question)
        return fail(question.error());
    Progress progress(options.request.isQuiet);
    TuneRun run(*engine, std::move(*question), progress);
    if (auto done = run.prepare(interrupt.token()); !done)
        return fail(done.error());
    if (auto done = run.search(interrupt.token()); !done) {
        progress.clear();
        if (done.error().code == ErrorCode::Cancelled)
            return fail({ErrorCode::Cancelled,
                "The search was stopped after " + std::to_string(run.runs())
                    + " runs. The same command goes on from there."});
        return fail(done.error());
    }
    if (!run.schedules().best())
        return fail({ErrorCode::Unsupported, "No schedule costs as little as the setting to beat."});
    if (auto done = run.judge(interrupt.token()); !done)
        return fail(done.error());
    const Json report = tuneJson(run);
    plan::NamedSetting setting;
    setting.name = options.name.value_or("Tuned against " + run.question().reference.name());
    setting.policy = "schedule";
    setting.values = run.tunedRequest().policyParameters;
    setting.note = noteOf(report);
    if (auto written = plan::writeNamedSettings(*options.request.out, {setting}); !written)
        return fail(written.error());
    if (auto written = writeFileAtomically(
            *options.request.out + ".evidence.json", report.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
        !written)
        return fail(written.error());
    std::cout << (options.isJson ? report.dump(2) + "\n"
                                 : tuneText(report) + "written: " + *options.request.out + "\n");
    return kExitDone;
}

} // namespace

void addTuneCommand(CLI::App& program, Action& action)
{
    auto options = std::make_shared<TuneOptions>();
    CLI::App* command = program.add_subcommand(
        "tune", "Search a schedule that is nearer to the uncached run than a published setting of the same time");
    options->request.addRequestTo(*command);
    command->option_defaults()->group("Search");
    addText(
        *command, "--against", options->against, "Setting to beat at its own cost (default toca)", "POLICY[:PRESET]");
    addText(*command, "--held-out", options->heldOut,
        "File with prompts that only judge (default: other examples of the model)", "FILE");
    addInteger(*command, "--budget", options->budget, "Runs that the search may make (default 200)");
    command->add_flag("--equal-flops", options->byFlops, "Equal FLOPs instead of equal time on this machine");
    addSeed(*command, "--search-seed", options->searchSeed, "Seed of the search (default 1)");
    addInteger(*command, "--repeat", options->rounds, "Interleaved rounds of the verdict (default 1)");
    command->option_defaults()->group("Results");
    addText(*command, "--out", options->request.out, "Preset file to write; its evidence goes beside it", "FILE");
    addText(*command, "--name", options->name, "Name of the preset");
    addText(*command, "--state", options->state, "Where the search is kept, to go on later (default OUT.state.json)",
        "FILE");
    command->add_flag("--json", options->isJson, "Print the evidence as JSON");
    command->add_flag("--quiet", options->request.isQuiet, "No progress");
    command->option_defaults()->group("Options");
    command->callback([&action, options] { action = [options] { return tune(*options); }; });
}

} // namespace toca::app
