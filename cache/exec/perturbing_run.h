// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/policy_run.h"

#include <array>
#include <map>
#include <set>

namespace toca::cache {

/// A module of a layer.
using ModulePlace = std::pair<int, plan::ModuleKind>;

/// What an uncached evaluation leaves behind at chosen modules. All rows, as they come.
struct Captured {
    std::map<int, torch::Tensor> layerInputs; ///< (B, N, C)
    std::map<ModulePlace, torch::Tensor> outputs; ///< (B, N, C), also of the modules in front in the same layer
};

/// What tokens score at a module: one value per token of the first prompt, (N) float32; undefined where there is none.
struct CapturedScores {
    torch::Tensor selfAttention, crossAttention, valueNorm; ///< of the evaluation before, not normalised
    torch::Tensor inputNorm, similarity; ///< of this one
};

/// An uncached run that keeps what a measurement starts from. Two evaluations in a row: `expect` Before, then Now.
class CapturingRun final : public PolicyRun {
public:
    enum class Phase : std::uint8_t { Off, Before, Now };
    struct State {
        Phase phase = Phase::Off;
        std::set<ModulePlace> wanted;
        bool hasCrossAttention = true;
        Captured before, now; ///< `before` has no layer inputs
        std::map<ModulePlace, CapturedScores> scores;
    };

    explicit CapturingRun(std::shared_ptr<State> state);

    LayerAction onLayer(const LayerView& view, FeatureStore& store) override;
    ModuleAction onModule(const plan::Site& site, const Evidence& evidence) override;
    void afterModule(const plan::Site& site, RowRange rows, const torch::Tensor& output, FeatureStore& store) override;
    EvidenceSet evidenceWanted(const plan::Site& site) const override;
    /// The copy goes on with the same state.
    std::unique_ptr<PolicyRun> clone() const override { return std::make_unique<CapturingRun>(*this); }

private:
    bool isLayerWanted(int layer) const;
    /// True for a wanted module and for those in front of it in its layer.
    bool isReached(const ModulePlace& place) const;

    std::shared_ptr<State> m_state;
};

/// An otherwise uncached evaluation that starts behind one module with given outputs: what lies in front of it is not
/// computed again. Without a perturbation it is an uncached run.
class PerturbingRun final : public PolicyRun {
public:
    struct Perturbation {
        bool isActive = false;
        ModulePlace place;
        torch::Tensor layerInput; ///< (B, N, C) of place's layer
        /// By module: outputs of place's module and of those in front of it, (B, N, C)
        std::array<torch::Tensor, plan::kModuleKinds> outputs;
    };

    explicit PerturbingRun(std::shared_ptr<const Perturbation> perturbation)
        : m_perturbation(std::move(perturbation))
    {
    }

    LayerAction onLayer(const LayerView& view, FeatureStore& store) override;
    ModuleAction onModule(const plan::Site& site, const Evidence& evidence) override;
    /// The copy follows the same perturbation.
    std::unique_ptr<PolicyRun> clone() const override { return std::make_unique<PerturbingRun>(*this); }

private:
    std::shared_ptr<const Perturbation> m_perturbation;
};

} // namespace toca::cache
