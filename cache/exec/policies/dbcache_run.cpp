// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/policies/dbcache_run.h"

#include "cache/exec/ops/change.h"

namespace toca::cache {

DbCacheRun::DbCacheRun(const plan::Plan& plan, plan::DbCacheOptions options)
    : ThresholdRun(plan, "dbcache", options.firstLayers, plan.layerCount() - options.lastLayers)
    , m_options(options)
{
}

bool DbCacheRun::mayJump(int evaluation) const
{
    return m_options.threshold > 0 && !plan::DbCacheDecisions().isForced(m_options, placeOf(evaluation));
}

void DbCacheRun::onFirstLayer(const LayerView& view, FeatureStore& store)
{
    if (mayJump(view.site.evaluation) || mayNextJump(view))
        store.named(nameOf("start", view)) = view.x;
}

plan::ThresholdDecision DbCacheRun::decide(const LayerView& view, FeatureStore& store)
{
    const std::string start = nameOf("start", view), name = nameOf("first_residual", view);
    if (!store.hasNamed(start)) {
        store.dropNamed(name);
        plan::ThresholdDecision decision;
        decision.isForced = true;
        decision.scalars.threshold = m_options.threshold;
        return decision;
    }
    auto& decisions = m_decisions[view.site.stream];
    const bool isForced = decisions.isForced(m_options, place(view));
    const bool isNextDecided = mayNextJump(view);
    torch::Tensor residual;
    if (!isForced || isNextDecided)
        residual = view.x - store.named(start);
    store.dropNamed(start);
    const double change = isForced ? 0.0 : relativeChange(residual, store.named(name));
    const plan::ThresholdDecision decision = decisions.decide(m_options, place(view), change);
    if (!isNextDecided)
        store.dropNamed(name);
    else if (!decision.isSkipped) // held against the last computed evaluation, not the last one
        store.named(name) = std::move(residual);
    return decision;
}

} // namespace toca::cache
