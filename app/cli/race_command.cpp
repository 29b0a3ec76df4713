// SPDX-License-Identifier: Apache-2.0
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/interrupt.h"
#include "app/cli/output_paths.h"
#include "app/cli/race_report.h"
#include "app/cli/request_options.h"
#include "core/engine/make_engine.h"

#include <iostream>

namespace toca::app {
namespace {

using Json = nlohmann::ordered_json;

struct RaceOptions {
    RequestOptions request;
    std::optional<std::string> policies;
    std::vector<std::string> set; ///< "policy.key=value"
    std::optional<double> target;
    std::optional<int> rounds;
    std::optional<std::string> out;
    bool isJson = false;
    bool isCsv = false;
    bool isQuiet = false;
};

Unexpected invalid(std::string message)
{
    return unexpected(ErrorCode::InvalidArgument, std::move(message));
}

/// What does not depend on the model.
Result<std::vector<PolicyChoice>> checked(const RaceOptions& options)
{
    if (options.request.isBatch())
        return invalid("A race runs one request: give --prompt and --seed. Many are for `toca sweep`.");
    if (!options.request.prompt && !options.request.classLabel)
        return invalid("--prompt is missing; say what the clip shows (it may be empty), or give --class for a "
                       "class-conditional model.");
    if (!options.policies || options.policies->empty())
        return invalid("--policies is missing; name the policies that run, such as toca,fora,taylorseer:n3-o1.");
    if (options.rounds && (*options.rounds < 1 || *options.rounds > 1000))
        return invalid("--repeat must be from 1 to 1000.");
    if (options.target && !(*options.target >= 1 && *options.target <= 100))
        return invalid("--target-gain must be from 1 to 100 times fewer FLOPs.");
    return policyChoices(*options.policies, options.set);
}

/// The folder for the results, made where it is missing and tried out.
Result<void> prepareFolder(const std::filesystem::path& folder)
{
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
        return unexpected(ErrorCode::Io, "Cannot make the folder '" + folder.string() + "': " + error.message() + ".");
    return checkWritableFile(folder / "race.json");
}

Result<Json> run(const RaceOptions& options)
{
    const auto choices = checked(options);
    if (!choices)
        return unexpected(choices.error());
    const Interrupt interrupt; // before LibTorch makes its threads
    const auto engine = makeEngine();
    const auto model = engine->describe(options.request.model.value_or(""));
    if (!model)
        return unexpected(model.error());
    const auto request = requestOf(options.request, defaultsOf(*model));
    if (!request)
        return unexpected(request.error());
    auto racers = racersOf(*engine, *request, *choices);
    if (!racers)
        return unexpected(racers.error());
    if (options.out)
        if (auto ready = prepareFolder(*options.out); !ready)
            return unexpected(ready.error());
    Progress progress(options.isQuiet);
    if (options.target)
        if (auto tuned =
                tuneRacers(*engine, *racers, *options.target, model->shape.family, progress, interrupt.token());
            !tuned)
            return unexpected(tuned.error());
    if (auto done = race(*engine, *racers, options.rounds.value_or(1), progress, interrupt.token()); !done)
        return unexpected(done.error());
    Json result = raceJson(*racers, options.target);
    if (options.out)
        if (auto saved = saveRace(*options.out, *racers, result, interrupt.token()); !saved)
            return unexpected(saved.error());
    return result;
}

int showRace(const RaceOptions& options)
{
    const auto result = run(options);
    if (!result)
        return fail(result.error());
    std::cout << (options.isJson ? result->dump(2) + "\n" : options.isCsv ? raceCsv(*result) : raceText(*result));
    return kExitDone;
}

} // namespace

void addRaceCommand(CLI::App& program, Action& action)
{
    auto options = std::make_shared<RaceOptions>();
    CLI::App* command = program.add_subcommand("race", "Run several policies on one request and compare them");
    options->request.addRequestTo(*command);
    options->request.addCacheMemoryTo(*command);
    command->option_defaults()->group("Caching");
    addText(
        *command, "--policies", options->policies, "Policies with or without a preset: toca,fora:dit-n3,...", "LIST");
    command->add_option("--set", options->set, "One setting, policy.key=value; may be given several times")
        ->type_name("POLICY.KEY=VALUE")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->allow_extra_args(false);
    addNumber(*command, "--target-gain", options->target,
        "Search for each policy the setting that comes nearest to so many times fewer FLOPs");
    command->option_defaults()->group("Results");
    addInteger(*command, "--repeat", options->rounds, "Interleaved rounds; times are medians (default 1)");
    addText(*command, "--out", options->out, "Folder for clips, reports, race.json, race.csv and sheet.png", "DIR");
    auto* json = command->add_flag("--json", options->isJson, "Print JSON");
    command->add_flag("--csv", options->isCsv, "Print CSV")->excludes(json);
    command->add_flag("--quiet", options->isQuiet, "No progress");
    command->callback([&action, options] { action = [options] { return showRace(*options); }; });
}

} // namespace toca::app
