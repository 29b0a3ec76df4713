// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/element.h"

#include <cstdint>

namespace toca::kernels {

/// GELU in its tanh approximation (Hendrycks and Gimpel, arXiv 1606.08415) and its derivative, for training:
///
/// gelu(x) = x / (1 + exp(-2 u)), u = sqrt(2 / pi) (x + 0.044715 x^3)
struct Gelu {
    Element element = Element::Float32;
    const void* x = nullptr;
    const void* gradient = nullptr; ///< of gelu(x); only for `geluGradient`
    void* out = nullptr; ///< gelu(x), or the gradient of x
};

/// The values [first, last).
void gelu(const Gelu& operation, std::int64_t first, std::int64_t last);
/// out = gradient * gelu'(x) of the values [first, last).
void geluGradient(const Gelu& operation, std::int64_t first, std::int64_t last);

} // namespace toca::kernels
