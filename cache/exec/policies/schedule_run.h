// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/policies/toca_run.h"
#include "cache/plan/policies/schedule_policy.h"

namespace toca::cache {

/// Follows a hand-made table: ToCa's selection where a share of the tokens is computed, TaylorSeer's forecasts where
/// one is asked for, each module with its own order. A forecast continues from full steps alone: tokens computed in
/// between do not bend it.
class ScheduleRun final : public TocaRun {
public:
    ScheduleRun(
        std::shared_ptr<const plan::Plan> plan, const plan::SchedulePolicy& policy, PolicyRunOptions runOptions);

    ModuleAction onModule(const plan::Site& site, const Evidence& evidence) override;
    void afterModule(const plan::Site& site, RowRange rows, const torch::Tensor& output, FeatureStore& store) override;
    int forecastOrder() const override { return m_order; }
    std::unique_ptr<PolicyRun> clone() const override { return std::make_unique<ScheduleRun>(*this); }

private:
    const plan::ScheduleStorage& storage(const plan::Site& site) const
    {
        return m_storage[static_cast<std::size_t>(site.layer) * plan::kModuleKinds
            + static_cast<std::size_t>(site.module)];
    }
    bool isKept(const plan::Site& site) const;

    plan::ScheduleTable m_table; ///< one column for each evaluation
    std::vector<plan::ScheduleStorage> m_storage; ///< by layer and module
    int m_order = 0; ///< of the module that was asked about last
};

} // namespace toca::cache
