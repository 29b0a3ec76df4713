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
    /// @param unconditionalFirst the stored rows are [unconditional | conditional]; so then are the log's
    CheckedRun(std::unique_ptr<cache::PolicyRun> inner, const ReferenceCase& reference, const std::string& prefix,
        const SlotIndex& slots, SelectionLog& log, bool unconditionalFirst = false);

    cache::ModuleAction onModule(const plan::Site& site, const cache::Evidence& evidence) override;

    // All else is the inner run's.
    cache::EvaluationAction onEvaluation(const cache::EvaluationView& view, cache::FeatureStore& features) override
    {
        return m_inner->onEvaluation(view, features);
    }
    cache::LayerAction onLayer(const cache::LayerView& view, cache::FeatureStore& features) override
    {
        return m_inner->onLayer(view, features);
    }
    void afterLayer(const cache::LayerView& view, const torch::Tensor& out, cache::FeatureStore& features) override
    {
        m_inner->afterLayer(view, out, features);
    }
    torch::Tensor afterCheck(const cache::LayerView& view, torch::Tensor drafted, const torch::Tensor& real,
        cache::FeatureStore& features) override
    {
        return m_inner->afterCheck(view, std::move(drafted), real, features);
    }
    void afterModule(const plan::Site& site, cache::RowRange rows, const torch::Tensor& output,
        cache::FeatureStore& features) override
    {
        m_inner->afterModule(site, rows, output, features);
    }
    torch::Tensor afterSubset(const plan::Site& site, cache::RowRange rows, const cache::TokenSubset& subset,
        const torch::Tensor& fresh, torch::Tensor mixed, cache::FeatureStore& features) override
    {
        return m_inner->afterSubset(site, rows, subset, fresh, std::move(mixed), features);
    }
    torch::Tensor onPrediction(
        const cache::EvaluationView& view, torch::Tensor prediction, cache::FeatureStore& features) override
    {
        return m_inner->onPrediction(view, std::move(prediction), features);
    }
    bool rewritesSubsets() const override { return m_inner->rewritesSubsets(); }
    cache::EvidenceSet evidenceWanted(const plan::Site& site) const override { return m_inner->evidenceWanted(site); }
    int forecastOrder() const override { return m_inner->forecastOrder(); }
    bool keepsPrediction() const override { return m_inner->keepsPrediction(); }
    bool selectsPerRow() const override { return m_inner->selectsPerRow(); }
    plan::DecisionScalars decisionScalars() const override { return m_inner->decisionScalars(); }
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
    std::int64_t m_roll = 0; ///< rows between ours and the stored ones
};

/// Counts the choices of a finished run and reports whether they are the stored ones: at most 1 % may be ties.
void reportSelections(const SelectionLog& log, const std::string& name, CaseReport& report);

} // namespace toca::verify
