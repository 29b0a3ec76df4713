// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policy.h"
#include "core/api/run_result.h"
#include "core/api/version.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace toca {
namespace {

using Json = nlohmann::ordered_json; // keys in the order of docs/report-schema.md

Json timesJson(const RunTimes& times)
{
    return {{"loading", times.loading}, {"text", times.text}, {"condition", times.condition},
        {"denoising", times.denoising}, {"preview", times.preview}, {"decoding", times.decoding},
        {"first_frame", times.firstFrame}, {"total", times.total()}};
}

Json geometryJson(const plan::Geometry& geometry)
{
    return {{"family", geometry.family}, {"latent_frames", geometry.grid.frames}, {"token_rows", geometry.grid.rows},
        {"token_columns", geometry.grid.columns}, {"tokens", geometry.grid.tokens()}, {"layers", geometry.layerCount()},
        {"hidden_size", geometry.hiddenSize}, {"heads", geometry.heads}, {"text_tokens", geometry.textTokens},
        {"rows", geometry.rows()}};
}

/// One entry per step: the evaluations of a step are summed.
Json stepsJson(const plan::Trace& trace)
{
    const std::size_t perEvaluation = plan::Trace::cellsPerEvaluation(trace.geometry());
    const double perCell = static_cast<double>(trace.geometry().grid.tokens());
    Json steps = Json::array();
    for (int begin = 0, end = 0; begin < trace.publishedEvaluations(); begin = end) {
        const auto& info = trace.schedule().evaluations[static_cast<std::size_t>(begin)];
        double seconds = 0, flops = 0, computed = 0, all = 0;
        std::int64_t cacheBytes = 0;
        for (end = begin; end < trace.publishedEvaluations()
             && trace.schedule().evaluations[static_cast<std::size_t>(end)].step == info.step;
             ++end) {
            const auto& evaluation = trace.evaluation(end);
            seconds += evaluation.seconds;
            flops += evaluation.flops;
            cacheBytes = evaluation.cacheBytes;
            for (std::size_t i = 0; i < perEvaluation; ++i) {
                const std::size_t cell = static_cast<std::size_t>(end) * perEvaluation + i;
                if (trace.siteOf(cell).module == plan::ModuleKind::CrossAttention && !trace.geometry().crossAttention)
                    continue;
                computed += trace.cell(cell).computedTokens;
                all += perCell;
            }
        }
        steps.push_back({{"step", info.step}, {"timestep", info.timestep}, {"seconds", seconds}, {"flops", flops},
            {"fresh_ratio", all > 0 ? computed / all : 0}, {"cache_bytes", cacheBytes}});
    }
    return steps;
}

Json modulesJson(const plan::Trace& trace)
{
    struct Sum {
        double seconds = 0, selectionSeconds = 0, flops = 0;
    };
    std::array<Sum, plan::kModuleKinds> sums;
    for (std::size_t i = 0; i < trace.publishedCells(); ++i) {
        const plan::TraceCell& cell = trace.cell(i);
        Sum& sum = sums[static_cast<std::size_t>(trace.siteOf(i).module)];
        sum.seconds += static_cast<double>(cell.seconds);
        sum.selectionSeconds += static_cast<double>(cell.selectionSeconds);
        sum.flops += cell.flops;
    }
    Json modules = Json::object();
    for (const plan::ModuleKind module : plan::kAllModules) {
        const Sum& sum = sums[static_cast<std::size_t>(module)];
        modules[std::string(plan::moduleName(module))] = {
            {"seconds", sum.seconds}, {"selection_seconds", sum.selectionSeconds}, {"flops", sum.flops}};
    }
    return modules;
}

/// [step][layer][module], the evaluations of a step summed.
Json tokensJson(const plan::Trace& trace)
{
    Json steps = Json::array();
    int lastStep = -1;
    for (int evaluation = 0; evaluation < trace.publishedEvaluations(); ++evaluation) {
        const int step = trace.schedule().evaluations[static_cast<std::size_t>(evaluation)].step;
        const bool sameStep = !steps.empty() && step == lastStep;
        Json layers = Json::array();
        for (int layer = 0; layer < trace.layerCount(); ++layer) {
            Json modules = Json::array();
            for (const plan::ModuleKind module : plan::kAllModules) {
                std::int64_t tokens = trace.cell(trace.cellIndex(evaluation, layer, module)).computedTokens;
                if (sameStep)
                    tokens += steps.back()[static_cast<std::size_t>(layer)][static_cast<std::size_t>(module)]
                                  .get<std::int64_t>();
                modules.push_back(tokens);
            }
            layers.push_back(std::move(modules));
        }
        if (sameStep)
            steps.back() = std::move(layers);
        else
            steps.push_back(std::move(layers));
        lastStep = step;
    }
    return steps;
}

/// The settings as they were used: the request with every parameter of the policy filled in.
Json settingsJson(const RunResult& run)
{
    const GenerationRequest& request = run.request;
    Json settings = Json::parse(toJson(request));
    plan::PolicyContext context;
    context.family = run.plan.geometry().family;
    const auto policy = plan::makePolicy(request.policy, request.policyParameters, request.preset, context);
    if (policy)
        for (const auto& [name, value] : (*policy)->parameters())
            settings["parameters"][name] = std::visit([](const auto& held) { return Json(held); }, value);
    return settings;
}

Json runJson(const RunResult& run)
{
    Json object;
    object["device"] = run.device;
    object["threads"] = run.threads;
    object["planned_flops"] = run.plan.totalFlops();
    object["planned_baseline_flops"] = run.plan.baselineFlops();
    object["planned_cache_bytes"] = run.plan.cacheBytes();
    if (run.plan.storage().isAnyOffloaded())
        object["planned_offloaded_bytes"] = run.plan.offloadedBytes();
    object["cache_dtype"] = plan::toText(run.plan.storage());
    if (run.trace) {
        object["counted_flops"] = run.trace->flops();
        object["once_flops"] = run.trace->onceFlops();
        object["peak_cache_bytes"] = run.trace->peakCacheBytes();
        object["trace_bytes"] = run.trace->bytes();
    }
    object["seconds"] = timesJson(run.times);
    if (!run.partSeconds.empty())
        object["parts"] = run.partSeconds;
    object["warnings"] = run.warnings;
    if (run.trace) {
        object["modules"] = modulesJson(*run.trace);
        object["steps"] = stepsJson(*run.trace);
        object["tokens_computed"] = tokensJson(*run.trace);
    }
    return object;
}

/// JSON has no infinity: a number that is not finite becomes null.
Json finite(double number)
{
    return std::isfinite(number) ? Json(number) : Json(nullptr);
}

void addComparison(Json& report, const Gains& gain, const Result<Fidelity>& distance)
{
    report["wall_clock_gain"] = gain.wallClock;
    report["flops_gain"] = gain.flops;
    report["gain_ratio"] = gain.wallClock / gain.flops;
    report["end_to_end_gain"] = gain.endToEnd;
    if (!distance) {
        for (const char* key : {"identical", "psnr_db", "ssim", "latent_relative_error"})
            report[key] = nullptr;
        report["fidelity_error"] = distance.error().message;
        return;
    }
    report["identical"] = distance->identical;
    report["psnr_db"] = finite(distance->psnrDb);
    report["ssim"] = finite(distance->ssim);
    report["latent_relative_error"] = finite(distance->latentRelativeError);
    Json framePsnr = Json::array(), frameSsim = Json::array();
    for (const double value : distance->framePsnrDb)
        framePsnr.push_back(finite(value));
    for (const double value : distance->frameSsim)
        frameSsim.push_back(finite(value));
    report["frame_psnr_db"] = framePsnr;
    report["frame_ssim"] = frameSsim;
}

Json headJson()
{
    return {{"format", "toca-report"}, {"format_version", 1}};
}

void addRun(Json& report, const RunResult& run, const std::string& clipPath)
{
    report["clip"] = clipPath.empty() ? Json(nullptr) : Json(clipPath);
    report["settings"] = settingsJson(run);
    report["versions"] = {{"toca", programVersion()}};
    for (const auto& [name, version] : run.versions)
        report["versions"][name] = version;
    report["model"] = geometryJson(run.plan.geometry());
    report["sampler"] = run.plan.schedule().name;
    report.update(runJson(run));
}

std::string textOf(const Json& report)
{
    return report.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace

std::string reportJson(const RunResult& run, const RunResult* baseline, const std::string& clipPath)
{
    Json report = headJson();
    if (baseline)
        addComparison(report, gains(run, *baseline), fidelity(run.clip, baseline->clip, run.latent, baseline->latent));
    addRun(report, run, clipPath);
    if (baseline)
        report["baseline"] = runJson(*baseline);
    return textOf(report);
}

std::string reportJson(
    const RunResult& run, const RunFigures& figures, const Reference& reference, const std::string& clipPath)
{
    Json report = headJson();
    addComparison(
        report, gains(figures, reference.figures), fidelity(run.clip, reference.clip, run.latent, reference.latent));
    addRun(report, run, clipPath);
    return textOf(report);
}

} // namespace toca
