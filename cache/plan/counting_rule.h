// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/plan.h"

#include <cstdint>
#include <string>

namespace toca::plan {

/// A way of counting FLOPs other than ours (flops.h), as a published table is found to use: its figures are our plan
/// counted by this rule.
struct CountingRule {
    /// How often keys and values of the text are projected; the caption MLP then runs in every evaluation.
    enum class TextWork : std::uint8_t {
        Once, ///< per run, as here
        WithCrossAttention, ///< at each computed cross-attention
        EveryEvaluation, ///< of the model, also where the cross-attention is reused
    };

    std::string description; ///< one sentence
    std::int64_t textTokens = 0; ///< of one guidance row
    TextWork textWork = TextWork::Once;
    bool textAcrossRows = false; ///< every row's queries meet the text of all rows, which is masked afterwards
    bool attentionProducts = true; ///< queries by keys, and weights by values; false: linear layers only
    double besides = 0; ///< FLOPs of other models: VAE, text encoder
};

/// FLOPs of a plan by the rule.
double flopsBy(const CountingRule& rule, const Plan& plan);

} // namespace toca::plan
