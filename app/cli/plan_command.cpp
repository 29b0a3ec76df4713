// SPDX-License-Identifier: Apache-2.0
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/generate_batch.h"
#include "app/cli/interrupt.h"
#include "app/cli/memory_table.h"
#include "app/cli/plan_report.h"
#include "app/cli/plan_table.h"
#include "app/cli/target_solver.h"
#include "cache/plan/cache_budget.h"
#include "cache/plan/policy.h"
#include "cache/plan/published_run.h"
#include "core/engine/make_engine.h"

#include <algorithm>
#include <iostream>

namespace toca::app {
namespace {

constexpr std::int64_t kSentenceTokens = 25; // of a prompt that is not known; the published video tables count with it

struct PlanOptions {
    RequestOptions request;
    TargetOptions target;
    std::optional<std::string> geometry;
    std::optional<int> textTokens;
    bool isTable = false;
    bool isMemoryTable = false;
    bool isJson = false;
    bool isCsv = false;
};

std::vector<std::string> warningsOf(const PlanReport& report)
{
    if (report.request.policy == "none" || !report.plan.isStatic() || !report.plan.cachesNothing())
        return {};
    return {"With these settings the policy '" + report.request.policy
        + "' caches nothing: every module is computed at every step. Use longer intervals or more steps."};
}

/// Of a published model, without any file.
Result<PlanReport> planOfGeometry(const PlanOptions& options, const std::optional<Target>& target)
{
    const auto shape = plan::publishedShape(*options.geometry);
    if (!shape)
        return unexpected(shape.error());
    const auto run = plan::publishedRun(*options.geometry, options.request.sampler.value_or(""));
    if (!run)
        return unexpected(run.error());
    auto request = requestOf(options.request,
        {run->steps, run->guidanceScale, run->frames, run->width, run->height, run->fps, shape->family});
    if (!request)
        return unexpected(request.error());
    request->sampler = run->sampler;
    const auto geometry = plan::geometryFor(*shape, request->frames, request->width, request->height,
        options.textTokens ? *options.textTokens : run->textTokens, /*prompts=*/1, request->guidanceScale != 1.0);
    if (!geometry)
        return unexpected(geometry.error());
    plan::PolicyContext context;
    context.family = shape->family;
    const auto schedule =
        plan::samplerSchedule(run->sampler, request->steps, request->frames, request->width, request->height);
    PlanReport report;
    if (target) {
        auto solved = solveByPlan(*target,
            {plan::findPolicy(request->policy), request->preset, request->policyParameters, context, *geometry,
                schedule, {}, {}, request->cacheStorage});
        if (!solved)
            return unexpected(solved.error());
        request->policyParameters = solved->answer.values;
        report.target = std::move(*solved);
    }
    const auto policy = plan::makePolicy(request->policy, request->policyParameters, request->preset, context);
    if (!policy)
        return unexpected(policy.error());
    auto plan = (*policy)->plan(*geometry, schedule);
    if (!plan)
        return unexpected(plan.error());
    if (auto settled = plan::settleStorage(*plan, request->cacheStorage, request->cacheBudget); !settled)
        return unexpected(settled.error());
    report.request = std::move(*request);
    report.geometryName = *options.geometry;
    report.plan = std::move(*plan);
    report.warnings = warningsOf(report);
    if (report.request.cacheBudget > 0 && report.plan.storage() != report.request.cacheStorage)
        report.warnings.push_back(plan::storageSentence(report.plan, report.request.cacheBudget));
    return report;
}

/// How many text tokens to plan with; none: those of the prompt.
std::optional<std::int64_t> textTokensOf(const PlanOptions& options, const ModelInfo& model)
{
    if (options.textTokens)
        return *options.textTokens;
    if (options.request.prompt || options.request.prompts || !model.takesPrompt)
        return {};
    return std::min(kSentenceTokens, model.shape.maxTextTokens);
}

/// Of a model folder: what the engine would do, so that what it refuses is refused here too.
Result<PlanReport> planOfModel(const PlanOptions& options, const std::optional<Target>& target)
{
    const Interrupt interrupt; // before LibTorch makes its threads
    const auto engine = makeEngine();
    const auto model = engine->describe(options.request.model.value_or(""));
    if (!model)
        return unexpected(model.error());
    auto request = requestOf(options.request, defaultsOf(*model));
    if (!request)
        return unexpected(request.error());
    PlanReport report;
    if (options.request.prompt || options.request.prompts) {
        const auto batch = GenerateBatch::make(options.request, *request);
        if (!batch)
            return unexpected(batch.error());
        request = batch->item(0).request;
        report.runs = batch->size();
    } else if (!model->takesPrompt && request->classLabel < 0) {
        request->classLabel = 0; // all classes cost the same
    }
    report.request = *request;
    if (target) {
        TargetSolver solver(
            *engine, *model, library::CostFolder(library::CostFolder::defaultFolder()), options.request.isQuiet);
        auto solved = solver.solve(*target, *request, interrupt.token());
        if (!solved)
            return unexpected(solved.error());
        report.request.policyParameters = solved->answer.values;
        report.target = std::move(*solved);
    }
    auto forecast = engine->forecast(report.request);
    if (!forecast)
        return unexpected(forecast.error());
    report.plan = std::move(forecast->plan);
    report.memory = forecast->memory;
    report.warnings = std::move(forecast->warnings);
    if (const auto textTokens = textTokensOf(options, *model)) {
        if (auto fits = plan::geometryFor(model->shape, request->frames, request->width, request->height, *textTokens);
            !fits)
            return unexpected(fits.error());
        report.plan.setTextTokens(*textTokens);
    }
    return report;
}

int showTable(const PlanOptions& options)
{
    const auto rows = plan::comparedFigures();
    if (!rows)
        return fail(rows.error());
    std::cout << (options.isJson ? figuresJson(*rows) : options.isCsv ? figuresCsv(*rows) : figuresText(*rows));
    return kExitDone;
}

int showMemoryTable(const PlanOptions& options)
{
    const auto rows = plan::comparedCacheMemory();
    if (!rows)
        return fail(rows.error());
    std::cout << (options.isJson ? cacheMemoryJson(*rows) : cacheMemoryText(*rows));
    return kExitDone;
}

int showPlan(const PlanOptions& options)
{
    if (options.isMemoryTable)
        return showMemoryTable(options);
    if (options.isTable)
        return showTable(options);
    const auto target = options.target.target();
    if (!target)
        return fail(target.error());
    const auto report = options.geometry ? planOfGeometry(options, *target) : planOfModel(options, *target);
    if (!report)
        return fail(report.error());
    for (const std::string& warning : report->warnings)
        warn(warning);
    std::cout << (options.isJson ? planJson(*report) : planText(*report));
    // The nearest plan is shown; a script must see that it is not what was asked for.
    return report->target && !report->target->answer.isMet ? kExitFailed : kExitDone;
}

std::string geometryNames()
{
    std::string names;
    for (const std::string& name : plan::publishedShapeNames())
        names += (names.empty() ? "" : ", ") + name;
    return names;
}

} // namespace

void addPlanCommand(CLI::App& program, Action& action)
{
    auto options = std::make_shared<PlanOptions>();
    CLI::App* command = program.add_subcommand(
        "plan", "Say what a run will compute, without running it; takes the options of generate");
    auto* geometry = addText(
        *command, "--geometry", options->geometry, "Published model, without weights: " + geometryNames(), "NAME");
    addInteger(*command, "--text-tokens", options->textTokens,
        "Tokens of the prompt (default: the prompt's own where model and prompt are given, else what the published "
        "figures are counted with)");
    auto* table = command->add_flag(
        "--table", options->isTable, "Compare the plans of the published models with the papers' tables");
    auto* memoryTable = command->add_flag(
        "--memory-table", options->isMemoryTable, "Compare the plans' cache memory with what the published codes hold");
    auto* json = command->add_flag("--json", options->isJson, "Print JSON");
    command->add_flag("--csv", options->isCsv, "With --table: print CSV")->needs(table)->excludes(json);
    options->request.addTo(*command);
    options->target.addTo(*command);
    geometry->excludes(command->get_option("--model"))->excludes(table);
    memoryTable->excludes(table)->excludes(geometry);
    command->callback([&action, options] { action = [options] { return showPlan(*options); }; });
}

} // namespace toca::app
