// SPDX-License-Identifier: Apache-2.0
#include "ui/prompt/prompt_editor.h"

#include <QKeyEvent>
#include <QMimeData>

namespace toca::ui {

namespace {

/// Longest text that can be pasted, in characters: above the engine's limit nothing can be generated anyway.
constexpr int kLongestPaste = 1 << 20;

} // namespace

PromptEditor::PromptEditor(int visibleLines, QWidget* parent)
    : QPlainTextEdit(parent)
    , m_visibleLines(visibleLines)
{
    setTabChangesFocus(true);
    setAcceptDrops(false); // files are for the window
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QSize PromptEditor::sizeHint() const
{
    return {180, fontMetrics().lineSpacing() * m_visibleLines + 20};
}

QSize PromptEditor::minimumSizeHint() const
{
    return {120, fontMetrics().lineSpacing() * m_visibleLines + 20};
}

void PromptEditor::setText(const QString& text)
{
    if (toPlainText() != text) {
        QTextCursor cursor(document());
        cursor.select(QTextCursor::Document);
        cursor.insertText(text);
        moveCursor(QTextCursor::End);
    }
}

void PromptEditor::keyPressEvent(QKeyEvent* event)
{
    const bool isReturn = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (isReturn && (event->modifiers() & Qt::ControlModifier)) {
        Q_EMIT generateRequested();
    } else if (event->key() == Qt::Key_Up && event->modifiers() == Qt::AltModifier) {
        Q_EMIT olderRequested();
    } else if (event->key() == Qt::Key_Down && event->modifiers() == Qt::AltModifier) {
        Q_EMIT newerRequested();
    } else {
        QPlainTextEdit::keyPressEvent(event);
        return;
    }
    event->accept();
}

void PromptEditor::insertFromMimeData(const QMimeData* source)
{
    if (source->hasText()) {
        insertPlainText(source->text().left(kLongestPaste));
    }
}

} // namespace toca::ui
