// SPDX-License-Identifier: Apache-2.0
#include "core/api/probe.h"

#include <cmath>

namespace toca {

const char* probeModeName(ProbeMode mode)
{
    return mode == ProbeMode::KeepFresh ? "fresh" : "stale";
}

std::vector<float> tokenDamage(const std::vector<float>& edited, const std::vector<float>& original,
    const std::vector<std::int64_t>& shape, const plan::TokenGrid& grid)
{
    if (shape.size() != 4 || edited.size() != original.size() || grid.tokens() < 1
        || static_cast<std::int64_t>(edited.size()) != shape[0] * shape[1] * shape[2] * shape[3])
        return {};
    const std::int64_t frames = shape[1], height = shape[2], width = shape[3];
    const auto patch = [](std::int64_t size, std::int64_t tokens) { return (size + tokens - 1) / tokens; };
    const std::int64_t pt = patch(frames, grid.frames), ph = patch(height, grid.rows), pw = patch(width, grid.columns);
    std::vector<double> change(static_cast<std::size_t>(grid.tokens()), 0.0);
    double norm = 0;
    std::size_t i = 0;
    for (std::int64_t channel = 0; channel < shape[0]; ++channel)
        for (std::int64_t t = 0; t < frames; ++t)
            for (std::int64_t y = 0; y < height; ++y)
                for (std::int64_t x = 0; x < width; ++x, ++i) {
                    const double difference = static_cast<double>(edited[i]) - static_cast<double>(original[i]);
                    const std::int64_t token = (t / pt * grid.rows + y / ph) * grid.columns + x / pw;
                    change[static_cast<std::size_t>(token)] += difference * difference;
                    norm += static_cast<double>(original[i]) * static_cast<double>(original[i]);
                }
    const double typical = std::sqrt(norm / static_cast<double>(grid.tokens()));
    std::vector<float> damage;
    for (const double square : change)
        damage.push_back(static_cast<float>(typical > 0 ? std::sqrt(square) / typical : std::sqrt(square)));
    return damage;
}

} // namespace toca
