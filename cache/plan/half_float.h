// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace toca::plan {

/// IEEE 754 binary16 bits of `value`, rounded to nearest even; too large values become infinity.
std::uint16_t toHalf(float value);
float fromHalf(std::uint16_t bits);

} // namespace toca::plan
