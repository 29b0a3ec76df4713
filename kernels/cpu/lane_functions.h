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

/// Copies fewer than 16 values in moves of fixed sizes, which are single instructions.
TOCA_INLINE void copySome(float* to, const float* from, std::int64_t count)
{
    if (count & 8) {
        std::memcpy(to, from, 8 * sizeof(float));
        to += 8, from += 8;
    }
    if (count & 4) {
        std::memcpy(to, from, 4 * sizeof(float));
        to += 4, from += 4;
    }
    if (count & 2) {
        std::memcpy(to, from, 2 * sizeof(float));
        to += 2, from += 2;
    }
    if (count & 1)
        *to = *from;
}

/// The first `count` values, and `filler` in the other lanes. @pre 0 <= count < 16
TOCA_INLINE void loadSome(Lanes& to, const float* from, std::int64_t count, float filler)
{
    float values[kLanes];
    store(values, Lanes{} + filler);
    copySome(values, from, count);
    load(to, values);
}

/// @pre 0 <= count < 16
TOCA_INLINE void storeSome(float* to, const Lanes& from, std::int64_t count)
{
    float values[kLanes];
    store(values, from);
    copySome(to, values, count);
}

/// Lanes of a row's last vector, which begins at its last 16 values: those that no whole vector before it covers.
TOCA_INLINE void keepLast(Lanes& values, std::int64_t count)
{
    constexpr LaneBits kNumbers = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    const auto isKept = kNumbers >= static_cast<std::uint32_t>(kLanes - count);
    values = isKept ? values : Lanes{};
}

/// Replaces a row by e^(scale (x - maximum)). @return their sum; NaN when one of them is
TOCA_INLINE float exponentiate(float* row, std::int64_t length, float scale)
{
    constexpr float kNone = -__builtin_inff();
    const std::int64_t whole = length / kLanes * kLanes, rest = length - whole;
    Lanes largest = Lanes{} + kNone;
    Lanes values, tail;
    for (std::int64_t c = 0; c < whole; c += kLanes) {
        load(values, row + c);
        largest = values > largest ? values : largest;
    }
    // The rest: the row's last 16 values again, where there are as many. They are read before they change.
    if (rest > 0) {
        if (whole > 0)
            load(tail, row + length - kLanes);
        else
            loadSome(tail, row, rest, kNone);
        largest = tail > largest ? tail : largest;
    }
    const float maximum = largestOf(largest);
    Lanes sums{};
    for (std::int64_t c = 0; c < whole; c += kLanes) {
        load(values, row + c);
        values = (values - maximum) * scale;
        exponentials(values);
        store(row + c, values);
        sums += values;
    }
    if (rest > 0) {
        tail = (tail - maximum) * scale;
        exponentials(tail);
        if (whole > 0) {
            store(row + length - kLanes, tail);
            keepLast(tail, rest);
        } else {
            storeSome(row, tail, rest);
        }
        sums += tail; // fillers became 0
    }
    return sumOf(sums);
}

} // namespace toca::kernels
