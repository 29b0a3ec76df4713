// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/element.h"

namespace toca::kernels {

/// The factors of TaylorSeer's forecasts (arXiv 2503.06923): d_0 is a module's output, d_i its i-th difference
/// quotient.
inline constexpr int kMostDerivatives = 10;

/// Renews the derivatives after a full step, all orders in one pass over the output:
///
/// new d_{i+1} = (new d_i - old d_i) / distance, new d_0 = output
///
/// The old derivatives from d_1 on are overwritten by the new ones; old d_0 stays, it may still be in use as an output.
struct TaylorUpdate {
    Element element = Element::Float32;
    const void* output = nullptr; ///< `count` values
    const void* oldOutput = nullptr; ///< old d_0
    void* derivatives[kMostDerivatives] = {}; ///< d_1, d_2, ..
    int order = 0; ///< derivatives to make, at most `known` + 1
    int known = 0; ///< of `derivatives`, how many hold old values
    float distance = 1; ///< steps since the old ones were made
    std::int64_t count = 0;
};

/// out = d_0 + sum of coefficients[i] * derivatives[i], in one pass.
struct TaylorSum {
    Element element = Element::Float32;
    const void* output = nullptr; ///< d_0
    const void* derivatives[kMostDerivatives] = {}; ///< d_1, d_2, ..
    float coefficients[kMostDerivatives] = {}; ///< x^i / i! for i = 1, 2, ..
    int order = 0; ///< derivatives to add
    void* out = nullptr;
    std::int64_t count = 0;
};

/// The values [first, last) of `count`; the caller divides the work among its threads.
void taylorUpdate(const TaylorUpdate& operation, std::int64_t first, std::int64_t last);
void taylorSum(const TaylorSum& operation, std::int64_t first, std::int64_t last);

/// The whole operation on the GPU. @param stream a cudaStream_t  @return a cudaError_t, 0 = launched
int taylorUpdateCuda(const TaylorUpdate& operation, void* stream);
int taylorSumCuda(const TaylorSum& operation, void* stream);

} // namespace toca::kernels
