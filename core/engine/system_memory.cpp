// SPDX-License-Identifier: Apache-2.0
#include "core/engine/system_memory.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

namespace toca::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

std::int64_t numberIn(const fs::path& path)
{
    std::ifstream file(path);
    std::int64_t value = 0;
    return file >> value ? value : -1; // "max" is no number: no limit
}

/// The value after `key` in a file of "key value" lines; 0 when it is not there.
std::int64_t valueOf(const fs::path& path, const std::string& key)
{
    std::ifstream file(path);
    std::string name;
    for (std::int64_t value = 0; file >> name >> value;)
        if (name == key)
            return value;
    return 0;
}

/// What one control group leaves; memory that only caches files is given back when somebody asks for it.
std::int64_t leftByGroup(const fs::path& group, const char* limitName, const char* usedName, const char* prefix)
{
    const std::int64_t limit = numberIn(group / limitName), used = numberIn(group / usedName);
    if (limit <= 0 || used < 0)
        return kNoLimit;
    const fs::path statistics = group / "memory.stat";
    const std::int64_t files = valueOf(statistics, std::string(prefix) + "inactive_file")
        + valueOf(statistics, std::string(prefix) + "active_file");
    return std::max<std::int64_t>(0, limit - std::max<std::int64_t>(0, used - files));
}

/// The smallest remainder of this process's control group and those above it. In a container the path of the group
/// may not be visible; then the container's own root is.
std::int64_t leftByGroups()
{
    std::int64_t left = kNoLimit;
    std::ifstream groups("/proc/self/cgroup");
    for (std::string line; std::getline(groups, line);) { // "4:memory:/a/b" (version 1), "0::/a/b" (version 2)
        const bool isSecond = line.rfind("0::", 0) == 0;
        const auto first = line.find(':'), second = line.find(':', first + 1);
        if (second == std::string::npos || (!isSecond && line.substr(first + 1, second - first - 1) != "memory"))
            continue;
        const fs::path root = isSecond ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory";
        for (fs::path path = fs::path(line.substr(second + 1)).relative_path();; path = path.parent_path()) {
            const std::int64_t one = isSecond
                ? leftByGroup(root / path, "memory.max", "memory.current", "")
                : leftByGroup(root / path, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_");
            left = std::min(left, one);
            if (path.empty())
                break;
        }
    }
    return left;
}

/// What a limit on this process (ulimit -v, ulimit -d) leaves. @param field of /proc/self/statm, in pages
std::int64_t leftByLimit(decltype(RLIMIT_AS) resource, int field)
{
    rlimit limit{};
    if (getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return kNoLimit;
    std::ifstream statistics("/proc/self/statm");
    std::int64_t pages = 0;
    for (int i = 0; i <= field; ++i)
        statistics >> pages;
    const auto most = static_cast<std::int64_t>(std::min<rlim_t>(limit.rlim_cur, kNoLimit));
    return std::max<std::int64_t>(0, most - pages * sysconf(_SC_PAGESIZE));
}

} // namespace

std::int64_t availableMemory()
{
    constexpr int kAddressSpace = 0, kData = 5; // fields of statm
    std::int64_t machine = kNoLimit;
    std::ifstream memory("/proc/meminfo");
    for (std::string line; std::getline(memory, line);)
        if (const std::string key = "MemAvailable:"; line.rfind(key, 0) == 0)
            machine = std::strtoll(line.c_str() + key.size(), nullptr, 10) * 1024; // in kB
    const std::int64_t available =
        std::min({machine, leftByGroups(), leftByLimit(RLIMIT_AS, kAddressSpace), leftByLimit(RLIMIT_DATA, kData)});
    return available == kNoLimit ? 0 : std::max<std::int64_t>(available, 1);
}

} // namespace toca::engine
