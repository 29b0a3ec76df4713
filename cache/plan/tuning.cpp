// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/tuning.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace toca::plan {
namespace {

constexpr int kLargestN = 24;
constexpr double kNearEnough = 0.015; // of the target; steps of N are much coarser
constexpr double kBisected = 0.01;
constexpr int kBisections = 12;
constexpr double kSmallestThreshold = 1e-4, kLargestThreshold = 100;

const std::vector<double> kShares{0.0, 0.02, 0.05, 0.07, 0.1, 0.12, 0.15, 0.175, 0.2, 0.225, 0.25, 0.275, 0.3, 0.35,
    0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8, 0.9, 1.0};
const std::vector<double> kFirstSteps{1, 2, 3, 4, 5, 6, 8, 10};

std::vector<TuningKnobs> allKnobs()
{
    // Self-attention, MLP and age alike, cross-attention half as often: the published 3/3/6/3. Where the refresh goes
    // in cycles, only `interval` has an effect.
    const std::vector<TuningKnobs::Interval> tokenwise{{"interval", 1}, {"spatial_attention_interval", 1},
        {"temporal_attention_interval", 1}, {"mlp_interval", 1}, {"cross_attention_interval", 2}};
    // FEB's own preset is where its search begins; a table would take the place of the intervals.
    const ParameterValues feb{{"table", std::string()}, {"mlp_interval", std::int64_t{2}},
        {"attention_interval", std::int64_t{4}}, {"full_share", 0.2}};
    return {
        {"toca", {}, tokenwise, "fresh_ratio", kShares, ""},
        {"duca", {}, tokenwise, "fresh_ratio", kShares, ""},
        {"fora", {{"per_module", false}}, {{"interval", 1}}, "warmup_steps", kFirstSteps, ""},
        {"taylorseer", {}, {{"interval", 1}}, "first_enhance", kFirstSteps, ""},
        {"clusca", {}, {{"interval", 1}}, "warmup_steps", kFirstSteps, ""},
        {"deltadit", {}, {{"interval", 1}}, "skipped_share", {0.25, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 1.0}, ""},
        // FEB: attention changes less from step to step than the MLP.
        {"ebcache", feb, {{"mlp_interval", 1}, {"attention_interval", 2}}, "full_share",
            {0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5}, ""},
        {"pab", {}, {{"spatial_range", 1}, {"temporal_range", 2}, {"cross_range", 3}}, "mlp_skip", {0, 1, 2, 3, 4}, ""},
        {"fastercache", {}, {{"attention_interval", 1}}, "guidance_interval", {1, 2, 3, 4, 5, 6, 8, 10, 20}, ""},
        {"teacache", {}, {}, "", {}, "threshold"},
        {"dbcache", {}, {}, "", {}, "threshold"},
        {"easycache", {}, {}, "", {}, "threshold"},
        {"magcache", {}, {}, "", {}, "threshold"},
        {"speca", {}, {}, "", {}, "threshold"},
    };
}

const ParameterSpec* specNamed(const PolicyEntry& policy, const std::string& name)
{
    const auto& specs = policy.parameters;
    const auto found = std::find_if(specs.begin(), specs.end(), [&](const auto& spec) { return spec.name == name; });
    return found == specs.end() ? nullptr : &*found;
}

double number(const ParameterValue& value)
{
    if (const auto* integer = std::get_if<std::int64_t>(&value))
        return static_cast<double>(*integer);
    const auto* held = std::get_if<double>(&value);
    return held ? *held : 0;
}

/// As the parameter's kind, inside its range.
ParameterValue valueFor(const ParameterSpec& spec, double value)
{
    value = std::clamp(value, spec.minimum, spec.maximum);
    if (spec.kind == ParameterKind::Integer)
        return static_cast<std::int64_t>(std::llround(value));
    return value;
}

/// The search of one policy.
class Search {
public:
    Search(const PolicyEntry& policy, const TuningKnobs& knobs, ParameterValues start, ParameterValues given,
        double target, const TuningGainOf& gainOf)
        : m_policy(policy)
        , m_knobs(knobs)
        , m_start(std::move(start))
        , m_given(std::move(given))
        , m_target(target)
        , m_gainOf(gainOf)
    {
        for (const auto& [name, value] : knobs.fixed)
            m_given.insert_or_assign(name, value);
    }

    Result<Tuned> overIntervals()
    {
        const double startN = std::max(1.0, startOf(m_knobs.intervals.front().name));
        std::optional<double> startFine;
        if (!m_knobs.fine.empty())
            startFine = startOf(m_knobs.fine);
        // First the whole range of N, then what lies between the two nearest.
        std::vector<std::pair<double, int>> distances;
        for (int n = 1; n <= kLargestN; ++n) {
            const auto gain = tryOut(n, startFine, std::abs(std::log(n / startN)));
            if (!gain)
                return unexpected(gain.error());
            distances.emplace_back(distance(*gain), n);
        }
        const auto at = distances[static_cast<std::size_t>(std::min<double>(startN, kLargestN)) - 1];
        std::sort(distances.begin(), distances.end());
        distances.resize(4);
        if (std::find(distances.begin(), distances.end(), at) == distances.end())
            distances.push_back(at); // the published N with another second parameter is the smallest change
        if (startFine)
            for (std::size_t i = 0; i < distances.size(); ++i)
                for (const double fine : m_knobs.fineValues) {
                    const int n = distances[i].second;
                    const double departure =
                        std::abs(std::log(n / startN)) + 0.1 * std::abs(std::log((fine + 0.05) / (*startFine + 0.05)));
                    if (auto gain = tryOut(n, fine, departure); !gain)
                        return unexpected(gain.error());
                }
        return best();
    }

