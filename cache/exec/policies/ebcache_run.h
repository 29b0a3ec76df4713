// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/policies/planned_run.h"

namespace toca::cache {

/// EB-Cache (arXiv 2503.07120): follows its table and divides the predicted noise or velocity by a constant. A model's
/// further output channels (its variance) stay as they are.
class EbCacheRun final : public PlannedRun {
public:
    EbCacheRun(std::shared_ptr<const plan::Plan> plan, double noiseScale)
        : PlannedRun(std::move(plan))
        , m_noiseScale(noiseScale)
    {
    }

    torch::Tensor onPrediction(const EvaluationView& view, torch::Tensor prediction, FeatureStore& store) override;
    std::unique_ptr<PolicyRun> clone() const override { return std::make_unique<EbCacheRun>(*this); }

private:
    double m_noiseScale = 1.0;
};

} // namespace toca::cache
