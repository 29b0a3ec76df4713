// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/policies/threshold_run.h"
#include "cache/plan/policies/teacache.h"

#include <map>

namespace toca::cache {

/// TeaCache (arXiv 2411.19108). The probe's cost is one norm and modulation of the tokens and two means for each
/// decision; evaluations that are computed anyway measure nothing.
class TeaCacheRun final : public ThresholdRun {
public:
    /// @throws c10::Error without a polynomial
    TeaCacheRun(const plan::Plan& plan, plan::TeaCacheOptions options);
    std::unique_ptr<PolicyRun> clone() const override { return std::make_unique<TeaCacheRun>(*this); }

protected:
    plan::ThresholdDecision decide(const LayerView& view, FeatureStore& store) override;
    bool mayJump(int evaluation) const override;

private:
    plan::TeaCacheOptions m_options;
    std::map<plan::Stream, plan::TeaCacheDecisions> m_decisions;
};

} // namespace toca::cache
