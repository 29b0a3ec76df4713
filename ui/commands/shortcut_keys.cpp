// SPDX-License-Identifier: Apache-2.0
#include "ui/commands/shortcut_keys.h"

#include <QAction>
#include <QSettings>

namespace toca::ui {

namespace {

const char* const kGroup = "shortcuts/";

/// "Start a run (Ctrl+Return)" -> "Start a run"
QString withoutKeys(const QString& tip, const QKeySequence& keys)
{
    const QString end = QStringLiteral(" (%1)").arg(keys.toString(QKeySequence::NativeText));
    return !keys.isEmpty() && tip.endsWith(end) ? tip.chopped(end.size()) : tip;
}

} // namespace

ShortcutKeys::ShortcutKeys(QList<Command> commands, QSettings& settings)
    : m_settings(settings)
{
    for (const Command& command : commands) {
        if (!command.id().isEmpty()) {
            m_commands.append(command);
            m_builtIn.insert(command.id(), command.action->shortcuts());
        }
    }
    for (const Command& command : m_commands) {
        const QString name = kGroup + command.id();
        if (!m_settings.contains(name)) {
            continue;
        }
        const QString text = m_settings.value(name).toString();
        const QKeySequence keys = QKeySequence::fromString(text, QKeySequence::PortableText);
        const bool isReadable = text.isEmpty() || (!keys.isEmpty() && keys[0].key() != Qt::Key_unknown);
        if (isReadable && !conflict(command, keys)) {
            give(command, keys);
        }
    }
}

QKeySequence ShortcutKeys::keys(const Command& command) const
{
    return command.action ? command.action->shortcut() : QKeySequence();
}

QKeySequence ShortcutKeys::builtIn(const Command& command) const
{
    return m_builtIn.value(command.id()).value(0);
}

std::optional<Command> ShortcutKeys::conflict(const Command& command, const QKeySequence& keys) const
{
    if (keys.isEmpty()) {
        return {};
    }
    for (const Command& other : m_commands) {
        if (!other.action || other.action == command.action) {
            continue;
        }
        for (const QKeySequence& taken : other.action->shortcuts()) {
            if (!taken.isEmpty()
                && (taken.matches(keys) != QKeySequence::NoMatch || keys.matches(taken) != QKeySequence::NoMatch)) {
                return other;
            }
        }
    }
    return {};
}

void ShortcutKeys::give(const Command& command, const QKeySequence& keys)
{
    if (!command.action) {
        return;
    }
    QAction& action = *command.action;
    const QString tip = withoutKeys(action.toolTip(), action.shortcut());
    // Further built-in keys, such as a media key, stay beside the built-in one only.
    action.setShortcuts(keys == builtIn(command) ? m_builtIn.value(command.id())
            : keys.isEmpty()                     ? QList<QKeySequence>{}
                                                 : QList<QKeySequence>{keys});
    action.setToolTip(
        keys.isEmpty() ? tip : QStringLiteral("%1 (%2)").arg(tip, keys.toString(QKeySequence::NativeText)));
}

void ShortcutKeys::remember(const Command& command)
{
    if (!command.action) {
        return;
    }
    const QString name = kGroup + command.id();
    if (isChanged(command)) {
        m_settings.setValue(name, keys(command).toString(QKeySequence::PortableText));
    } else {
        m_settings.remove(name);
    }
}

void ShortcutKeys::set(const Command& command, const QKeySequence& keys)
{
    while (const auto other = conflict(command, keys)) {
        give(*other, {});
        remember(*other);
    }
    give(command, keys);
    remember(command);
}

void ShortcutKeys::reset(const Command& command)
{
    set(command, builtIn(command));
}

void ShortcutKeys::resetAll()
{
    for (const Command& command : m_commands) {
        give(command, builtIn(command));
        remember(command);
    }
}

} // namespace toca::ui
