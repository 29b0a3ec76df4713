// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/policies/planned_run.h"

namespace toca::cache {

using plan::Action;

PlannedRun::PlannedRun(std::shared_ptr<const plan::Plan> plan)
    : m_plan(std::move(plan))
{
    for (int evaluation = 0; evaluation < m_plan->evaluationCount(); ++evaluation)
        m_keepsPrediction |= m_plan->decision(evaluation) != plan::EvaluationDecision::Run;
}

EvaluationAction PlannedRun::onEvaluation(const EvaluationView& view, FeatureStore&)
{
    return {m_plan->decision(view.evaluation)};
}

ModuleAction PlannedRun::onModule(const plan::Site& site, const Evidence&)
{
    switch (m_plan->at(site.evaluation, site.layer, site.module).action) {
    case Action::Full:
        return ModuleAction::full(isUsedLater(site));
    case Action::Reuse:
        return ModuleAction::reuse();
    default:
        break;
    }
    TORCH_CHECK(false, "PlannedRun: a plan with ",
        std::string(plan::actionName(m_plan->at(site.evaluation, site.layer, site.module).action)),
        " needs a run class of its own policy");
}

bool PlannedRun::isUsedLater(const plan::Site& site) const
{
    // The next evaluation decides: either it reads what is stored, or it renews it.
    for (int next = site.evaluation + 1; next < m_plan->evaluationCount(); ++next) {
        const Action action = m_plan->at(next, site.layer, site.module).action;
        if (m_plan->decision(next) == plan::EvaluationDecision::ReusePrediction || action == Action::Skip)
            continue;
        return action != Action::Full;
    }
    return false;
}

} // namespace toca::cache
