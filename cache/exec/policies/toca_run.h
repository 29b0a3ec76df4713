// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/policies/planned_run.h"
#include "cache/plan/policies/toca_options.h"

namespace toca::cache {

/// ToCa for STDiT3 (arXiv 2410.05317; reference README sections 6 and 9): the plan says how many tokens, this says
/// which.
class TocaRun final : public PlannedRun {
public:
    TocaRun(std::shared_ptr<const plan::Plan> plan, plan::TocaOptions options, PolicyRunOptions runOptions);

    ModuleAction onModule(const plan::Site& site, const Evidence& evidence) override;
    EvidenceSet evidenceWanted(const plan::Site& site) const override;
    std::unique_ptr<PolicyRun> clone() const override { return std::make_unique<TocaRun>(*this); }

private:
    bool isScored(const plan::Site& site) const;
    ScoreParts score(const plan::Site& site, const Evidence& evidence);

    /// A normalised score of one layer, and the evidence that it was made from: renewed with it, every few steps.
    struct Normalized {
        std::int64_t version = -1;
        plan::Stream stream = plan::Stream::Joint;
        torch::Tensor score;
    };
    static const torch::Tensor& renewed(
        Normalized& kept, std::int64_t version, plan::Stream stream, const std::function<torch::Tensor()>& make);

    plan::TocaOptions m_options;
    PolicyRunOptions m_runOptions;
    std::map<int, Normalized> m_crossAttention; ///< s2 by layer
    std::map<int, Normalized> m_selfAttention; ///< s1 by layer
};

} // namespace toca::cache
