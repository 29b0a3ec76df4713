// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/token_mask.h"
#include "ui/engine_port.h"

#include <QObject>

#include <memory>

class QUndoStack;

namespace toca::ui {

/// Tokens that were painted, what is asked about them, and what a probe answered. No widgets.
class ProbeModel : public QObject {
    Q_OBJECT
public:
    explicit ProbeModel(EnginePort& engine, QObject* parent = nullptr);

    /// Another grid forgets the mask and the answer.
    void setGrid(const plan::TokenGrid& grid);
    const plan::TokenGrid& grid() const { return m_grid; }
    plan::TokenMask mask() const;
    const std::vector<bool>& marks() const { return m_marks; }
    int markedTokens() const;
    /// Marks or unmarks the tokens of a square brush around one, in its frame or in all of them.
    void paint(std::int64_t token, int radius, bool erase, bool allFrames);
    void clearMask();
    /// What is painted between the two is one step of undo.
    void beginStroke();
    void endStroke(QUndoStack& undo, const QString& text);
    /// Another mask of the same grid; one of another grid is ignored.
    void setMarks(const std::vector<bool>& marks);
    /// The mask spares its tokens in normal runs too.
    bool isProtecting() const { return m_isProtecting; }
    void setProtecting(bool protecting);
    /// The request with the mask as protection, if it is wanted and fits the grid.
    GenerationRequest withProtection(GenerationRequest request, const plan::TokenGrid& grid) const;

    bool isRunning() const { return m_isRunning; }
    double progress() const { return m_progress; }
    /// @return false while the engine is busy
    bool run(const GenerationRequest& request, ProbeEdit edit);
    void cancel();
    const ProbeResult* result() const { return m_result.get(); }
    std::shared_ptr<const RunResult> editedRun() const; ///< null without one
    const ProbeEdit& edit() const { return m_edit; } ///< of the result

Q_SIGNALS:
    void maskChanged();
    void runningChanged();
    void progressChanged();
    void resultChanged();
    void failed(const toca::Error& error);

private:
    EnginePort& m_engine;
    plan::TokenGrid m_grid{0, 0, 0};
    std::vector<bool> m_marks;
    std::vector<bool> m_beforeStroke;
    bool m_isProtecting = false;
    bool m_isRunning = false;
    double m_progress = 0;
    ProbeEdit m_edit;
    std::shared_ptr<const ProbeResult> m_result;
};

} // namespace toca::ui
