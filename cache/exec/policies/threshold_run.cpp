// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/policies/threshold_run.h"

namespace toca::cache {

ThresholdRun::ThresholdRun(const plan::Plan& plan, const char* name, int firstLayer, int endLayer)
    : m_places(std::make_shared<const std::vector<plan::StreamPlace>>(plan::streamPlaces(plan.schedule())))
    , m_name(name)
    , m_firstLayer(firstLayer)
    , m_endLayer(endLayer)
{
}

std::string ThresholdRun::nameOf(const char* what, const LayerView& view) const
{
    return std::string(m_name) + "." + what + "." + std::string(plan::streamName(view.site.stream));
}

LayerAction ThresholdRun::onLayer(const LayerView& view, FeatureStore& store)
{
    if (view.site.layer == 0)
        onFirstLayer(view, store);
    if (view.site.layer != m_firstLayer)
        return LayerAction::run();
    const plan::ThresholdDecision decision = decide(view, store);
    m_scalars = decision.scalars;
    const std::string residual = nameOf("residual", view);
    if (decision.isSkipped) {
        TORCH_CHECK(
            store.hasNamed(residual), m_name, ": a jump at step ", view.site.step, " before anything was computed");
        return LayerAction::jump(m_endLayer, view.x + store.named(residual));
    }
    store.dropNamed(residual); // before the new one takes its room
    if (mayNextJump(view))
        store.named(nameOf("input", view)) = view.x;
    return LayerAction::run();
}

void ThresholdRun::afterLayer(const LayerView& view, const torch::Tensor& out, FeatureStore& store)
{
    const std::string input = nameOf("input", view);
    if (view.site.layer + 1 != m_endLayer || !store.hasNamed(input))
        return;
    store.named(nameOf("residual", view)) = out - store.named(input);
    store.dropNamed(input);
}

} // namespace toca::cache
