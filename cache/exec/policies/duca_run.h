// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/policies/toca_run.h"

namespace toca::cache {

/// DuCa (arXiv 2412.18911; reference README section 10): ToCa's partial steps, and aggressive ones that jump over their
/// layers with the output that the last layer had in the step before.
class DucaRun final : public TocaRun {
public:
    DucaRun(std::shared_ptr<const plan::Plan> plan, plan::TocaOptions options, PolicyRunOptions runOptions);

    LayerAction onLayer(const LayerView& view, FeatureStore& store) override;
    void afterLayer(const LayerView& view, const torch::Tensor& out, FeatureStore& store) override;
    ModuleAction onModule(const plan::Site& site, const Evidence& evidence) override;
    std::unique_ptr<PolicyRun> clone() const override { return std::make_unique<DucaRun>(*this); }

private:
    bool isKept(int layer) const;

    std::vector<int> m_kept; ///< layers whose output is stored at the end of every step
};

} // namespace toca::cache
