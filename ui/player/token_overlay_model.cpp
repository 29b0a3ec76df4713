// SPDX-License-Identifier: Apache-2.0
#include "ui/player/token_overlay_model.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace toca::ui {

void TokenOverlayModel::setTrace(std::shared_ptr<const plan::Trace> trace)
{
    m_trace = std::move(trace);
    m_cell.reset();
    m_selectionRow = 0;
    m_shareCounted = -1;
    update();
}

void TokenOverlayModel::setSelectionRow(int row)
{
    const int inside = m_trace && row >= 0 && row < m_trace->selectionRows() ? row : 0;
    if (inside == m_selectionRow)
        return;
    m_selectionRow = inside;
    m_shareCounted = -1; // other tokens were counted
    update();
}

plan::TokenGrid TokenOverlayModel::grid() const
{
    return m_trace ? m_trace->geometry().grid : plan::TokenGrid{0, 0, 0};
}

bool TokenOverlayModel::showCell(int evaluation, int layer, plan::ModuleKind module)
{
    if (!m_trace || evaluation < 0 || evaluation >= m_trace->evaluationCount() || layer < 0
        || layer >= m_trace->layerCount())
        return false;
    m_cell = TraceCellPlace{evaluation, layer, module};
    update();
    return true;
}

void TokenOverlayModel::clearCell()
{
    if (!m_cell)
        return;
    m_cell.reset();
    update();
}

void TokenOverlayModel::setShareStep(int step)
{
    if (step == m_wantedShareStep)
        return;
    m_wantedShareStep = step;
    if (m_mode == OverlayMode::Share)
        update();
}

void TokenOverlayModel::setMode(OverlayMode mode)
{
    if (mode == m_mode)
        return;
    m_mode = mode;
    update();
}

void TokenOverlayModel::setOn(bool on)
{
    if (on == m_on)
        return;
    m_on = on;
    update();
}

void TokenOverlayModel::setOpacity(double opacity)
{
    opacity = std::isfinite(opacity) ? std::clamp(opacity, 0.0, 1.0) : 1.0;
    if (opacity == m_opacity)
        return;
    m_opacity = opacity;
    ++m_revision;
    Q_EMIT changed();
}

void TokenOverlayModel::refresh()
{
    if (!m_trace || !m_on)
        return;
    if (m_mode == OverlayMode::Share) {
        if (countShare())
            update();
    } else if (m_absence == Absence::NotReached) {
        const std::size_t index = m_trace->cellIndex(m_cell->evaluation, m_cell->layer, m_cell->module);
        if (index < m_trace->publishedCells())
            update();
    }
}

float TokenOverlayModel::value(const TokenPlace& place) const
{
    const std::int64_t index = tokenIndex(place);
    return index < 0 || index >= static_cast<std::int64_t>(m_values.size()) ? 0.0F
                                                                            : m_values[static_cast<std::size_t>(index)];
}

std::int64_t TokenOverlayModel::count(std::int64_t latentFrame) const
{
    const std::int64_t perFrame = grid().tokensPerFrame();
    if (latentFrame < 0 || (latentFrame + 1) * perFrame > static_cast<std::int64_t>(m_values.size()))
        return 0;
    const auto first = m_values.begin() + latentFrame * perFrame;
    return std::count_if(first, first + perFrame, [](float value) { return value > 0; });
}

std::int64_t TokenOverlayModel::count() const
{
    return std::count_if(m_values.begin(), m_values.end(), [](float value) { return value > 0; });
}

std::optional<TokenPlace> TokenOverlayModel::tokenAt(double x, double y, std::int64_t latentFrame) const
{
    const plan::TokenGrid size = grid();
    if (!(x >= 0 && x < 1 && y >= 0 && y < 1) || latentFrame < 0 || latentFrame >= size.frames)
        return std::nullopt;
    return TokenPlace{latentFrame, static_cast<std::int64_t>(y * static_cast<double>(size.rows)),
        static_cast<std::int64_t>(x * static_cast<double>(size.columns))};
}

std::int64_t TokenOverlayModel::tokenIndex(const TokenPlace& place) const
{
    const plan::TokenGrid size = grid();
    return (place.latentFrame * size.rows + place.row) * size.columns + place.column;
}

