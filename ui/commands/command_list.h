// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QAction>
#include <QList>
#include <QPointer>
#include <QString>

class QMenu;
class QMenuBar;

namespace toca::ui {

/// Something that the user can ask for by name: an entry of a menu.
struct Command {
    QPointer<QAction> action; ///< null once a menu has let go of its entry
    QString title; ///< "Compare with uncached"
    QString group; ///< "Run", of a submenu "File › Open recent"
    /// Name for settings, which no language changes: the action's object name. Commands without one keep their keys.
    QString id() const;
};

/// A menu's text as people read it: without mnemonics and the dots that promise a dialog.
QString plainText(QString text);

/// Every entry of every menu, in their order; without separators and entries that only exist while a menu is open.
QList<Command> commandsOf(const QMenuBar& bar);

} // namespace toca::ui
