// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/policies/schedule_run.h"

namespace toca::cache {

using plan::Action;

ScheduleRun::ScheduleRun(
    std::shared_ptr<const plan::Plan> given, const plan::SchedulePolicy& policy, PolicyRunOptions runOptions)
    : TocaRun(std::move(given), policy.scores(), std::move(runOptions))
{
    // The plan was made from the same table, so that it fits.
    auto table = policy.table().fitted(plan().geometry(), plan().schedule(), policy.fit());
    TORCH_CHECK(table, "ScheduleRun: ", table ? "" : table.error().message);
    m_table = std::move(*table);
    for (int layer = 0; layer < m_table.layers(); ++layer)
        for (const plan::ModuleKind module : plan::kAllModules)
            m_storage.push_back(plan::scheduleStorage(m_table, plan().schedule(), layer, module));
}

bool ScheduleRun::isKept(const plan::Site& site) const
{
    return plan::isScheduleKept(m_table, plan().schedule(), site.evaluation, site.layer, site.module);
}

ModuleAction ScheduleRun::onModule(const plan::Site& site, const Evidence& evidence)
{
    m_order = storage(site).order;
    const plan::ScheduleCell& cell = m_table.at(site.evaluation, site.layer, site.module);
    if (cell.action == Action::Full)
        return ModuleAction::full(isKept(site));
    if (cell.action == Action::Forecast)
        return ModuleAction::forecast(cell.amount);
    return TocaRun::onModule(site, evidence);
}

void ScheduleRun::afterModule(
    const plan::Site& site, RowRange rows, const torch::Tensor& /*output*/, FeatureStore& store)
{
    if (!storage(site).isApart || !isKept(site))
        return;
    // Chosen tokens are written into the stored output, which is the first derivative's tensor as well.
    store.separate(site.layer, site.module, rows);
}

} // namespace toca::cache
