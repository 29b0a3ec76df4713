// SPDX-License-Identifier: Apache-2.0
#include "ui/window/tab_order.h"

#include <QAbstractSpinBox>
#include <QComboBox>
#include <QLayout>
#include <QScrollArea>
#include <QSplitter>

namespace toca::ui {

namespace {

void collect(QWidget* widget, QList<QWidget*>& found);

void collect(QLayout* layout, QList<QWidget*>& found)
{
    for (int index = 0; index < layout->count(); ++index) {
        QLayoutItem* item = layout->itemAt(index);
        if (item->widget()) {
            collect(item->widget(), found);
        } else if (item->layout()) {
            collect(item->layout(), found);
        }
    }
}

void collect(QWidget* widget, QList<QWidget*>& found)
{
    if ((widget->focusPolicy() & Qt::TabFocus) && !widget->focusProxy()) {
        found.append(widget);
    }
    if (qobject_cast<QAbstractSpinBox*>(widget) || qobject_cast<QComboBox*>(widget)) {
        return; // their parts are theirs
    }
    if (auto* area = qobject_cast<QScrollArea*>(widget); area && area->widget()) {
        collect(area->widget(), found);
    } else if (auto* splitter = qobject_cast<QSplitter*>(widget)) {
        for (int index = 0; index < splitter->count(); ++index) {
            collect(splitter->widget(index), found);
        }
    } else if (widget->layout()) {
        collect(widget->layout(), found);
    }
}

} // namespace

bool focusNextByLayout(const QList<QWidget*>& parts, QWidget* focused, bool next)
{
    QList<QWidget*> found;
    for (QWidget* part : parts) {
        collect(part, found);
    }
    const qsizetype count = found.size();
    const qsizetype from = found.indexOf(focused);
    for (qsizetype distance = 1; from >= 0 && distance < count; ++distance) {
        QWidget* const candidate = found[(from + (next ? distance : count - distance)) % count];
        if (!candidate->isVisible() || !candidate->isEnabled()) {
            continue;
        }
        candidate->setFocus(next ? Qt::TabFocusReason : Qt::BacktabFocusReason);
        for (QWidget* parent = candidate->parentWidget(); parent; parent = parent->parentWidget()) {
            if (auto* area = qobject_cast<QScrollArea*>(parent)) {
                area->ensureWidgetVisible(candidate);
            }
        }
        return true;
    }
    return false;
}

} // namespace toca::ui
