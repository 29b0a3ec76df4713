// SPDX-License-Identifier: Apache-2.0
#include "app/cli/plan_report.h"

#include "app/cli/console.h"
#include "cache/plan/flops.h"
#include "cache/plan/policy.h"

#include <nlohmann/json.hpp>

#include <numeric>

namespace toca::app {
namespace {

using Json = nlohmann::ordered_json;

Json settingsJson(const PlanReport& report)
{
    Json settings = Json::parse(toJson(report.request));
    plan::PolicyContext context;
    context.family = report.plan.geometry().family;
    const auto policy =
        plan::makePolicy(report.request.policy, report.request.policyParameters, report.request.preset, context);
    if (policy)
        for (const auto& [name, value] : (*policy)->parameters())
            settings["parameters"][name] = std::visit([](const auto& held) { return Json(held); }, value);
    return settings;
}

/// The planned bytes, and what they were in each format.
std::string cacheText(const plan::Plan& plan)
{
    const auto bytes = [&](const plan::CacheStorage& storage) {
        return bytesText(static_cast<double>(plan.cacheBytes(storage)));
    };
    std::string text = bytes(plan.storage());
    if (plan.storage().isAnyOffloaded())
        text += " and " + bytesText(static_cast<double>(plan.offloadedBytes())) + " offloaded";
    if (plan.cacheBytes(plan::CacheStorage()) == 0)
        return text;
    text += " as " + plan::toText(plan.storage()) + " (";
    for (int dtype = 0; dtype < plan::kCacheDtypes; ++dtype) {
        const auto each = static_cast<plan::CacheDtype>(dtype);
        text += (dtype > 0 ? ", " : "") + std::string(plan::cacheDtypeName(each)) + " "
            + bytes(plan::CacheStorage::all(each));
    }
    return text + ")";
}

std::string percentText(double share)
{
    return fixedText(100 * share, 1) + " %";
}

} // namespace

std::vector<PlannedStep> plannedSteps(const plan::Plan& plan)
{
    std::vector<PlannedStep> steps;
    std::vector<int> evaluations; // of each step
    const double tokens = static_cast<double>(plan.geometry().grid.tokens()) * plan.layerCount();
    for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation) {
        const int step = plan.schedule().evaluations[static_cast<std::size_t>(evaluation)].step;
        if (steps.empty() || steps.back().step != step) {
            steps.push_back({step, 0, 0, {}});
            evaluations.push_back(0);
        }
        PlannedStep& planned = steps.back();
        ++evaluations.back();
        planned.flops += plan.evaluationFlops(evaluation);
        planned.freshRatio += plan.freshRatio(evaluation);
        if (plan.decision(evaluation) == plan::EvaluationDecision::ReusePrediction)
            continue;
        for (const plan::ModuleKind module : plan::kAllModules)
            for (int layer = 0; layer < plan.layerCount(); ++layer)
                planned.moduleFreshRatio[static_cast<std::size_t>(module)] +=
                    plan.at(evaluation, layer, module).tokens / tokens;
    }
    for (std::size_t i = 0; i < steps.size(); ++i) {
        steps[i].freshRatio /= evaluations[i];
        for (double& ratio : steps[i].moduleFreshRatio)
            ratio /= evaluations[i];
    }
    return steps;
}

std::array<double, plan::kModuleKinds> plannedModuleFlops(const plan::Plan& plan)
{
    std::array<double, plan::kModuleKinds> sums{};
    for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation)
        if (const std::int64_t rows = plan.rows(evaluation); rows > 0)
            for (const plan::ModuleKind module : plan::kAllModules)
                for (int layer = 0; layer < plan.layerCount(); ++layer)
                    sums[static_cast<std::size_t>(module)] += plan::moduleFlops(
                        plan.geometry(), layer, module, plan.at(evaluation, layer, module).tokens, rows);
    return sums;
}

