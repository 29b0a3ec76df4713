// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/policy_run.h"
#include "cache/plan/policies/stream_places.h"
#include "cache/plan/signal_record.h"

#include <map>

namespace toca::cache {

/// An uncached run that records everything the threshold methods decide from (TeaCache, DBCache, MagCache, EasyCache),
/// measured as their own runs measure it, bit for bit. Changes nothing: the result is the baseline's.
///
/// Holds the latents and predictions of the whole run, and the first layers' residuals (or some of their tokens, see
/// SignalOptions::maximumBytes).
class SignalRecorder final : public PolicyRun {
public:
    /// @param record filled while the run goes on; complete when it has ended
    SignalRecorder(const plan::Geometry& geometry, const plan::SamplerSchedule& schedule, plan::SignalOptions options,
        std::shared_ptr<plan::SignalRecord> record);

    EvaluationAction onEvaluation(const EvaluationView& view, FeatureStore& store) override;
    LayerAction onLayer(const LayerView& view, FeatureStore& store) override;
    void afterLayer(const LayerView& view, const torch::Tensor& out, FeatureStore& store) override;
    torch::Tensor onPrediction(const EvaluationView& view, torch::Tensor prediction, FeatureStore& store) override;
    /// The copy goes on in the same record.
    std::unique_ptr<PolicyRun> clone() const override { return std::make_unique<SignalRecorder>(*this); }

private:
    struct Kept {
        torch::Tensor start; ///< what the first layer read in this evaluation
        torch::Tensor modulated; ///< of the evaluation before
        torch::Tensor residual; ///< of all layers, of the evaluation before
        std::vector<torch::Tensor> firstResiduals, latents, outputs; ///< one for each evaluation so far
    };
    plan::EvaluationSignals& signals(int evaluation)
    {
        return m_record->evaluations.at(static_cast<std::size_t>(evaluation));
    }
    void recordFirstLayers(const LayerView& view, Kept& kept);

    plan::SignalOptions m_options;
    std::shared_ptr<plan::SignalRecord> m_record;
    std::map<plan::Stream, Kept> m_kept;
};

} // namespace toca::cache
