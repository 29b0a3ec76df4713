// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/perturbing_run.h"

#include "cache/exec/scores.h"

namespace toca::cache {

using plan::ModuleKind;

CapturingRun::CapturingRun(std::shared_ptr<State> state)
    : m_state(std::move(state))
{
}

bool CapturingRun::isLayerWanted(int layer) const
{
    const auto found = m_state->wanted.lower_bound({layer, ModuleKind::SelfAttention});
    return found != m_state->wanted.end() && found->first == layer;
}

bool CapturingRun::isReached(const ModulePlace& place) const
{
    const auto found = m_state->wanted.lower_bound(place);
    return found != m_state->wanted.end() && found->first == place.first;
}

LayerAction CapturingRun::onLayer(const LayerView& view, FeatureStore&)
{
    if (m_state->phase == Phase::Now && isLayerWanted(view.site.layer))
        m_state->now.layerInputs[view.site.layer] = view.x;
    return LayerAction::run();
}

ModuleAction CapturingRun::onModule(const plan::Site& site, const Evidence& evidence)
{
    const ModulePlace place{site.layer, site.module};
    if (m_state->phase == Phase::Now && m_state->wanted.contains(place)) {
        CapturedScores scores;
        scores.selfAttention = evidence.selfAttentionInfluence()[0];
        scores.valueNorm = evidence.valueNorms()[0];
        if (m_state->hasCrossAttention)
            scores.crossAttention = evidence.crossAttentionEntropy()[0];
        const torch::Tensor input = evidence.input();
        scores.inputNorm = evidence.ofSelectionRows(tokenNorms(input))[0];
        scores.similarity = evidence.ofSelectionRows(tokenChanges(input, m_state->before.outputs.at(place)))[0];
        m_state->scores[place] = std::move(scores);
    }
    return ModuleAction::full(false);
}

void CapturingRun::afterModule(const plan::Site& site, RowRange, const torch::Tensor& output, FeatureStore&)
{
    const ModulePlace place{site.layer, site.module};
    if (m_state->phase == Phase::Before && m_state->wanted.contains(place))
        m_state->before.outputs[place] = output;
    if (m_state->phase == Phase::Now && isReached(place))
        m_state->now.outputs[place] = output;
}

EvidenceSet CapturingRun::evidenceWanted(const plan::Site& site) const
{
    // Only in the evaluation before: it may take another attention kernel, and what is measured must not.
    if (m_state->phase != Phase::Before || !isLayerWanted(site.layer))
        return 0;
    switch (site.module) {
    case ModuleKind::SelfAttention:
        return EvidenceKind::SelfAttentionInfluence | EvidenceKind::ValueNorm;
    case ModuleKind::CrossAttention:
        return static_cast<EvidenceSet>(EvidenceKind::CrossAttentionEntropy);
    case ModuleKind::Mlp:
        break;
    }
    return 0;
}

LayerAction PerturbingRun::onLayer(const LayerView& view, FeatureStore&)
{
    const Perturbation& perturbation = *m_perturbation;
    if (perturbation.isActive && view.site.layer < perturbation.place.first)
        return LayerAction::jump(perturbation.place.first, perturbation.layerInput);
    return LayerAction::run();
}

ModuleAction PerturbingRun::onModule(const plan::Site& site, const Evidence&)
{
    const Perturbation& perturbation = *m_perturbation;
    const bool isGiven =
        perturbation.isActive && site.layer == perturbation.place.first && site.module <= perturbation.place.second;
    if (!isGiven)
        return ModuleAction::full(false);
    return ModuleAction::forecastAs(perturbation.outputs[static_cast<std::size_t>(site.module)]);
}

} // namespace toca::cache
