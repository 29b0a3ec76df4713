// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QPlainTextEdit>

namespace toca::ui {

/// A plain multi-line editor for prompts: Ctrl+Return generates, Alt+Up and Alt+Down walk through the history, Tab
/// leaves.
class PromptEditor : public QPlainTextEdit {
    Q_OBJECT
public:
    explicit PromptEditor(int visibleLines, QWidget* parent = nullptr);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    /// Replaces the text as one undoable edit; does nothing when it is the same.
    void setText(const QString& text);

Q_SIGNALS:
    void generateRequested();
    void olderRequested();
    void newerRequested();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void insertFromMimeData(const QMimeData* source) override;

private:
    int m_visibleLines;
};

} // namespace toca::ui
