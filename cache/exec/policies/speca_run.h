// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/policy_run.h"
#include "cache/plan/policies/speca_policy.h"

#include <array>

namespace toca::cache {

/// SpeCa (arXiv 2509.11628): the decisions are made from the errors that its checks find.
class SpecaRun final : public PolicyRun {
public:
    SpecaRun(const plan::Plan& plan, plan::SpecaOptions options);

    EvaluationAction onEvaluation(const EvaluationView& view, FeatureStore& store) override;
    LayerAction onLayer(const LayerView& view, FeatureStore& store) override;
    torch::Tensor afterCheck(
        const LayerView& view, torch::Tensor drafted, const torch::Tensor& real, FeatureStore& store) override;
    ModuleAction onModule(const plan::Site& site, const Evidence& evidence) override;
    int forecastOrder() const override { return static_cast<int>(m_options.order); }
    plan::DecisionScalars decisionScalars() const override { return m_scalars; }
    std::unique_ptr<PolicyRun> clone() const override { return std::make_unique<SpecaRun>(*this); }

private:
    plan::SpecaOptions m_options;
    int m_checkedLayer = 0;
    bool m_drafts = false; ///< whether any step of the run may be drafted
    std::array<plan::SpecaDecisions, 4> m_streams;
    plan::SpecaDecisions::Decision m_decision; ///< of this evaluation
    plan::DecisionScalars m_scalars;
};

/// @param drafted, real of the same shape, rows first
double draftError(const torch::Tensor& drafted, const torch::Tensor& real, plan::DraftError error);

} // namespace toca::cache
