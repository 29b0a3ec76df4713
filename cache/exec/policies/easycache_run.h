// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/policy_run.h"
#include "cache/plan/policies/easycache.h"

#include <map>

namespace toca::cache {

/// EasyCache (arXiv 2507.02860) at the height of whole evaluations: a skipped prediction is the latent plus the last
/// computed difference of prediction and latent, out = x + (out_c - x_c), in every guidance row alike.
///
/// The published models predict noise-like outputs, which run along with the latent. Where the prediction runs against
/// it (a velocity from noise to picture, as in Open-Sora), the same rule holds for the negated output:
/// out = out_c - (x - x_c). Which of the two a model is shows at the first evaluation, where the latent is nearly pure
/// noise: in the sign of the product of latent and prediction. Channels that the latent does not have (learned
/// variances) are reused as they are. With `followsLatent` off all of them are.
class EasyCacheRun final : public PolicyRun {
public:
    EasyCacheRun(const plan::Plan& plan, plan::EasyCacheOptions options);

    EvaluationAction onEvaluation(const EvaluationView& view, FeatureStore& store) override;
    torch::Tensor onPrediction(const EvaluationView& view, torch::Tensor prediction, FeatureStore& store) override;
    bool keepsPrediction() const override { return m_isActive; }
    plan::DecisionScalars decisionScalars() const override { return m_decision.scalars; }
    std::unique_ptr<PolicyRun> clone() const override { return std::make_unique<EasyCacheRun>(*this); }

private:
    struct State {
        plan::EasyCacheDecisions decisions;
        double sign = 1; ///< of the prediction against the latent
    };
    bool maySkip(int evaluation) const;
    torch::Tensor moved(const EvaluationView& view, FeatureStore& store, double sign) const;

    std::shared_ptr<const std::vector<plan::StreamPlace>> m_places;
    plan::EasyCacheOptions m_options;
    bool m_isActive = false; ///< any evaluation may be skipped
    plan::ThresholdDecision m_decision; ///< of the evaluation that is going on
    std::map<plan::Stream, State> m_streams;
};

} // namespace toca::cache
