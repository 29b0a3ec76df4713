// SPDX-License-Identifier: Apache-2.0
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/generate_batch.h"
#include "app/cli/plan_report.h"
#include "cache/plan/policy.h"
#include "core/engine/make_engine.h"

#include <algorithm>
#include <iostream>

namespace toca::app {
namespace {

constexpr int kDefaultTextTokens = 25; // a sentence; the published FLOPs tables count with it

struct PlanOptions {
    RequestOptions request;
    std::optional<std::string> geometry;
    std::optional<int> textTokens;
    bool isJson = false;
};

/// hpcaitech/Open-Sora v1.2, sample.py at 480p and 9:16: 51 frames at 24 fps, 30 steps, guidance 7.
constexpr RequestDefaults kOpenSoraDefaults{30, 7.0, 51, 854, 480, 24.0};

/// The plan by size alone; `textTokens` is cut to what the model takes unless it was given.
Result<PlanReport> planOf(const plan::ModelShape& shape, const PlanOptions& options, const GenerationRequest& request)
{
    const std::int64_t textTokens =
        options.textTokens ? *options.textTokens : std::min<std::int64_t>(kDefaultTextTokens, shape.maxTextTokens);
    const auto geometry = plan::geometryFor(shape, request.frames, request.width, request.height, textTokens,
        /*prompts=*/1, request.guidanceScale != 1.0);
    if (!geometry)
        return unexpected(geometry.error());
    const auto policy = plan::makePolicy(request.policy, request.policyParameters, request.preset);
    if (!policy)
        return unexpected(policy.error());
    auto plan = (*policy)->plan(*geometry, plan::uniformSchedule("rflow", request.steps));
    if (!plan)
        return unexpected(plan.error());
    PlanReport report;
    report.request = request;
    report.geometryName = options.geometry.value_or("");
    report.plan = std::move(*plan);
    if (request.policy != "none" && report.plan.isStatic() && report.plan.cachesNothing())
        report.warnings.push_back("With these settings the policy '" + request.policy
            + "' caches nothing: every module is computed at every step. Use longer intervals or more steps.");
    return report;
}

/// Of a published model, without any file.
Result<PlanReport> planOfGeometry(const PlanOptions& options)
{
    const auto shape = plan::publishedShape(*options.geometry);
    if (!shape)
        return unexpected(shape.error());
    const auto request = requestOf(options.request, kOpenSoraDefaults);
    if (!request)
        return unexpected(request.error());
    return planOf(*shape, options, *request);
}

/// Of a model folder: its own sizes, and the prompt's own number of tokens where a prompt is given.
Result<PlanReport> planOfModel(const PlanOptions& options)
{
    const auto engine = makeEngine();
    const auto model = engine->describe(options.request.model.value_or(""));
    if (!model)
        return unexpected(model.error());
    const auto request = requestOf(options.request, defaultsOf(*model));
    if (!request)
        return unexpected(request.error());
    if (options.textTokens || (!options.request.prompt && !options.request.prompts))
        return planOf(model->shape, options, *request);
    const auto batch = GenerateBatch::make(options.request, *request);
    if (!batch)
        return unexpected(batch.error());
    PlanReport report;
    report.request = batch->item(0).request;
    auto forecast = engine->forecast(report.request);
    if (!forecast)
        return unexpected(forecast.error());
    report.plan = std::move(forecast->plan);
    report.memory = forecast->memory;
    report.warnings = std::move(forecast->warnings);
    report.runs = batch->size();
    return report;
}

int showPlan(const PlanOptions& options)
{
    const auto report = options.geometry ? planOfGeometry(options) : planOfModel(options);
    if (!report)
        return fail(report.error());
    for (const std::string& warning : report->warnings)
        warn(warning);
    std::cout << (options.isJson ? planJson(*report) : planText(*report));
    return kExitDone;
}

} // namespace

void addPlanCommand(CLI::App& program, Action& action)
{
    auto options = std::make_shared<PlanOptions>();
    CLI::App* command = program.add_subcommand(
        "plan", "Say what a run will compute, without running it; takes the options of generate");
    auto* geometry =
        addText(*command, "--geometry", options->geometry, "Published model, without weights: opensora-v1.2", "NAME");
    addInteger(*command, "--text-tokens", options->textTokens,
        "Tokens of the prompt (default: the prompt's own where model and prompt are given, else 25)");
    command->add_flag("--json", options->isJson, "Print JSON");
    options->request.addTo(*command);
    geometry->excludes(command->get_option("--model"));
    command->callback([&action, options] { action = [options] { return showPlan(*options); }; });
}

} // namespace toca::app
