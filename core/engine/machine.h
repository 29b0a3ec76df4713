// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace toca::engine {

/// Seconds that all threads of this process have computed.
double processorSeconds();

/// Begins a new peak of resident memory, where the system allows it.
void resetPeakMemory();
/// Resident bytes at most since then, or since the start; 0 = unknown.
std::int64_t peakMemory();

/// "0.52 1.10 0.98": the load averages of 1, 5 and 15 minutes; "" = unknown.
std::string loadAverage();

/// What measurements depend on: "processor", "instruction_sets", "cores", "memory_mib", "system", "load_at_start".
std::map<std::string, std::string> machineDescription();

} // namespace toca::engine