void TokenOverlayModel::update()
{
    m_values.clear();
    m_range = {0.0F, 1.0F};
    m_shownShareStep = -1;
    if (!m_trace)
        m_absence = Absence::NoTrace;
    else if (!m_on)
        m_absence = Absence::None;
    else if (m_mode == OverlayMode::Share)
        updateShare();
    else
        updateCell();
    ++m_revision;
    Q_EMIT changed();
}

void TokenOverlayModel::updateCell()
{
    if (!m_cell) {
        m_absence = Absence::NoCell;
        return;
    }
    const std::size_t index = m_trace->cellIndex(m_cell->evaluation, m_cell->layer, m_cell->module);
    if (index >= m_trace->publishedCells()) {
        m_absence = Absence::NotReached;
        return;
    }
    m_absence = Absence::None;
    m_action = m_trace->cell(index).action;
    if (m_mode == OverlayMode::Computed) {
        const auto fresh = m_trace->freshTokens(index, m_selectionRow);
        m_values.assign(fresh.begin(), fresh.end());
    } else if (m_mode == OverlayMode::Age) {
        const auto ages = m_trace->ages(index, m_selectionRow);
        m_values.reserve(ages.size());
        for (const std::int32_t age : ages)
            m_values.push_back(static_cast<float>(age));
        const auto oldest = std::max_element(m_values.begin(), m_values.end());
        m_range = {0.0F, std::max(1.0F, oldest == m_values.end() ? 0.0F : *oldest)};
    } else {
        m_values = m_trace->scores(index, m_selectionRow);
        if (m_values.empty()) {
            m_absence = Absence::NoScores;
            return;
        }
        // A score that is no number would spoil the colour bar's ends for all others.
        m_range = {INFINITY, -INFINITY};
        for (float& score : m_values) {
            if (!std::isfinite(score))
                continue;
            m_range.first = std::min(m_range.first, score);
            m_range.second = std::max(m_range.second, score);
        }
        if (m_range.first > m_range.second)
            m_range = {0.0F, 1.0F};
        else if (m_range.first == m_range.second)
            m_range.second = m_range.first + 1.0F;
    }
}

bool TokenOverlayModel::countShare()
{
    const std::size_t published = m_trace->publishedCells();
    const std::size_t perEvaluation = plan::Trace::cellsPerEvaluation(m_trace->geometry());
    if (published == 0 || perEvaluation == 0)
        return false;
    const auto& evaluations = m_trace->schedule().evaluations;
    const int step = m_wantedShareStep >= 0 ? m_wantedShareStep : evaluations[(published - 1) / perEvaluation].step;
    if (step != m_shareCounted) {
        m_shareCounted = step;
        m_shareCounts.assign(static_cast<std::size_t>(grid().tokens()), 0);
        m_shareCells = 0;
        m_shareNext = 0;
    }
    const std::int32_t cellsBefore = m_shareCells;
    while (m_shareNext < published) {
        const std::size_t evaluation = m_shareNext / perEvaluation;
        if (evaluations[evaluation].step != step) {
            m_shareNext = std::min((evaluation + 1) * perEvaluation, published);
            continue;
        }
        const std::size_t index = m_shareNext++;
        if (!m_trace->geometry().crossAttention && m_trace->siteOf(index).module == plan::ModuleKind::CrossAttention)
            continue;
        ++m_shareCells;
        const plan::Action action = m_trace->cell(index).action;
        if (action == plan::Action::Full) {
            for (std::int32_t& count : m_shareCounts)
                ++count;
        } else if (action == plan::Action::Subset) {
            const auto fresh = m_trace->freshTokens(index, m_selectionRow);
            for (std::size_t token = 0; token < std::min(fresh.size(), m_shareCounts.size()); ++token)
                m_shareCounts[token] += fresh[token];
        }
    }
    return m_shareCells != cellsBefore;
}

void TokenOverlayModel::updateShare()
{
    countShare();
    if (m_shareCounted < 0 || m_shareCells == 0) {
        m_absence = Absence::NotReached;
        return;
    }
    m_absence = Absence::None;
    m_shownShareStep = m_shareCounted;
    m_values.reserve(m_shareCounts.size());
    for (const std::int32_t count : m_shareCounts)
        m_values.push_back(static_cast<float>(count) / static_cast<float>(m_shareCells));
}

} // namespace toca::ui
