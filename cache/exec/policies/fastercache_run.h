// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/policies/planned_run.h"
#include "cache/plan/policies/fastercache_policy.h"

namespace toca::cache {

/// FasterCache (arXiv 2410.19355). Two attention outputs of each layer and the difference of the guidance rows'
/// predictions lie in the store.
class FasterCacheRun final : public PlannedRun {
public:
    FasterCacheRun(std::shared_ptr<const plan::Plan> plan, std::vector<plan::FasterCacheStep> steps)
        : PlannedRun(std::move(plan))
        , m_steps(std::move(steps))
    {
    }

    ModuleAction onModule(const plan::Site& site, const Evidence& evidence) override;
    void afterModule(const plan::Site& site, RowRange rows, const torch::Tensor& output, FeatureStore& store) override;
    torch::Tensor onPrediction(const EvaluationView& view, torch::Tensor prediction, FeatureStore& store) override;
    std::unique_ptr<PolicyRun> clone() const override { return std::make_unique<FasterCacheRun>(*this); }

private:
    std::vector<plan::FasterCacheStep> m_steps; ///< by evaluation
};

/// `difference` with its spatial frequencies scaled: those within a fifth of the shorter side of the zero frequency by
/// `low`, the others by `high` (FasterCache's equations 9 to 11). @param difference (..., H, W)
torch::Tensor scaledFrequencies(const torch::Tensor& difference, double low, double high);

} // namespace toca::cache
