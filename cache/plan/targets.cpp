// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/targets.h"

#include "cache/plan/tuning.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

namespace toca::plan {
namespace {

constexpr double kNearEnough = 0.97; ///< of the wanted gain: intervals come in whole steps

std::string fixed(double number, int decimals)
{
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, "%.*f", decimals, number);
    return buffer;
}

std::string megabytes(std::int64_t bytes)
{
    return fixed(static_cast<double>(bytes) / 1e6, bytes < 10'000'000 ? 1 : 0) + " MB";
}

/// One setting of the policy with what it would do.
struct Looked {
    ParameterValues values;
    Plan plan;
    double gain = 1; ///< of time where that is known, else of FLOPs
};

class Solver {
public:
    explicit Solver(const TargetQuestion& question)
        : m_question(question)
        , m_baseline(question.geometry, question.schedule)
    {
        if (question.costs && !question.costs->isEmpty())
            m_baselineSeconds = question.costs->secondsOf(m_baseline).seconds;
    }

    bool hasTimes() const { return m_baselineSeconds > 0; }
    int looked() const { return m_looked; }

    Result<Looked> look(const ParameterValues& values)
    {
        ++m_looked;
        auto policy = makePolicy(m_question.policy->name, values, m_question.preset, m_question.context);
        if (!policy)
            return unexpected(policy.error());
        auto plan = (*policy)->plan(m_question.geometry, m_question.schedule);
        if (!plan)
            return unexpected(plan.error());
        plan->setStorage(m_question.storage);
        Looked looked{values, std::move(*plan), 1};
        looked.gain = gainOf(looked.plan);
        return looked;
    }

    double gainOf(const Plan& plan) const
    {
        if (!hasTimes())
            return plan.flopsGain();
        const double seconds = m_question.costs->secondsOf(plan).seconds;
        return seconds > 0 ? m_baselineSeconds / seconds : 1;
    }

    TargetAnswer answer(const Looked& chosen, bool isMet, std::string reason) const
    {
        TargetAnswer answer;
        answer.isMet = isMet;
        answer.values = chosen.values;
        answer.flopsGain = chosen.plan.flopsGain();
        if (hasTimes())
            answer.timeGain = chosen.gain;
        answer.cacheBytes = chosen.plan.cacheBytes();
        answer.settingsTried = m_looked;
        answer.reason = std::move(reason);
        return answer;
    }

