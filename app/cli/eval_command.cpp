// SPDX-License-Identifier: Apache-2.0
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/eval_report.h"
#include "app/cli/eval_run.h"
#include "app/cli/interrupt.h"
#include "app/cli/request_options.h"
#include "core/engine/make_engine.h"

#include <iostream>

namespace toca::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kFirstSeed = 1000;
constexpr int kMostPrompts = 10'000;

struct EvalOptions {
    RequestOptions request;
    std::optional<int> clips, pairs, seedGroups, sheet;
    std::optional<std::string> policies;
    std::vector<std::string> set; ///< "policy.key=value"
    std::optional<double> target;
    std::optional<std::string> out;
    bool isJson = false;
    bool isMarkdown = false;
    bool isQuiet = false;
};

Unexpected invalid(std::string message)
{
    return unexpected(ErrorCode::InvalidArgument, std::move(message));
}

Result<EvalCounts> countsOf(const EvalOptions& options)
{
    EvalCounts counts;
    const auto read = [](const char* name, std::optional<int> given, int least, std::size_t& count) -> Result<void> {
        if (!given)
            return {};
        if (*given < least || *given > kMostPrompts)
            return invalid(std::string(name) + " must be from " + std::to_string(least) + " to "
                + std::to_string(kMostPrompts) + ".");
        count = static_cast<std::size_t>(*given);
        return {};
    };
    if (auto fine = read("--clips", options.clips, 1, counts.singles); !fine)
        return unexpected(fine.error());
    if (auto fine = read("--pairs", options.pairs, 0, counts.pairs); !fine)
        return unexpected(fine.error());
    if (auto fine = read("--seed-groups", options.seedGroups, 0, counts.seedGroups); !fine)
        return unexpected(fine.error());
    if (auto fine = read("--sheet", options.sheet, 0, counts.sheetPrompts); !fine)
        return unexpected(fine.error());
    return counts;
}

/// What can be refused before the model is opened.
Result<std::vector<PolicyChoice>> checked(const EvalOptions& options)
{
    const RequestOptions& request = options.request;
    if (request.prompt || request.negativePrompt || request.isBatch() || request.classLabel || request.condition)
        return invalid("toca eval runs its own list of prompts: --prompt, --negative-prompt, --prompts, --seeds, "
                       "--class and --condition do not go with it.");
    if (!options.out || options.out->empty())
        return invalid("--out is missing; name the folder for the results. The same folder goes on where it was "
                       "stopped.");
    if (options.target && !options.policies)
        return invalid("--target-gain sets the policies; name them with --policies.");
    if (options.target && !(*options.target >= 1 && *options.target <= 100))
        return invalid("--target-gain must be from 1 to 100 times fewer FLOPs.");
    if (!options.policies)
        return std::vector<PolicyChoice>{};
    return policyChoices(*options.policies, options.set);
}

Json askedJson(const ModelInfo& model, const std::vector<Racer>& contestants, const EvalCounts& counts,
    std::optional<double> target)
{
    Json asked{{"format", "toca-eval-plan"}, {"format_version", 1}, {"model", model.identity},
        {"clips", counts.singles}, {"pairs", counts.pairs}, {"seed_groups", counts.seedGroups},
        {"seeds_per_group", counts.seedsPerGroup}, {"sheet", counts.sheetPrompts}};
    asked["target_flops_gain"] = target ? Json(*target) : Json(nullptr);
    asked["requests"] = Json::array();
    for (const Racer& contestant : contestants)
        asked["requests"].push_back(Json::parse(toJson(contestant.request)));
    return asked;
}

