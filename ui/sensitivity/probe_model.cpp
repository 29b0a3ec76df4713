// SPDX-License-Identifier: Apache-2.0
#include "ui/sensitivity/probe_model.h"

#include <QPointer>
#include <QUndoCommand>
#include <QUndoStack>

#include <algorithm>
#include <utility>

namespace toca::ui {

namespace {

class MaskCommand : public QUndoCommand {
public:
    MaskCommand(ProbeModel& model, std::vector<bool> before, std::vector<bool> after, const QString& text)
        : QUndoCommand(text)
        , m_model(&model)
        , m_before(std::move(before))
        , m_after(std::move(after))
    {
    }
    void undo() override
    {
        if (m_model) {
            m_model->setMarks(m_before);
        }
    }
    void redo() override
    {
        if (m_model) {
            m_model->setMarks(m_after);
        }
    }

private:
    QPointer<ProbeModel> m_model; ///< the stack may outlive it
    std::vector<bool> m_before;
    std::vector<bool> m_after;
};

} // namespace

ProbeModel::ProbeModel(EnginePort& engine, QObject* parent)
    : QObject(parent)
    , m_engine(engine)
{
    connect(&engine, &EnginePort::probeStep, this, [this](const StepReport& report) {
        if (m_isRunning && report.steps > 0) {
            m_progress = static_cast<double>(report.step + 1) / report.steps;
            Q_EMIT progressChanged();
        }
    });
    connect(&engine, &EnginePort::probed, this, [this](const auto& result) {
        if (!m_isRunning) {
            return;
        }
        m_isRunning = false;
        if (result->grid == m_grid) {
            m_result = result;
        }
        Q_EMIT runningChanged();
        Q_EMIT resultChanged();
    });
    connect(&engine, &EnginePort::probeFailed, this, [this](const Error& error) {
        if (!m_isRunning) {
            return;
        }
        m_isRunning = false;
        Q_EMIT runningChanged();
        if (error.code != ErrorCode::Cancelled) {
            Q_EMIT failed(error);
        }
    });
}

void ProbeModel::setGrid(const plan::TokenGrid& grid)
{
    if (grid == m_grid) {
        return;
    }
    m_grid = grid;
    m_marks.assign(static_cast<std::size_t>(std::max<std::int64_t>(0, grid.tokens())), false);
    m_result.reset();
    Q_EMIT maskChanged();
    Q_EMIT resultChanged();
}

plan::TokenMask ProbeModel::mask() const
{
    plan::TokenMask mask{m_grid, {}};
    for (std::size_t token = 0; token < m_marks.size(); ++token) {
        if (m_marks[token]) {
            mask.tokens.push_back(static_cast<std::int32_t>(token));
        }
    }
    return mask;
}

int ProbeModel::markedTokens() const
{
    return static_cast<int>(std::count(m_marks.begin(), m_marks.end(), true));
}

void ProbeModel::paint(std::int64_t token, int radius, bool erase, bool allFrames)
{
    if (token < 0 || token >= m_grid.tokens()) {
        return;
    }
    const std::int64_t frame = token / m_grid.tokensPerFrame(), row = token / m_grid.columns % m_grid.rows,
                       column = token % m_grid.columns;
    for (std::int64_t t = allFrames ? 0 : frame; t < (allFrames ? m_grid.frames : frame + 1); ++t) {
        for (std::int64_t y = std::max<std::int64_t>(0, row - radius); y <= std::min(m_grid.rows - 1, row + radius);
             ++y) {
            for (std::int64_t x = std::max<std::int64_t>(0, column - radius);
                 x <= std::min(m_grid.columns - 1, column + radius); ++x) {
                m_marks[static_cast<std::size_t>((t * m_grid.rows + y) * m_grid.columns + x)] = !erase;
            }
        }
    }
    Q_EMIT maskChanged();
}

void ProbeModel::clearMask()
{
    m_marks.assign(m_marks.size(), false);
    Q_EMIT maskChanged();
}

void ProbeModel::beginStroke()
{
    m_beforeStroke = m_marks;
}

void ProbeModel::endStroke(QUndoStack& undo, const QString& text)
{
    std::vector<bool> before = std::exchange(m_beforeStroke, {});
    if (before.size() == m_marks.size() && before != m_marks) {
        undo.push(new MaskCommand(*this, std::move(before), m_marks, text));
    }
}

void ProbeModel::setMarks(const std::vector<bool>& marks)
{
    if (marks.size() == m_marks.size() && marks != m_marks) {
        m_marks = marks;
        Q_EMIT maskChanged();
    }
}

void ProbeModel::setProtecting(bool protecting)
{
    if (m_isProtecting != protecting) {
        m_isProtecting = protecting;
        Q_EMIT maskChanged();
    }
}

GenerationRequest ProbeModel::withProtection(GenerationRequest request, const plan::TokenGrid& grid) const
{
    if (m_isProtecting && grid == m_grid && markedTokens() > 0) {
        request.protect = mask().text();
    }
    return request;
}

bool ProbeModel::run(const GenerationRequest& request, ProbeEdit edit)
{
    if (m_isRunning || m_engine.isRunning()) {
        return false;
    }
    m_edit = std::move(edit);
    m_progress = 0;
    m_isRunning = true;
    Q_EMIT runningChanged();
    m_engine.probe({request, m_edit});
    return true;
}

void ProbeModel::cancel()
{
    if (m_isRunning) {
        m_engine.cancel();
    }
}

std::shared_ptr<const RunResult> ProbeModel::editedRun() const
{
    return m_result ? std::shared_ptr<const RunResult>(m_result, &m_result->edited) : nullptr;
}

} // namespace toca::ui
