// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/element.h"

#include <cstdint>

namespace toca::kernels {

/// sums[c] = sum of matrix[r, c] over the rows [first, last), in their order: the gradient of a bias.
struct ColumnSums {
    Element element = Element::Float32;
    const void* matrix = nullptr; ///< (rows, width), contiguous
    std::int64_t width = 0;
};

/// @param sums (width), overwritten
void columnSums(const ColumnSums& operation, std::int64_t first, std::int64_t last, float* sums);

} // namespace toca::kernels
