// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QList>
#include <QObject>
#include <QTimer>

class QDockWidget;
class QMainWindow;
class QPoint;
class QTabBar;

namespace toca::ui {

/// A dock in a group of tabs bears its name on its tab; its title bar, which would repeat it, is hidden as long. What
/// the title bar offered is then done with the tab: dragging it out floats the dock, its context menu floats and
/// closes.
class DockTitles : public QObject {
    Q_OBJECT
public:
    DockTitles(QMainWindow& window, const QList<QDockWidget*>& docks);

    /// Looks at all docks now; changes of the layout are followed by themselves, with the next turn of the event loop.
    void update();

private:
    bool isTabbed(QDockWidget* dock) const;
    void showMenu(const QTabBar& bar, const QPoint& position);

    QMainWindow& m_window;
    QList<QDockWidget*> m_docks;
    QTimer m_pending; ///< one update for many changes at once
};

} // namespace toca::ui
