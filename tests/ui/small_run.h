// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/trace.h"

#include <memory>
#include <vector>

namespace toca::ui::testing {

/// Two layers (one spatial, one temporal), 2 frames of 2 x 3 tokens: small enough to check by hand.
inline plan::Geometry smallGeometry()
{
    plan::Geometry geometry;
    geometry.family = "stdit3";
    geometry.grid = {2, 2, 3};
    geometry.hiddenSize = 8;
    geometry.heads = 2;
    geometry.mlpHiddenSize = 32;
    geometry.layers = {plan::LayerKind::Spatial, plan::LayerKind::Temporal};
    geometry.textTokens = 4;
    geometry.captionChannels = 8;
    geometry.captionTokens = 4;
    geometry.patchInputs = 16;
    geometry.patchOutputs = 32;
    return geometry;
}

/// The same of a class-conditional picture model: one frame of 3 x 4 tokens, no cross-attention.
inline plan::Geometry pictureGeometry()
{
    plan::Geometry geometry = smallGeometry();
    geometry.family = "dit";
    geometry.grid = {1, 3, 4};
    geometry.layers = {plan::LayerKind::Joint, plan::LayerKind::Joint};
    geometry.crossAttention = false;
    geometry.textTokens = geometry.captionChannels = geometry.captionTokens = 0;
    return geometry;
}

/// Step 0 full; from then on attention is reused and 3 of 12 tokens of the MLPs are computed.
inline plan::Plan smallPlan(int steps)
{
    plan::Plan plan(smallGeometry(), plan::uniformSchedule("rflow", steps));
    for (int evaluation = 1; evaluation < steps; ++evaluation) {
        for (int layer = 0; layer < plan.layerCount(); ++layer) {
            plan.at(evaluation, layer, plan::ModuleKind::SelfAttention) = {plan::Action::Reuse, 0, false};
            plan.at(evaluation, layer, plan::ModuleKind::CrossAttention) = {plan::Action::Reuse, 0, false};
            plan.at(evaluation, layer, plan::ModuleKind::Mlp) = {plan::Action::Subset, 3, false};
        }
    }
    return plan;
}

/// Appends the next `count` cells as the plan says: 10 ms for a full module, 1 ms for a reused one, 4 ms for a subset,
/// of which 1 ms is selection. The subset is {0, 1, 7}. An evaluation that gets complete takes its cells' time and 5 ms
/// more, costs 100 FLOPs, and leaves 50 bytes per evaluation so far.
inline void run(plan::Trace& trace, const plan::Plan& plan, std::size_t count)
{
    const std::size_t perEvaluation = plan::Trace::cellsPerEvaluation(trace.geometry());
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t index = trace.publishedCells();
        const plan::Site site = trace.siteOf(index);
        const plan::PlannedModule& planned = plan.at(site.evaluation, site.layer, site.module);
        plan::TraceCell cell;
        cell.action = planned.action;
        cell.flops = 2e6;
        std::vector<std::int64_t> fresh;
        std::vector<float> scores;
        if (planned.action == plan::Action::Full) {
            cell.computedTokens = 12;
            cell.seconds = 0.010f;
        } else if (planned.action == plan::Action::Subset) {
            cell.selected = true;
            cell.computedTokens = 3;
            cell.seconds = 0.004f;
            cell.selectionSeconds = 0.001f;
            fresh = {0, 1, 7};
            for (int token = 0; token < 12 && trace.level() == plan::TraceLevel::Scores; ++token) {
                scores.push_back(token == 0 || token == 1 || token == 7 ? 2.0f : 0.5f);
            }
        } else {
            cell.seconds = 0.001f;
        }
        trace.append(cell, fresh, scores);
        if ((index + 1) % perEvaluation == 0) {
            plan::TraceEvaluation evaluation;
            for (std::size_t k = index + 1 - perEvaluation; k <= index; ++k) {
                evaluation.seconds += static_cast<double>(trace.cell(k).seconds);
            }
            evaluation.seconds += 0.005;
            evaluation.flops = 100;
            evaluation.cacheBytes = 50 * (site.evaluation + 1);
            trace.appendEvaluation(evaluation);
        }
    }
}

} // namespace toca::ui::testing
