// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/element.h"

#include <array>
#include <cstdint>

namespace toca::kernels {

/// How a row of features is held in a cache that is to be small.
///
/// BFloat16: each value rounded to the nearest, ties to even. Relative error at most 2^-8; NaN and infinity stay.
/// Int8: value = code * scale, scale = largest magnitude of the row / 127, code = value * (127 / largest magnitude)
/// rounded to the nearest, ties to even. Error at most half a scale (largest / 254) and the rounding of two float
/// products. A row that holds NaN, infinity or a magnitude of 2^127 is NaN as a whole when it comes back (its scale is
/// NaN), so that it is seen and not clipped; a row without a magnitude of at least 2^-100 comes back as zeros.
///
/// No product is fused with an addition: codes and decoded values are the same on every instruction set.
enum class CacheCode : std::uint8_t { BFloat16, Int8 };

/// The magnitude below which an Int8 row counts as zeros.
inline constexpr float kSmallestCoded = 0x1p-100F;

/// Rows as they are held, contiguous.
struct CodedRows {
    void* codes = nullptr; ///< (rows, C): 16-bit or 8-bit codes
    float* scales = nullptr; ///< (rows); Int8 only
};

/// Features written into a table of coded rows: to[b, ids[b, k]] = code of rows[b, k].
struct EncodeRows {
    Element element = Element::Float32;
    CacheCode code = CacheCode::Int8;
    const void* features = nullptr; ///< (B, K, C), contiguous
    const std::int64_t* ids = nullptr; ///< (B, K), values in [0, N), distinct per b; null = all in order, K = N
    CodedRows to; ///< (B, N, C)
    std::int64_t batches = 0; ///< B
    std::int64_t chosen = 0; ///< K
    std::int64_t tokens = 0; ///< N
    std::int64_t width = 0; ///< C

    TOCA_HD std::int64_t rows() const { return batches * chosen; }
};

/// The rows [first, last) of `rows()`; the caller divides the work among its threads.
void encodeRows(const EncodeRows& operation, std::int64_t first, std::int64_t last);

/// Most tables that one pass reads: more derivatives than a forecast can have.
inline constexpr int kMostCodedTerms = 16;

/// A weighted sum of coded tables, by itself or gated and added to a residual, in one pass:
///
/// sum[b, n] = weights[0] * table 0[b, n] + weights[1] * table 1[b, n] + ...
/// out = sum        out = x + sum        out[b, n] = x[b, n] + gate[b] * sum[b, n]
struct DecodeRows {
    Element element = Element::Float32; ///< of x, gate and out
    CacheCode code = CacheCode::Int8;
    std::array<CodedRows, kMostCodedTerms> terms{}; ///< (B, N, C) each
    std::array<float, kMostCodedTerms> weights{};
    int count = 1; ///< terms, 1..kMostCodedTerms
    const void* x = nullptr; ///< (B, N, C), contiguous; null = nothing is added
    const void* gate = nullptr; ///< B rows of C values, `gateStride` apart; null = 1
    void* out = nullptr; ///< (B, N, C), contiguous; may be `x`
    std::int64_t batches = 0; ///< B
    std::int64_t tokens = 0; ///< N
    std::int64_t width = 0; ///< C
    std::int64_t gateStride = 0; ///< values

    TOCA_HD std::int64_t rows() const { return batches * tokens; }
};

/// The rows [first, last) of `rows()`; the caller divides the work among its threads.
void decodeRows(const DecodeRows& operation, std::int64_t first, std::int64_t last);

/// The factors of a Taylor forecast after a full step, in place (TaylorSeer, arXiv 2503.06923):
/// new d_0 = features, new d_{i+1} = (new d_i - old d_i) / distance. The new ones are exact until they are coded.
struct RenewFactors {
    Element element = Element::Float32;
    CacheCode code = CacheCode::Int8;
    const void* features = nullptr; ///< (rows, C), contiguous
    std::array<CodedRows, kMostCodedTerms> factors{}; ///< (rows, C) each
    int held = 0; ///< factors that hold old values
    int made = 1; ///< factors to write, at most held + 1 and kMostCodedTerms
    float distance = 1; ///< steps since the old ones were made
    std::int64_t rows = 0;
    std::int64_t width = 0; ///< C
};

/// The rows [first, last); the caller divides the work among its threads.
void renewFactors(const RenewFactors& operation, std::int64_t first, std::int64_t last);

/// All rows on the GPU: the same codes and values. @param stream a cudaStream_t  @return a cudaError_t, 0 = launched
int encodeRowsCuda(const EncodeRows& operation, void* stream);
int decodeRowsCuda(const DecodeRows& operation, void* stream);
int renewFactorsCuda(const RenewFactors& operation, void* stream);

} // namespace toca::kernels
