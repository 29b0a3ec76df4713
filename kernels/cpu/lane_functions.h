// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cpu/lanes.h"

namespace toca::kernels {

/// e^x of each lane, to within 2 units in the last place; 0 below -87, NaN for NaN. @pre x <= 88
///
/// x = n ln 2 + r with |r| <= ln 2 / 2, e^r by its series; n is rounded by adding a number whose unit is 1.
TOCA_INLINE void exponentials(Lanes& x)
{
    constexpr float kLowest = -87.0F, kLog2E = 1.44269504F, kRounder = 12582912.0F; // 1.5 * 2^23
    constexpr float kLn2High = 0.693145752F, kLn2Low = 1.42860677e-6F;
    const auto isLow = x < kLowest;
    const Lanes shifted = x * kLog2E + kRounder;
    const Lanes n = shifted - kRounder;
    const Lanes r = x - n * kLn2High - n * kLn2Low;
    Lanes series = r * (1.0F / 720.0F) + (1.0F / 120.0F);
    series = series * r + (1.0F / 24.0F);
    series = series * r + (1.0F / 6.0F);
    series = series * r + 0.5F;
    series = series * r + 1.0F;
    series = series * r + 1.0F;
    LaneBits bits;
    std::memcpy(&bits, &shifted, sizeof bits);
    bits = (bits + 127U) << 23U; // the lowest bits of `shifted` are n
    Lanes power;
    std::memcpy(&power, &bits, sizeof power);
    x = isLow ? Lanes{} : series * power;
}

/// ln x of each lane, to within 2e-7 of max(1, |ln x|). @pre x is positive and normal
TOCA_INLINE void logarithms(Lanes& x)
{
    LaneBits bits;
    std::memcpy(&bits, &x, sizeof bits);
    // x = m 2^e with m in [2/3, 4/3): the mantissa of 2/3 is subtracted, so that ln m is small on both sides.
    constexpr std::uint32_t kTwoThirds = 0x3F2AAAABU;
    const LaneBits offset = bits - kTwoThirds;
    using LaneInts = std::int32_t __attribute__((vector_size(64)));
    LaneInts exponent;
    std::memcpy(&exponent, &offset, sizeof exponent);
    exponent >>= 23;
    const LaneBits mantissa = (offset & 0x007FFFFFU) + kTwoThirds;
    Lanes m;
    std::memcpy(&m, &mantissa, sizeof m);
    const Lanes e = __builtin_convertvector(exponent, Lanes);
    // ln m = 2 artanh(s), s = (m - 1) / (m + 1), |s| <= 1/5
    const Lanes s = (m - 1.0F) / (m + 1.0F);
    const Lanes s2 = s * s;
    Lanes series = s2 * (2.0F / 9.0F) + (2.0F / 7.0F);
    series = series * s2 + (2.0F / 5.0F);
    series = series * s2 + (2.0F / 3.0F);
    series = series * s2 + 2.0F;
    x = e * 0.693147181F + s * series;
}

/// The first `count` values, and `filler` in the other lanes.
TOCA_INLINE void loadSome(Lanes& to, const float* from, std::int64_t count, float filler)
{
    float values[kLanes];
    for (std::int64_t lane = 0; lane < kLanes; ++lane)
        values[lane] = lane < count ? from[lane] : filler;
    load(to, values);
}

TOCA_INLINE void storeSome(float* to, const Lanes& from, std::int64_t count)
{
    for (std::int64_t lane = 0; lane < count; ++lane)
        to[lane] = from[lane];
}

/// Replaces a row by e^(scale (x - maximum)). @return their sum; NaN when one of them is
TOCA_INLINE float exponentiate(float* row, std::int64_t length, float scale)
{
    constexpr float kNone = -__builtin_inff();
    Lanes largest = Lanes{} + kNone;
    Lanes values;
    std::int64_t c = 0;
    for (; c + kLanes <= length; c += kLanes) {
        load(values, row + c);
        largest = values > largest ? values : largest;
    }
    loadSome(values, row + c, length - c, kNone);
    largest = values > largest ? values : largest;
    float maximum = kNone;
    for (std::int64_t lane = 0; lane < kLanes; ++lane)
        maximum = largest[lane] > maximum ? largest[lane] : maximum;
    Lanes sums{};
    for (c = 0; c + kLanes <= length; c += kLanes) {
        load(values, row + c);
        values = (values - maximum) * scale;
        exponentials(values);
        store(row + c, values);
        sums += values;
    }
    if (c < length) {
        loadSome(values, row + c, length - c, kNone);
        values = (values - maximum) * scale;
        exponentials(values);
        storeSome(row + c, values, length - c);
        sums += values; // the filler became 0
    }
    return sumOf(sums);
}

} // namespace toca::kernels
