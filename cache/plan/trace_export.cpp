// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/parameters.h"
#include "cache/plan/trace.h"
#include "core/base/atomic_file.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace toca::plan {
namespace {

// Shortest decimals that read back to the same number, whatever the locale.
std::string numberText(double number)
{
    return toText(ParameterValue(number));
}

std::string_view kindName(const Trace& trace, int layer)
{
    return layerKindName(trace.geometry().layers[static_cast<std::size_t>(layer)]);
}

const EvaluationInfo& infoOf(const Trace& trace, int evaluation)
{
    return trace.schedule().evaluations[static_cast<std::size_t>(evaluation)];
}

} // namespace

Result<void> exportTraceCsv(const std::filesystem::path& path, const Trace& trace)
{
    std::string text =
        "evaluation,step,stream,timestep,layer,kind,module,action,computed_tokens,tokens,seconds,flops\n";
    const std::string tokens = std::to_string(trace.geometry().grid.tokens());
    const std::size_t cells = trace.publishedCells();
    for (std::size_t i = 0; i < cells; ++i) {
        const Site site = trace.siteOf(i);
        const TraceCell& cell = trace.cell(i);
        text += std::to_string(site.evaluation) + ',' + std::to_string(site.step) + ',';
        text.append(streamName(site.stream)) += ',';
        text += numberText(infoOf(trace, site.evaluation).timestep) + ',' + std::to_string(site.layer) + ',';
        text.append(kindName(trace, site.layer)) += ',';
        text.append(moduleName(site.module)) += ',';
        text.append(actionName(cell.action)) += ',';
        text += std::to_string(cell.computedTokens) + ',' + tokens + ',' + numberText(static_cast<double>(cell.seconds))
            + ',' + numberText(cell.flops) + '\n';
    }
    return writeFileAtomically(path, text);
}

Result<void> exportTraceEvents(const std::filesystem::path& path, const Trace& trace)
{
    using Json = nlohmann::ordered_json;
    constexpr double kMicroseconds = 1e6;
    // A duration event; a viewer nests those of one thread by their times.
    const auto event = [](std::string name, std::string_view category, double start, double seconds, Json arguments) {
        return Json{{"name", std::move(name)}, {"cat", category}, {"ph", "X"}, {"ts", start * kMicroseconds},
            {"dur", seconds * kMicroseconds}, {"pid", 1}, {"tid", 1}, {"args", std::move(arguments)}}
            .dump();
    };
    std::string text = "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n";
    text += Json{{"name", "process_name"}, {"ph", "M"}, {"pid", 1}, {"args", {{"name", "ToCa Studio run"}}}}.dump();

    const int evaluations = trace.publishedEvaluations();
    const std::size_t perEvaluation = Trace::cellsPerEvaluation(trace.geometry());
    double start = 0;
    for (int e = 0; e < evaluations; ++e) {
        const TraceEvaluation& evaluation = trace.evaluation(e);
        const std::size_t first = static_cast<std::size_t>(e) * perEvaluation;
        std::string inner;
        double at = start;
        for (std::size_t i = first; i < first + perEvaluation; ++i) {
            const TraceCell& cell = trace.cell(i);
            if (cell.action == Action::Skip)
                continue;
            const Site site = trace.siteOf(i);
            const auto seconds = static_cast<double>(cell.seconds);
            std::string name = "layer " + std::to_string(site.layer) + " ";
            name.append(kindName(trace, site.layer)) += ' ';
            name.append(moduleName(site.module));
            inner += ",\n"
                + event(std::move(name), actionName(cell.action), at, seconds,
                    {{"action", actionName(cell.action)}, {"computed_tokens", cell.computedTokens},
                        {"tokens", trace.geometry().grid.tokens()}, {"flops", cell.flops},
                        {"selection_us", static_cast<double>(cell.selectionSeconds) * kMicroseconds}});
            at += seconds;
        }
        const double seconds = std::max(evaluation.seconds, at - start);
        std::string name = "step " + std::to_string(infoOf(trace, e).step) + " ";
        name.append(streamName(infoOf(trace, e).stream));
        text += ",\n"
            + event(std::move(name), "evaluation", start, seconds,
                {{"decision", evaluationDecisionName(evaluation.decision)}, {"timestep", infoOf(trace, e).timestep},
                    {"flops", evaluation.flops}, {"latent_rms", evaluation.latentRms}})
            + inner;
        start += seconds;
        text += ",\n"
            + Json{{"name", "cache"}, {"ph", "C"}, {"ts", start * kMicroseconds}, {"pid", 1},
                {"args", {{"bytes", evaluation.cacheBytes}}}}
                  .dump();
    }
    return writeFileAtomically(path, text + "\n]}\n");
}

} // namespace toca::plan
