// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace toca::kernels {

/// Rows of a table to be packed, or packed rows to be put back: B batches of K rows out of N.
///
/// gather:  packed[b, k] = table[b, ids[b, k]]        scatter: table[b, ids[b, k]] = packed[b, k]
struct RowMove {
    void* table = nullptr; ///< (B, N, rowBytes), contiguous
    void* packed = nullptr; ///< (B, K, rowBytes), contiguous
    const std::int64_t* ids = nullptr; ///< (B / repeats, K), values in [0, N); batch b uses row b % (B / repeats)
    std::int64_t batches = 0; ///< B
    std::int64_t chosen = 0; ///< K
    std::int64_t tokens = 0; ///< N
    std::int64_t rowBytes = 0; ///< a multiple of 2
    std::int64_t idRows = 1; ///< B / repeats

    std::int64_t rows() const { return batches * chosen; }
};

/// Moves the rows [first, last) of `rows()`; the caller divides the work among its threads.
void gatherRows(const RowMove& move, std::int64_t first, std::int64_t last);
void scatterRows(const RowMove& move, std::int64_t first, std::int64_t last);

/// The whole move on the GPU. @param stream a cudaStream_t  @return a cudaError_t, 0 = launched
int gatherRowsCuda(const RowMove& move, void* stream);
int scatterRowsCuda(const RowMove& move, void* stream);

} // namespace toca::kernels
