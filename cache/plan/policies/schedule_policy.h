// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/policies/toca_options.h"
#include "cache/plan/policy.h"
#include "cache/plan/schedule_table.h"

namespace toca::plan {

/// A schedule made by hand: for each step, layer and module compute, compute a share of the tokens (by ToCa's score),
/// reuse, or forecast (Taylor). Own method of this program; no paper.
class SchedulePolicy final : public Policy {
public:
    /// @param parameters complete and checked
    SchedulePolicy(ParameterValues parameters, ScheduleTable table);

    std::string_view name() const override { return "schedule"; }
    const ParameterValues& parameters() const override { return m_parameters; }
    Result<Plan> plan(const Geometry& geometry, const SamplerSchedule& schedule) const override;

    const ScheduleTable& table() const { return m_table; } ///< as it was given
    ScheduleFit fit() const { return m_fit; }
    /// How tokens are chosen.
    const TocaOptions& scores() const { return m_scores; }

private:
    ParameterValues m_parameters;
    ScheduleTable m_table;
    ScheduleFit m_fit = ScheduleFit::Stretch;
    TocaOptions m_scores;
};

/// What a run of a table must keep of one module.
struct ScheduleStorage {
    int order = 0; ///< highest order that is forecast; 0 = none
    bool isApart = false; ///< forecasts and selections both: forecasts continue from full steps alone
    std::int64_t tensors = 0; ///< held at the end, each as large as the module's output
};
/// @param table with one column for each evaluation
ScheduleStorage scheduleStorage(
    const ScheduleTable& table, const SamplerSchedule& schedule, int layer, ModuleKind module);
/// True when what is computed in full here is read later, as it stands or for a forecast.
bool isScheduleKept(
    const ScheduleTable& table, const SamplerSchedule& schedule, int evaluation, int layer, ModuleKind module);

PolicyEntry schedulePolicyEntry();

} // namespace toca::plan
