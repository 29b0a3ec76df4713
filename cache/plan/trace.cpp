// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/trace.h"

#include "cache/plan/half_float.h"

#include <algorithm>

namespace toca::plan {
namespace {

std::size_t cellsOf(const Geometry& geometry, const SamplerSchedule& schedule)
{
    return schedule.evaluations.size() * Trace::cellsPerEvaluation(geometry);
}

} // namespace

Trace::Trace(Geometry geometry, SamplerSchedule schedule, int selectionRows, TraceLevel level)
    : m_geometry(std::move(geometry))
    , m_schedule(std::move(schedule))
    , m_selectionRows(std::max(selectionRows, 1))
    , m_level(level)
    , m_cells(cellsOf(m_geometry, m_schedule))
    , m_bits(m_cells.size() * static_cast<std::size_t>(m_selectionRows) * wordsPerRow())
    , m_evaluations(m_schedule.evaluations.size())
{
    if (m_level == TraceLevel::Scores)
        reserveScores(m_cells.size());
}

std::size_t Trace::bytesFor(
    const Geometry& geometry, const SamplerSchedule& schedule, int selectionRows, TraceLevel level)
{
    const std::size_t cells = cellsOf(geometry, schedule);
    const auto tokens = static_cast<std::size_t>(geometry.grid.tokens());
    const auto rows = static_cast<std::size_t>(std::max(selectionRows, 1));
    std::size_t bytes = cells * (sizeof(TraceCell) + rows * ((tokens + 63) / 64) * sizeof(std::uint64_t));
    if (level == TraceLevel::Scores)
        bytes += cells * (sizeof(std::uint32_t) + rows * tokens * sizeof(std::uint16_t));
    return bytes + schedule.evaluations.size() * (sizeof(TraceEvaluation) + sizeof(EvaluationInfo));
}

std::size_t Trace::scoresPerCell() const
{
    return static_cast<std::size_t>(m_selectionRows) * static_cast<std::size_t>(m_geometry.grid.tokens());
}

void Trace::reserveScores(std::size_t slots)
{
    m_scoreSlotOfCell.assign(m_cells.size(), 0);
    m_scores = std::make_unique_for_overwrite<std::uint16_t[]>(slots * scoresPerCell());
    m_scoreSlots = slots;
}

std::size_t Trace::cellIndex(int evaluation, int layer, ModuleKind module) const
{
    return (static_cast<std::size_t>(evaluation) * m_geometry.layers.size() + static_cast<std::size_t>(layer))
        * kModuleKinds
        + static_cast<std::size_t>(module);
}

Site Trace::siteOf(std::size_t cell) const
{
    const std::size_t perEvaluation = cellsPerEvaluation(m_geometry);
    const std::size_t evaluation = cell / perEvaluation;
    const EvaluationInfo& info = m_schedule.evaluations[evaluation];
    return {static_cast<int>(evaluation), info.step, info.stream, static_cast<int>(cell % perEvaluation / kModuleKinds),
        static_cast<ModuleKind>(cell % kModuleKinds)};
}

bool Trace::isFresh(std::size_t cell, int row, std::int64_t token) const
{
    switch (m_cells[cell].action) {
    case Action::Full:
    case Action::Blend: // every token has a fresh part
        return true;
    case Action::Subset:
        break;
    case Action::Reuse:
    case Action::Forecast:
    case Action::Skip:
        return false;
    }
    const std::size_t first =
        (cell * static_cast<std::size_t>(m_selectionRows) + static_cast<std::size_t>(row)) * wordsPerRow();
    const auto bit = static_cast<std::size_t>(token);
    return (m_bits[first + bit / 64] >> (bit % 64)) & 1u;
}

std::vector<std::uint8_t> Trace::freshTokens(std::size_t cell, int row) const
{
    std::vector<std::uint8_t> fresh(static_cast<std::size_t>(m_geometry.grid.tokens()));
    for (std::size_t token = 0; token < fresh.size(); ++token)
        fresh[token] = isFresh(cell, row, static_cast<std::int64_t>(token));
    return fresh;
}

std::vector<std::int32_t> Trace::ages(std::size_t cell, int row) const
{
    const std::size_t perEvaluation = cellsPerEvaluation(m_geometry);
    const std::size_t last = cell / perEvaluation;
    const Stream stream = m_schedule.evaluations[last].stream;
    std::vector<std::int32_t> ages(static_cast<std::size_t>(m_geometry.grid.tokens()), -1);
    std::size_t open = ages.size();
    std::int32_t distance = 0;
    // Backwards until every token has been met once; a full cell ends the walk.
    for (std::size_t evaluation = last + 1; evaluation-- > 0 && open > 0;) {
        if (m_schedule.evaluations[evaluation].stream != stream)
            continue; // guidance rows evaluated apart have caches of their own
        const std::size_t at = evaluation * perEvaluation + cell % perEvaluation;
        const Action action = m_cells[at].action;
        if (action == Action::Full || action == Action::Blend || action == Action::Subset) {
            for (std::size_t token = 0; token < ages.size(); ++token) {
                if (ages[token] < 0 && isFresh(at, row, static_cast<std::int64_t>(token))) {
                    ages[token] = distance;
                    --open;
                }
            }
        }
        ++distance;
    }
    std::replace(ages.begin(), ages.end(), std::int32_t{-1}, distance); // never computed so far
    return ages;
}

std::vector<float> Trace::scores(std::size_t cell, int row) const
{
    if (m_scoreSlotOfCell.empty() || m_scoreSlotOfCell[cell] == 0)
        return {};
    const auto tokens = static_cast<std::size_t>(m_geometry.grid.tokens());
    const std::uint16_t* first = m_scores.get()
        + (static_cast<std::size_t>(m_scoreSlotOfCell[cell]) - 1) * scoresPerCell()
        + static_cast<std::size_t>(row) * tokens;
    std::vector<float> scores(tokens);
    std::transform(first, first + tokens, scores.begin(), fromHalf);
    return scores;
}

void Trace::append(const TraceCell& cell, std::span<const std::int64_t> fresh, std::span<const float> scores)
{
    const std::size_t index = m_publishedCells.load(std::memory_order_relaxed);
    if (index >= m_cells.size())
        return; // more calls than the schedule has; nothing to record them in
    m_cells[index] = cell;
    const auto rows = static_cast<std::size_t>(m_selectionRows);
    const std::size_t perRow = fresh.size() / rows;
    for (std::size_t row = 0; row < rows; ++row) {
        std::uint64_t* words = m_bits.data() + (index * rows + row) * wordsPerRow();
        for (const std::int64_t token : fresh.subspan(row * perRow, perRow))
            if (token >= 0 && token < m_geometry.grid.tokens())
                words[static_cast<std::size_t>(token) / 64] |= std::uint64_t{1} << (token % 64);
    }
    if (m_usedScoreSlots < m_scoreSlots && !scores.empty() && scores.size() == scoresPerCell()) {
        std::transform(scores.begin(), scores.end(), m_scores.get() + m_usedScoreSlots * scoresPerCell(), toHalf);
        m_scoreSlotOfCell[index] = static_cast<std::uint32_t>(++m_usedScoreSlots);
    }
    m_publishedCells.store(index + 1, std::memory_order_release);
}

void Trace::appendEvaluation(const TraceEvaluation& evaluation)
{
    const int index = m_publishedEvaluations.load(std::memory_order_relaxed);
    if (index >= evaluationCount())
        return;
    m_evaluations[static_cast<std::size_t>(index)] = evaluation;
    m_publishedEvaluations.store(index + 1, std::memory_order_release);
}

double Trace::flops() const
{
    // Evaluations first: cells published meanwhile belong to later ones, so nothing is counted twice.
    const auto evaluations = static_cast<std::size_t>(publishedEvaluations());
    double sum = onceFlops();
    for (std::size_t i = 0; i < evaluations; ++i)
        sum += m_evaluations[i].flops;
    const std::size_t cells = publishedCells();
    for (std::size_t i = evaluations * cellsPerEvaluation(m_geometry); i < cells; ++i)
        sum += m_cells[i].flops;
    return sum;
}

double Trace::seconds() const
{
    const auto evaluations = static_cast<std::size_t>(publishedEvaluations());
    double sum = onceSeconds();
    for (std::size_t i = 0; i < evaluations; ++i)
        sum += m_evaluations[i].seconds;
    const std::size_t cells = publishedCells();
    for (std::size_t i = evaluations * cellsPerEvaluation(m_geometry); i < cells; ++i)
        sum += static_cast<double>(m_cells[i].seconds);
    return sum;
}

std::int64_t Trace::peakCacheBytes() const
{
    std::int64_t peak = 0;
    const auto evaluations = static_cast<std::size_t>(publishedEvaluations());
    for (std::size_t i = 0; i < evaluations; ++i)
        peak = std::max(peak, m_evaluations[i].cacheBytes);
    return peak;
}

std::size_t Trace::bytes() const
{
    std::size_t selections = 0;
    const std::size_t cells = publishedCells();
    if (!m_scoreSlotOfCell.empty())
        selections = static_cast<std::size_t>(
            std::count_if(m_scoreSlotOfCell.begin(), m_scoreSlotOfCell.begin() + static_cast<std::ptrdiff_t>(cells),
                [](std::uint32_t slot) { return slot != 0; }));
    return m_cells.size() * sizeof(TraceCell) + m_bits.size() * sizeof(std::uint64_t)
        + m_scoreSlotOfCell.size() * sizeof(std::uint32_t) + selections * scoresPerCell() * sizeof(std::uint16_t)
        + m_evaluations.size() * (sizeof(TraceEvaluation) + sizeof(EvaluationInfo));
}

} // namespace toca::plan
