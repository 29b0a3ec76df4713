// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/stream_places.h"

#include <map>

namespace toca::plan {

std::vector<StreamPlace> streamPlaces(const SamplerSchedule& schedule)
{
    std::map<Stream, int> last;
    std::vector<StreamPlace> places(schedule.evaluations.size());
    for (std::size_t i = 0; i < places.size(); ++i) {
        const auto [found, isFirst] = last.try_emplace(schedule.evaluations[i].stream, static_cast<int>(i));
        if (isFirst)
            continue;
        places[i].previous = found->second;
        places[i].index = places[static_cast<std::size_t>(found->second)].index + 1;
        places[static_cast<std::size_t>(found->second)].next = static_cast<int>(i);
        found->second = static_cast<int>(i);
    }
    for (std::size_t i = 0; i < places.size(); ++i)
        places[i].count = places[static_cast<std::size_t>(last[schedule.evaluations[i].stream])].index + 1;
    return places;
}

std::int64_t rowsOfStreams(const Geometry& geometry, const SamplerSchedule& schedule)
{
    std::map<Stream, std::int64_t> rows;
    for (const EvaluationInfo& evaluation : schedule.evaluations)
        rows[evaluation.stream] = evaluation.stream == Stream::Joint ? geometry.rows() : geometry.prompts;
    std::int64_t sum = 0;
    for (const auto& [stream, count] : rows)
        sum += count;
    return sum;
}

std::int64_t streamCount(const SamplerSchedule& schedule)
{
    std::map<Stream, bool> seen;
    for (const EvaluationInfo& evaluation : schedule.evaluations)
        seen[evaluation.stream] = true;
    return static_cast<std::int64_t>(seen.size());
}

void skipLayers(Plan& plan, int evaluation, int first, int end)
{
    for (int layer = first; layer < end; ++layer)
        for (const ModuleKind module : kAllModules)
            plan.at(evaluation, layer, module) = {Action::Skip, 0, false};
}

void decideLater(Plan& plan, int evaluation, int first, int end)
{
    for (int layer = first; layer < end; ++layer)
        for (const ModuleKind module : kAllModules)
            plan.at(evaluation, layer, module).decidedAtRunTime = true;
}

} // namespace toca::plan
