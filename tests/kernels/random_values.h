// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <random>
#include <vector>

namespace toca::test {

/// Normally distributed, the same for each seed.
inline std::vector<float> randomValues(std::size_t count, unsigned seed, float deviation = 1)
{
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0.0F, deviation);
    std::vector<float> values(count);
    for (float& value : values)
        value = normal(random);
    return values;
}

} // namespace toca::test
