// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/policies/deltadit_run.h"

#include "cache/plan/policies/stream_places.h"

namespace toca::cache {

using plan::Action;
using plan::ModuleKind;

namespace {

std::string nameOf(const char* what, plan::Stream stream)
{
    return std::string("deltadit.") + what + "." + std::string(plan::streamName(stream));
}

} // namespace

DeltaDitRun::DeltaDitRun(std::shared_ptr<const plan::Plan> given)
    : PlannedRun(std::move(given))
    , m_skipped(static_cast<std::size_t>(plan().evaluationCount()))
    , m_stored(m_skipped.size())
{
    for (int evaluation = 0; evaluation < plan().evaluationCount(); ++evaluation) {
        Stretch& stretch = m_skipped[static_cast<std::size_t>(evaluation)];
        const auto isSkipped = [&](int layer) {
            return plan().at(evaluation, layer, ModuleKind::SelfAttention).action == Action::Skip;
        };
        while (stretch.first < plan().layerCount() && !isSkipped(stretch.first))
            ++stretch.first;
        stretch.end = stretch.first;
        while (stretch.end < plan().layerCount() && isSkipped(stretch.end))
            ++stretch.end;
    }
    const auto places = plan::streamPlaces(plan().schedule());
    for (std::size_t i = 0; i < m_stored.size(); ++i)
        if (places[i].next >= 0 && m_skipped[i].first == m_skipped[i].end)
            m_stored[i] = m_skipped[static_cast<std::size_t>(places[i].next)];
}

LayerAction DeltaDitRun::onLayer(const LayerView& view, FeatureStore& store)
{
    const auto evaluation = static_cast<std::size_t>(view.site.evaluation);
    const Stretch &skipped = m_skipped[evaluation], &stored = m_stored[evaluation];
    if (skipped.first < skipped.end && view.site.layer == skipped.first)
        return LayerAction::jump(skipped.end, view.x + store.named(nameOf("deviation", view.site.stream)));
    if (stored.first < stored.end && view.site.layer == stored.first)
        store.named(nameOf("start", view.site.stream)) = view.x;
    return LayerAction::run();
}

void DeltaDitRun::afterLayer(const LayerView& view, const torch::Tensor& out, FeatureStore& store)
{
    const Stretch& stored = m_stored[static_cast<std::size_t>(view.site.evaluation)];
    if (stored.first == stored.end || view.site.layer != stored.end - 1)
        return;
    const std::string start = nameOf("start", view.site.stream);
    store.named(nameOf("deviation", view.site.stream)) = out - store.named(start);
    store.dropNamed(start);
}

} // namespace toca::cache
