// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace toca::engine {

/// Bytes that this process may still take: the smaller of what the machine and the control group leave. 0 = unknown.
std::int64_t availableMemory();

} // namespace toca::engine
