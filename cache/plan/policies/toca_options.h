// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/parameters.h"
#include "cache/plan/policies/point_curve.h"
#include "cache/plan/policies/ratio_schedule.h"
#include "cache/plan/policies/refresh_rule.h"

#include <cstdint>
#include <string>

namespace toca::plan {

/// What a token's score is made from, besides its age (`cache_type` of the published code).
enum class ScoreKind : std::uint8_t {
    Attention, ///< s1: attention received, and s2: entropy over the text, with their weights
    KvNorm, ///< sum over heads of (1 - norm of the self-attention's value)
    Norm, ///< norm of the module's input
    Similarity, ///< 1 - cosine between the module's input and its stored output
    Random, ///< uniform in [0, 1), the same in all guidance rows
};
/// "attention", "kv-norm", ... in the order of the values.
const std::vector<std::string>& scoreKindNames();

/// Options of ToCa (arXiv 2410.05317; reference README sections 6 to 9) and of DuCa, which shares all of them. The
/// defaults are the published ones for Open-Sora; other families' are presets (toca_presets.h).
struct TocaOptions {
    // Refresh
    bool refreshInCycles = false; ///< by one cycle (DiT, PixArt), else by the intervals of each module (Open-Sora)
    ModuleIntervals intervals;
    double cycleStepWeight = 0.0; ///< see RefreshCycle
    double sensitiveFrom = 0.0;
    double sensitiveTo = 0.0;

    // Selection
    double freshRatio = 0.1; ///< f in [0, 1]; 0 = no token is recomputed between full steps
    RatioSchedule ratioSchedule = RatioSchedule::Toca;
    RatioWeights ratioWeights; ///< of the Toca schedule
    PointCurve stepCurve; ///< times the scheduled ratio, over the steps; not published, 1 everywhere by default
    PointCurve layerCurve; ///< over the layers of one kind

    // Scores
    ScoreKind score = ScoreKind::Attention;
    std::int64_t interval = 3; ///< N (`fresh_threshold`): divides s3, sets linear-mode and the cycle
    double ageWeight = 0.25; ///< s3 (`soft_fresh_weight`)
    double crossAttentionWeight = 1.0; ///< s2: entropy of the attention over the text
    double selfAttentionWeight = 0.0; ///< s1: attention received from the other tokens
    double spatialBonus = 0.0; ///< s4, share added to the best token of a cell
    std::int64_t spatialBonusGrid = 2; ///< tokens along the side of such a cell
    bool sharedSelection = true; ///< all guidance rows of a prompt compute the same tokens
    std::int64_t randomSeed = 0;

    /// When modules are full. A fresh ratio of 0 switches the cycle's adaption off, as published: that is FORA.
    RefreshRule refreshRule() const;
    /// Ratio of fresh tokens before clamping: `scheduledRatio` times both curves.
    /// @param layersOfKind the model's layers of that kind, for the curve over them
    double ratio(const StepPosition& at, int layerOfKind, ModuleKind module, int layersOfKind = 28) const;
    /// True when a score of this kind reads the attention over the text.
    bool needsText() const { return score == ScoreKind::Attention && crossAttentionWeight > 0; }

    static const std::vector<ParameterSpec>& specs();
    /// @param values checked by `check`; a curve that cannot be read is left out
    static TocaOptions from(const ParameterValues& values);
    /// What a parameter's kind cannot say: whether the curves can be read. @return InvalidArgument
    static Result<void> check(const ParameterValues& values);
};

} // namespace toca::plan
