// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QList>
#include <QObject>
#include <QString>

class QAction;
class QDockWidget;
class QMainWindow;
class QSettings;

namespace toca::ui {

enum class Workspace { Generate, Tune, Analyse, Race, Training };
inline constexpr int kWorkspaces = 5;
QString workspaceTitle(Workspace workspace);
QString workspaceHelp(Workspace workspace);

/// The docks that workspaces arrange.
struct Docks {
    QDockWidget* prompt = nullptr;
    QDockWidget* caching = nullptr;
    QDockWidget* map = nullptr;
    QDockWidget* tokens = nullptr;
    QDockWidget* statistics = nullptr;
    QDockWidget* schedule = nullptr;
    QDockWidget* curves = nullptr;
    QDockWidget* history = nullptr;
    QDockWidget* comparison = nullptr;
    QDockWidget* runs = nullptr;
    QDockWidget* queue = nullptr;
    QDockWidget* sensitivity = nullptr;
    QDockWidget* probe = nullptr;
    QDockWidget* explore = nullptr;
    QList<QDockWidget*> all() const
    {
        return {prompt, caching, map, tokens, statistics, comparison, sensitivity, probe, schedule, curves, history,
            runs, queue, explore};
    }
};

/// Keeps one dock layout per workspace: the built-in one until the user changes it, remembered over restarts.
class Workspaces : public QObject {
    Q_OBJECT
public:
    Workspaces(QMainWindow& window, const Docks& docks);

    Workspace current() const { return m_current; }
    /// Remembers the present layout under the present workspace and shows the other one.
    void switchTo(Workspace workspace);
    /// Back to the built-in layout of the present workspace.
    void reset();
    /// The present arrangement, and one that was taken before; false where it does not fit these docks.
    QByteArray arrangement() const;
    bool setArrangement(const QByteArray& arrangement);
    void save(QSettings& settings);
    void restore(QSettings& settings);

Q_SIGNALS:
    void currentChanged();

private:
    void arrange(Workspace workspace);
    void show(Workspace workspace);

    QMainWindow& m_window;
    Docks m_docks;
    Workspace m_current = Workspace::Generate;
    QByteArray m_states[kWorkspaces];
};

} // namespace toca::ui
