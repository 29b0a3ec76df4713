// SPDX-License-Identifier: Apache-2.0
#include "ui/window/dock_titles.h"

#include <QDockWidget>
#include <QMainWindow>
#include <QMenu>
#include <QTabBar>

#include <algorithm>

namespace toca::ui {

namespace {

/// A title bar without height; Qt shows its own again when there is none.
class NoTitle : public QWidget {
public:
    using QWidget::QWidget;
    QSize sizeHint() const override { return {0, 0}; }
    QSize minimumSizeHint() const override { return {0, 0}; }
};

} // namespace

DockTitles::DockTitles(QMainWindow& window, const QList<QDockWidget*>& docks)
    : QObject(&window)
    , m_window(window)
    , m_docks(docks)
{
    m_pending.setSingleShot(true);
    m_pending.setInterval(0);
    connect(&m_pending, &QTimer::timeout, this, &DockTitles::update);
    const auto later = [this] { m_pending.start(); };
    for (QDockWidget* dock : m_docks) {
        connect(dock, &QDockWidget::visibilityChanged, this, later);
        connect(dock, &QDockWidget::topLevelChanged, this, later);
        connect(dock, &QDockWidget::dockLocationChanged, this, later);
    }
}

bool DockTitles::isTabbed(QDockWidget* dock) const
{
    if (dock->isFloating() || dock->isHidden()) {
        return false;
    }
    const QList<QDockWidget*> others = m_window.tabifiedDockWidgets(dock);
    return std::any_of(others.begin(), others.end(),
        [](const QDockWidget* other) { return !other->isHidden() && !other->isFloating(); });
}

void DockTitles::update()
{
    for (QDockWidget* dock : m_docks) {
        QWidget* const present = dock->titleBarWidget();
        const bool tabbed = isTabbed(dock);
        if (tabbed && !present) {
            dock->setTitleBarWidget(new NoTitle(dock));
        } else if (!tabbed && present) {
            dock->setTitleBarWidget(nullptr);
            present->deleteLater();
        }
    }
    for (QTabBar* bar : m_window.findChildren<QTabBar*>(QString(), Qt::FindDirectChildrenOnly)) {
        if (bar->contextMenuPolicy() != Qt::CustomContextMenu) { // Qt makes these bars and keeps them
            bar->setContextMenuPolicy(Qt::CustomContextMenu);
            bar->setAccessibleName(tr("Panels in one place"));
            connect(bar, &QWidget::customContextMenuRequested, this,
                [this, bar](const QPoint& position) { showMenu(*bar, position); });
        }
    }
}

void DockTitles::showMenu(const QTabBar& bar, const QPoint& position)
{
    const QString title = bar.tabText(bar.tabAt(position));
    const auto found = std::find_if(
        m_docks.begin(), m_docks.end(), [&](const QDockWidget* dock) { return dock->windowTitle() == title; });
    if (found == m_docks.end()) {
        return;
    }
    QDockWidget* const dock = *found;
    QMenu menu(&m_window);
    menu.addAction(tr("Float"), dock, [dock] { dock->setFloating(true); });
    menu.addAction(tr("Close"), dock, &QWidget::close);
    menu.exec(bar.mapToGlobal(position));
}

} // namespace toca::ui
