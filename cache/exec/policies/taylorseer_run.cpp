// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/policies/taylorseer_run.h"

#include "cache/exec/ops/taylor.h"

namespace toca::cache {

using plan::Action;

namespace {

/// The last evaluation that forecasts; -1 if none does. What is computed after it is never read again.
int lastForecastOf(const plan::Plan& plan, Action forecast)
{
    for (int evaluation = plan.evaluationCount() - 1; evaluation >= 0; --evaluation)
        if (plan.at(evaluation, 0, plan::ModuleKind::SelfAttention).action == forecast)
            return evaluation;
    return -1;
}

std::string nameOf(std::size_t derivative, plan::Stream stream)
{
    return "taylorseer." + std::to_string(derivative) + '.' + std::string(plan::streamName(stream));
}

} // namespace

TaylorseerRun::TaylorseerRun(std::shared_ptr<const plan::Plan> plan, int order)
    : PlannedRun(plan)
    , m_order(order)
    , m_lastForecast(lastForecastOf(*plan, Action::Forecast))
{
}

ModuleAction TaylorseerRun::onModule(const plan::Site& site, const Evidence&)
{
    if (plan().at(site.evaluation, site.layer, site.module).action == Action::Forecast)
        return ModuleAction::forecast(m_order);
    // Also where the next step is full: derivatives come from neighbouring full steps.
    return ModuleAction::full(site.evaluation < m_lastForecast);
}

TaylorseerLightRun::TaylorseerLightRun(std::shared_ptr<const plan::Plan> plan, int order)
    : PlannedRun(plan)
    , m_order(order)
    , m_lastForecast(lastForecastOf(*plan, Action::Skip))
{
}

std::vector<torch::Tensor> TaylorseerLightRun::derivatives(FeatureStore& store, plan::Stream stream) const
{
    std::vector<torch::Tensor> kept;
    while (store.hasNamed(nameOf(kept.size(), stream)))
        kept.push_back(store.named(nameOf(kept.size(), stream)));
    return kept;
}

LayerAction TaylorseerLightRun::onLayer(const LayerView& view, FeatureStore& store)
{
    const plan::Site& site = view.site;
    if (plan().at(site.evaluation, site.layer, site.module).action != Action::Skip)
        return LayerAction::run();
    const int distance = site.step - m_fullStep[static_cast<std::size_t>(site.stream)];
    return LayerAction::jump(plan().layerCount(), taylorSum(derivatives(store, site.stream), distance, m_order));
}

void TaylorseerLightRun::afterLayer(const LayerView& view, const torch::Tensor& out, FeatureStore& store)
{
    const plan::Site& site = view.site;
    if (site.layer != plan().layerCount() - 1 || site.evaluation > m_lastForecast)
        return;
    int& fullStep = m_fullStep[static_cast<std::size_t>(site.stream)];
    const auto next = renewedDerivatives(derivatives(store, site.stream), out, site.step - fullStep, m_order);
    for (std::size_t i = 0; i < next.size(); ++i)
        store.named(nameOf(i, site.stream)) = next[i];
    fullStep = site.step;
}

} // namespace toca::cache
