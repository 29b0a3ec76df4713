// SPDX-License-Identifier: Apache-2.0
// What every good desktop program does: commands by name, own keys, own layouts, help where one is, nothing lost.
#include "ui/caching/caching_panel.h"
#include "ui/commands/command_palette.h"
#include "ui/commands/shortcut_editor.h"
#include "ui/commands/shortcut_keys.h"
#include "ui/compare/summary_strip.h"
#include "ui/guide/explain.h"
#include "ui/guide/tour.h"
#include "ui/player/player_widget.h"
#include "ui/prompt/prompt_panel.h"
#include "ui/selection/selection_panel.h"
#include "ui/window/banner.h"
#include "ui/window/main_window.h"

#include <QAction>
#include <QActionGroup>
#include <QDockWidget>
#include <QFileInfo>
#include <QInputDialog>
#include <QLockFile>
#include <QMenu>
#include <QMenuBar>
#include <QPushButton>
#include <QSettings>

namespace toca::ui {

namespace {

constexpr auto kRestBeforeSaving = std::chrono::seconds(2);
constexpr int kRecentCommands = 8;
constexpr int kLongestLayoutName = 60;
const char* const kLayouts = "layouts";

/// Names of settings must not hold slashes.
QString keyOf(const QString& layoutName)
{
    return QString::fromLatin1(layoutName.toUtf8().toPercentEncoding());
}

} // namespace

void MainWindow::connectManners()
{
    m_keys = std::make_unique<ShortcutKeys>(commandsOf(*menuBar()), *m_settings);

    // Settings are written when all has been quiet for a moment: a crash costs no more than that.
    m_autosave.setSingleShot(true);
    m_autosave.setInterval(kRestBeforeSaving);
    connect(&m_autosave, &QTimer::timeout, this, &MainWindow::saveSettings);
    const auto later = [this] { m_autosave.start(); };
    connect(&m_prompt->model(), &PromptModel::changed, &m_autosave, later);
    connect(&m_caching->model(), &CachingModel::changed, &m_autosave, later);
    connect(m_workspaces.get(), &Workspaces::currentChanged, &m_autosave, later);

    // The lock of a program that was killed stays behind; that of a second window that is open belongs to a living one.
    const QString session = m_settings->fileName() + ".session";
    const bool wasThere = QFileInfo::exists(session);
    m_sessionLock = std::make_unique<QLockFile>(session);
    m_sessionLock->setStaleLockTime(0); // only a dead owner makes it stale
    if (m_sessionLock->tryLock() && wasThere) {
        m_banner->showMessage(Banner::Kind::Info, tr("ToCa Studio did not end properly last time."),
            tr("Prompt, settings and layout are back as they were a moment before."));
    }
    if (m_settings->value("welcomed").toBool()) {
        return;
    }
    connect(
        this, &MainWindow::modelReady, this,
        [this] {
            if (m_welcomes && !m_run.isRunning()) {
                startTour();
            }
        },
        static_cast<Qt::ConnectionType>(Qt::QueuedConnection | Qt::SingleShotConnection));
}

void MainWindow::showPalette()
{
    QStringList recent = m_settings->value("recentCommands").toStringList().mid(0, kRecentCommands);
    auto* palette = new CommandPalette(commandsOf(*menuBar()), recent, this);
    palette->setAttribute(Qt::WA_DeleteOnClose);
    connect(palette, &CommandPalette::chosen, this, [this, recent](const QString& id) mutable {
        recent.removeAll(id);
        recent.prepend(id);
        m_settings->setValue("recentCommands", recent.mid(0, kRecentCommands));
    });
    palette->open();
}

void MainWindow::editShortcuts()
{
    auto* editor = new ShortcutEditor(*m_keys, this);
    editor->setAttribute(Qt::WA_DeleteOnClose);
    editor->open();
}

void MainWindow::explain()
{
    explainFocused(*this);
}

void MainWindow::startTour()
{
    if (m_tour) {
        return;
    }
    const auto dock = [this](QDockWidget* wanted) {
        return [this, wanted]() -> QWidget* {
            m_workspaces->switchTo(Workspace::Generate);
            wanted->show();
            wanted->raise();
            return wanted->widget();
        };
    };
    const auto always = [](QWidget* widget) { return [widget] { return widget; }; };
    const QList<TourStop> stops{
        {tr("Welcome to ToCa Studio"),
            tr("A diffusion model repeats nearly the same work at every step. This program keeps results in a cache, "
               "computes only the tokens that matter, and shows which ones those are. The tour takes a minute."),
            nullptr},
        {tr("1. Say what you want"),
            tr("Type a prompt or take an example, choose seed and size, and press Generate (Ctrl+Return). The built-in "
               "model knows coloured shapes that move."),
            dock(m_docks.prompt)},
        {tr("2. Choose how to cache"),
            tr("Policies are the published methods. One slider trades speed for fidelity; below it the plan says "
               "before "
               "the run what it will cost in FLOPs, time and memory."),
            dock(m_docks.caching)},
        {tr("3. Watch it form"),
            tr("The clip appears while it is made. The two bars scrub through video frames and through denoising "
               "steps; "
               "the grid over the picture marks the tokens that were computed."),
            always(m_player)},
        {tr("4. See where the work goes"),
            tr("Steps run across, layers down. Bright cells computed everything, dark ones reused the cache. Point at "
               "a "
               "cell to read it, click it to see its tokens."),
            dock(m_docks.map)},
        {tr("5. Compare with the truth"),
            tr("“Compare with uncached” runs the same request without a cache and measures what caching cost: PSNR, "
               "SSIM, "
               "time and FLOPs, side by side."),
            always(m_summary)},
        {tr("6. Go deeper"),
            tr("Workspaces arrange the window for tuning schedules by hand, analysing tokens and racing policies. "
               "Ctrl+Shift+P finds every command, Shift+F1 explains the control you are in."),
            always(m_workspaceButtons.front()->parentWidget())},
    };
    m_tour = new Tour(stops, *this);
    connect(m_tour, &Tour::ended, this, [this] {
        m_settings->setValue("welcomed", true);
        m_prompt->focusPrompt();
    });
}

void MainWindow::fillLayouts()
{
    m_layoutMenu->clear();
    m_settings->beginGroup(kLayouts);
    const QStringList names = m_settings->childKeys();
    m_settings->endGroup();
    for (const QString& key : names) {
        const QString name = QString::fromUtf8(QByteArray::fromPercentEncoding(key.toLatin1()));
        m_layoutMenu->addAction(QString(name).replace('&', "&&"), this, [this, key, name] {
            const QByteArray state = m_settings->value(QString(kLayouts) + '/' + key).toByteArray();
            if (!m_workspaces->setArrangement(state)) {
                m_banner->showMessage(Banner::Kind::Warning, tr("The layout “%1” does not fit this version.").arg(name),
                    tr("Arrange the panels and save it again under the same name."));
            }
        });
    }
    if (!names.isEmpty()) {
        m_layoutMenu->addSeparator();
        QMenu* remove = m_layoutMenu->addMenu(tr("&Remove"));
        for (const QString& key : names) {
            const QString name = QString::fromUtf8(QByteArray::fromPercentEncoding(key.toLatin1()));
            remove->addAction(QString(name).replace('&', "&&"), this,
                [this, key] { m_settings->remove(QString(kLayouts) + '/' + key); });
        }
    }
    // Not the menu's own: it is filled anew each time it opens, and the entry keeps its keys.
    auto* save = findChild<QAction*>("saveLayout");
    if (!save) {
        save = new QAction(tr("&Save this layout…"), this);
        save->setObjectName("saveLayout");
        connect(save, &QAction::triggered, this, &MainWindow::askSaveLayout);
    }
    m_layoutMenu->addAction(save);
}

void MainWindow::fillLanguages(QMenu& menu)
{
    auto* group = new QActionGroup(&menu);
    const QString chosen = m_settings->value("language", "system").toString();
    // Languages name themselves.
    const QList<std::pair<QString, QString>> languages{
        {"system", tr("Language of the s&ystem")}, {"en", "English"}, {"de", "Deutsch"}};
    for (const auto& [code, name] : languages) {
        QAction* item = menu.addAction(name, this, [this, code = code] {
            m_settings->setValue("language", code);
            m_settings->sync();
            m_banner->showMessage(Banner::Kind::Info, tr("The language changes when the program starts again."));
        });
        item->setObjectName("language." + code);
        item->setCheckable(true);
        item->setChecked(code == chosen);
        item->setActionGroup(group);
    }
}

void MainWindow::askSaveLayout()
{
    auto* dialog = new QInputDialog(this);
    dialog->setObjectName("layoutName");
    dialog->setWindowTitle(tr("Save this layout"));
    dialog->setLabelText(tr("Name of the layout:"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QInputDialog::textValueSelected, this, [this](const QString& text) {
        const QString name = text.simplified().left(kLongestLayoutName);
        if (!name.isEmpty()) {
            m_settings->setValue(QString(kLayouts) + '/' + keyOf(name), m_workspaces->arrangement());
            m_settings->sync();
            fillLayouts();
        }
    });
    dialog->open();
}

} // namespace toca::ui
