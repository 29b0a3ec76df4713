// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/element.h"

namespace toca::kernels {

/// out[b, n, c] = x[b, n, c] + gate[b, c] * y[b, n, c], the residual of a modulated block; `out` may be `x`.
///
/// One pass over whole rows: a broadcasting elementwise operation pays a call for each row of C values.
struct GatedAdd {
    Element element = Element::Float32;
    const void* x = nullptr; ///< (B, N, C), contiguous
    const void* y = nullptr; ///< (B, N, C), contiguous
    const void* gate = nullptr; ///< B rows of C values, `gateStride` apart
    void* out = nullptr; ///< (B, N, C), contiguous
    std::int64_t batches = 0;
    std::int64_t tokens = 0;
    std::int64_t width = 0;
    std::int64_t gateStride = 0; ///< values

    TOCA_HD std::int64_t rows() const { return batches * tokens; }
};

/// The rows [first, last) of `rows()`.
void gatedAdd(const GatedAdd& operation, std::int64_t first, std::int64_t last);
/// All rows on the GPU. @param stream a cudaStream_t  @return a cudaError_t, 0 = launched
int gatedAddCuda(const GatedAdd& operation, void* stream);

} // namespace toca::kernels
