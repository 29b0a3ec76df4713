// SPDX-License-Identifier: Apache-2.0
#include "ui/selection/token_grid_model.h"

#include "ui/selection/cell_text.h"

#include <QLocale>

#include <algorithm>
#include <cmath>

namespace toca::ui {

namespace {

QByteArray partText(const std::vector<float>* part, std::int64_t token)
{
    return part ? QByteArray::number(static_cast<double>((*part)[static_cast<std::size_t>(token)]), 'g', 7)
                : QByteArray();
}

} // namespace

void TokenGridModel::setScoring(std::optional<plan::TocaOptions> options)
{
    m_scoring = std::move(options);
    read();
}

void TokenGridModel::setScorePart(ScorePart part)
{
    if (part != m_part) {
        m_part = part;
        read();
    }
}

QString TokenGridModel::evidenceName() const
{
    return m_shares ? QString::fromStdString(m_shares->evidenceName) : QString();
}

void TokenGridModel::setTrace(std::shared_ptr<const plan::Trace> trace)
{
    m_trace = std::move(trace);
    m_selectionRow = 0;
    read();
}

void TokenGridModel::showCell(const MapCell& cell)
{
    m_cell = cell;
    read();
}

void TokenGridModel::clear()
{
    m_trace.reset();
    m_cell.reset();
    m_selectionRow = 0;
    read();
}

void TokenGridModel::refresh()
{
    if (!isInside() || m_available
        || m_trace->cellIndex(m_cell->evaluation, m_cell->layer, m_cell->module) >= m_trace->publishedCells()) {
        return;
    }
    read();
}

void TokenGridModel::setSelectionRow(int row)
{
    const int inside = std::clamp(row, 0, std::max(selectionRows() - 1, 0));
    if (inside != m_selectionRow) {
        m_selectionRow = inside;
        read();
    }
}

bool TokenGridModel::isInside() const
{
    return m_trace && m_cell && m_cell->evaluation >= 0 && m_cell->evaluation < m_trace->evaluationCount()
        && m_cell->layer >= 0 && m_cell->layer < m_trace->layerCount()
        && static_cast<int>(m_cell->module) < plan::kModuleKinds;
}

plan::TokenGrid TokenGridModel::grid() const
{
    return m_trace ? m_trace->geometry().grid : plan::TokenGrid{0, 0, 0};
}

std::int64_t TokenGridModel::tokenAt(std::int64_t frame, std::int64_t row, std::int64_t column) const
{
    const plan::TokenGrid size = grid();
    return (frame * size.rows + row) * size.columns + column;
}

void TokenGridModel::read()
{
    m_available = false;
    m_fresh.clear();
    m_ages.clear();
    m_scores.clear();
    m_wholeScores.clear();
    m_shares.reset();
    m_largestAge = 0;
    m_smallestScore = m_largestScore = 0;
    if (isInside()) {
        const std::size_t index = m_trace->cellIndex(m_cell->evaluation, m_cell->layer, m_cell->module);
        if (index < m_trace->publishedCells()) {
            m_happened = m_trace->cell(index);
            m_fresh = m_trace->freshTokens(index, m_selectionRow);
            m_ages = m_trace->ages(index, m_selectionRow);
            m_scores = m_trace->scores(index, m_selectionRow);
            const auto count = static_cast<std::size_t>(tokens());
            // A trace from a file has been checked; a wrong size here would be read beyond its end all the same.
            m_available = m_fresh.size() == count && m_ages.size() == count && count > 0;
            if (m_scores.size() != count) {
                m_scores.clear();
            }
            m_wholeScores = m_scores;
            if (m_scoring && !m_scores.empty()) {
                m_shares = plan::scoreShares(*m_trace, index, m_selectionRow, *m_scoring);
            }
            if (m_shares && m_part != ScorePart::Whole) {
                m_scores = m_part == ScorePart::Evidence ? m_shares->evidence
                    : m_part == ScorePart::Age           ? m_shares->age
                                                         : m_shares->bonus;
            }
        }
    }
    if (m_available) {
        m_largestAge = *std::max_element(m_ages.begin(), m_ages.end());
        bool first = true;
        for (const float score : m_scores) {
            if (!std::isfinite(score)) {
                continue;
            }
            m_smallestScore = first ? score : std::min(m_smallestScore, score);
            m_largestScore = first ? score : std::max(m_largestScore, score);
            first = false;
        }
    }
    Q_EMIT changed();
}

double TokenGridModel::level(std::int64_t token, Quantity quantity) const
{
    switch (quantity) {
    case Quantity::State:
        return isFresh(token) ? 1.0 : 0.0;
    case Quantity::Age:
        return static_cast<double>(age(token)) / ageScale();
    case Quantity::Score: {
        const double range = static_cast<double>(m_largestScore) - m_smallestScore;
        return hasScores() && range > 0 ? (static_cast<double>(score(token)) - m_smallestScore) / range : 0.0;
    }
    }
    return 0.0;
}

std::optional<MapCell> TokenGridModel::neighbour(int evaluations, int layers, int modules) const
{
    if (!m_trace || !m_cell) {
        return {};
    }
    const int evaluation = m_cell->evaluation + evaluations;
    const int layer = m_cell->layer + layers;
    const std::vector<plan::ModuleKind>& kinds = modulesOf(m_trace->geometry());
    const auto place = std::find(kinds.begin(), kinds.end(), m_cell->module) - kinds.begin() + modules;
    if (evaluation < 0 || evaluation >= m_trace->evaluationCount() || layer < 0 || layer >= m_trace->layerCount()
        || place < 0 || place >= static_cast<std::ptrdiff_t>(kinds.size())) {
        return {};
    }
    return MapCell{evaluation, layer, kinds[static_cast<std::size_t>(place)]};
}

QString TokenGridModel::tokenText(std::int64_t token) const
{
    if (!m_available || token < 0 || token >= tokens()) {
        return {};
    }
    const plan::TokenGrid size = grid();
    const std::int64_t frame = token / size.tokensPerFrame();
    const std::int64_t row = token % size.tokensPerFrame() / size.columns;
    const std::int64_t column = token % size.columns;
    QString text = tr("frame %1, row %2, column %3: %4, age %5")
                       .arg(frame)
                       .arg(row)
                       .arg(column)
                       .arg(isFresh(token) ? tr("computed") : tr("reused"))
                       .arg(age(token));
    if (hasScores()) {
        const QLocale locale;
        const auto place = static_cast<std::size_t>(token);
        text += tr(", score %1").arg(locale.toString(m_wholeScores[place], 'g', 4));
        if (m_shares) {
            text +=
                tr(" = %1 (%2) + age %3 + bonus %4")
                    .arg(locale.toString(m_shares->evidence[place], 'g', 3), evidenceName(),
                        locale.toString(m_shares->age[place], 'g', 3), locale.toString(m_shares->bonus[place], 'g', 3));
        }
    }
    return text;
}

QByteArray TokenGridModel::csv() const
{
    QByteArray table = "frame,row,column,state,age,score,score_evidence,score_age,score_bonus\n";
    if (!m_available) {
        return table;
    }
    const plan::TokenGrid size = grid();
    for (std::int64_t token = 0; token < tokens(); ++token) {
        const QByteArrayList fields{QByteArray::number(static_cast<qlonglong>(token / size.tokensPerFrame())),
            QByteArray::number(static_cast<qlonglong>(token % size.tokensPerFrame() / size.columns)),
            QByteArray::number(static_cast<qlonglong>(token % size.columns)), isFresh(token) ? "computed" : "reused",
            QByteArray::number(age(token)),
            hasScores()
                ? QByteArray::number(static_cast<double>(m_wholeScores[static_cast<std::size_t>(token)]), 'g', 7)
                : QByteArray(),
            partText(m_shares ? &m_shares->evidence : nullptr, token),
            partText(m_shares ? &m_shares->age : nullptr, token),
            partText(m_shares ? &m_shares->bonus : nullptr, token)};
        table += fields.join(',') + '\n';
    }
    return table;
}

} // namespace toca::ui
