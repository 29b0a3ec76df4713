// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/policies/speca_run.h"

#include <torch/torch.h>

namespace toca::cache {

double draftError(const torch::Tensor& drafted, const torch::Tensor& real, plan::DraftError error)
{
    constexpr double kLeast = 1e-10; // of the published code
    const auto d = drafted.to(torch::kFloat32), r = real.to(torch::kFloat32);
    switch (error) {
    case plan::DraftError::RelativeL1:
        return ((d - r).abs() / (r.abs() + kLeast)).mean().item<double>();
    case plan::DraftError::NormL1:
        return ((d - r).abs().mean() / (r.abs().mean() + kLeast)).item<double>();
    case plan::DraftError::NormL2:
        return ((d - r).norm() / (r.norm() + kLeast)).item<double>();
    case plan::DraftError::Cosine:
        break;
    }
    return 1 - torch::cosine_similarity(d.flatten(1), r.flatten(1), 1).mean().item<double>();
}

SpecaRun::SpecaRun(const plan::Plan& plan, plan::SpecaOptions options)
    : m_options(options)
    , m_checkedLayer(plan.layerCount() - static_cast<int>(options.checkLayer))
    , m_drafts(!plan.cachesNothing())
{
}

EvaluationAction SpecaRun::onEvaluation(const EvaluationView& view, FeatureStore&)
{
    m_decision = m_streams[static_cast<std::size_t>(view.stream)].next(m_options, view.step, view.steps);
    m_scalars = {};
    m_scalars.accumulated = m_decision.error;
    m_scalars.threshold = m_decision.threshold;
    return {};
}

LayerAction SpecaRun::onLayer(const LayerView& view, FeatureStore&)
{
    return m_decision.isChecked && view.site.layer == m_checkedLayer ? LayerAction::runAndCheck() : LayerAction::run();
}

torch::Tensor SpecaRun::afterCheck(
    const LayerView& view, torch::Tensor drafted, const torch::Tensor& real, FeatureStore&)
{
    const double error = draftError(drafted, real, m_options.error);
    m_streams[static_cast<std::size_t>(view.site.stream)].measured(error);
    m_scalars.signal = error;
    return m_options.keepsChecked ? real : drafted;
}

ModuleAction SpecaRun::onModule(const plan::Site&, const Evidence&)
{
    if (m_decision.isFull)
        return ModuleAction::full(m_drafts);
    return m_options.order > 0 ? ModuleAction::forecast(static_cast<int>(m_options.order)) : ModuleAction::reuse();
}

} // namespace toca::cache
