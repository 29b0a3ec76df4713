// SPDX-License-Identifier: Apache-2.0
#include "app/cli/race.h"

#include <algorithm>

namespace toca::app {
namespace {

Unexpected of(const std::string& name, const Error& error)
{
    return unexpected(error.code, name + ": " + error.message);
}

/// How much faster the request is: by its plan, or by a run where the plan does not know.
Result<plan::TuningGain> gainOf(
    Engine& engine, const GenerationRequest& request, Progress& progress, std::stop_token stop)
{
    const auto forecast = engine.forecast(request);
    if (!forecast)
        return unexpected(forecast.error());
    if (forecast->plan.isStatic())
        return plan::TuningGain{forecast->plan.flopsGain(), false};
    const auto run = engine.generate(request, progress, std::move(stop));
    if (!run)
        return unexpected(run.error());
    return plan::TuningGain{run->plan.baselineFlops() / figuresOf(*run).flops, true};
}

} // namespace

Result<std::vector<Racer>> racersOf(
    Engine& engine, const GenerationRequest& request, const std::vector<PolicyChoice>& choices)
{
    std::vector<Racer> racers;
    racers.push_back({"none", uncached(request), {}, {}});
    for (const PolicyChoice& choice : choices) {
        if (choice.policy == "none")
            continue; // it is there already
        Racer racer{choice.name(), request, {}, {}};
        racer.request.policy = choice.policy;
        racer.request.preset = choice.preset;
        racer.request.policyParameters = choice.values;
        const auto times = std::count_if(racers.begin(), racers.end(),
            [&](const Racer& other) { return other.name.starts_with(choice.name() + " "); });
        const bool isThere =
            std::any_of(racers.begin(), racers.end(), [&](const Racer& other) { return other.name == choice.name(); });
        if (isThere)
            racer.name += " " + std::to_string(times + 2);
        racers.push_back(std::move(racer));
    }
    for (const Racer& racer : racers)
        if (const auto forecast = engine.forecast(racer.request); !forecast)
            return of(racer.name, forecast.error());
    return racers;
}

Result<void> tuneRacers(Engine& engine, std::vector<Racer>& racers, double target, const std::string& family,
    Progress& progress, std::stop_token stop)
{
    for (Racer& racer : racers) {
        const plan::PolicyEntry* policy = plan::findPolicy(racer.request.policy);
        if (!policy || !plan::tuningKnobs(policy->name))
            continue; // runs as it is
        int runs = 0;
        const auto gain = [&](const plan::ParameterValues& values) {
            GenerationRequest request = racer.request;
            request.policyParameters = values;
            progress.begin("tuning " + racer.name + " " + std::to_string(++runs));
            return gainOf(engine, request, progress, stop);
        };
        auto tuned =
            plan::tunedToGain(*policy, racer.request.preset, family, racer.request.policyParameters, target, gain);
        if (!tuned)
            return of(racer.name, tuned.error());
        racer.request.policyParameters = tuned->values;
        racer.tuned = std::move(*tuned);
    }
    progress.clear();
    return {};
}

Result<void> race(Engine& engine, std::vector<Racer>& racers, int rounds, Progress& progress, std::stop_token stop)
{
    for (const Racer& racer : racers) {
        progress.begin("warm-up " + racer.name);
        GenerationRequest few = racer.request;
        few.steps = std::min(few.steps, kWarmUpSteps);
        if (auto warmed = engine.generate(few, progress, stop); !warmed)
            return of(racer.name, warmed.error());
    }
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t i = 0; i < racers.size(); ++i) {
            Racer& racer = racers[(i + static_cast<std::size_t>(round)) % racers.size()];
            progress.begin(racer.name
                + (rounds > 1 ? " " + std::to_string(round + 1) + "/" + std::to_string(rounds) : std::string()));
            auto run = engine.generate(racer.request, progress, stop);
            if (!run)
                return of(racer.name, run.error());
            racer.runs.add(std::move(*run));
        }
    }
    progress.clear();
    return {};
}

} // namespace toca::app
