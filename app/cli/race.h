// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/policy_choice.h"
#include "app/cli/progress.h"
#include "app/cli/run_series.h"
#include "cache/plan/tuning.h"

#include <optional>
#include <string>
#include <vector>

namespace toca::app {

/// One who takes part in a race.
struct Racer {
    std::string name; ///< "toca:opensora-r85"; with a number behind where it occurs twice
    GenerationRequest request;
    std::optional<plan::Tuned> tuned; ///< where settings were searched
    RunSeries runs;
};

/// The racers of a request: the uncached run first, then the choices in their order. Everything that can be refused
/// before a run is.
/// @param request without caching
/// @return errors of the engine's forecast, naming the policy
Result<std::vector<Racer>> racersOf(
    Engine& engine, const GenerationRequest& request, const std::vector<PolicyChoice>& choices);

/// Searches for each racer but the first the setting whose FLOPs gain is nearest to `target`: by plans where the policy
/// decides before the run, else by runs of the request.
Result<void> tuneRacers(Engine& engine, std::vector<Racer>& racers, double target, const std::string& family,
    Progress& progress, std::stop_token stop);

/// Runs all of them `rounds` times, after a few steps of each as a warm-up. Rounds are interleaved, and each begins
/// with another racer, so that a machine that slows down treats all alike.
Result<void> race(Engine& engine, std::vector<Racer>& racers, int rounds, Progress& progress, std::stop_token stop);

} // namespace toca::app
