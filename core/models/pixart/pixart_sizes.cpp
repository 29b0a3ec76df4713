// SPDX-License-Identifier: Apache-2.0
#include "core/models/pixart/pixart_sizes.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace toca::models {
namespace {

/// (height, width) in units of side / 16.
constexpr std::pair<int, int> kSizes[] = {
    {8, 32}, {8, 31}, {8, 30}, {8, 29}, {9, 28}, {9, 27}, {9, 26}, {10, 25}, //
    {10, 24}, {11, 23}, {11, 22}, {11, 21}, {12, 21}, {12, 20}, {13, 19}, {13, 18}, //
    {14, 18}, {14, 17}, {15, 17}, {15, 16}, {16, 16}, {16, 15}, {17, 15}, {17, 14}, //
    {18, 14}, {18, 13}, {19, 13}, {20, 12}, {21, 12}, {22, 11}, {23, 11}, {24, 10}, //
    {25, 10}, {26, 9}, {27, 9}, {28, 9}, {29, 8}, {30, 8}, {31, 8}, {32, 8}, //
};

} // namespace

std::vector<PixartSize> pixartSizes(std::int64_t side)
{
    std::vector<PixartSize> sizes;
    for (const auto& [height, width] : kSizes)
        sizes.push_back({height * side / 16, width * side / 16});
    return sizes;
}

PixartSize nearestPixartSize(std::int64_t side, PixartSize wanted)
{
    const double ratio = static_cast<double>(wanted.height) / static_cast<double>(wanted.width);
    const auto distance = [&](const PixartSize& size) {
        return std::abs(pixartAspectRatio(static_cast<double>(size.height), static_cast<double>(size.width)) - ratio);
    };
    const auto sizes = pixartSizes(side);
    return *std::min_element(sizes.begin(), sizes.end(),
        [&](const PixartSize& a, const PixartSize& b) { return distance(a) < distance(b); });
}

double pixartAspectRatio(double height, double width)
{
    return std::nearbyint(100.0 * height / width) / 100.0;
}

} // namespace toca::models
