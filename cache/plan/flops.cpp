// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/flops.h"

#include <algorithm>

namespace toca::plan {

double conditioningFlops(const ModelShape& shape)
{
    constexpr double kFrequencies = 256; // width of the sinusoidal embedding of a number
    const double width = static_cast<double>(shape.hiddenSize), depth = static_cast<double>(shape.depth);
    const double embedder = 2 * (kFrequencies * width + width * width);
    if (shape.family == "dit") // every block and the final layer have modulation weights of their own
        return embedder + 2 * width * (6 * depth + 2) * width;
    const double modulation = 2 * width * 6 * width; // one t_block for all blocks
    if (shape.family != "pixart")
        return 2 * embedder + modulation; // timestep and fps
    const double third = width / 3; // height, width and aspect ratio of the picture
    const double sizes = shape.hasSizeConditions ? 3 * 2 * (kFrequencies * third + third * third) : 0;
    return embedder + modulation + sizes;
}

double moduleFlops(
    const Geometry& geometry, int layer, ModuleKind module, std::int64_t computedTokens, std::int64_t rows)
{
    const double k = static_cast<double>(std::clamp<std::int64_t>(computedTokens, 0, geometry.grid.tokens()));
    if (k == 0)
        return 0;
    const double tokens = static_cast<double>(geometry.grid.tokens());
    const double width = static_cast<double>(geometry.hiddenSize);
    double row = 0;
    switch (module) {
    case ModuleKind::SelfAttention: {
        const double span = static_cast<double>(geometry.attentionSpan(layer));
        row = 4 * k * width * width // queries and output projection
            + 4 * tokens * width * width // keys and values
            + 4 * k * span * width; // scores and weighted sum
        break;
    }
    case ModuleKind::CrossAttention:
        if (geometry.crossAttention)
            row = k * (4 * width * width + 4 * static_cast<double>(geometry.textTokens) * width);
        break;
    case ModuleKind::Mlp:
        row = 4 * k * width * static_cast<double>(geometry.mlpHiddenSize);
        break;
    }
    return row * static_cast<double>(rows);
}

double fixedFlops(const Geometry& geometry, std::int64_t rows)
{
    const double tokens = static_cast<double>(geometry.grid.tokens());
    const double width = static_cast<double>(geometry.hiddenSize);
    const double patches = 2 * tokens * width * static_cast<double>(geometry.patchInputs + geometry.patchOutputs);
    return (patches + geometry.conditioningFlops) * static_cast<double>(rows);
}

double onceFlops(const Geometry& geometry)
{
    if (!geometry.crossAttention)
        return 0;
    const double width = static_cast<double>(geometry.hiddenSize);
    const double captionMlp = 2 * static_cast<double>(geometry.captionTokens)
        * (static_cast<double>(geometry.captionChannels) * width + width * width)
        * static_cast<double>(geometry.prompts);
    const double keysAndValues = 4 * static_cast<double>(geometry.textTokens) * width * width
        * static_cast<double>(geometry.layers.size()) * static_cast<double>(geometry.rows());
    return captionMlp + keysAndValues;
}

} // namespace toca::plan