    Result<Tuned> overThreshold()
    {
        double low = kSmallestThreshold, high = std::max(startOf(m_knobs.threshold), 2 * low);
        for (;; high *= 4) {
            const auto gain = tryOut(high);
            if (!gain)
                return unexpected(gain.error());
            if (gain->flopsGain >= m_target || high >= kLargestThreshold)
                break;
            low = high;
        }
        for (int i = 0; i < kBisections && m_bestDistance > kBisected && high / low > 1.01; ++i) {
            const double middle = std::sqrt(low * high);
            const auto gain = tryOut(middle);
            if (!gain)
                return unexpected(gain.error());
            (gain->flopsGain >= m_target ? high : low) = middle;
        }
        return best();
    }

private:
    double startOf(const std::string& name) const { return number(m_start.at(name)); }
    double distance(const TuningGain& gain) const { return std::abs(std::log(gain.flopsGain / m_target)); }

    void set(ParameterValues& values, const std::string& name, double value) const
    {
        if (const ParameterSpec* spec = specNamed(m_policy, name))
            values.insert_or_assign(name, valueFor(*spec, value));
    }

    Result<TuningGain> tryOut(int n, std::optional<double> fine, double departure)
    {
        ParameterValues values = m_given;
        for (const auto& interval : m_knobs.intervals)
            set(values, interval.name, std::max(1.0, std::round(n * interval.perN)));
        if (fine)
            set(values, m_knobs.fine, *fine);
        return look(std::move(values), departure);
    }

    Result<TuningGain> tryOut(double threshold)
    {
        // Three digits: a setting that can be written down.
        const double scale = std::pow(10.0, 2 - std::floor(std::log10(threshold)));
        ParameterValues values = m_given;
        set(values, m_knobs.threshold, std::round(threshold * scale) / scale);
        return look(std::move(values), 0);
    }

    Result<TuningGain> look(ParameterValues values, double departure)
    {
        const auto gain = m_gainOf(values);
        if (!gain)
            return gain;
        ++(gain->isMeasured ? m_best.runs : m_best.plans);
        // All that are near enough count alike; then the one nearest to the start.
        const double off = distance(*gain);
        const bool isNear = off <= kNearEnough && !m_knobs.intervals.empty();
        const double rank = isNear ? 0 : off;
        if (rank < m_bestDistance || (rank == m_bestDistance && departure < m_bestDeparture)) {
            m_bestDistance = rank;
            m_bestDeparture = departure;
            m_best.values = std::move(values);
            m_best.gain = *gain;
        }
        return gain;
    }

    Result<Tuned> best() const { return m_best; }

    const PolicyEntry& m_policy;
    const TuningKnobs& m_knobs;
    ParameterValues m_start; ///< complete
    ParameterValues m_given;
    double m_target;
    const TuningGainOf& m_gainOf;
    Tuned m_best;
    double m_bestDistance = std::numeric_limits<double>::infinity();
    double m_bestDeparture = 0;
};

} // namespace

const TuningKnobs* tuningKnobs(std::string_view policy)
{
    static const std::vector<TuningKnobs> knobs = allKnobs();
    const auto found =
        std::find_if(knobs.begin(), knobs.end(), [&](const auto& each) { return each.policy == policy; });
    return found == knobs.end() ? nullptr : &*found;
}

Result<Tuned> tunedToGain(const PolicyEntry& policy, std::string_view preset, std::string_view family,
    const ParameterValues& given, double target, const TuningGainOf& gainOf)
{
    const TuningKnobs* knobs = tuningKnobs(policy.name);
    if (!knobs)
        return unexpected(ErrorCode::InvalidArgument,
            "The policy " + policy.name + " has no parameter that makes it faster or slower, so it cannot be tuned.");
    if (!(target >= 1 && target <= 1000))
        return unexpected(ErrorCode::InvalidArgument, "The gain to tune to must be from 1 to 1000.");
    ParameterValues start;
    for (const Preset& each : policy.presets)
        if (each.name == preset)
            start = each.values;
    if (const Preset* standard = defaultPreset(policy, family); preset.empty() && standard)
        start = standard->values;
    for (const auto& [name, value] : given)
        start.insert_or_assign(name, value);
    for (const auto& [name, value] : knobs->fixed)
        start.insert_or_assign(name, value);
    auto complete = completed(policy.parameters, start);
    if (!complete)
        return unexpected(complete.error());
    Search search(policy, *knobs, std::move(*complete), given, target, gainOf);
    return knobs->threshold.empty() ? search.overIntervals() : search.overThreshold();
}

} // namespace toca::plan
