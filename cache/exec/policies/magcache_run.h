// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/policies/threshold_run.h"
#include "cache/plan/policies/magcache.h"

namespace toca::cache {

/// MagCache (arXiv 2506.09045): the calibrated ratios decide everything, so nothing is measured.
class MagCacheRun final : public ThresholdRun {
public:
    /// @throws c10::Error without ratios
    MagCacheRun(const plan::Plan& plan, const plan::MagCacheOptions& options);
    std::unique_ptr<PolicyRun> clone() const override { return std::make_unique<MagCacheRun>(*this); }

protected:
    plan::ThresholdDecision decide(const LayerView& view, FeatureStore& store) override;
    bool mayJump(int evaluation) const override;

private:
    std::shared_ptr<const std::vector<plan::ThresholdDecision>> m_decisions;
};

} // namespace toca::cache
