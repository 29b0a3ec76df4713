// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/host_device.h"

#include <cstdint>
#include <cstring>

namespace toca::kernels {

/// Element types that kernels take; sums are float32 for both.
enum class Element : std::uint8_t { Float32, BFloat16 };

/// A bfloat16: the upper half of a float.
struct BFloat16 {
    std::uint16_t bits;
};

TOCA_BODY float toFloat(float value)
{
    return value;
}

TOCA_BODY float toFloat(BFloat16 value)
{
    const std::uint32_t bits = static_cast<std::uint32_t>(value.bits) << 16U;
    float result;
    memcpy(&result, &bits, sizeof result);
    return result;
}

TOCA_BODY void fromFloat(float& to, float value)
{
    to = value;
}

/// Rounds to the nearest, ties to even; NaN stays NaN.
TOCA_BODY void fromFloat(BFloat16& to, float value)
{
    std::uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if ((bits & 0x7FFFFFFFU) > 0x7F800000U)
        to.bits = 0x7FC0U;
    else
        to.bits = static_cast<std::uint16_t>((bits + 0x7FFFU + ((bits >> 16U) & 1U)) >> 16U);
}

// One value at a time, as vectors of several are read and written: bodies are written once for all widths.
TOCA_BODY void load(float& to, const float* from)
{
    to = *from;
}
TOCA_BODY void load(float& to, const BFloat16* from)
{
    to = toFloat(*from);
}
TOCA_BODY void store(float* to, float from)
{
    *to = from;
}
TOCA_BODY void store(BFloat16* to, float from)
{
    fromFloat(*to, from);
}

} // namespace toca::kernels
