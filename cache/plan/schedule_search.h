// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/module_costs.h"
#include "cache/plan/policy.h"
#include "cache/plan/schedule_table.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toca::plan {

/// What a search for a schedule is about.
struct SearchProblem {
    Geometry geometry;
    SamplerSchedule schedule;
    PolicyContext context;
    std::optional<ModuleCosts> costs; ///< none: cost is counted in FLOPs
    double limit = 0; ///< largest cost: seconds with `costs`, else FLOPs
    std::vector<Plan> starts; ///< plans of known settings to go on from
    std::uint64_t seed = 1;
};

/// A schedule that was or is to be tried.
struct SearchPoint {
    std::string table; ///< value of the policy `schedule`'s parameter
    std::string origin; ///< "start 1", "forecast of order 2, evenly", "from 3: ..."
    double cost = 0;
    std::vector<double> fidelity; ///< dB, one for each training prompt that was made; fewer when it was given up
    bool isComplete = false; ///< all prompts were made
    double mean() const;
    bool operator==(const SearchPoint&) const = default;
};

/// Searches steps x layers tables for the one with the highest fidelity at a given cost: simple families first (full
/// steps evenly or denser at either end; between them reuse or forecast), then small changes of the best ones (move a
/// full step, trade one for another, change what happens between two of them, one module or all, single layers).
///
/// Ask `next`, make it, `tell` what came out. All of the search's state is the list of points: the same list always
/// gives the same next one, so a search goes on after any interruption. No tensors, no files.
class ScheduleSearch {
public:
    explicit ScheduleSearch(SearchProblem problem);

    /// The next schedule to make; nothing when no new one was found. @pre every earlier one has been told
    std::optional<SearchPoint> next() const;
    /// True when a point that has these values so far cannot become the best any more, to save the other prompts.
    bool isHopeless(const std::vector<double>& fidelity) const;
    void tell(SearchPoint point);
    /// Another limit, when measuring has shown that costs were judged wrongly: what was tried stays.
    void setLimit(double limit);
    /// The best complete point within the limit; nullptr before the first.
    const SearchPoint* best() const;
    const std::vector<SearchPoint>& points() const { return m_points; }
    double costOf(const ScheduleTable& table) const;
    const SearchProblem& problem() const { return m_problem; }

    std::string pointsJson() const;
    /// @return BadFormat
    Result<void> setPoints(std::string_view json);

private:
    std::vector<SearchPoint> families() const;
    std::optional<SearchPoint> mutation() const;
    bool isKnown(const std::string& table) const;

    SearchProblem m_problem;
    std::vector<SearchPoint> m_families; ///< tried in this order before anything else
    std::vector<SearchPoint> m_points;
};

} // namespace toca::plan
