// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/request_options.h"
#include "cache/plan/policy.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace toca::app {

/// A parameter and the values that it takes in a sweep.
struct Variation {
    std::string key;
    std::vector<plan::ParameterValue> values;
};

/// Reads "key=a,b,c", "key=low:high:count" (even steps, whole numbers where the parameter is one) or
/// "key=low:high:count:log" (even ratios). Values of text parameters, which have commas, are separated by ';'.
/// @return InvalidArgument naming what is wrong and what is known
Result<Variation> parseVariation(const plan::PolicyEntry& policy, std::string_view text);

enum class SweepMode { Grid, List };

/// One run of a sweep.
struct SweepRun {
    std::string id; ///< its folder: "0001"; "baseline-0001" for an uncached run
    GenerationRequest request;
    std::vector<plan::ParameterValue> varied; ///< one for each variation; empty for an uncached run
};

/// The runs of one prompt and seed.
struct SweepCase {
    SweepRun baseline;
    std::vector<SweepRun> points;
};

/// Everything that a sweep will run, known before it starts.
class SweepPlan {
public:
    /// @param request with the policy and the settings that all points share
    /// @param prompts at least one; a class-conditional model has one that is not used
    /// @return InvalidArgument: nothing varied, a key twice, lists of different lengths, too many runs, or a setting
    /// that
    ///         the policy refuses
    static Result<SweepPlan> make(const GenerationRequest& request, const std::string& family,
        std::vector<std::string> prompts, std::vector<std::uint64_t> seeds, std::vector<Variation> variations,
        SweepMode mode);

    const GenerationRequest& request() const { return m_request; }
    const std::vector<Variation>& variations() const { return m_variations; }
    std::size_t caseCount() const { return m_prompts.size() * m_seeds.size(); }
    std::size_t pointsPerCase() const { return m_points.size(); }
    /// Of all cases, uncached ones included.
    std::size_t runCount() const { return caseCount() * (pointsPerCase() + 1); }
    SweepCase at(std::size_t index) const;

    /// What makes this sweep the same as another one; nothing else is written into sweep.json.
    nlohmann::ordered_json json() const;
    /// "sweep-toca-3f5a09c1b2d4": the same for the same sweep.
    std::string defaultName() const;

private:
    GenerationRequest m_request;
    std::vector<std::string> m_prompts;
    std::vector<std::uint64_t> m_seeds;
    std::vector<Variation> m_variations;
    SweepMode m_mode = SweepMode::Grid;
    std::vector<std::vector<plan::ParameterValue>> m_points; ///< a value for each variation
};

} // namespace toca::app
