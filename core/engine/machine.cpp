// SPDX-License-Identifier: Apache-2.0
#include "core/engine/machine.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <thread>

#include <sys/utsname.h>
#include <unistd.h>

namespace toca::engine {
namespace {

/// What stands behind "<key>:" or "<key> :" in a file of such lines; "" when it is not there.
std::string valueIn(const char* file, const std::string& key)
{
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);) {
        if (!line.starts_with(key))
            continue;
        const std::size_t colon = line.find(':');
        if (colon == std::string::npos || line.find_first_not_of(" \t", key.size()) != colon)
            continue;
        const std::size_t begin = line.find_first_not_of(" \t", colon + 1);
        return begin == std::string::npos ? "" : line.substr(begin);
    }
    return {};
}

/// The instruction sets that kernels are chosen by.
std::string instructionSets()
{
    std::istringstream words(valueIn("/proc/cpuinfo", "flags"));
    const std::set<std::string> flags{std::istream_iterator<std::string>(words), {}};
    constexpr std::array kKnown{"avx2", "fma", "avx512f", "avx512_bf16", "avx512_vnni", "amx_bf16", "amx_int8"};
    std::string text;
    for (const char* flag : kKnown) {
        if (!flags.contains(flag))
            continue;
        if (!text.empty())
            text += ' ';
        text += flag;
    }
    return text;
}

} // namespace

double processorSeconds()
{
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    constexpr double kNanosecond = 1e-9;
    return static_cast<double>(time.tv_sec) + kNanosecond * static_cast<double>(time.tv_nsec);
}

void resetPeakMemory()
{
    std::ofstream("/proc/self/clear_refs") << "5"; // proc(5): the peak begins again at what is resident now
}

std::int64_t peakMemory()
{
    std::istringstream value(valueIn("/proc/self/status", "VmHWM"));
    std::int64_t kibibytes = 0;
    value >> kibibytes;
    return kibibytes * 1024;
}

std::string loadAverage()
{
    std::ifstream stream("/proc/loadavg");
    std::string one, five, fifteen;
    stream >> one >> five >> fifteen;
    return one.empty() ? "" : one + " " + five + " " + fifteen;
}

std::map<std::string, std::string> machineDescription()
{
    std::map<std::string, std::string> machine;
    machine["processor"] = valueIn("/proc/cpuinfo", "model name");
    machine["instruction_sets"] = instructionSets();
    machine["cores"] = std::to_string(std::thread::hardware_concurrency());
    const auto pages = static_cast<std::int64_t>(::sysconf(_SC_PHYS_PAGES));
    machine["memory_mib"] = std::to_string(pages * static_cast<std::int64_t>(::sysconf(_SC_PAGESIZE)) >> 20);
    utsname system{};
    if (::uname(&system) == 0)
        machine["system"] = std::string(system.sysname) + " " + system.release + " " + system.machine;
    machine["load_at_start"] = loadAverage();
    return machine;
}

} // namespace toca::engine
