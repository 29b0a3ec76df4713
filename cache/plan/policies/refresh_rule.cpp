// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/refresh_rule.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace toca::plan {

std::int64_t RefreshCycle::after(const StepPosition& at) const
{
    const auto boundary = [&](double share) { return static_cast<int>(at.steps * share); };
    if (at.counter >= boundary(sensitiveFrom) && at.counter < boundary(sensitiveTo))
        return 2;
    const auto factor = static_cast<float>(1 + stepWeight - 2 * stepWeight * at.counter / at.steps);
    const float cycle = std::nearbyint(static_cast<float>(interval) / factor);
    return cycle >= 1 && cycle < 1e9F ? static_cast<std::int64_t>(cycle) : 1; // also for factors of 0 and below
}

RefreshTable::RefreshTable(const RefreshRule& rule, const Geometry& geometry, const SamplerSchedule& schedule)
    : m_rule(rule)
    , m_kinds(geometry.layers)
    , m_first(firstOfStream(schedule))
{
    const auto evaluations = static_cast<int>(schedule.evaluations.size());
    m_positions.reserve(schedule.evaluations.size());
    for (int evaluation = 0; evaluation < evaluations; ++evaluation)
        m_positions.push_back(positionOf(geometry, schedule, evaluation));
    if (!m_rule.isCycle)
        return;
    m_entries.resize(schedule.evaluations.size() * m_kinds.size());
    std::array<std::int64_t, 4> cycles{-1, -1, -1, -1}; // of each stream
    for (int evaluation = 0; evaluation < evaluations; ++evaluation) {
        const StepPosition& at = m_positions[static_cast<std::size_t>(evaluation)];
        const bool first = m_first[static_cast<std::size_t>(evaluation)];
        std::int64_t& cycle =
            cycles[static_cast<std::size_t>(schedule.evaluations[static_cast<std::size_t>(evaluation)].stream)];
        for (int layer = 0; layer < geometry.layerCount(); ++layer) {
            Entry& entry = m_entries[index(evaluation, layer)];
            entry = {first ? 0 : at.counter % cycle, cycle};
            if (entry.phase == 0 && layer == 0)
                cycle = m_rule.cycle.after(at);
        }
    }
}

std::int64_t RefreshTable::phase(int evaluation, int layer, ModuleKind module) const
{
    if (m_rule.isCycle)
        return m_entries[index(evaluation, layer)].phase;
    const auto at = static_cast<std::size_t>(evaluation);
    return m_first[at] ? 0 : m_rule.intervals.phase(m_positions[at], m_kinds[static_cast<std::size_t>(layer)], module);
}

std::int64_t RefreshTable::cycle(int evaluation, int layer) const
{
    return m_rule.isCycle ? m_entries[index(evaluation, layer)].cycle : -1;
}

} // namespace toca::plan