std::string planJson(const PlanReport& report)
{
    const plan::Plan& plan = report.plan;
    const plan::Geometry& geometry = plan.geometry();
    const auto modules = plannedModuleFlops(plan);
    Json object;
    object["format"] = "toca-plan";
    object["format_version"] = 1;
    object["total_flops"] = plan.totalFlops();
    object["baseline_flops"] = plan.baselineFlops();
    object["flops_gain"] = plan.flopsGain();
    object["once_flops"] = plan::onceFlops(geometry);
    object["fixed_flops"] =
        plan.totalFlops() - plan::onceFlops(geometry) - std::accumulate(modules.begin(), modules.end(), 0.0);
    object["cache_bytes"] = plan.cacheBytes();
    object["offloaded_bytes"] = plan.offloadedBytes();
    object["cache_dtype"] = plan::toText(plan.storage());
    for (int dtype = 0; dtype < plan::kCacheDtypes; ++dtype) {
        const auto each = static_cast<plan::CacheDtype>(dtype);
        object["cache_bytes_as"][std::string(plan::cacheDtypeName(each))] =
            plan.cacheBytes(plan::CacheStorage::all(each));
    }
    object["tokens"] = geometry.grid.tokens();
    object["text_tokens"] = geometry.textTokens;
    object["static"] = plan.isStatic();
    object["caches_nothing"] = plan.cachesNothing();
    object["geometry"] = report.geometryName.empty() ? Json(nullptr) : Json(report.geometryName);
    object["sampler"] = plan.schedule().name;
    object["model"] = {{"family", geometry.family}, {"latent_frames", geometry.grid.frames},
        {"token_rows", geometry.grid.rows}, {"token_columns", geometry.grid.columns}, {"layers", geometry.layerCount()},
        {"hidden_size", geometry.hiddenSize}, {"heads", geometry.heads}, {"rows", geometry.rows()}};
    object["settings"] = settingsJson(report);
    object["runs"] = report.runs;
    if (report.memory)
        object["memory_bytes"] = {{"weights", report.memory->weights}, {"activations", report.memory->activations},
            {"cache", report.memory->cache}, {"trace", report.memory->trace}, {"total", report.memory->total()},
            {"available", report.memory->available}};
    object["warnings"] = report.warnings;
    if (report.target)
        object["target"] = targetJson(*report.target);
    for (const plan::ModuleKind module : plan::kAllModules)
        object["modules"][std::string(plan::moduleName(module))] = {
            {"flops", modules[static_cast<std::size_t>(module)]}};
    object["steps"] = Json::array();
    for (const PlannedStep& step : plannedSteps(plan)) {
        Json each{{"step", step.step}, {"flops", step.flops}, {"fresh_ratio", step.freshRatio}};
        for (const plan::ModuleKind module : plan::kAllModules)
            each["modules"][std::string(plan::moduleName(module))] = {
                {"fresh_ratio", step.moduleFreshRatio[static_cast<std::size_t>(module)]}};
        object["steps"].push_back(std::move(each));
    }
    return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string planText(const PlanReport& report)
{
    const plan::Plan& plan = report.plan;
    const plan::Geometry& geometry = plan.geometry();
    const GenerationRequest& request = report.request;
    TextTable facts("ll");
    if (report.target) {
        facts.addRow({"target", report.target->target.text() + (report.target->answer.isMet ? "" : ": cannot be met")});
        facts.addRow({"chosen", report.target->setting()});
        facts.addRow({"why", report.target->answer.reason});
    }
    facts.addRow({"clip",
        (request.frames == 1 ? std::string("1 picture, ") : std::to_string(request.frames) + " frames, ")
            + std::to_string(request.width) + "x" + std::to_string(request.height) + ", "
            + std::to_string(request.steps) + " steps of " + plan.schedule().name + ", guidance "
            + fixedText(request.guidanceScale, 2)});
    facts.addRow({"tokens",
        std::to_string(geometry.grid.tokens()) + " (" + std::to_string(geometry.grid.frames) + " x "
            + std::to_string(geometry.grid.rows) + " x " + std::to_string(geometry.grid.columns) + "), text "
            + std::to_string(geometry.textTokens) + ", layers " + std::to_string(geometry.layerCount())});
    facts.addRow({"policy", request.policy + (request.preset.empty() ? "" : ", preset " + request.preset)});
    facts.addRow({"total", flopsText(plan.totalFlops()) + (plan.isStatic() ? "" : " (planned; the run decides)")});
    facts.addRow({"uncached", flopsText(plan.baselineFlops())});
    facts.addRow({"gain",
        fixedText(plan.flopsGain(), 3) + " times fewer FLOPs"
            + (plan.isStatic() ? "" : " (planned; the run decides)")});
    if (report.target && report.target->answer.timeGain)
        facts.addRow(
            {"time", fixedText(*report.target->answer.timeGain, 2) + " times faster (denoising loop, planned)"});
    facts.addRow({"once", flopsText(plan::onceFlops(geometry))});
    facts.addRow({"cache", cacheText(plan)});
    if (report.memory) {
        const auto text = [](std::int64_t bytes) { return bytesText(static_cast<double>(bytes)); };
        facts.addRow({"memory",
            text(report.memory->total()) + " (weights " + text(report.memory->weights) + ", activations "
                + text(report.memory->activations) + ", cache " + text(report.memory->cache) + ", trace "
                + text(report.memory->trace) + "); " + text(report.memory->available) + " free"});
    }
    std::string text = facts.text();

    const auto modules = plannedModuleFlops(plan);
    TextTable shares("lrr");
    shares.addRow({"module", "FLOPs", "share"});
    for (const plan::ModuleKind module : plan::kAllModules) {
        const double flops = modules[static_cast<std::size_t>(module)];
        shares.addRow(
            {std::string(plan::moduleName(module)), flopsText(flops), percentText(flops / plan.totalFlops())});
    }
    text += "\n" + shares.text();

    TextTable steps("rrrrrr");
    steps.addRow({"step", "FLOPs", "fresh", "self-att.", "cross-att.", "mlp"});
    for (const PlannedStep& step : plannedSteps(plan))
        steps.addRow({std::to_string(step.step), flopsText(step.flops), percentText(step.freshRatio),
            percentText(step.moduleFreshRatio[0]), percentText(step.moduleFreshRatio[1]),
            percentText(step.moduleFreshRatio[2])});
    text += "\n" + steps.text();
    if (report.runs > 1)
        text += "\nThis is the plan of the first of " + std::to_string(report.runs) + " clips.\n";
    return text;
}

} // namespace toca::app
