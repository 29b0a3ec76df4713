// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/eval_plan.h"
#include "core/api/model_info.h"

namespace toca::app {

/// Everything that an evaluation found, format "toca-eval" (docs/cli.md): the accuracy of each attribute for true
/// renderings (the checker's ceiling), for their round trip through the VAE, and for each contestant.
nlohmann::ordered_json evalJson(const ModelInfo& model, const std::vector<Racer>& contestants,
    std::optional<double> target, const std::vector<nlohmann::ordered_json>& results);
/// As a table for a terminal.
std::string evalText(const nlohmann::ordered_json& eval);
/// As a page of Markdown, with the prompts and what was seen.
std::string evalMarkdown(const nlohmann::ordered_json& eval);

/// Writes eval.json, eval.md, and contact sheets: sheet-truth.png, sheet-none.png, ... with three frames for each
/// prompt, three prompts in a row.
Result<void> saveEval(const EvalFolder& folder, const nlohmann::ordered_json& eval,
    const std::vector<Racer>& contestants, const std::vector<EvalCase>& cases, std::stop_token stop);

} // namespace toca::app
