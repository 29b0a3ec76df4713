// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/threshold_response.h"

#include "cache/plan/policies/dbcache.h"
#include "cache/plan/policies/easycache.h"
#include "cache/plan/policies/magcache.h"
#include "cache/plan/policies/teacache.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

namespace toca::plan {
namespace {

using Decisions = std::vector<ThresholdDecision>;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// A policy's decisions on a record, as a function of the threshold, and what they save.
struct Replay {
    std::function<Decisions(double threshold)> decide;
    std::function<void(Plan& plan, int evaluation)> skip;
};

Replay replayOf(const TeaCachePolicy& policy, const SignalRecord& record, const std::vector<StreamPlace>& places)
{
    Replay replay;
    replay.decide = [options = policy.options(), &record, &places](double threshold) mutable {
        options.threshold = threshold;
        std::map<Stream, TeaCacheDecisions> streams;
        Decisions decisions;
        for (std::size_t i = 0; i < places.size(); ++i)
            decisions.push_back(streams[record.schedule.evaluations[i].stream].decide(
                options, places[i], record.evaluations[i].modulatedChange));
        return decisions;
    };
    replay.skip = [](Plan& plan, int evaluation) { skipLayers(plan, evaluation, 0, plan.layerCount()); };
    return replay;
}

Replay replayOf(const MagCachePolicy& policy, const SignalRecord& record)
{
    Replay replay;
    replay.decide = [options = policy.options(), &record](double threshold) mutable {
        options.threshold = threshold;
        return magCacheDecisions(options, record.schedule);
    };
    replay.skip = [](Plan& plan, int evaluation) { skipLayers(plan, evaluation, 0, plan.layerCount()); };
    return replay;
}

Replay replayOf(const DbCachePolicy& policy, const SignalRecord& record, const std::vector<StreamPlace>& places)
{
    Replay replay;
    replay.decide = [options = policy.options(), &record, &places](double threshold) mutable {
        options.threshold = threshold;
        struct State {
            DbCacheDecisions decisions;
            int computed = 0; ///< last computed evaluation, counted in its stream
        };
        std::map<Stream, State> streams;
        Decisions decisions;
        for (std::size_t i = 0; i < places.size(); ++i) {
            State& state = streams[record.schedule.evaluations[i].stream];
            const auto& changes = record.evaluations[i].firstLayerChange;
            const auto against = static_cast<std::size_t>(state.computed);
            decisions.push_back(state.decisions.decide(
                options, places[i], against < changes.size() ? changes[against] : EvaluationSignals::kNone));
            if (!decisions.back().isSkipped)
                state.computed = places[i].index;
        }
        return decisions;
    };
    replay.skip = [first = policy.options().firstLayers, last = policy.options().lastLayers](
                      Plan& plan, int evaluation) { skipLayers(plan, evaluation, first, plan.layerCount() - last); };
    return replay;
}

Replay replayOf(const EasyCachePolicy& policy, const SignalRecord& record, const std::vector<StreamPlace>& places)
{
    Replay replay;
    replay.decide = [options = policy.options(), &record, &places](double threshold) mutable {
        options.threshold = threshold;
        struct State {
            EasyCacheDecisions decisions;
            int computed = -1; ///< last computed evaluation, counted in its stream
        };
        std::map<Stream, State> streams;
        Decisions decisions;
        for (std::size_t i = 0; i < places.size(); ++i) {
            State& state = streams[record.schedule.evaluations[i].stream];
            const EvaluationSignals& signals = record.evaluations[i];
            const double change =
                signals.inputDistance.empty() ? EvaluationSignals::kNone : signals.inputDistance.back();
            decisions.push_back(state.decisions.decide(options, places[i], change));
            if (decisions.back().isSkipped)
                continue;
            const auto against = static_cast<std::size_t>(state.computed);
            const bool hasBefore = state.computed >= 0;
            state.decisions.computed(signals.outputNorm,
                hasBefore ? signals.inputDistance[against] : EvaluationSignals::kNone,
                hasBefore ? signals.outputDistance[against] : EvaluationSignals::kNone);
            state.computed = places[i].index;
        }
        return decisions;
    };
    replay.skip = [](Plan& plan, int evaluation) { plan.decision(evaluation) = EvaluationDecision::ReusePrediction; };
    return replay;
}

Unexpected noCalibration(std::string_view policy)
{
    return unexpected(ErrorCode::InvalidArgument,
        "The policy " + std::string(policy)
            + " has no calibration, so nothing can be replayed. Make one with `toca calibrate --policy "
            + std::string(policy) + "` and give it with `--set calibration=FILE`.");
}

/// @param places must outlive the replay
Result<Replay> makeReplay(const Policy& policy, const SignalRecord& record, const std::vector<StreamPlace>& places)
{
    if (record.evaluations.size() != record.schedule.evaluations.size())
        return unexpected(ErrorCode::InvalidArgument,
            "The recording holds " + std::to_string(record.evaluations.size()) + " evaluations, its schedule has "
                + std::to_string(record.schedule.evaluations.size()) + "; record the run again.");
    for (std::size_t i = 0; i < places.size(); ++i)
        if (const auto before = static_cast<std::size_t>(places[i].index);
            record.evaluations[i].inputDistance.size() != before
            || record.evaluations[i].outputDistance.size() != before)
            return unexpected(ErrorCode::InvalidArgument,
                "The recording's distances of evaluation " + std::to_string(i) + " are incomplete; record it again.");
    // Says no where the method makes none of its decisions for this model.
    if (auto plan = policy.plan(record.geometry, record.schedule); !plan)
        return unexpected(plan.error());
    if (const auto* teaCache = dynamic_cast<const TeaCachePolicy*>(&policy)) {
        if (teaCache->options().polynomial.coefficients.empty())
            return noCalibration(policy.name());
        return replayOf(*teaCache, record, places);
    }
    if (const auto* magCache = dynamic_cast<const MagCachePolicy*>(&policy)) {
        if (magCache->options().ratios.empty())
            return noCalibration(policy.name());
        return replayOf(*magCache, record);
    }
    if (const auto* dbCache = dynamic_cast<const DbCachePolicy*>(&policy)) {
        if (dbCache->options().firstLayers != record.firstLayers)
            return unexpected(ErrorCode::InvalidArgument,
                "The recording followed the first " + std::to_string(record.firstLayers)
                    + " layers, but first_layers is " + std::to_string(dbCache->options().firstLayers)
                    + "; record the run again with this setting.");
        return replayOf(*dbCache, record, places);
    }
    if (const auto* easyCache = dynamic_cast<const EasyCachePolicy*>(&policy))
        return replayOf(*easyCache, record, places);
    return unexpected(ErrorCode::InvalidArgument,
        "The policy " + std::string(policy.name())
            + " decides by no threshold of a measured change; those that do: teacache, dbcache, magcache, easycache.");
}

int skippedOf(const Decisions& decisions)
{
    return static_cast<int>(
        std::count_if(decisions.begin(), decisions.end(), [](const auto& each) { return each.isSkipped; }));
}

/// The largest threshold that skips nothing. With nothing skipped all sums stay at one evaluation's change, and an
/// evaluation is skipped when that is below the threshold: so it is the least of them.
double inertThresholdOf(const Replay& replay)
{
    double least = kInfinity;
    for (const ThresholdDecision& decision : replay.decide(0.0))
        if (!decision.isForced && decision.scalars.accumulated < least) // false for NaN
            least = decision.scalars.accumulated;
    return least;
}

/// A bound from which on more threshold skips no more.
double upperEnd(const Replay& replay, double inert)
{
    const int most = skippedOf(replay.decide(kInfinity));
    double end = std::max(inert, 1e-9);
    while (end < 1e12 && skippedOf(replay.decide(end)) < most)
        end *= 1.25;
    return end * 1.25;
}

} // namespace

bool isThresholdPolicy(std::string_view name)
{
    return name == "teacache" || name == "dbcache" || name == "magcache" || name == "easycache";
}

Result<std::vector<ThresholdDecision>> replayDecisions(
    const Policy& policy, const SignalRecord& record, double threshold)
{
    const auto places = streamPlaces(record.schedule);
    auto replay = makeReplay(policy, record, places);
    if (!replay)
        return unexpected(replay.error());
    return replay->decide(threshold);
}

Result<ThresholdResponse> thresholdResponse(
    const Policy& policy, const SignalRecord& record, const ThresholdRange& range)
{
    if (range.points < 2 || range.points > 10'000)
        return unexpected(ErrorCode::InvalidArgument,
            "A threshold response cannot have " + std::to_string(range.points) + " points; it needs 2 to 10000.");
    if (!(range.from >= 0) || !(range.to >= 0) || (range.to > 0 && !(range.from < range.to)) || std::isinf(range.to))
        return unexpected(ErrorCode::InvalidArgument,
            "The thresholds cannot go from " + toText(ParameterValue(range.from)) + " to "
                + toText(ParameterValue(range.to)) + "; they must rise and be positive.");
    const auto places = streamPlaces(record.schedule);
    const auto replay = makeReplay(policy, record, places);
    if (!replay)
        return unexpected(replay.error());

    ThresholdResponse response;
    response.policy = std::string(policy.name());
    response.evaluations = static_cast<int>(places.size());
    const Plan full(record.geometry, record.schedule);
    Plan skipping = full;
    response.baselineFlops = full.totalFlops();
    std::vector<double> saved; // by skipping each evaluation
    for (int evaluation = 0; evaluation < full.evaluationCount(); ++evaluation) {
        replay->skip(skipping, evaluation);
        saved.push_back(full.evaluationFlops(evaluation) - skipping.evaluationFlops(evaluation));
    }

    response.inertThreshold = inertThresholdOf(*replay);
    const bool isAnyDecided = std::isfinite(response.inertThreshold);
    const double from = range.from > 0 ? range.from : isAnyDecided ? std::max(response.inertThreshold / 4, 1e-9) : 1e-3;
    const double to =
        range.to > 0 ? range.to : std::max(isAnyDecided ? upperEnd(*replay, response.inertThreshold) : 1.0, 2 * from);
    for (int i = 0; i < range.points; ++i) {
        ThresholdPoint point;
        point.threshold = from * std::pow(to / from, static_cast<double>(i) / (range.points - 1));
        const Decisions decisions = replay->decide(point.threshold);
        std::map<Stream, int> inRow;
        point.flops = response.baselineFlops;
        for (std::size_t evaluation = 0; evaluation < decisions.size(); ++evaluation) {
            int& run = inRow[record.schedule.evaluations[evaluation].stream];
            run = decisions[evaluation].isSkipped ? run + 1 : 0;
            point.longestSkip = std::max(point.longestSkip, run);
            if (!decisions[evaluation].isSkipped)
                continue;
            point.skippedEvaluations.push_back(static_cast<int>(evaluation));
            point.flops -= saved[evaluation];
        }
        point.flopsGain = point.flops > 0 ? response.baselineFlops / point.flops : 1.0;
        response.points.push_back(std::move(point));
    }

    int before = skippedOf(replay->decide(0.0)), largest = 0;
    for (int i = 0; i < range.points; ++i) {
        const ThresholdPoint& point = response.points[static_cast<std::size_t>(i)];
        if (point.skipped() - before > largest) {
            largest = point.skipped() - before;
            response.cliff = i;
        }
        before = point.skipped();
        if (response.longSkips < 0 && point.longestSkip > range.tolerableSkip)
            response.longSkips = i;
    }
    return response;
}

std::optional<ThresholdPoint> pointOfGain(const ThresholdResponse& response, double gain)
{
    for (const ThresholdPoint& point : response.points)
        if (point.flopsGain >= gain)
            return point;
    return std::nullopt;
}

} // namespace toca::plan
