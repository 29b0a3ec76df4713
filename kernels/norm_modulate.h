// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/element.h"

namespace toca::kernels {

/// Chosen rows, normalised over their channels (no affine) and modulated, in one pass over them:
///
/// out[b, k] = (row - mean(row)) / sqrt(variance(row) + epsilon) * (1 + scale[b]) + shift[b], row = x[b, ids[b, k]]
struct NormModulate {
    Element element = Element::Float32;
    const void* x = nullptr; ///< (B, N, C), contiguous
    const std::int64_t* ids = nullptr; ///< (B, K), values in [0, N); null = all rows in order, K = N
    const void* shift = nullptr; ///< B rows of C values, `shiftStride` apart
    const void* scale = nullptr; ///< B rows of C values, `scaleStride` apart
    void* out = nullptr; ///< (B, K, C), contiguous; not `x`
    std::int64_t batches = 0; ///< B
    std::int64_t chosen = 0; ///< K
    std::int64_t tokens = 0; ///< N
    std::int64_t width = 0; ///< C
    std::int64_t shiftStride = 0; ///< values
    std::int64_t scaleStride = 0; ///< values
    float epsilon = 1e-6F;

    TOCA_HD std::int64_t rows() const { return batches * chosen; }
};

/// The rows [first, last) of `rows()`; the caller divides the work among its threads.
void normModulate(const NormModulate& operation, std::int64_t first, std::int64_t last);
/// All rows on the GPU. @param stream a cudaStream_t  @return a cudaError_t, 0 = launched
int normModulateCuda(const NormModulate& operation, void* stream);

} // namespace toca::kernels
