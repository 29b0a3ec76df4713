// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/policy_run.h"

namespace toca::cache {

/// Follows a plan as it stands: all that a policy without data-dependent decisions needs (None, FORA). Policies that
/// choose tokens override `onModule` for the sites planned as Subset.
class PlannedRun : public PolicyRun {
public:
    explicit PlannedRun(std::shared_ptr<const plan::Plan> plan);

    EvaluationAction onEvaluation(const EvaluationView& view, FeatureStore& store) override;
    ModuleAction onModule(const plan::Site& site, const Evidence& evidence) override;
    bool keepsPrediction() const override { return m_keepsPrediction; }
    std::unique_ptr<PolicyRun> clone() const override { return std::make_unique<PlannedRun>(*this); }

protected:
    const plan::Plan& plan() const { return *m_plan; }
    /// True when a module's output is used again after this evaluation.
    bool isUsedLater(const plan::Site& site) const;

private:
    std::shared_ptr<const plan::Plan> m_plan;
    bool m_keepsPrediction = false;
};

} // namespace toca::cache
