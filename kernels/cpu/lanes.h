// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/element.h"

#include <cstdint>
#include <cstring>

// The compiler makes a version of a function per instruction set; the loader picks one. Sanitizers start too early for
// that, and tests of one version (TOCA_ONE_INSTRUCTION_SET) compile for it alone.
#if !defined(TOCA_ONE_INSTRUCTION_SET) && defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)              \
    && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define TOCA_PER_INSTRUCTION_SET __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define TOCA_PER_INSTRUCTION_SET
#endif
#define TOCA_INLINE inline __attribute__((always_inline))

namespace toca::kernels {

/// Sixteen floats that the compiler keeps in whatever vector registers there are: one of AVX-512, two of AVX2, four of
/// SSE or NEON. The order of additions is the same on all of them.
inline constexpr std::int64_t kLanes = 16;
using Lanes = float __attribute__((vector_size(64)));
using LaneBits = std::uint32_t __attribute__((vector_size(64)));
using HalfBits = std::uint16_t __attribute__((vector_size(32)));

// Vectors go in and out by reference: by value their calling convention would depend on the instruction set.

TOCA_INLINE void load(Lanes& to, const float* from)
{
    std::memcpy(&to, from, sizeof to);
}

TOCA_INLINE void load(Lanes& to, const BFloat16* from)
{
    HalfBits half;
    std::memcpy(&half, from, sizeof half);
    const LaneBits bits = __builtin_convertvector(half, LaneBits) << 16U;
    std::memcpy(&to, &bits, sizeof to);
}

TOCA_INLINE void store(float* to, const Lanes& from)
{
    std::memcpy(to, &from, sizeof from);
}

/// Rounds to the nearest, ties to even; NaN stays NaN.
TOCA_INLINE void store(BFloat16* to, const Lanes& from)
{
    LaneBits bits;
    std::memcpy(&bits, &from, sizeof bits);
    const LaneBits rounded = (bits + 0x7FFFU + ((bits >> 16U) & 1U)) >> 16U;
    const LaneBits isNan = (bits & 0x7FFFFFFFU) > 0x7F800000U;
    const HalfBits half = __builtin_convertvector((isNan & 0x7FC0U) | (~isNan & rounded), HalfBits);
    std::memcpy(to, &half, sizeof half);
}

/// Halves are added until one is left: four dependent additions instead of sixteen, in the same order everywhere.
TOCA_INLINE float sumOf(const Lanes& lanes)
{
    using Eight = float __attribute__((vector_size(32)));
    using Four = float __attribute__((vector_size(16)));
    Eight eight[2];
    std::memcpy(&eight, &lanes, sizeof eight);
    const Eight pairs = eight[0] + eight[1];
    Four four[2];
    std::memcpy(&four, &pairs, sizeof four);
    const Four sums = four[0] + four[1];
    return (sums[0] + sums[2]) + (sums[1] + sums[3]);
}

/// The largest lane; a NaN may be passed over.
TOCA_INLINE float largestOf(const Lanes& lanes)
{
    using Eight = float __attribute__((vector_size(32)));
    using Four = float __attribute__((vector_size(16)));
    Eight eight[2];
    std::memcpy(&eight, &lanes, sizeof eight);
    const Eight pairs = eight[0] > eight[1] ? eight[0] : eight[1];
    Four four[2];
    std::memcpy(&four, &pairs, sizeof four);
    const Four best = four[0] > four[1] ? four[0] : four[1];
    const float a = best[0] > best[2] ? best[0] : best[2], b = best[1] > best[3] ? best[1] : best[3];
    return a > b ? a : b;
}

} // namespace toca::kernels
