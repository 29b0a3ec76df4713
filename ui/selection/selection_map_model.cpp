// SPDX-License-Identifier: Apache-2.0
#include "ui/selection/selection_map_model.h"

#include "ui/selection/cell_text.h"

#include <algorithm>

namespace toca::ui {

double MapCellState::freshRatio() const
{
    if (tokens <= 0) {
        return 0.0;
    }
    return std::clamp(static_cast<double>(computedTokens) / static_cast<double>(tokens), 0.0, 1.0);
}

void SelectionMapModel::setTrace(std::shared_ptr<const plan::Trace> trace)
{
    m_trace = std::move(trace);
    m_seenCells = m_trace ? m_trace->publishedCells() : 0;
    Q_EMIT layoutChanged();
}

void SelectionMapModel::setPlan(const plan::Plan& plan)
{
    m_plan = plan;
    Q_EMIT layoutChanged();
}

void SelectionMapModel::clear()
{
    m_trace.reset();
    m_plan = {};
    m_seenCells = 0;
    Q_EMIT layoutChanged();
}

void SelectionMapModel::refresh()
{
    if (!m_trace) {
        return;
    }
    const std::size_t published = m_trace->publishedCells();
    if (published <= m_seenCells) {
        return;
    }
    const std::size_t perEvaluation = plan::Trace::cellsPerEvaluation(m_trace->geometry());
    const auto first = static_cast<int>(m_seenCells / perEvaluation);
    m_seenCells = published;
    Q_EMIT cellsChanged(first, static_cast<int>((published - 1) / perEvaluation));
}

void SelectionMapModel::setRowOrder(RowOrder order)
{
    if (order != m_rowOrder) {
        m_rowOrder = order;
        Q_EMIT layoutChanged();
    }
}

int SelectionMapModel::columns() const
{
    return m_trace ? m_trace->evaluationCount() : m_plan.evaluationCount();
}

int SelectionMapModel::layers() const
{
    return geometry().layerCount();
}

const std::vector<plan::ModuleKind>& SelectionMapModel::modules() const
{
    return modulesOf(geometry());
}

int SelectionMapModel::rowsPerGroup() const
{
    return m_rowOrder == RowOrder::ByModule ? layers() : static_cast<int>(modules().size());
}

int SelectionMapModel::rowOf(int layer, plan::ModuleKind module) const
{
    const auto place = static_cast<int>(std::find(modules().begin(), modules().end(), module) - modules().begin());
    return m_rowOrder == RowOrder::ByModule ? place * layers() + layer
                                            : layer * static_cast<int>(modules().size()) + place;
}

MapCell SelectionMapModel::cellAt(int column, int row) const
{
    const int perGroup = rowsPerGroup();
    const int group = row / perGroup;
    const int inside = row % perGroup;
    if (m_rowOrder == RowOrder::ByModule) {
        return {column, inside, modules()[static_cast<std::size_t>(group)]};
    }
    return {column, group, modules()[static_cast<std::size_t>(inside)]};
}

bool SelectionMapModel::contains(const MapCell& cell) const
{
    return cell.evaluation >= 0 && cell.evaluation < columns() && cell.layer >= 0 && cell.layer < layers()
        && std::find(modules().begin(), modules().end(), cell.module) != modules().end();
}

MapCellState SelectionMapModel::state(const MapCell& cell) const
{
    MapCellState state;
    if (!contains(cell)) {
        return state;
    }
    state.tokens = geometry().grid.tokens();
    if (m_trace) {
        const std::size_t index = m_trace->cellIndex(cell.evaluation, cell.layer, cell.module);
        if (index < m_seenCells) { // what lies beyond may be being written at this moment
            const plan::TraceCell& happened = m_trace->cell(index);
            state.source = MapCellState::Source::Happened;
            state.action = happened.action;
            state.computedTokens = happened.computedTokens;
            state.seconds = happened.seconds;
            state.selectionSeconds = happened.selectionSeconds;
            state.flops = happened.flops;
            return state;
        }
    }
    if (planFits()) {
        const plan::PlannedModule& planned = m_plan.at(cell.evaluation, cell.layer, cell.module);
        state.source = MapCellState::Source::Planned;
        state.action = planned.action;
        state.computedTokens = planned.action == plan::Action::Full ? state.tokens : planned.tokens;
        state.decidedAtRunTime = planned.decidedAtRunTime;
    }
    return state;
}

bool SelectionMapModel::isRunning() const
{
    return m_trace && m_seenCells < m_trace->cellCount();
}

const plan::Geometry& SelectionMapModel::geometry() const
{
    return m_trace ? m_trace->geometry() : m_plan.geometry();
}

const plan::SamplerSchedule& SelectionMapModel::schedule() const
{
    return m_trace ? m_trace->schedule() : m_plan.schedule();
}

int SelectionMapModel::step(int evaluation) const
{
    const auto& evaluations = schedule().evaluations;
    const auto index = static_cast<std::size_t>(evaluation);
    return evaluation >= 0 && index < evaluations.size() ? evaluations[index].step : evaluation;
}

std::optional<int> SelectionMapModel::evaluationOfStep(int step) const
{
    const auto& evaluations = schedule().evaluations;
    const auto found = std::find_if(
        evaluations.begin(), evaluations.end(), [step](const plan::EvaluationInfo& info) { return info.step == step; });
    if (found == evaluations.end()) {
        return {};
    }
    return static_cast<int>(found - evaluations.begin());
}

std::optional<int> SelectionMapModel::lastFullEvaluation(const MapCell& cell) const
{
    for (MapCell earlier = cell; earlier.evaluation >= 0; --earlier.evaluation) {
        const MapCellState known = state(earlier);
        if (known.source != MapCellState::Source::Unknown && known.action == plan::Action::Full) {
            return earlier.evaluation;
        }
    }
    return {};
}

bool SelectionMapModel::planFits() const
{
    if (m_plan.evaluationCount() == 0) {
        return false;
    }
    return !m_trace
        || (m_plan.evaluationCount() == m_trace->evaluationCount() && m_plan.layerCount() == m_trace->layerCount());
}

} // namespace toca::ui
