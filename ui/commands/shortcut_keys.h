// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/commands/command_list.h"

#include <QHash>
#include <QKeySequence>

#include <optional>

class QSettings;

namespace toca::ui {

/// The keys of commands: the built-in ones, and what the user made of them.
class ShortcutKeys {
public:
    /// Remembers the built-in keys of the commands and gives them those that the settings hold. Keys in settings that
    /// are not readable or taken by another command are left out.
    ShortcutKeys(QList<Command> commands, QSettings& settings);

    const QList<Command>& commands() const { return m_commands; }
    QKeySequence keys(const Command& command) const;
    QKeySequence builtIn(const Command& command) const;
    bool isChanged(const Command& command) const { return keys(command) != builtIn(command); }
    /// The other command that has these keys, or keys that begin with them or that they begin with.
    std::optional<Command> conflict(const Command& command, const QKeySequence& keys) const;
    /// Gives a command other keys, and remembers that; empty keys take them away. A command in conflict loses its own.
    void set(const Command& command, const QKeySequence& keys);
    void reset(const Command& command);
    void resetAll();

private:
    void give(const Command& command, const QKeySequence& keys);
    void remember(const Command& command);

    QList<Command> m_commands; ///< those that have a name for settings
    QHash<QString, QList<QKeySequence>> m_builtIn;
    QSettings& m_settings;
};

} // namespace toca::ui
