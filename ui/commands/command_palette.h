// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/commands/command_list.h"

#include <QDialog>
#include <QStringList>

class QLineEdit;
class QListWidget;

namespace toca::ui {

/// Finds a command by a few letters of its name and carries it out: type, arrows, Enter.
///
/// Commands that cannot be used now are shown grey. What was used last stands first while nothing is typed.
class CommandPalette : public QDialog {
    Q_OBJECT
public:
    /// @param recent ids of the commands that were used, the last one first
    CommandPalette(QList<Command> commands, QStringList recent, QWidget* parent);

    /// The commands that are shown, from the top.
    QStringList shownTitles() const;

Q_SIGNALS:
    /// Sent after the palette is gone, just before the command is carried out.
    void chosen(const QString& id);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void fill();
    void choose();

    QList<Command> m_commands;
    QStringList m_recent;
    QLineEdit* m_input;
    QListWidget* m_list;
};

} // namespace toca::ui
