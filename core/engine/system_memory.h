// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace toca::engine {

/// Bytes that this process may still take: the smallest of what the machine, the control groups and the limits of the
/// process (ulimit) leave. 0 = unknown.
std::int64_t availableMemory();

} // namespace toca::engine
