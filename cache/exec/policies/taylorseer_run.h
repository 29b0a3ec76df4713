// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/policies/planned_run.h"

#include <array>

namespace toca::cache {

/// TaylorSeer (arXiv 2503.06923; reference README section 11): full modules keep their derivatives, the others are
/// forecast from them.
class TaylorseerRun final : public PlannedRun {
public:
    /// @param order highest derivative; 0 reuses the output
    TaylorseerRun(std::shared_ptr<const plan::Plan> plan, int order);

    ModuleAction onModule(const plan::Site& site, const Evidence& evidence) override;
    int forecastOrder() const override { return m_order; }
    std::unique_ptr<PolicyRun> clone() const override { return std::make_unique<TaylorseerRun>(*this); }

private:
    int m_order = 0;
    int m_lastForecast = -1; ///< evaluation after which nothing need be kept
};

/// Its light variant: the last layer's output alone is forecast, all layers are jumped over.
class TaylorseerLightRun final : public PlannedRun {
public:
    /// @param order highest derivative, at least 0
    TaylorseerLightRun(std::shared_ptr<const plan::Plan> plan, int order);

    LayerAction onLayer(const LayerView& view, FeatureStore& store) override;
    void afterLayer(const LayerView& view, const torch::Tensor& out, FeatureStore& store) override;
    std::unique_ptr<PolicyRun> clone() const override { return std::make_unique<TaylorseerLightRun>(*this); }

private:
    std::vector<torch::Tensor> derivatives(FeatureStore& store, plan::Stream stream) const;

    int m_order = 0;
    int m_lastForecast = -1;
    std::array<int, 4> m_fullStep{-1, -1, -1, -1}; ///< of each stream: the step that the derivatives were made at
};

} // namespace toca::cache
