// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/progress.h"

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace toca::app {

/// A run and its uncached baseline, each measured one or more times.
struct Comparison {
    RunResult run; ///< the one with the median denoising time
    RunResult baseline; ///< the same
    std::vector<RunTimes> runTimes; ///< in the order of running
    std::vector<RunTimes> baselineTimes;
    Gains gains; ///< of the medians
};

/// Runs a request and its baseline by turns, `repeat` times each; every second pair starts with the other one, so that
/// a machine that slows down treats both alike.
/// @param warmUp run a few steps of both first, so that neither pays for what happens once per program
/// @param afterFirst called with the first finished run, before its baseline starts; its error ends the comparison
/// @return an error of the engine, of `afterFirst`, or Cancelled
Result<Comparison> runWithBaseline(Engine& engine, const GenerationRequest& request, int repeat, bool warmUp,
    Progress& progress, const std::string& label, std::stop_token stop,
    const std::function<Result<void>(const RunResult&)>& afterFirst);

/// The report (docs/report-schema.md) with the gains of the medians and the times of every repetition.
std::string reportOf(const Comparison& comparison, const std::string& clipPath);

} // namespace toca::app
