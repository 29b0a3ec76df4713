// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/policies/teacache_run.h"

#include "cache/exec/ops/change.h"

namespace toca::cache {

TeaCacheRun::TeaCacheRun(const plan::Plan& plan, plan::TeaCacheOptions options)
    : ThresholdRun(plan, "teacache", 0, plan.layerCount())
    , m_options(std::move(options))
{
    TORCH_CHECK(m_options.threshold <= 0 || !m_options.polynomial.coefficients.empty(),
        "TeaCache needs a polynomial fitted to this model; make one with `toca calibrate --policy teacache`");
}

bool TeaCacheRun::mayJump(int evaluation) const
{
    return m_options.threshold > 0 && !plan::TeaCacheDecisions::isForced(placeOf(evaluation));
}

plan::ThresholdDecision TeaCacheRun::decide(const LayerView& view, FeatureStore& store)
{
    const bool isDecided = mayJump(view.site.evaluation), isNextDecided = mayNextJump(view);
    const std::string name = nameOf("modulated_input", view);
    double change = 0;
    if (isDecided || isNextDecided) {
        TORCH_CHECK(view.modulatedInput, "TeaCache: this model does not tell its modulated input");
        const torch::Tensor modulated = view.modulatedInput();
        if (isDecided)
            change = relativeChange(modulated, store.named(name));
        if (isNextDecided)
            store.named(name) = modulated;
    }
    if (!isNextDecided)
        store.dropNamed(name);
    if (m_options.threshold <= 0) {
        plan::ThresholdDecision decision;
        decision.scalars.threshold = m_options.threshold;
        return decision;
    }
    return m_decisions[view.site.stream].decide(m_options, place(view), change);
}

} // namespace toca::cache
