// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/policy_run.h"
#include "core/verify/comparison.h"

#include <map>
#include <memory>

namespace toca::verify {

/// Where a case stores a selection: [iteration, slot], slot = (layer in order of execution, module).
using SlotIndex = std::map<std::pair<int, plan::ModuleKind>, std::int64_t>;

/// What a run chose and scored, beside what the case stores.
struct SelectionLog {
    torch::Tensor topk; ///< (iterations, slots) int32, -1 = no selection
    torch::Tensor score; ///< (iterations, slots, rows, N)
    torch::Tensor crossScore; ///< (iterations, slots, prompts, N)
    std::int64_t compared = 0; ///< rows whose choice was compared
    std::int64_t ties = 0; ///< decided by no more than twice the score's error
    std::int64_t different = 0;
    std::string firstDifference;
    double largestScoreError = 0;
};

/// Lets another run decide, compares each of its choices with the stored one as a set, and follows the stored choice at
/// ties (reference README section 3), so that one tie does not make the rest of the run incomparable.
class CheckedRun final : public cache::PolicyRun {
public:
    /// @param prefix of the stored tensors ("toca/")
    CheckedRun(std::unique_ptr<cache::PolicyRun> inner, const ReferenceCase& reference, const std::string& prefix,
        const SlotIndex& slots, SelectionLog& log);

    cache::ModuleAction onModule(const plan::Site& site, const cache::Evidence& evidence) override;
    cache::EvidenceSet evidenceWanted(const plan::Site& site) const override { return m_inner->evidenceWanted(site); }
    bool selectsPerRow() const override { return m_inner->selectsPerRow(); }
    std::unique_ptr<cache::PolicyRun> clone() const override;

private:
    cache::ModuleAction compared(const plan::Site& site, cache::ModuleAction action, std::int64_t slot);

    std::shared_ptr<cache::PolicyRun> m_inner;
    const SlotIndex& m_slots;
    SelectionLog& m_log;
    torch::Tensor m_indices; ///< (iterations, slots, rows, rank) int64, padded with -1
    torch::Tensor m_score;
    torch::Tensor m_margin;
    std::string m_prefix;
};

} // namespace toca::verify
