// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/element.h"

#include <cstdint>

namespace toca::kernels {

/// A modulated norm and a gated residual as training needs them, with their gradients. What runs through the blocks (x)
/// and its modulation are float32; what the blocks' linear layers read and write (y) is float32 or bfloat16.
///
/// Sums over the tokens of a row of the batch are made by one thread in the tokens' order: the same bits every time.
struct TrainedRows {
    Element element = Element::Float32; ///< of y
    std::int64_t batches = 0; ///< B
    std::int64_t tokens = 0; ///< N
    std::int64_t width = 0; ///< C
    const float* x = nullptr; ///< (B, N, C), contiguous
    const void* y = nullptr; ///< (B, N, C), contiguous: read by the residual
    const float* shift = nullptr; ///< B rows of C values, `vectorStride` apart
    const float* scale = nullptr; ///< as `shift`
    const float* gate = nullptr; ///< as `shift`; null = 1
    std::int64_t vectorStride = 0; ///< values
    float epsilon = 1e-6F;
};

/// out = (x - mean) / sqrt(variance + epsilon) * (1 + scale) + shift of the rows [first, last) of B * N.
/// @param out (B, N, C) of `element`
void trainedNorm(const TrainedRows& rows, void* out, std::int64_t first, std::int64_t last);

struct TrainedNormGradient {
    const void* out = nullptr; ///< in: of `trainedNorm`'s result, (B, N, C) of `element`
    const float* passed = nullptr; ///< in: another gradient of x, (B, N, C), which is added to its own; null = none
    float* x = nullptr; ///< (B, N, C)
    float* shift = nullptr; ///< (B, C)
    float* scale = nullptr; ///< (B, C)
};

/// @param first, last of the B rows of the batch
void trainedNormGradient(
    const TrainedRows& rows, const TrainedNormGradient& gradient, std::int64_t first, std::int64_t last);

/// out = x + gate * y of the rows [first, last) of B * N.
void trainedGate(const TrainedRows& rows, float* out, std::int64_t first, std::int64_t last);

struct TrainedGateGradient {
    const float* out = nullptr; ///< in: of `trainedGate`'s result, which also is that of x
    void* y = nullptr; ///< (B, N, C) of `element`
    float* gate = nullptr; ///< (B, C); null without a gate
};

/// @param first, last of the B rows of the batch
void trainedGateGradient(
    const TrainedRows& rows, const TrainedGateGradient& gradient, std::int64_t first, std::int64_t last);

} // namespace toca::kernels
