// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/policies/threshold_run.h"
#include "cache/plan/policies/dbcache.h"

#include <map>

namespace toca::cache {

/// DBCache and First-Block cache. The probe costs nothing but two means: the first layers are computed anyway, and
/// evaluations that no decision follows measure nothing.
class DbCacheRun final : public ThresholdRun {
public:
    DbCacheRun(const plan::Plan& plan, plan::DbCacheOptions options);
    std::unique_ptr<PolicyRun> clone() const override { return std::make_unique<DbCacheRun>(*this); }

protected:
    void onFirstLayer(const LayerView& view, FeatureStore& store) override;
    plan::ThresholdDecision decide(const LayerView& view, FeatureStore& store) override;
    bool mayJump(int evaluation) const override;

private:
    plan::DbCacheOptions m_options;
    std::map<plan::Stream, plan::DbCacheDecisions> m_decisions;
};

} // namespace toca::cache
