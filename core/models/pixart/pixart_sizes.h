// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace toca::models {

/// A picture size in pixels.
struct PixartSize {
    std::int64_t height = 0;
    std::int64_t width = 0;
    bool operator==(const PixartSize&) const = default;
};

/// The sizes that PixArt-alpha was trained on, all of about `side` x `side` pixels, from the widest to the tallest
/// (the published tables of aspect ratios). @param side 256, 512 or 1024; any multiple of 16 gives the same ratios
std::vector<PixartSize> pixartSizes(std::int64_t side);

/// The published size whose height / width is nearest to the wanted one's; the first of equally near ones.
PixartSize nearestPixartSize(std::int64_t side, PixartSize wanted);

/// Height / width as the model was told in training: rounded to two decimals.
double pixartAspectRatio(double height, double width);

} // namespace toca::models
