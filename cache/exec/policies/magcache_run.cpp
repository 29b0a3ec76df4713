// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/policies/magcache_run.h"

namespace toca::cache {

MagCacheRun::MagCacheRun(const plan::Plan& plan, const plan::MagCacheOptions& options)
    : ThresholdRun(plan, "magcache", 0, plan.layerCount())
    , m_decisions(std::make_shared<const std::vector<plan::ThresholdDecision>>(
          plan::magCacheDecisions(options, plan.schedule())))
{
    TORCH_CHECK(options.threshold <= 0 || !options.ratios.empty(),
        "MagCache needs the ratios of this model; make them with `toca calibrate --policy magcache`");
}

bool MagCacheRun::mayJump(int evaluation) const
{
    return m_decisions->at(static_cast<std::size_t>(evaluation)).isSkipped;
}

plan::ThresholdDecision MagCacheRun::decide(const LayerView& view, FeatureStore&)
{
    return m_decisions->at(static_cast<std::size_t>(view.site.evaluation));
}

} // namespace toca::cache
