// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/policies/duca_run.h"

#include "cache/plan/policies/duca_policy.h"

#include <algorithm>

namespace toca::cache {
namespace {

std::string nameOf(int layer, plan::Stream stream)
{
    return "duca." + std::to_string(layer) + '.' + std::string(plan::streamName(stream));
}

} // namespace

DucaRun::DucaRun(std::shared_ptr<const plan::Plan> plan, plan::TocaOptions options, PolicyRunOptions runOptions)
    : TocaRun(plan, options, std::move(runOptions))
    , m_kept(plan::keptLayers(*plan))
{
}

bool DucaRun::isKept(int layer) const
{
    return std::find(m_kept.begin(), m_kept.end(), layer) != m_kept.end();
}

LayerAction DucaRun::onLayer(const LayerView& view, FeatureStore& store)
{
    // A skipped layer passes on what it reads; behind the last one of a kind stands what was there a step ago.
    int layer = view.site.layer;
    torch::Tensor x = view.x;
    while (layer < plan().layerCount() && plan::isLayerSkipped(plan(), view.site.evaluation, layer)) {
        if (isKept(layer))
            x = store.named(nameOf(layer, view.site.stream));
        ++layer;
    }
    return layer == view.site.layer ? LayerAction::run() : LayerAction::jump(layer, std::move(x));
}

void DucaRun::afterLayer(const LayerView& view, const torch::Tensor& out, FeatureStore& store)
{
    if (isKept(view.site.layer))
        store.named(nameOf(view.site.layer, view.site.stream)) = out;
}

ModuleAction DucaRun::onModule(const plan::Site& site, const Evidence& evidence)
{
    if (plan().at(site.evaluation, site.layer, site.module).action != plan::Action::Skip)
        return TocaRun::onModule(site, evidence);
    ModuleAction nothing; // only some of the layer's modules are aggressive
    nothing.action = plan::Action::Skip;
    return nothing;
}

} // namespace toca::cache