Result<Json> run(const EvalOptions& options)
{
    const auto choices = checked(options);
    if (!choices)
        return unexpected(choices.error());
    const auto counts = countsOf(options);
    if (!counts)
        return unexpected(counts.error());
    const Interrupt interrupt; // before LibTorch makes its threads
    const auto engine = makeEngine();
    const auto model = engine->describe(options.request.model.value_or(""));
    if (!model)
        return unexpected(model.error());
    if (!model->takesPrompt && model->classNames != world::objectNames())
        return invalid("'" + model->name
            + "' makes pictures of classes that are not those of the world (\"red ball\" and so on): there is nothing "
              "to judge them by.");
    if (!model->takesPrompt && counts->pairs > 0)
        return invalid("--pairs is for models that read prompts; a class is one object.");
    auto request = requestOf(options.request, defaultsOf(*model));
    if (!request)
        return unexpected(request.error());
    request->seed = options.request.seed.value_or(kFirstSeed);
    const auto cases =
        model->takesPrompt ? evalCases(*counts, *request) : evalClasses(*counts, *request, model->classNames);
    request->classLabel = cases.front().classLabel;
    if (model->takesPrompt)
        request->prompt = cases.front().prompt;
    auto contestants = racersOf(*engine, uncached(*request), *choices);
    if (!contestants)
        return unexpected(contestants.error());
    const auto folder = EvalFolder::open(*options.out, askedJson(*model, *contestants, *counts, options.target));
    if (!folder)
        return unexpected(folder.error());
    Progress progress(options.isQuiet);
    if (options.target && !folder->restore(*contestants)) {
        const std::string& family = model->shape.family;
        if (auto tuned = tuneRacers(*engine, *contestants, *options.target, family, progress, interrupt.token());
            !tuned)
            return unexpected(tuned.error());
        if (auto kept = folder->keep(*contestants); !kept)
            return unexpected(kept.error());
    }
    auto vae = VaeRoundTrip::open(request->modelPath);
    if (!vae)
        return unexpected(vae.error());
    Evaluation evaluation(*engine, *vae, *contestants, cases, *folder, progress);
    if (auto done = evaluation.run(interrupt.token()); !done)
        return unexpected(done.error());
    Json eval = evalJson(*model, *contestants, options.target, evaluation.results());
    if (auto saved = saveEval(*folder, eval, *contestants, cases, interrupt.token()); !saved)
        return unexpected(saved.error());
    return eval;
}

int showEval(const EvalOptions& options)
{
    const auto eval = run(options);
    if (!eval)
        return fail(eval.error());
    std::cout << (options.isJson ? eval->dump(2) + "\n" : options.isMarkdown ? evalMarkdown(*eval) : evalText(*eval));
    return kExitDone;
}

} // namespace

void addEvalCommand(CLI::App& program, Action& action)
{
    auto options = std::make_shared<EvalOptions>();
    CLI::App* command = program.add_subcommand(
        "eval", "Measure how well a model follows held-out prompts; goes on where it was stopped");
    options->request.addRequestTo(*command);
    command->option_defaults()->group("Evaluation");
    addInteger(*command, "--clips", options->clips, "Held-out prompts with one object, or classes (default 72)");
    addInteger(*command, "--pairs", options->pairs, "Held-out prompts with two objects (default 0)");
    addInteger(*command, "--seed-groups", options->seedGroups,
        "Prompts that are run with four seeds, to see how clips differ (default 3)");
    addInteger(*command, "--sheet", options->sheet, "Prompts on the contact sheets (default 24)");
    command->option_defaults()->group("Caching");
    addText(*command, "--policies", options->policies,
        "Policies beside the uncached run, with or without a preset: toca,fora:dit-n3,...", "LIST");
    command->add_option("--set", options->set, "One setting, policy.key=value; may be given several times")
        ->type_name("POLICY.KEY=VALUE")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->allow_extra_args(false);
    addNumber(*command, "--target-gain", options->target,
        "Search for each policy the setting that comes nearest to so many times fewer FLOPs");
    command->option_defaults()->group("Results");
    addText(*command, "--out", options->out, "Folder for eval.json, eval.md and the contact sheets", "DIR");
    auto* json = command->add_flag("--json", options->isJson, "Print JSON");
    command->add_flag("--markdown", options->isMarkdown, "Print Markdown")->excludes(json);
    command->add_flag("--quiet", options->isQuiet, "No progress");
    command->callback([&action, options] { action = [options] { return showEval(*options); }; });
}

} // namespace toca::app
