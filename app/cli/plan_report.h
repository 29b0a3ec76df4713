// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/target_options.h"
#include "core/api/engine.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace toca::app {

/// A plan with what is known about it.
struct PlanReport {
    GenerationRequest request;
    std::string geometryName; ///< of a published model without weights; empty: a model folder
    plan::Plan plan;
    std::optional<MemoryEstimate> memory; ///< where there are weights
    std::vector<std::string> warnings;
    std::optional<SolvedTarget> target; ///< that the request's setting was chosen for
    std::size_t runs = 1; ///< clips that the command line would make; the plan is that of the first
};

/// One denoising step; its evaluations are summed.
struct PlannedStep {
    int step = 0;
    double flops = 0;
    double freshRatio = 0; ///< mean share of computed tokens, in [0, 1]
    std::array<double, plan::kModuleKinds> moduleFreshRatio{};
};
std::vector<PlannedStep> plannedSteps(const plan::Plan& plan);

/// FLOPs of each kind of module over the whole run.
std::array<double, plan::kModuleKinds> plannedModuleFlops(const plan::Plan& plan);

/// The JSON of `toca plan --json` (schema in docs/cli.md).
std::string planJson(const PlanReport& report);
/// The same for people.
std::string planText(const PlanReport& report);

} // namespace toca::app
