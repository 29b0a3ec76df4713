// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/evidence.h"
#include "cache/exec/feature_store.h"
#include "cache/plan/policy.h"
#include "cache/plan/trace.h"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace toca::cache {

/// A whole evaluation of the model, as a policy sees it.
struct EvaluationView {
    int evaluation = 0;
    int step = 0;
    int steps = 0;
    plan::Stream stream = plan::Stream::Joint;
    double timestep = 0; ///< 0..1000
    torch::Tensor latent; ///< (P, C, T, H, W) going in
};

/// A layer about to run.
struct LayerView {
    plan::Site site;
    torch::Tensor x; ///< (B, N, C)
    /// The layer's modulated self-attention input, computed when called (TeaCache's signal); may be empty.
    std::function<torch::Tensor()> modulatedInput;
};

/// What a policy wants done with an evaluation.
struct EvaluationAction {
    plan::EvaluationDecision decision = plan::EvaluationDecision::Run;
};

/// Run this layer, or go on at `nextLayer` with `x` (a stored output, or x plus a stored residual).
struct LayerAction {
    std::optional<int> nextLayer;
    torch::Tensor x;
    bool check = false; ///< run the layer twice: as its modules are decided, and in full to hold that against

    static LayerAction run() { return {}; }
    /// The layer's modules must be decided without computing (forecast or reuse); the full pass renews nothing, and
    /// `PolicyRun::afterCheck` says which output goes on.
    static LayerAction runAndCheck()
    {
        LayerAction action;
        action.check = true;
        return action;
    }
    /// @pre nextLayer is after the layer asked about; the number of layers means "behind the last one"
    static LayerAction jump(int nextLayer, torch::Tensor x) { return {nextLayer, std::move(x), false}; }
};

/// What a policy wants done with a module's tokens.
struct ModuleAction {
    plan::Action action = plan::Action::Full;
    std::int64_t count = 0; ///< Subset: tokens per row
    torch::Tensor score; ///< Subset: (selection rows, N), the largest `count` are computed
    torch::Tensor ids; ///< Subset, instead of a score: (selection rows, K) int64
    int order = 0; ///< Forecast: highest derivative used
    torch::Tensor output; ///< Forecast, instead of an order: the output, extrapolated by the policy itself
    torch::Tensor weight; ///< Blend: share of the fresh output, a scalar; may carry gradients
    bool keep = true; ///< Full and Blend: store the result; a policy that never reuses it says no

    static ModuleAction full(bool keep = true)
    {
        ModuleAction action;
        action.keep = keep;
        return action;
    }
    static ModuleAction reuse()
    {
        ModuleAction action;
        action.action = plan::Action::Reuse;
        return action;
    }
    /// @param score (selection rows, N); rows divide the batch: 1 prompt's rows share one selection
    static ModuleAction subset(std::int64_t count, torch::Tensor score)
    {
        ModuleAction action;
        action.action = plan::Action::Subset;
        action.count = count;
        action.score = std::move(score);
        return action;
    }
    static ModuleAction subsetOf(torch::Tensor ids)
    {
        ModuleAction action;
        action.action = plan::Action::Subset;
        action.count = ids.size(1);
        action.ids = std::move(ids);
        return action;
    }
    static ModuleAction forecast(int order)
    {
        ModuleAction action;
        action.action = plan::Action::Forecast;
        action.order = order;
        return action;
    }
    /// @param output (B, N, C), made of what the policy stored
    static ModuleAction forecastAs(torch::Tensor output)
    {
        ModuleAction action;
        action.action = plan::Action::Forecast;
        action.output = std::move(output);
        return action;
    }
    /// output = weight * fresh + (1 - weight) * stored (HarmoniCa's training mix, METHODS.md 5.1)
    static ModuleAction blend(torch::Tensor weight, bool keep)
    {
        ModuleAction action;
        action.action = plan::Action::Blend;
        action.weight = std::move(weight);
        action.keep = keep;
        return action;
    }
};

