// SPDX-License-Identifier: Apache-2.0
#include "core/engine/system_memory.h"

#include <algorithm>
#include <fstream>
#include <string>

namespace toca::engine {
namespace {

std::int64_t numberIn(const char* path)
{
    std::ifstream file(path);
    std::int64_t value = 0;
    return file >> value ? value : -1; // "max" is no number: no limit
}

} // namespace

std::int64_t availableMemory()
{
    std::int64_t available = 0;
    std::ifstream memory("/proc/meminfo");
    for (std::string key; memory >> key;) {
        std::int64_t kibibytes = 0;
        memory >> kibibytes;
        if (key == "MemAvailable:") {
            available = kibibytes * 1024;
            break;
        }
        memory.ignore(1 << 10, '\n');
    }
    const std::int64_t limit = numberIn("/sys/fs/cgroup/memory.max");
    const std::int64_t used = numberIn("/sys/fs/cgroup/memory.current");
    if (limit > 0 && used >= 0)
        available = std::min(available, std::max<std::int64_t>(0, limit - used));
    return available;
}

} // namespace toca::engine
