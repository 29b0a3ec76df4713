// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/policies/planned_run.h"
#include "cache/plan/policies/clusca_policy.h"

namespace toca::cache {

/// ClusCa (arXiv 2509.10312): the plan says when, this says which token of each cluster, and spreads what it became.
class CluscaRun final : public PlannedRun {
public:
    CluscaRun(std::shared_ptr<const plan::Plan> plan, plan::CluscaOptions options);

    void afterLayer(const LayerView& view, const torch::Tensor& out, FeatureStore& store) override;
    ModuleAction onModule(const plan::Site& site, const Evidence& evidence) override;
    torch::Tensor afterSubset(const plan::Site& site, RowRange rows, const TokenSubset& subset,
        const torch::Tensor& fresh, torch::Tensor mixed, FeatureStore& store) override;
    bool rewritesSubsets() const override { return true; }
    int forecastOrder() const override { return static_cast<int>(m_options.order); }
    bool selectsPerRow() const override { return true; }
    std::unique_ptr<PolicyRun> clone() const override { return std::make_unique<CluscaRun>(*this); }

private:
    /// True while a later evaluation of the run forecasts.
    bool isForecastLater(int evaluation) const { return evaluation < m_lastForecast; }
    std::uint64_t seedAt(const plan::Site& site) const;

    plan::CluscaOptions m_options;
    int m_lastForecast = -1; ///< evaluation
    std::map<plan::Stream, torch::Tensor> m_labels; ///< the stored ones on the CPU, where tokens are drawn
};

} // namespace toca::cache
