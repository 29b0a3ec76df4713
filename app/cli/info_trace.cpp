// SPDX-License-Identifier: Apache-2.0
#include "app/cli/info_trace.h"

#include "app/cli/console.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <vector>

namespace toca::app {
namespace {

using Json = nlohmann::ordered_json;

/// What was recorded of one denoising step; its evaluations are summed.
struct RecordedStep {
    int step = 0;
    double timestep = 0;
    double seconds = 0;
    double flops = 0;
    double freshRatio = 0;
    std::int64_t cacheBytes = 0;
    plan::DecisionScalars scalars; ///< of the step's first evaluation
};

bool hasDecisions(const plan::Trace& trace)
{
    for (int evaluation = 0; evaluation < trace.publishedEvaluations(); ++evaluation) {
        const plan::DecisionScalars& scalars = trace.evaluation(evaluation).scalars;
        if (!std::isnan(scalars.signal) || !std::isnan(scalars.accumulated) || !std::isnan(scalars.threshold))
            return true;
    }
    return false;
}

std::string scalarText(double value)
{
    return std::isnan(value) ? "" : plan::toText(value);
}

Json scalarJson(double value)
{
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

std::vector<RecordedStep> recordedSteps(const plan::Trace& trace)
{
    const std::size_t perEvaluation = plan::Trace::cellsPerEvaluation(trace.geometry());
    const double perCell = static_cast<double>(trace.geometry().grid.tokens());
    std::vector<RecordedStep> steps;
    std::vector<double> counted; // cells of each step
    for (int evaluation = 0; evaluation < trace.publishedEvaluations(); ++evaluation) {
        const auto& info = trace.schedule().evaluations[static_cast<std::size_t>(evaluation)];
        if (steps.empty() || steps.back().step != info.step) {
            steps.push_back({info.step, info.timestep, 0, 0, 0, 0, trace.evaluation(evaluation).scalars});
            counted.push_back(0);
        }
        const plan::TraceEvaluation& recorded = trace.evaluation(evaluation);
        RecordedStep& step = steps.back();
        step.seconds += recorded.seconds;
        step.flops += recorded.flops;
        step.cacheBytes = recorded.cacheBytes;
        for (std::size_t i = 0; i < perEvaluation; ++i) {
            const std::size_t cell = static_cast<std::size_t>(evaluation) * perEvaluation + i;
            if (trace.siteOf(cell).module == plan::ModuleKind::CrossAttention && !trace.geometry().crossAttention)
                continue;
            step.freshRatio += trace.cell(cell).computedTokens / perCell;
            ++counted.back();
        }
    }
    for (std::size_t i = 0; i < steps.size(); ++i)
        steps[i].freshRatio = counted[i] > 0 ? steps[i].freshRatio / counted[i] : 0;
    return steps;
}

} // namespace

std::string commandOf(const GenerationRequest& request)
{
    const auto shown = [](const std::string& text) { return shellQuoted(sanitizedPrompt(text)); };
    std::string command = "toca generate ";
    command +=
        request.classLabel >= 0 ? "--class " + std::to_string(request.classLabel) : "--prompt " + shown(request.prompt);
    if (!request.negativePrompt.empty())
        command += " --negative-prompt " + shown(request.negativePrompt);
    if (!request.modelPath.empty())
        command += " --model " + shown(request.modelPath);
    command += " --seed " + std::to_string(request.seed) + " --steps " + std::to_string(request.steps) + " --guidance "
        + plan::toText(request.guidanceScale) + " --frames " + std::to_string(request.frames) + " --size "
        + std::to_string(request.width) + "x" + std::to_string(request.height) + " --fps " + plan::toText(request.fps);
    if (!request.sampler.empty())
        command += " --sampler " + shown(request.sampler);
    command += " --policy " + shown(request.policy);
    if (!request.preset.empty())
        command += " --preset " + shown(request.preset);
    for (const auto& [name, value] : request.policyParameters)
        command += " --set " + shown(name + "=" + plan::toText(value));
    if (!request.conditionPath.empty())
        command += " --condition " + shown(request.conditionPath) + " --condition-frames "
            + std::to_string(request.conditionFrames);
    return command;
}

std::string requestText(const std::string& requestJson)
{
    const auto request = requestFromJson(requestJson);
    if (!request)
        return "request: cannot be read: " + oneLine(request.error().message, 500) + "\n";
    const Json object = Json::parse(toJson(*request));
    TextTable table("ll");
    for (const auto& [key, value] : object.items())
        table.addRow({key, oneLine(value.is_string() ? value.get<std::string>() : value.dump(), 2000)});
    return "request\n" + table.text("  ") + "\nrun it again\n  " + commandOf(*request) + "\n";
}

std::string traceText(const plan::TraceFile& file)
{
    const plan::Trace& trace = *file.trace;
    const plan::Geometry& geometry = trace.geometry();
    TextTable facts("ll");
    facts.addRow({"model",
        geometry.family + ", " + std::to_string(geometry.layerCount()) + " layers, width "
            + std::to_string(geometry.hiddenSize)});
    facts.addRow({"tokens",
        std::to_string(geometry.grid.tokens()) + " (" + std::to_string(geometry.grid.frames) + " x "
            + std::to_string(geometry.grid.rows) + " x " + std::to_string(geometry.grid.columns) + "), text "
            + std::to_string(geometry.textTokens)});
    facts.addRow({"evaluations",
        std::to_string(trace.publishedEvaluations()) + " of " + std::to_string(trace.evaluationCount()) + ", sampler "
            + oneLine(trace.schedule().name, 80)});
    facts.addRow({"FLOPs", flopsText(trace.flops())});
    facts.addRow({"seconds", fixedText(trace.seconds(), 3)});
    facts.addRow({"peak cache", bytesText(static_cast<double>(trace.peakCacheBytes()))});
    facts.addRow({"scores", trace.level() == plan::TraceLevel::Scores ? "kept" : "not kept"});
    std::string text = "trace\n" + facts.text("  ");
    const bool decides = hasDecisions(trace);
    TextTable steps(decides ? "rrrrrrrrr" : "rrrrrr");
    std::vector<std::string> titles{"step", "timestep", "seconds", "FLOPs", "fresh", "cache"};
    if (decides)
        titles.insert(titles.end(), {"signal", "accumulated", "threshold"});
    steps.addRow(titles);
    for (const RecordedStep& step : recordedSteps(trace)) {
        std::vector<std::string> row{std::to_string(step.step), fixedText(step.timestep, 1), fixedText(step.seconds, 4),
            flopsText(step.flops), fixedText(100 * step.freshRatio, 1) + " %",
            bytesText(static_cast<double>(step.cacheBytes))};
        if (decides)
            for (const double value : {step.scalars.signal, step.scalars.accumulated, step.scalars.threshold})
                row.push_back(scalarText(value));
        steps.addRow(row);
    }
    text += "\n" + steps.text("  ");
    return file.requestJson.empty() ? text : text + "\n" + requestText(file.requestJson);
}

std::string traceJson(const plan::TraceFile& file)
{
    const plan::Trace& trace = *file.trace;
    const plan::Geometry& geometry = trace.geometry();
    Json object;
    object["kind"] = "trace";
    object["model"] = {{"family", geometry.family}, {"latent_frames", geometry.grid.frames},
        {"token_rows", geometry.grid.rows}, {"token_columns", geometry.grid.columns},
        {"tokens", geometry.grid.tokens()}, {"layers", geometry.layerCount()}, {"hidden_size", geometry.hiddenSize},
        {"heads", geometry.heads}, {"text_tokens", geometry.textTokens}, {"rows", geometry.rows()}};
    object["sampler"] = trace.schedule().name;
    object["evaluations"] = trace.publishedEvaluations();
    object["flops"] = trace.flops();
    object["once_flops"] = trace.onceFlops();
    object["seconds"] = trace.seconds();
    object["peak_cache_bytes"] = trace.peakCacheBytes();
    object["has_scores"] = trace.level() == plan::TraceLevel::Scores;
    object["steps"] = Json::array();
    const bool decides = hasDecisions(trace);
    for (const RecordedStep& step : recordedSteps(trace)) {
        Json row{{"step", step.step}, {"timestep", step.timestep}, {"seconds", step.seconds}, {"flops", step.flops},
            {"fresh_ratio", step.freshRatio}, {"cache_bytes", step.cacheBytes}};
        if (decides)
            row.update(
                {{"signal", scalarJson(step.scalars.signal)}, {"accumulated", scalarJson(step.scalars.accumulated)},
                    {"threshold", scalarJson(step.scalars.threshold)}});
        object["steps"].push_back(std::move(row));
    }
    const auto request = requestFromJson(file.requestJson);
    object["request"] = request ? Json::parse(toJson(*request)) : Json(nullptr);
    return object.dump(2, ' ', false, Json::error_handler_t::replace);
}

} // namespace toca::app
