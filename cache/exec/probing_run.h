// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/policy_run.h"

namespace toca::cache {

/// Another policy's run with something added: everything that is not overridden goes to the inner run.
class ForwardingRun : public PolicyRun {
public:
    explicit ForwardingRun(std::unique_ptr<PolicyRun> inner)
        : m_inner(std::move(inner))
    {
    }
    ForwardingRun(const ForwardingRun& other)
        : m_inner(other.m_inner->clone())
    {
    }

    EvaluationAction onEvaluation(const EvaluationView& view, FeatureStore& store) override;
    LayerAction onLayer(const LayerView& view, FeatureStore& store) override;
    void afterLayer(const LayerView& view, const torch::Tensor& out, FeatureStore& store) override;
    torch::Tensor afterCheck(
        const LayerView& view, torch::Tensor drafted, const torch::Tensor& real, FeatureStore& store) override;
    ModuleAction onModule(const plan::Site& site, const Evidence& evidence) override;
    void afterModule(const plan::Site& site, RowRange rows, const torch::Tensor& output, FeatureStore& store) override;
    torch::Tensor afterSubset(const plan::Site& site, RowRange rows, const TokenSubset& subset,
        const torch::Tensor& fresh, torch::Tensor mixed, FeatureStore& store) override;
    torch::Tensor onPrediction(const EvaluationView& view, torch::Tensor prediction, FeatureStore& store) override;
    bool rewritesSubsets() const override { return m_inner->rewritesSubsets(); }
    EvidenceSet evidenceWanted(const plan::Site& site) const override { return m_inner->evidenceWanted(site); }
    int forecastOrder() const override { return m_inner->forecastOrder(); }
    bool keepsPrediction() const override { return m_inner->keepsPrediction(); }
    bool selectsPerRow() const override { return m_inner->selectsPerRow(); }
    plan::DecisionScalars decisionScalars() const override { return m_inner->decisionScalars(); }

private:
    std::unique_ptr<PolicyRun> m_inner;
};

/// Where and how a probe changes another policy's decisions.
struct ProbeRange {
    std::vector<std::int64_t> tokens; ///< ascending; empty: nothing is changed
    bool isFresh = false; ///< compute these tokens; else reuse them
    int firstStep = 0, lastStep = 0, firstLayer = 0, lastLayer = 0;
};

/// Keeps tokens fresh or stale within a range. Stale ones are reused where an output is stored, which is made sure of
/// for the modules of the range.
class ProbingRun final : public ForwardingRun {
public:
    ProbingRun(std::unique_ptr<PolicyRun> inner, ProbeRange range)
        : ForwardingRun(std::move(inner))
        , m_range(std::move(range))
    {
    }

    ModuleAction onModule(const plan::Site& site, const Evidence& evidence) override;
    std::unique_ptr<PolicyRun> clone() const override { return std::make_unique<ProbingRun>(*this); }

private:
    ModuleAction keptFresh(ModuleAction action, const Evidence& evidence) const;
    ModuleAction keptStale(ModuleAction action, const Evidence& evidence) const;

    ProbeRange m_range;
};

/// Lifts the score of tokens wherever a policy chooses by a score: at strength 1 by one and a half times the scores'
/// range, above every other token; in the rings around them by a half and a quarter of it.
class ProtectingRun final : public ForwardingRun {
public:
    /// @param weights one for each token, 0..1
    ProtectingRun(std::unique_ptr<PolicyRun> inner, const std::vector<float>& weights, double strength);

    ModuleAction onModule(const plan::Site& site, const Evidence& evidence) override;
    std::unique_ptr<PolicyRun> clone() const override { return std::make_unique<ProtectingRun>(*this); }

private:
    torch::Tensor m_bonus; ///< (1, N) float32
};

} // namespace toca::cache
