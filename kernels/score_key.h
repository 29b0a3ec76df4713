// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/host_device.h"

#include <cstdint>
#include <cstring>

namespace toca::kernels {

/// An unsigned number that orders as the score does: IEEE floats with their sign handled. NaN becomes 0, -0 equals +0.
TOCA_HD inline std::uint32_t scoreKey(float score)
{
    if (!(score == score))
        return 0;
    score += 0.0F; // -0 becomes +0
    std::uint32_t bits;
    memcpy(&bits, &score, sizeof bits);
    return (bits & 0x80000000U) ? ~bits : bits | 0x80000000U;
}

} // namespace toca::kernels
