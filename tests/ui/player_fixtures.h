// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/trace.h"
#include "core/api/run_result.h"

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace toca::test {

/// Every frame one colour: red = `base` + its index, green and blue as given.
inline Clip plainClip(int frames, int width, int height, int base = 0, int green = 0, int blue = 0)
{
    Clip clip;
    for (int i = 0; i < frames; ++i) {
        Frame frame{.width = width, .height = height};
        for (int pixel = 0; pixel < width * height; ++pixel) {
            frame.rgb.push_back(static_cast<std::uint8_t>(base + i));
            frame.rgb.push_back(static_cast<std::uint8_t>(green));
            frame.rgb.push_back(static_cast<std::uint8_t>(blue));
        }
        clip.frames.push_back(std::move(frame));
    }
    return clip;
}

inline Preview plainPreview(int step, int frames = 17, int size = 4, int base = 100)
{
    return {.step = step, .clip = plainClip(frames, size, size, base)};
}

/// 5 latent frames of 2 x 4 tokens (17 pictures), 2 layers, `steps` evaluations. Evaluation 0 is full; in the others
/// the MLP of layer 1 computes the given tokens and everything else is reused.
inline std::shared_ptr<plan::Trace> smallTrace(
    int published, const std::vector<std::int64_t>& fresh, int steps = 4, bool scores = false)
{
    plan::Geometry geometry;
    geometry.family = "stdit3";
    geometry.grid = {5, 2, 4};
    geometry.hiddenSize = 8;
    geometry.mlpHiddenSize = 32;
    geometry.layers = {plan::LayerKind::Spatial, plan::LayerKind::Temporal};
    auto trace = std::make_shared<plan::Trace>(geometry, plan::uniformSchedule("rflow", steps), 1,
        scores ? plan::TraceLevel::Scores : plan::TraceLevel::Decisions);
    std::vector<float> values;
    for (int token = 0; token < 40; ++token)
        values.push_back(static_cast<float>(token));
    for (int evaluation = 0; evaluation < published; ++evaluation) {
        for (int layer = 0; layer < 2; ++layer) {
            for (const plan::ModuleKind module : plan::kAllModules) {
                plan::TraceCell cell;
                if (evaluation == 0) {
                    cell.computedTokens = 40;
                    trace->append(cell);
                } else if (layer == 1 && module == plan::ModuleKind::Mlp) {
                    cell.action = plan::Action::Subset;
                    cell.selected = true;
                    cell.computedTokens = static_cast<std::int32_t>(fresh.size());
                    trace->append(cell, fresh, scores ? values : std::vector<float>{});
                } else {
                    cell.action = plan::Action::Reuse;
                    trace->append(cell);
                }
            }
        }
        trace->appendEvaluation({});
    }
    return trace;
}

} // namespace toca::test