    std::string gainText(double gain) const
    {
        return fixed(gain, 2) + (hasTimes() ? " times faster" : " times fewer FLOPs");
    }

private:
    const TargetQuestion& m_question;
    Plan m_baseline;
    double m_baselineSeconds = 0;
    int m_looked = 0;
};

Unexpected unsolvable(const TargetQuestion& question, const std::string& why)
{
    return unexpected(ErrorCode::Unsupported, question.policy->title + ": " + why);
}

Result<TargetAnswer> solveSpeed(double wanted, const TargetQuestion& question)
{
    Solver solver(question);
    const TuningKnobs* knobs = tuningKnobs(question.policy->name);
    if (!knobs)
        return unsolvable(question, "it has no parameter that makes it faster or slower. Choose another policy.");
    if (!knobs->threshold.empty())
        return unsolvable(question,
            "it decides while running, so no plan can promise a speed. Record its threshold response, which reads the "
            "gain of every threshold.");
    // The search wants the nearest; who asks for a speed wants at least that.
    std::optional<ParameterValues> enough;
    double enoughGain = 0;
    const auto gainOf = [&](const ParameterValues& values) -> Result<TuningGain> {
        const auto looked = solver.look(values);
        if (!looked)
            return unexpected(looked.error());
        if (looked->gain >= kNearEnough * wanted && (!enough || looked->gain < enoughGain)) {
            enough = values;
            enoughGain = looked->gain;
        }
        return TuningGain{looked->gain, false};
    };
    const auto tuned =
        tunedToGain(*question.policy, question.preset, question.context.family, question.given, wanted, gainOf);
    if (!tuned)
        return unexpected(tuned.error());
    const bool isNearestTooSlow = tuned->gain.flopsGain < kNearEnough * wanted;
    const auto chosen = solver.look(isNearestTooSlow && enough ? *enough : tuned->values);
    if (!chosen)
        return unexpected(chosen.error());
    const bool isMet = chosen->gain >= kNearEnough * wanted;
    const std::string basis = solver.hasTimes() ? "Planned with the module times measured on this machine."
                                                : "Planned by FLOPs: no run has been timed on this machine yet.";
    return solver.answer(*chosen, isMet,
        (isMet ? "Plans " + solver.gainText(chosen->gain) + "; of " + std::to_string(solver.looked())
                    + " settings the one nearest to the target with the smallest change. "
               : "The target cannot be met: the fastest setting found plans " + solver.gainText(chosen->gain) + ", not "
                    + fixed(wanted, 2) + ". ")
            + basis);
}

/// Settings that store less: modules that are always computed are not stored, lower orders keep fewer tensors.
std::vector<ParameterValues> leanerSettings(const PolicyEntry& policy, const ParameterValues& given)
{
    std::vector<std::pair<std::string, std::vector<ParameterValue>>> turned;
    for (const ParameterSpec& spec : policy.parameters) {
        const bool isInterval = spec.kind == ParameterKind::Integer && spec.name != "interval"
            && (spec.name.find("_interval") != std::string::npos || spec.name.find("_range") != std::string::npos);
        if (isInterval)
            turned.push_back({spec.name, {std::int64_t{1}}});
        else if (spec.name == "max_order" || spec.name == "order")
            turned.push_back({spec.name, {std::int64_t{0}, std::int64_t{1}, std::int64_t{2}, std::int64_t{3}}});
        else if (spec.name == "light")
            turned.push_back({spec.name, {true}});
        else if (spec.name == "skipped_share")
            turned.push_back({spec.name, {0.25, 0.5, 0.75, 1.0}});
    }
    std::vector<ParameterValues> settings{given};
    for (const auto& [name, values] : turned) {
        const std::size_t before = settings.size();
        for (const ParameterValue& value : values)
            for (std::size_t i = 0; i < before && settings.size() < 400; ++i) {
                settings.push_back(settings[i]);
                settings.back().insert_or_assign(name, value);
            }
    }
    return settings;
}

Result<TargetAnswer> solveMemory(double bytes, const TargetQuestion& question)
{
    Solver solver(question);
    std::optional<Looked> best, smallest;
    Error problem;
    for (const ParameterValues& values : leanerSettings(*question.policy, question.given)) {
        auto looked = solver.look(values);
        if (!looked) {
            problem = looked.error();
            continue;
        }
        const auto held = [](const Looked& each) { return each.plan.cacheBytes(); };
        const bool fits = static_cast<double>(held(*looked)) <= bytes;
        // A setting that caches nothing keeps any limit; one that gains nothing is none to choose.
        if (fits && looked->gain > 1.01 && (!best || looked->gain > best->gain))
            best = *looked;
        if (looked->gain > 1.01 && (!smallest || held(*looked) < held(*smallest)))
            smallest = std::move(*looked);
    }
    if (!smallest)
        return solver.looked() > 0 && problem.message.empty()
            ? unsolvable(question, "none of its settings saves anything on this run.")
            : unexpected(problem);
    const std::string tried = "of " + std::to_string(solver.looked()) + " settings ";
    if (best)
        return solver.answer(*best, true,
            "Plans " + megabytes(best->plan.cacheBytes()) + " and " + solver.gainText(best->gain) + ": " + tried
                + "the fastest that keeps the limit.");
    return solver.answer(*smallest, false,
        "The target cannot be met: " + tried + "the smallest still holds " + megabytes(smallest->plan.cacheBytes())
            + " (" + solver.gainText(smallest->gain) + "). Smaller clips or another policy need less.");
}

Result<TargetAnswer> solveFidelity(double decibels, const TargetQuestion& question)
{
    Solver solver(question);
    struct Seen {
        double lowest = 0;
        int runs = 0;
    };
    std::vector<std::pair<ParameterValues, Seen>> settings;
    for (const RecordedRun& run : question.recorded) {
        if (run.policy != question.policy->name || run.steps != question.schedule.steps || std::isnan(run.psnrDb))
            continue;
        auto found = std::find_if(
            settings.begin(), settings.end(), [&](const auto& each) { return each.first == run.parameters; });
        if (found == settings.end()) {
            settings.push_back({run.parameters, {run.psnrDb, 0}});
            found = std::prev(settings.end());
        }
        found->second.lowest = std::min(found->second.lowest, run.psnrDb);
        ++found->second.runs;
    }
    if (settings.empty())
        return unsolvable(question,
            "no run of it with " + std::to_string(question.schedule.steps)
                + " steps has been compared with its uncached run. Compare some settings first (or `toca sweep`).");
    std::optional<Looked> best, nearest;
    Seen bestSeen, nearestSeen;
    for (const auto& [values, seen] : settings) {
        auto looked = solver.look(values);
        if (!looked)
            continue; // of another version of the policy
        if (seen.lowest >= decibels && (!best || looked->gain > best->gain)) {
            best = *looked;
            bestSeen = seen;
        }
        if (!nearest || seen.lowest > nearestSeen.lowest) {
            nearest = std::move(*looked);
            nearestSeen = seen;
        }
    }
    if (!nearest)
        return unsolvable(question, "the recorded runs have settings that it does not know any more.");
    const auto measured = [](const Seen& seen) {
        return (std::isinf(seen.lowest) ? std::string("identical") : fixed(seen.lowest, 1) + " dB") + " in "
            + (seen.runs == 1 ? "one recorded run" : "the worst of " + std::to_string(seen.runs) + " recorded runs");
    };
    const bool isMet = best.has_value();
    const Looked& chosen = isMet ? *best : *nearest;
    TargetAnswer answer = solver.answer(chosen, isMet,
        (isMet ? "Measured " + measured(bestSeen) + "; plans " + solver.gainText(chosen.gain) + ", the fastest of "
                    + std::to_string(settings.size()) + " recorded settings that keep " + fixed(decibels, 1) + " dB. "
               : "The target cannot be met by what was recorded: the nearest of " + std::to_string(settings.size())
                    + " settings has " + measured(nearestSeen) + ". ")
            + "Another prompt may differ.");
    answer.psnrDb = isMet ? bestSeen.lowest : nearestSeen.lowest;
    return answer;
}

} // namespace

Result<TargetAnswer> solveTarget(TargetKind kind, double value, const TargetQuestion& question)
{
    const auto outside = [](const char* range) {
        return unexpected(ErrorCode::InvalidArgument, std::string("The target must be from ") + range + ".");
    };
    switch (kind) {
    case TargetKind::Speed:
        if (!(value >= 1 && value <= 1000))
            return outside("1 to 1000 times");
        return solveSpeed(value, question);
    case TargetKind::Memory:
        if (!(value >= 0 && std::isfinite(value)))
            return outside("0 bytes up");
        return solveMemory(value, question);
    case TargetKind::Fidelity:
        break;
    }
    if (!(value >= 0 && value <= 200))
        return outside("0 to 200 dB");
    return solveFidelity(value, question);
}

} // namespace toca::plan
