// SPDX-License-Identifier: Apache-2.0
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/interrupt.h"
#include "app/cli/prompt_list.h"
#include "app/cli/report_row.h"
#include "app/cli/sweep_run.h"
#include "core/engine/make_engine.h"

#include <iostream>
#include <numeric>

namespace toca::app {
namespace {

using Json = nlohmann::ordered_json;

struct SweepOptions {
    RequestOptions request;
    std::vector<std::string> vary;
    bool isGrid = false;
    bool isList = false;
    std::optional<std::string> library;
    std::optional<std::string> name;
    bool leavesClipsOut = false;
    bool keepsTraces = false;
    bool isJson = false;
    bool isCsv = false;
    bool isQuiet = false;
};

Unexpected invalid(std::string message)
{
    return unexpected(ErrorCode::InvalidArgument, std::move(message));
}

Result<std::vector<std::string>> promptsOf(const RequestOptions& options)
{
    if (!options.prompts)
        return std::vector<std::string>{sanitizedPrompt(options.prompt.value_or(""))};
    auto prompts = readPrompts(*options.prompts);
    if (prompts)
        for (std::string& prompt : *prompts)
            prompt = sanitizedPrompt(prompt);
    return prompts;
}

Result<std::vector<std::uint64_t>> seedsOf(const RequestOptions& options, std::uint64_t seed)
{
    constexpr std::uint64_t kMostSeeds = 100'000;
    if (!options.seeds)
        return std::vector<std::uint64_t>{seed};
    if (options.seeds->last - options.seeds->first >= kMostSeeds)
        return invalid("--seeds are more than " + std::to_string(kMostSeeds) + ".");
    std::vector<std::uint64_t> seeds(options.seeds->last - options.seeds->first + 1);
    std::iota(seeds.begin(), seeds.end(), options.seeds->first);
    return seeds;
}

Result<SweepPlan> planOf(const SweepOptions& options, const ModelInfo& model)
{
    const RequestOptions& given = options.request;
    if (!given.prompt && !given.prompts && !given.classLabel)
        return invalid("--prompt is missing; say what the clips show (it may be empty), or give --prompts FILE, or "
                       "--class for a class-conditional model.");
    const auto request = requestOf(given, defaultsOf(model));
    if (!request)
        return unexpected(request.error());
    std::vector<Variation> variations;
    for (const std::string& text : options.vary) {
        auto variation = parseVariation(*plan::findPolicy(request->policy), text);
        if (!variation)
            return unexpected(variation.error());
        variations.push_back(std::move(*variation));
    }
    auto prompts = promptsOf(given);
    if (!prompts)
        return unexpected(prompts.error());
    auto seeds = seedsOf(given, request->seed);
    if (!seeds)
        return unexpected(seeds.error());
    return SweepPlan::make(*request, model.shape.family, std::move(*prompts), std::move(*seeds), std::move(variations),
        options.isList ? SweepMode::List : SweepMode::Grid);
}

/// What the engine refuses is said before anything is written.
Result<void> checkRuns(Engine& engine, const SweepPlan& plan)
{
    const SweepCase first = plan.at(0);
    if (const auto forecast = engine.forecast(first.baseline.request); !forecast)
        return unexpected(forecast.error());
    for (const SweepRun& point : first.points)
        if (const auto forecast = engine.forecast(point.request); !forecast)
            return unexpected(forecast.error());
    return {};
}

std::string sweepText(const Json& results, const std::vector<Variation>& variations)
{
    TextTable table("lr" + std::string(variations.size(), 'r') + rowAlignment());
    std::vector<std::string> headings{"run", "seed"};
    for (const Variation& variation : variations)
        headings.push_back(variation.key);
    const auto figures = rowHeadings();
    headings.insert(headings.end(), figures.begin(), figures.end());
    table.addRow(std::move(headings));
    for (const Json& row : results) {
        std::vector<std::string> cells{row["id"].get<std::string>(), row["seed"].dump()};
        for (const Variation& variation : variations)
            cells.push_back(csvCell(row[variation.key]));
        const auto values = rowCells(row);
        cells.insert(cells.end(), values.begin(), values.end());
        table.addRow(std::move(cells));
    }
    return table.text();
}

int runSweep(const SweepOptions& options)
{
    const Interrupt interrupt; // before LibTorch makes its threads
    const auto engine = makeEngine();
    const auto model = engine->describe(options.request.model.value_or(""));
    if (!model)
        return fail(model.error());
    const auto plan = planOf(options, *model);
    if (!plan)
        return fail(plan.error());
    if (const auto possible = checkRuns(*engine, *plan); !possible)
        return fail(possible.error());
    const auto library = library::RunLibrary::open(options.library.value_or(""));
    if (!library)
        return fail(library.error());
    const auto folder = SweepFolder::open(*library, options.name.value_or(plan->defaultName()), *plan);
    if (!folder)
        return fail(folder.error());
    Progress progress(options.isQuiet);
    Sweep sweep(*engine, *plan, *folder, {!options.leavesClipsOut, options.keepsTraces}, progress);
    if (const auto done = sweep.run(interrupt.token()); !done)
        return fail(done.error());
    if (options.isJson)
        std::cout << Json{{"format", "toca-sweep-results"}, {"format_version", 1}, {"folder", folder->path().string()},
            {"sweep", plan->json()}, {"runs", plan->runCount()}, {"runs_made_now", sweep.madeNow()},
            {"points", sweep.results()}}
                         .dump(2, ' ', false, Json::error_handler_t::replace)
                  << "\n";
    else if (options.isCsv)
        std::cout << csvTable(sweep.results());
    else
        std::cout << sweepText(sweep.results(), plan->variations()) << "\n"
                  << folder->path().string() << ": " << plan->runCount() << " runs, " << sweep.madeNow()
                  << " of them made now\n";
    return kExitDone;
}

} // namespace

void addSweepCommand(CLI::App& program, Action& action)
{
    auto options = std::make_shared<SweepOptions>();
    CLI::App* command =
        program.add_subcommand("sweep", "Run a policy with many settings; goes on where it was stopped");
    options->request.addRequestTo(*command);
    options->request.addCachingTo(*command);
    command->option_defaults()->group("Caching");
    command
        ->add_option("--vary", options->vary,
            "A setting and its values: key=a,b,c or key=low:high:count or key=low:high:count:log; may be given several "
            "times")
        ->type_name("KEY=VALUES")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->allow_extra_args(false);
    auto* grid = command->add_flag("--grid", options->isGrid, "All combinations of the values (default)");
    command->add_flag("--list", options->isList, "The first values of all, then the second ones, ...")->excludes(grid);
    command->option_defaults()->group("Results");
    addText(*command, "--library", options->library,
        "Run library (default: toca-studio/runs in $XDG_DATA_HOME or ~/.local/share)", "DIR");
    addText(*command, "--name", options->name, "Folder of the sweep in it (default: made from what is swept)", "NAME");
    command->add_flag("--no-clips", options->leavesClipsOut, "Keep figures only");
    command->add_flag("--traces", options->keepsTraces, "Keep the trace of every run");
    auto* json = command->add_flag("--json", options->isJson, "Print JSON");
    command->add_flag("--csv", options->isCsv, "Print CSV")->excludes(json);
    command->add_flag("--quiet", options->isQuiet, "No progress");
    command->callback([&action, options] { action = [options] { return runSweep(*options); }; });
}

} // namespace toca::app
