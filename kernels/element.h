// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace toca::kernels {

/// Element types that kernels take; sums are float32 for both.
enum class Element : std::uint8_t { Float32, BFloat16 };

} // namespace toca::kernels
