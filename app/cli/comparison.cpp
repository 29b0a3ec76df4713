// SPDX-License-Identifier: Apache-2.0
#include "app/cli/comparison.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <numeric>

namespace toca::app {
namespace {

// Enough steps to pass through full and partial ones with the default intervals.
constexpr int kWarmUpSteps = 6;

GenerationRequest baselineOf(GenerationRequest request)
{
    request.policy = "none";
    request.preset.clear();
    request.policyParameters.clear();
    request.traceLevel = plan::TraceLevel::Decisions;
    return request;
}

/// Repetitions of one request. Clip and latent are kept once: they are the same each time.
struct Series {
    RunResult first;
    std::vector<RunTimes> times;
    std::vector<std::shared_ptr<const plan::Trace>> traces;

    void add(RunResult result)
    {
        times.push_back(result.times);
        traces.push_back(result.trace);
        if (times.size() == 1)
            first = std::move(result);
    }

    /// The repetition with the median denoising time (the lower of two).
    RunResult median() const
    {
        std::vector<std::size_t> order(times.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::sort(order.begin(), order.end(),
            [this](std::size_t a, std::size_t b) { return times[a].denoising < times[b].denoising; });
        const std::size_t middle = order[(order.size() - 1) / 2];
        RunResult result = first;
        result.times = times[middle];
        result.trace = traces[middle];
        return result;
    }
};

double medianOf(const std::vector<RunTimes>& times, double (*value)(const RunTimes&))
{
    std::vector<double> values;
    values.reserve(times.size());
    for (const RunTimes& each : times)
        values.push_back(value(each));
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

double denoisingOf(const RunTimes& times)
{
    return times.denoising;
}

double totalOf(const RunTimes& times)
{
    return times.total();
}

nlohmann::ordered_json secondsOf(const std::vector<RunTimes>& times)
{
    nlohmann::ordered_json denoising = nlohmann::ordered_json::array(), total = denoising;
    for (const RunTimes& each : times) {
        denoising.push_back(each.denoising);
        total.push_back(each.total());
    }
    return {{"denoising", denoising}, {"total", total}};
}

double quotient(double baseline, double run)
{
    return run > 0 ? baseline / run : 1;
}

} // namespace

Result<Comparison> runWithBaseline(Engine& engine, const GenerationRequest& request, int repeat, bool warmUp,
    Progress& progress, const std::string& label, std::stop_token stop,
    const std::function<Result<void>(const RunResult&)>& afterFirst)
{
    const GenerationRequest baseline = baselineOf(request);
    const std::string prefix = label.empty() ? "" : label + " ";
    if (warmUp) {
        for (GenerationRequest few : {request, baseline}) {
            progress.begin(prefix + "warm-up");
            few.steps = std::min(few.steps, kWarmUpSteps);
            if (auto warmed = engine.generate(few, progress, stop); !warmed)
                return unexpected(warmed.error());
        }
    }
    Series runs, baselines;
    for (int i = 0; i < 2 * repeat; ++i) {
        const bool isBaseline = (i % 2 == 1) != (i / 2 % 2 == 1); // run, baseline, baseline, run, ...
        const std::string turn = repeat > 1 ? " " + std::to_string(i / 2 + 1) + "/" + std::to_string(repeat) : "";
        progress.begin(prefix + (isBaseline ? "baseline" : request.policy) + turn);
        auto result = engine.generate(isBaseline ? baseline : request, progress, stop);
        if (!result)
            return unexpected(result.error());
        if (isBaseline) {
            baselines.add(std::move(*result));
            continue;
        }
        runs.add(std::move(*result));
        if (runs.times.size() == 1)
            if (auto done = afterFirst(runs.first); !done)
                return unexpected(done.error());
    }
    return Comparison{runs.median(), baselines.median(), runs.times, baselines.times};
}

std::string reportOf(const Comparison& comparison, const std::string& clipPath)
{
    auto report = nlohmann::ordered_json::parse(reportJson(comparison.run, &comparison.baseline, clipPath));
    const double wallClock =
        quotient(medianOf(comparison.baselineTimes, denoisingOf), medianOf(comparison.runTimes, denoisingOf));
    report["wall_clock_gain"] = wallClock;
    report["gain_ratio"] = wallClock / report["flops_gain"].get<double>();
    report["end_to_end_gain"] =
        quotient(medianOf(comparison.baselineTimes, totalOf), medianOf(comparison.runTimes, totalOf));
    report["repeats"] = {{"count", comparison.runTimes.size()}, {"run_seconds", secondsOf(comparison.runTimes)},
        {"baseline_seconds", secondsOf(comparison.baselineTimes)}};
    return report.dump(2) + "\n";
}

} // namespace toca::app
