// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/run_result.h"
#include "ui/compare/prompt_check.h"

#include <QFrame>

#include <optional>

class QAction;
class QHBoxLayout;
class QLabel;

namespace toca::ui {

/// What a finished run came to, below the player: times, gains and, once there is a baseline, fidelity.
class SummaryStrip : public QFrame {
    Q_OBJECT
public:
    explicit SummaryStrip(QWidget* parent = nullptr);

    /// @param baseline may be null; `fidelity` arrives later than the baseline
    void showRun(const RunResult& run, const RunResult* baseline, const std::optional<Fidelity>& fidelity);
    /// Adds whether the clip does what the prompt says, beside the uncached one where there is one. @pre showRun
    void showPromptCheck(const PromptCheck& run, const std::optional<PromptCheck>& baseline);
    /// A trace that was opened from a file: nothing is recomputed.
    void showTrace(const plan::Trace& trace, const QString& fileName);
    void clear();
    /// Buttons at the right, with icon and text.
    void addAction(QAction* action);
    /// The numbers as one line of text, for accessibility and tests.
    QString text() const;
    /// Small, so that many numbers never make the window wider: the buttons lose their texts first.
    QSize minimumSizeHint() const override;

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void fitButtons();
    void setNumber(const char* name, const QString& value, const QString& caption, const QString& tip);

    QHBoxLayout* m_numbers;
    QHBoxLayout* m_buttons;
    QLabel* m_note;
    QList<QWidget*> m_cells;
    QStringList m_text;
};

} // namespace toca::ui
