// SPDX-License-Identifier: Apache-2.0
#include "app/cli/target_solver.h"

#include "app/cli/console.h"
#include "app/cli/run_series.h"
#include "app/recorded_runs.h"
#include "core/engine/make_engine.h"

#include <chrono>
#include <iostream>

namespace toca::app {
namespace {

/// One run may be disturbed; of long ones a disturbance is a small part.
constexpr int kRounds = 3;
constexpr std::chrono::seconds kLongRound{20};

Result<SolvedTarget> solved(const Target& target, const plan::TargetQuestion& question)
{
    auto answer = plan::solveTarget(target.kind, target.value, question);
    if (!answer)
        return unexpected(answer.error());
    return SolvedTarget{target, std::move(*answer), question.policy->name};
}

/// True when everything that the plans do has been timed.
bool isKnown(const plan::ModuleCosts& costs, const plan::Plan& plan)
{
    return !costs.isEmpty() && costs.secondsOf(plan).isMeasured
        && costs.secondsOf(plan::Plan(plan.geometry(), plan.schedule())).isMeasured;
}

} // namespace

Result<SolvedTarget> solveByPlan(const Target& target, const plan::TargetQuestion& question)
{
    if (target.kind == plan::TargetKind::Speed && !target.byFlops)
        return unexpected(ErrorCode::InvalidArgument,
            "--target-speed needs a model that can be timed on this machine; with --geometry give --target-gain "
            "(times fewer FLOPs).");
    if (target.kind == plan::TargetKind::Fidelity)
        return unexpected(ErrorCode::InvalidArgument,
            "--target-psnr is read from recorded runs of a model, which --geometry does not name; give --model.");
    return solved(target, question);
}

Result<plan::ModuleCosts> TargetSolver::measured(
    const GenerationRequest& request, plan::ModuleCosts known, std::stop_token stop)
{
    if (!m_isQuiet)
        std::cerr << "measuring what modules cost on this machine: runs of 'none' and '" << request.policy
                  << "' at this size, once; the times are kept for the next targets\n";
    Progress progress(m_isQuiet);
    const GenerationRequest baseline = uncached(request);
    for (GenerationRequest few : {baseline, request}) {
        few.steps = std::min(few.steps, kWarmUpSteps);
        progress.begin("warm-up");
        if (auto warmed = m_engine.generate(few, progress, stop); !warmed)
            return unexpected(warmed.error());
    }
    const auto begin = std::chrono::steady_clock::now();
    for (int round = 0; round < kRounds; ++round) {
        for (const GenerationRequest& each : {baseline, request}) {
            progress.begin("costs of " + each.policy);
            const auto run = m_engine.generate(each, progress, stop);
            if (!run)
                return unexpected(run.error());
            known.learn(*run->trace, run->times.denoising);
            if (const auto kept = m_costs.learn(m_model, *run); !kept)
                warn(kept.error().message);
        }
        if (std::chrono::steady_clock::now() - begin > kLongRound)
            break;
    }
    progress.clear();
    return known;
}

Result<SolvedTarget> TargetSolver::solve(const Target& target, const GenerationRequest& request, std::stop_token stop)
{
    const auto forecast = m_engine.forecast(request);
    if (!forecast)
        return unexpected(forecast.error());
    plan::TargetQuestion question;
    question.policy = plan::findPolicy(request.policy);
    question.preset = request.preset;
    question.given = request.policyParameters;
    question.context = {m_model.shape.family, m_model.identity, m_model.calibrationFolder};
    question.geometry = forecast->plan.geometry();
    question.schedule = forecast->plan.schedule();
    question.storage = request.cacheStorage;
    if (target.kind == plan::TargetKind::Fidelity)
        question.recorded = recordedRuns(request.modelPath);
    // What no setting can do is said before anything is measured.
    auto byFlops = solved(target, question);
    if (!byFlops || target.byFlops)
        return byFlops;
    const RunPlace place = runPlaceOf(request);
    question.costs = m_costs.costs(m_model, question.geometry, place.device, place.threads);
    if (!question.costs || !isKnown(*question.costs, forecast->plan)) {
        auto costs = measured(request, question.costs.value_or(plan::ModuleCosts()), stop);
        if (!costs)
            return unexpected(costs.error());
        question.costs = std::move(*costs);
    }
    auto chosen = solved(target, question);
    if (!chosen)
        return chosen;
    // A setting may do what neither run did, such as forecasts of another module: then it is timed itself.
    GenerationRequest asChosen = request;
    asChosen.policyParameters = chosen->answer.values;
    const auto plan = m_engine.forecast(asChosen);
    if (!plan || isKnown(*question.costs, plan->plan))
        return chosen;
    auto costs = measured(asChosen, *question.costs, stop);
    if (!costs)
        return unexpected(costs.error());
    question.costs = std::move(*costs);
    return solved(target, question);
}

} // namespace toca::app
