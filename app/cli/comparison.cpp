// SPDX-License-Identifier: Apache-2.0
#include "app/cli/comparison.h"

#include "app/cli/run_series.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace toca::app {
namespace {

nlohmann::ordered_json secondsOf(const std::vector<RunTimes>& times)
{
    nlohmann::ordered_json denoising = nlohmann::ordered_json::array(), total = denoising;
    for (const RunTimes& each : times) {
        denoising.push_back(each.denoising);
        total.push_back(each.total());
    }
    return {{"denoising", denoising}, {"total", total}};
}

} // namespace

Result<Comparison> runWithBaseline(Engine& engine, const GenerationRequest& request, int repeat, bool warmUp,
    Progress& progress, const std::string& label, std::stop_token stop,
    const std::function<Result<void>(const RunResult&)>& afterFirst)
{
    const GenerationRequest baseline = uncached(request);
    const std::string prefix = label.empty() ? "" : label + " ";
    if (warmUp) {
        for (GenerationRequest few : {request, baseline}) {
            progress.begin(prefix + "warm-up");
            few.steps = std::min(few.steps, kWarmUpSteps);
            if (auto warmed = engine.generate(few, progress, stop); !warmed)
                return unexpected(warmed.error());
        }
    }
    RunSeries runs, baselines;
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
        if (runs.count() == 1)
            if (auto done = afterFirst(runs.first()); !done)
                return unexpected(done.error());
    }
    return Comparison{runs.median(), baselines.median(), runs.times(), baselines.times(),
        gains(runs.medianFigures(), baselines.medianFigures())};
}

std::string reportOf(const Comparison& comparison, const std::string& clipPath)
{
    auto report = nlohmann::ordered_json::parse(reportJson(comparison.run, &comparison.baseline, clipPath));
    report["wall_clock_gain"] = comparison.gains.wallClock;
    report["gain_ratio"] = comparison.gains.wallClock / comparison.gains.flops;
    report["end_to_end_gain"] = comparison.gains.endToEnd;
    report["repeats"] = {{"count", comparison.runTimes.size()}, {"run_seconds", secondsOf(comparison.runTimes)},
        {"baseline_seconds", secondsOf(comparison.baselineTimes)}};
    return report.dump(2) + "\n";
}

} // namespace toca::app
