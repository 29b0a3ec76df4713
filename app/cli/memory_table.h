// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/published_memory.h"

#include <string>
#include <vector>

namespace toca::app {

// `toca plan --memory-table`: what published codes hold for their caches beside our plans. Keys are in docs/cli.md.

std::string cacheMemoryText(const std::vector<plan::CacheMemoryComparison>& rows);
std::string cacheMemoryJson(const std::vector<plan::CacheMemoryComparison>& rows);

} // namespace toca::app
