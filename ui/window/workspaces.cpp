// SPDX-License-Identifier: Apache-2.0
#include "ui/window/workspaces.h"

#include <QDockWidget>
#include <QMainWindow>
#include <QSettings>

#include <algorithm>

namespace toca::ui {

namespace {

/// Counts up when docks change, so that an old layout is not forced onto them.
constexpr int kLayoutVersion = 7;

/// Below that the panels at the sides are as narrow as they can be.
constexpr int kWideWindow = 1200;

const char* key(int workspace)
{
    constexpr const char* kKeys[kWorkspaces]{
        "layout/generate", "layout/tune", "layout/analyse", "layout/race", "layout/training"};
    return kKeys[workspace];
}

} // namespace

QString workspaceTitle(Workspace workspace)
{
    switch (workspace) {
    case Workspace::Generate:
        return Workspaces::tr("Generate");
    case Workspace::Tune:
        return Workspaces::tr("Tune");
    case Workspace::Analyse:
        return Workspaces::tr("Analyse");
    case Workspace::Race:
        return Workspaces::tr("Race");
    case Workspace::Training:
        break;
    }
    return Workspaces::tr("Training");
}

QString workspaceHelp(Workspace workspace)
{
    switch (workspace) {
    case Workspace::Generate:
        return Workspaces::tr("Prompt and picture first");
    case Workspace::Tune:
        return Workspaces::tr("Caching parameters beside map and curves");
    case Workspace::Analyse:
        return Workspaces::tr("Map, tokens and statistics as large as possible");
    case Workspace::Race:
        return Workspaces::tr("Several policies on one request, side by side");
    case Workspace::Training:
        break;
    }
    return Workspaces::tr("Curves and samples of a training, live or after");
}

Workspaces::Workspaces(QMainWindow& window, const Docks& docks)
    : m_window(window)
    , m_docks(docks)
{
    arrange(m_current);
}

void Workspaces::arrange(Workspace workspace)
{
    for (QDockWidget* dock : m_docks.all()) {
        dock->setFloating(false);
        m_window.removeDockWidget(dock);
    }
    m_window.addDockWidget(Qt::LeftDockWidgetArea, m_docks.prompt);
    m_window.addDockWidget(Qt::RightDockWidgetArea, m_docks.caching);
    m_window.addDockWidget(Qt::BottomDockWidgetArea, m_docks.map);
    m_window.splitDockWidget(m_docks.map, m_docks.statistics, Qt::Horizontal);
    m_window.tabifyDockWidget(m_docks.statistics, m_docks.tokens);
    m_window.tabifyDockWidget(m_docks.statistics, m_docks.comparison);
    m_window.tabifyDockWidget(m_docks.map, m_docks.sensitivity);
    m_window.tabifyDockWidget(m_docks.map, m_docks.probe);
    m_window.tabifyDockWidget(m_docks.map, m_docks.schedule);
    m_window.tabifyDockWidget(m_docks.statistics, m_docks.curves);
    m_window.tabifyDockWidget(m_docks.statistics, m_docks.history);
    m_window.tabifyDockWidget(m_docks.map, m_docks.runs);
    m_window.tabifyDockWidget(m_docks.map, m_docks.explore);
    m_window.tabifyDockWidget(m_docks.statistics, m_docks.queue);
    for (QDockWidget* dock : {m_docks.schedule, m_docks.curves, m_docks.history}) {
        dock->setVisible(workspace == Workspace::Tune);
    }
    for (QDockWidget* dock : {m_docks.sensitivity, m_docks.probe}) {
        dock->setVisible(workspace == Workspace::Analyse);
    }
    const bool isWide = m_window.width() >= kWideWindow;
    const int side = isWide ? 330 : 256;
    if (workspace == Workspace::Training) {
        for (QDockWidget* dock : m_docks.all()) {
            dock->hide();
        }
        return;
    }
    if (workspace == Workspace::Race) { // the clips need the room
        m_docks.prompt->setVisible(isWide);
        for (QDockWidget* dock : {m_docks.caching, m_docks.map, m_docks.statistics, m_docks.tokens, m_docks.comparison,
                 m_docks.runs, m_docks.queue, m_docks.explore}) {
            dock->hide();
        }
        m_window.resizeDocks({m_docks.prompt}, {side}, Qt::Horizontal);
        return;
    }
    const bool showsPrompt = workspace != Workspace::Analyse;
    m_docks.prompt->setVisible(showsPrompt);
    m_docks.caching->setVisible(workspace != Workspace::Analyse);
    m_docks.map->show();
    m_docks.statistics->show();
    m_docks.comparison->show();
    // So few tabs that their names can be read; the others come with View or with what asks for them.
    m_docks.tokens->setVisible(workspace != Workspace::Tune);
    m_docks.explore->setVisible(workspace == Workspace::Tune);
    for (QDockWidget* dock : {m_docks.runs, m_docks.queue}) {
        dock->setVisible(workspace == Workspace::Generate);
    }
    m_docks.map->raise();
    m_docks.statistics->raise();
    if (workspace == Workspace::Tune) {
        m_docks.schedule->raise();
        m_docks.curves->raise();
    }
    if (workspace == Workspace::Analyse) {
        // Tokens beside the picture, where the other panels were.
        m_window.addDockWidget(Qt::RightDockWidgetArea, m_docks.tokens);
        m_docks.tokens->show();
    }
    const int height = m_window.height();
    const int bottom = workspace == Workspace::Generate ? height * 32 / 100
        : workspace == Workspace::Tune                  ? height * 50 / 100
                                                        : height * 52 / 100;
    m_window.resizeDocks({m_docks.map, m_docks.statistics}, {bottom, bottom}, Qt::Vertical);
    m_window.resizeDocks(
        {m_docks.map, m_docks.statistics}, {m_window.width() * 55 / 100, m_window.width() * 45 / 100}, Qt::Horizontal);
    m_window.resizeDocks(
        {m_docks.prompt, m_docks.caching}, {side, workspace == Workspace::Tune && isWide ? 400 : side}, Qt::Horizontal);
    if (workspace == Workspace::Analyse) {
        m_window.resizeDocks({m_docks.tokens}, {m_window.width() * 40 / 100}, Qt::Horizontal);
    }
}

void Workspaces::show(Workspace workspace)
{
    const QByteArray& state = m_states[static_cast<int>(workspace)];
    if (state.isEmpty() || !m_window.restoreState(state, kLayoutVersion)) {
        arrange(workspace);
    }
}

void Workspaces::switchTo(Workspace workspace)
{
    if (workspace == m_current) {
        return;
    }
    m_states[static_cast<int>(m_current)] = m_window.saveState(kLayoutVersion);
    m_current = workspace;
    show(workspace);
    Q_EMIT currentChanged();
}

void Workspaces::reset()
{
    m_states[static_cast<int>(m_current)].clear();
    arrange(m_current);
}

QByteArray Workspaces::arrangement() const
{
    return m_window.saveState(kLayoutVersion);
}

bool Workspaces::setArrangement(const QByteArray& arrangement)
{
    return m_window.restoreState(arrangement, kLayoutVersion);
}

void Workspaces::save(QSettings& settings)
{
    m_states[static_cast<int>(m_current)] = m_window.saveState(kLayoutVersion);
    settings.setValue("layout/version", kLayoutVersion);
    settings.setValue("layout/workspace", static_cast<int>(m_current));
    settings.setValue("layout/geometry", m_window.saveGeometry());
    for (int index = 0; index < kWorkspaces; ++index) {
        settings.setValue(key(index), m_states[index]);
    }
}

void Workspaces::restore(QSettings& settings)
{
    if (settings.value("layout/version").toInt() != kLayoutVersion) {
        arrange(m_current);
        return;
    }
    m_window.restoreGeometry(settings.value("layout/geometry").toByteArray());
    for (int index = 0; index < kWorkspaces; ++index) {
        m_states[index] = settings.value(key(index)).toByteArray();
    }
    m_current = static_cast<Workspace>(std::clamp(settings.value("layout/workspace").toInt(), 0, kWorkspaces - 1));
    show(m_current);
    Q_EMIT currentChanged();
}

} // namespace toca::ui
