// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/profile.h"

#include <utility>

namespace toca::cache {

thread_local Profile* Profile::t_current = nullptr;

std::string_view partName(Part part)
{
    constexpr std::array<std::string_view, kParts> kNames{"other", "attention", "cross_attention", "mlp", "modulation",
        "conditioning", "scoring", "selection", "row_moves", "cache_traffic", "sampler", "preview", "decoding",
        "trace"};
    return kNames[static_cast<std::size_t>(part)];
}

Profile::Profile()
    : m_since(Clock::now())
    , m_outer(std::exchange(t_current, this))
{
}

Profile::~Profile()
{
    t_current = m_outer;
}

Part Profile::enter(Part part)
{
    const auto now = Clock::now();
    m_spent[static_cast<std::size_t>(m_part)] += now - m_since;
    m_since = now;
    return std::exchange(m_part, part);
}

std::array<double, kParts> Profile::seconds()
{
    enter(m_part);
    std::array<double, kParts> seconds{};
    for (std::size_t part = 0; part < seconds.size(); ++part)
        seconds[part] = std::chrono::duration<double>(m_spent[part]).count();
    return seconds;
}

} // namespace toca::cache
