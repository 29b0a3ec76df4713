// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/ops/token_scores.h"
#include "cache/exec/policies/planned_run.h"
#include "cache/plan/policies/toca_options.h"

namespace toca::cache {

/// ToCa (arXiv 2410.05317; reference README sections 6 to 9): the plan says how many tokens, this says which.
class TocaRun : public PlannedRun {
public:
    TocaRun(std::shared_ptr<const plan::Plan> plan, plan::TocaOptions options, PolicyRunOptions runOptions);

    ModuleAction onModule(const plan::Site& site, const Evidence& evidence) override;
    EvidenceSet evidenceWanted(const plan::Site& site) const override;
    bool selectsPerRow() const override { return !m_options.sharedSelection; }
    std::unique_ptr<PolicyRun> clone() const override { return std::make_unique<TocaRun>(*this); }

private:
    bool isScored(const plan::Site& site) const;
    /// What the running module can leave behind for the options' score; none if it cannot.
    std::optional<EvidenceKind> evidenceOf(plan::ModuleKind module) const;
    ScoreParts score(const plan::Site& site, const Evidence& evidence);
    /// Adds s1 and s2 with their weights.
    void addAttention(ScoreParts& parts, TokenScore& score, const plan::Site& site, const Evidence& evidence);
    /// The score of every other kind, normalised.
    torch::Tensor otherScore(const plan::Site& site, const Evidence& evidence);

    /// A normalised score of one layer, and the evidence that it was made from: renewed with it, every few steps.
    struct Normalized {
        std::int64_t version = -1;
        plan::Stream stream = plan::Stream::Joint;
        torch::Tensor score;
    };
    const torch::Tensor& renewed(EvidenceKind kind, const plan::Site& site, const Evidence& evidence,
        const std::function<torch::Tensor()>& make);

    plan::TocaOptions m_options;
    PolicyRunOptions m_runOptions;
    std::map<std::pair<EvidenceKind, int>, Normalized> m_normalized; ///< by evidence and layer
};

} // namespace toca::cache
