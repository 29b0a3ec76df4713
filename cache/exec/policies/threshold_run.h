// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/policy_run.h"
#include "cache/plan/policies/stream_places.h"

namespace toca::cache {

/// What TeaCache, DBCache and MagCache have in common: layers [first, end) are run, or jumped over by adding their last
/// residual, as decided in front of the first of them. Tensors lie in the session's store, for each stream apart.
class ThresholdRun : public PolicyRun {
public:
    plan::DecisionScalars decisionScalars() const override { return m_scalars; }
    LayerAction onLayer(const LayerView& view, FeatureStore& store) override;
    void afterLayer(const LayerView& view, const torch::Tensor& out, FeatureStore& store) override;

protected:
    /// @param name of the policy, in front of the names of its tensors
    ThresholdRun(const plan::Plan& plan, const char* name, int firstLayer, int endLayer);

    /// Decides about layers [first, end) of this evaluation. Called with x in front of them.
    virtual plan::ThresholdDecision decide(const LayerView& view, FeatureStore& store) = 0;
    /// True when an evaluation, the next one of its stream, may jump: then this one leaves its residual behind.
    virtual bool mayJump(int evaluation) const = 0;
    /// Before any layer runs.
    virtual void onFirstLayer(const LayerView&, FeatureStore&) { }

    const plan::StreamPlace& place(const LayerView& view) const { return placeOf(view.site.evaluation); }
    const plan::StreamPlace& placeOf(int evaluation) const
    {
        return m_places->at(static_cast<std::size_t>(evaluation));
    }
    bool mayNextJump(const LayerView& view) const
    {
        const int next = place(view).next;
        return next >= 0 && mayJump(next);
    }
    std::string nameOf(const char* what, const LayerView& view) const;
    int firstLayer() const { return m_firstLayer; }

private:
    std::shared_ptr<const std::vector<plan::StreamPlace>> m_places;
    const char* m_name;
    int m_firstLayer;
    int m_endLayer;
    plan::DecisionScalars m_scalars;
};

} // namespace toca::cache
