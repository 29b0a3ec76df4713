// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/policies/planned_run.h"

namespace toca::cache {

/// Δ-DiT (arXiv 2406.01125): jumps over the layers that the plan skips and adds what they added when they last ran.
class DeltaDitRun final : public PlannedRun {
public:
    explicit DeltaDitRun(std::shared_ptr<const plan::Plan> plan);

    LayerAction onLayer(const LayerView& view, FeatureStore& store) override;
    void afterLayer(const LayerView& view, const torch::Tensor& out, FeatureStore& store) override;
    std::unique_ptr<PolicyRun> clone() const override { return std::make_unique<DeltaDitRun>(*this); }

private:
    /// Layers [first, end); empty when first == end.
    struct Stretch {
        int first = 0;
        int end = 0;
        bool operator==(const Stretch&) const = default;
    };
    std::vector<Stretch> m_skipped; ///< by evaluation
    std::vector<Stretch> m_stored; ///< by evaluation: whose deviation the next evaluation of its stream needs
};

} // namespace toca::cache
