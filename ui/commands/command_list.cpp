// SPDX-License-Identifier: Apache-2.0
#include "ui/commands/command_list.h"

#include <QAction>
#include <QMenu>
#include <QMenuBar>

namespace toca::ui {

namespace {

void collect(const QList<QAction*>& actions, const QString& group, QList<Command>& found)
{
    for (QAction* action : actions) {
        const QString title = plainText(action->text());
        if (QMenu* menu = action->menu()) {
            collect(menu->actions(), group.isEmpty() ? title : group + QStringLiteral(" › ") + title, found);
        } else if (!action->isSeparator() && !title.isEmpty()) {
            found.append({action, title, group});
        }
    }
}

} // namespace

QString Command::id() const
{
    return action ? action->objectName() : QString();
}

QString plainText(QString text)
{
    return text.remove('&').remove(QChar(0x2026)).remove("...");
}

QList<Command> commandsOf(const QMenuBar& bar)
{
    QList<Command> found;
    collect(bar.actions(), {}, found);
    return found;
}

} // namespace toca::ui