/// The state of one run of a policy: the third of its ages. Asked at four heights; every default means "compute", so
/// that a simple method stays at twenty lines. Features live in the session's store, so this holds counters and little
/// else.
class PolicyRun {
public:
    virtual ~PolicyRun() = default;

    virtual EvaluationAction onEvaluation(const EvaluationView&, FeatureStore&) { return {}; }
    virtual LayerAction onLayer(const LayerView&, FeatureStore&) { return LayerAction::run(); }
    /// After a layer that ran. @param out (B, N, C)
    virtual void afterLayer(const LayerView&, const torch::Tensor& /*out*/, FeatureStore&) { }
    /// After a layer that was run and checked.
    /// @param drafted (B, N, C) its output as its modules were decided  @param real its output in full
    /// @return what the next layer reads
    virtual torch::Tensor afterCheck(
        const LayerView&, torch::Tensor drafted, const torch::Tensor& /*real*/, FeatureStore&)
    {
        return drafted;
    }
    virtual ModuleAction onModule(const plan::Site&, const Evidence&) { return ModuleAction::full(false); }
    /// After a module that was computed in full because the policy said so. @param output (rows, N, C)
    virtual void afterModule(const plan::Site&, RowRange /*rows*/, const torch::Tensor& /*output*/, FeatureStore&) { }
    /// After chosen tokens were computed and written into the stored output.
    /// @param fresh (rows, K, C) what was computed
    /// @param mixed (rows, N, C) the stored output itself: what is written here is seen by later evaluations. A copy
    /// where it is held in fewer bits; then `FeatureStore::replace` makes a change seen.
    /// @return the module's output
    virtual torch::Tensor afterSubset(const plan::Site&, RowRange /*rows*/, const TokenSubset& /*subset*/,
        const torch::Tensor& /*fresh*/, torch::Tensor mixed, FeatureStore&)
    {
        return mixed;
    }
    /// True when `afterSubset` does something: only then is a coded output decoded for it.
    virtual bool rewritesSubsets() const { return false; }
    /// May replace the model's prediction. @param prediction (B, C, T, H, W) both guidance rows, before guidance
    virtual torch::Tensor onPrediction(const EvaluationView&, torch::Tensor prediction, FeatureStore&)
    {
        return prediction;
    }

    /// What this module's computation should leave behind for later scores.
    virtual EvidenceSet evidenceWanted(const plan::Site&) const { return 0; }
    /// Highest derivative that full modules should keep for forecasts; 0 = none.
    virtual int forecastOrder() const { return 0; }
    /// True when `onEvaluation` may answer ReusePrediction or ConditionalOnly.
    virtual bool keepsPrediction() const { return false; }
    /// Rows of a prompt's guidance pair choose tokens apart (DiT) or together.
    virtual bool selectsPerRow() const { return false; }

    /// What the last evaluation was decided from, for the trace.
    virtual plan::DecisionScalars decisionScalars() const { return {}; }

    virtual std::unique_ptr<PolicyRun> clone() const = 0;
};

/// The single terms of a score, for maps and comparisons. All (P, N).
struct ScoreParts {
    torch::Tensor crossAttention; ///< s2, normalised; undefined when unused
    torch::Tensor selfAttention; ///< s1
    torch::Tensor age; ///< s3
    torch::Tensor final;
};
using ScoreObserver = std::function<void(const plan::Site&, const ScoreParts&)>;

struct PolicyRunOptions {
    /// Score every selection, also those that compute no token, so that scores can be recorded.
    bool scoreAlways = false;
    ScoreObserver scoreObserver;
};

/// The run state of a registered policy: its own class if it has one, else the plan followed as it stands.
std::unique_ptr<PolicyRun> startPolicy(
    const plan::Policy& policy, const plan::Plan& plan, const PolicyRunOptions& options = {});

} // namespace toca::cache
