// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/spec_makers.h"
#include "cache/plan/policies/toca_options.h"

namespace toca::plan {
namespace {

void addSelection(std::vector<ParameterSpec>& specs, const TocaOptions& defaults)
{
    specs.push_back(numberSpec("fresh_ratio", "Fresh ratio",
        "Share of tokens computed between full steps, before the schedule's and the module's factor; 0 computes none. "
        "Published for Open-Sora: 0.10, with the MLP factor 0.15 (the paper's cache ratio R = 85 %).",
        "Selection", defaults.freshRatio, 0, 1, 0.01));
    specs.push_back(choiceSpec("ratio_schedule", "Ratio schedule",
        "How the fresh ratio varies: toca = by step, layer and module, with the weights below; constant; linear = from "
        "1.9 down to 0.1 times over the steps; exp = times 0.9^(step/steps); linear-mode = linear and a tenth of the "
        "interval's phase; layerwise = from 1.9 down to 0.1 times over 28 layers. toca-ddim50, toca-ddpm250 and "
        "linear-layerwise are toca with the published DiT code's own weights. Steps count down in DiT, as published.",
        "Selection", ratioScheduleNames(), true));
    specs.push_back(numberSpec("step_weight", "Step weight",
        "Weight w of the step in the toca schedule: from 1 + w times down to 1 - w times the fresh ratio over the "
        "steps. Published: 0 for Open-Sora, 0.9 for PixArt.",
        "Selection", defaults.ratioWeights.step, -10, 10, 0.1, true));
    specs.push_back(numberSpec("layer_weight", "Layer weight",
        "Weight w of the layer in the toca schedule: from 1 + w times down to 1 - w times the fresh ratio over 28 "
        "layers. Published: 0 for Open-Sora, 0.6 for PixArt.",
        "Selection", defaults.ratioWeights.layer, -10, 10, 0.1, true));
    specs.push_back(numberSpec("cross_attention_factor", "Cross-attention factor",
        "Multiplies the fresh ratio of cross-attention in the toca schedule; negative computes none. Published: "
        "1 - 0.67 x 1.5 = -0.005 for Open-Sora, 0.6 for PixArt.",
        "Selection", defaults.ratioWeights.crossAttention, -10, 10, 0.05, true));
    specs.push_back(numberSpec("mlp_factor", "MLP factor",
        "Multiplies the fresh ratio of the MLP in the toca schedule. Published: 1 + 0.33 x 1.5 = 1.495 for Open-Sora, "
        "1.6 for PixArt.",
        "Selection", defaults.ratioWeights.mlp, -10, 10, 0.05, true));
    specs.push_back(textSpec("step_curve", "Curve over steps",
        "Multiplies the scheduled ratio over the steps: points position:factor, 0 = first step, 1 = last, straight "
        "lines "
        "between, such as 0:2, 0.5:1, 1:0.25. Empty = 1 everywhere, as published.",
        "Selection", ParameterKind::Text, true));
    specs.push_back(textSpec("layer_curve", "Curve over layers",
        "The same over the layers of each kind: 0 = first layer, 1 = last. Empty = 1 everywhere, as published.",
        "Selection", ParameterKind::Text, true));
    specs.push_back(booleanSpec("shared_selection", "Guidance rows choose together",
        "Whether the conditional and the unconditional row of a prompt compute the same tokens, by their mean score. "
        "Published: together where a text steers the model (the scores attention and random; PixArt's kv-norm), apart "
        "in DiT, for Open-Sora's kv-norm, and for norm and similarity.",
        "Selection", defaults.sharedSelection, true));
}

void addRefresh(std::vector<ParameterSpec>& specs, const TocaOptions& defaults)
{
    specs.push_back(choiceSpec("refresh", "Refresh rule",
        "When modules are computed in full: per-module = each kind at its own interval below (Open-Sora); cycle = all "
        "modules of a layer every N steps, N the interval among the scores, adapted to the step (DiT and PixArt).",
        "Refresh", {"per-module", "cycle"}, true));
    for (ParameterSpec& spec : intervalSpecs())
        specs.push_back(std::move(spec));
    specs.push_back(numberSpec("cycle_step_weight", "Cycle's step weight",
        "Weight w of the step in the cycle N / (1 + w - 2 w step / steps): with it, and a fresh ratio above 0, N = 1 "
        "is not always a cycle of 1. Published: 0.4 for DiT, where steps count down, -0.2 for PixArt, 0 for DuCa's "
        "PixArt.",
        "Refresh", defaults.cycleStepWeight, -0.95, 0.95, 0.1, true));
    specs.push_back(numberSpec("sensitive_from", "Sensitive from",
        "Share of the steps from which the cycle is 2, because caching hurts most there (steps as the published code "
        "counts them: down in DiT). Published for DiT: 0.2 to 0.4; equal numbers switch it off.",
        "Refresh", defaults.sensitiveFrom, 0, 1, 0.05, true));
    specs.push_back(numberSpec("sensitive_to", "Sensitive to",
        "Share of the steps up to which the cycle is 2; see sensitive_from. Published for DiT: 0.4.", "Refresh",
        defaults.sensitiveTo, 0, 1, 0.05, true));
}

void addScores(std::vector<ParameterSpec>& specs, const TocaOptions& defaults)
{
    specs.push_back(choiceSpec("score", "Score",
        "What decides which tokens are computed, besides their age: attention = influence on other tokens and on the "
        "text, with the weights below; kv-norm = small attention values, needs no attention map; norm = large inputs; "
        "similarity = inputs unlike the stored output; random.",
        "Scores", scoreKindNames(), true));
    specs.push_back(integerSpec("interval", "Age interval",
        "Number of steps after which a reused token's age counts fully (fresh_threshold of the published code); also "
        "the period of linear-mode, and the N of the refresh rule cycle: there, 1 and a fresh ratio of 0 compute "
        "everything always. Published: 3; 4 for DiT with 250 steps.",
        "Scores", defaults.interval, 1, 1000, "steps", true));
    specs.push_back(numberSpec("age_weight", "Age weight",
        "Weight of a token's age in its score (s3): larger spreads the computed tokens over the clip. Published: 0.25.",
        "Scores", defaults.ageWeight, 0, 10, 0.05));
    specs.push_back(numberSpec("cross_attention_weight", "Text influence weight",
        "Weight of the entropy of a token's attention over the text (s2). Published for Open-Sora and PixArt: 1; 0 for "
        "DiT, which has no text.",
        "Scores", defaults.crossAttentionWeight, 0, 10, 0.1, true));
    specs.push_back(numberSpec("self_attention_weight", "Attention influence weight",
        "Weight of the attention a token receives from the others (s1). Published: 1 for DiT, 0 for Open-Sora and "
        "PixArt.",
        "Scores", defaults.selfAttentionWeight, 0, 10, 0.1, true));
    specs.push_back(numberSpec("spatial_bonus", "Spatial bonus",
        "Share added to the score of the best token in each cell of a frame (s4), which spreads the choice over the "
        "picture. Published: 0 for Open-Sora, 0.6 for DiT (0.8 in DuCa), 0.4 for PixArt.",
        "Scores", defaults.spatialBonus, 0, 10, 0.1, true));
    specs.push_back(integerSpec("spatial_bonus_grid", "Spatial bonus cell",
        "Side of such a cell: 2 in DiT, 4 in PixArt. Cells at the right and lower edge are smaller where the size does "
        "not divide.",
        "Scores", defaults.spatialBonusGrid, 1, 64, "tokens", true));
    specs.push_back(
        integerSpec("random_seed", "Random seed", "Seed of the score random: the same seed chooses the same tokens.",
            "Scores", defaults.randomSeed, 0, 1000000000, "", true));
}

} // namespace

const std::vector<ParameterSpec>& TocaOptions::specs()
{
    static const std::vector<ParameterSpec> specs = [] {
        const TocaOptions defaults;
        std::vector<ParameterSpec> made;
        addSelection(made, defaults);
        addRefresh(made, defaults);
        addScores(made, defaults);
        return made;
    }();
    return specs;
}

} // namespace toca::plan
