// SPDX-License-Identifier: Apache-2.0
#include "ui/caching/caching_panel.h"
#include "ui/compare/summary_strip.h"
#include "ui/player/player_widget.h"
#include "ui/prompt/model_dialog.h"
#include "ui/prompt/prompt_panel.h"
#include "ui/theme/icons.h"
#include "ui/window/main_window.h"
#include "ui/window/shortcut_sheet.h"

#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QButtonGroup>
#include <QDockWidget>
#include <QEvent>
#include <QHBoxLayout>
#include <QMenu>
#include <QMenuBar>
#include <QPushButton>
#include <QSettings>

namespace toca::ui {

namespace {

/// Keys typed while a menu is open belong to the menu. Without this, a panel's own one-letter shortcuts take them
/// first.
class MenuKeys : public QObject {
public:
    using QObject::QObject;
    bool eventFilter(QObject*, QEvent* event) override
    {
        if (event->type() != QEvent::ShortcutOverride) {
            return false;
        }
        event->accept();
        return true;
    }
};

} // namespace

QAction* MainWindow::addAction(
    const char* name, const QString& text, const QKeySequence& keys, const QString& tip, void (MainWindow::*slot)())
{
    auto* action = new QAction(text, this);
    action->setObjectName(name);
    action->setShortcut(keys);
    const QString shown = QString(text).remove('&').remove(QChar(0x2026));
    action->setIconText(shown);
    action->setToolTip(keys.isEmpty()
            ? (tip.isEmpty() ? shown : tip)
            : tr("%1 (%2)").arg(tip.isEmpty() ? shown : tip, keys.toString(QKeySequence::NativeText)));
    connect(action, &QAction::triggered, this, slot);
    QMainWindow::addAction(action);
    return action;
}

QAction* MainWindow::action(const QString& name) const
{
    return findChild<QAction*>(name, Qt::FindDirectChildrenOnly);
}

void MainWindow::makeActions()
{
    addAction(
        "generate", tr("&Generate"), QKeySequence(Qt::CTRL | Qt::Key_Return), tr("Start a run"), &MainWindow::generate)
        ->setIcon(icon("generate"));
    addAction("cancel", tr("&Cancel"), QKeySequence(Qt::Key_Escape), tr("Stop the run, or close the message"),
        &MainWindow::cancel)
        ->setIcon(icon("stop"));
    addAction("compare", tr("Compare with &uncached"), QKeySequence(Qt::CTRL | Qt::Key_B),
        tr("Run the same request without a cache and show both clips side by side with times, gains and fidelity"),
        &MainWindow::compareWithUncached)
        ->setIcon(icon("compare"));
    addAction("race", tr("&Race"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Return),
        tr("Run the checked contenders of the race workspace on the present request"), &MainWindow::startRace)
        ->setIcon(icon("race"));
    addAction("saveClip", tr("&Save clip…"), QKeySequence::Save, tr("Save the clip as MP4, WebM, GIF or PNG pictures"),
        &MainWindow::askSaveClip)
        ->setIcon(icon("save"));
    addAction("saveTrace", tr("Save &trace…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_S),
        tr("Save what was decided and measured at every step, layer and module"), &MainWindow::askSaveTrace)
        ->setIcon(icon("export"));
    addAction("exportTrace", tr("&Export trace as CSV or events…"), {},
        tr("A table, or a file that profilers open (Trace Event format)"), &MainWindow::askExportTrace);
    addAction("open", tr("&Open…"), QKeySequence::Open,
        tr("Open a bundle or trace, or a picture or clip to take over its request"), &MainWindow::askOpen)
        ->setIcon(icon("folder"));
    addAction(
        "openModel", tr("Open &model folder…"), QKeySequence(Qt::CTRL | Qt::Key_M), {}, &MainWindow::askOpenModel);
    addAction("openTraining", tr("Open trainin&g…"), QKeySequence(Qt::CTRL | Qt::Key_T),
        tr("Curves and samples of a training, while it goes on or after"), &MainWindow::askOpenTraining);
    addAction("openCheckpoint", tr("Open &checkpoint file…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_M),
        tr("Open a single file of weights: .safetensors, .pt, .pth or .bin"), &MainWindow::askOpenCheckpoint);
    addAction("modelDetails", tr("Model &details"), {}, {}, &MainWindow::showModelDetails);
    addAction("resetLayout", tr("&Reset layout"), {}, tr("Back to the built-in layout of this workspace"),
        &MainWindow::resetLayout);
    addAction("shortcuts", tr("&Keyboard shortcuts"), QKeySequence(Qt::Key_F1), {}, &MainWindow::showShortcuts)
        ->setIcon(icon("keyboard"));
    addAction("editShortcuts", tr("&Change shortcuts…"), {}, {}, &MainWindow::editShortcuts);
    addAction("palette", tr("C&ommands…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_P),
        tr("Find any command by some letters of its name"), &MainWindow::showPalette);
    addAction("explain", tr("E&xplain"), QKeySequence(Qt::SHIFT | Qt::Key_F1),
        tr("Say what the control with the keyboard is for; without one, ask by clicking"), &MainWindow::explain);
    addAction("tour", tr("&Tour"), {}, tr("What is where, in a minute"), &MainWindow::startTour);
    addAction("about", tr("&About ToCa Studio"), {}, {}, &MainWindow::showAbout);
    makeComparisonActions();
    makePresentActions();
    makeLabActions();
    m_summary->addAction(action("compare"));
    m_summary->addAction(action("saveClip"));
    m_summary->addAction(action("saveTrace"));
}

void MainWindow::makeMenus()
{
    QMenu* file = menuBar()->addMenu(tr("&File"));
    file->QWidget::addActions({action("open"), action("openModel"), action("openCheckpoint"), action("openTraining")});
    m_recentMenu = file->addMenu(tr("Open &recent"));
    m_recentMenu->setToolTipsVisible(true);
    connect(m_recentMenu, &QMenu::aboutToShow, this, &MainWindow::fillRecent);
    file->addSeparator();
    file->QWidget::addActions({action("saveClip"), action("saveTrace"), action("saveBundle"), action("exportTrace")});
    file->QWidget::addActions({action("exportComparison"), action("figureDesk")});
    file->addSeparator();
    auto* quit = file->addAction(tr("&Quit"), this, &QWidget::close);
    quit->setShortcut(QKeySequence::Quit);
    quit->setObjectName("quit");

    QMenu* edit = menuBar()->addMenu(tr("&Edit"));
    QAction* undo = m_caching->model().undoStack().createUndoAction(this, tr("&Undo"));
    undo->setShortcut(QKeySequence::Undo);
    undo->setObjectName("undo");
    QAction* redo = m_caching->model().undoStack().createRedoAction(this, tr("&Redo"));
    redo->setShortcut(QKeySequence::Redo);
    redo->setObjectName("redo");
    edit->QWidget::addActions({undo, redo});
    edit->addSeparator();
    auto* focus = edit->addAction(tr("&Focus prompt"), this, [this] {
        m_docks.prompt->show();
        m_prompt->focusPrompt();
    });
    focus->setObjectName("focusPrompt");
    focus->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_L));
    auto* example = edit->addAction(tr("Random &example"), this, [this] {
        PromptModel& model = m_prompt->model();
        if (model.takesClass()) {
            model.randomizeClass();
        } else {
            model.setPrompt(model.randomExample());
        }
    });
    example->setObjectName("randomExample");
    example->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_E));
    auto* seed = edit->addAction(tr("New random &seed"), &m_prompt->model(), &PromptModel::randomizeSeed);
    seed->setObjectName("randomSeed");
    seed->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_R));

    QMenu* run = menuBar()->addMenu(tr("&Run"));
    run->QWidget::addActions(
        {action("generate"), action("cancel"), action("compare"), action("race"), action("queueRuns")});
    run->addAction(action("backgroundBaseline"));
    run->addAction(action("recordScores"));
    run->addAction(action("present"));
    QMenu* measure = run->addMenu(tr("&Measure"));
    measure->QWidget::addActions({action("measureSensitivity"), action("runProbe"), action("recordThresholds"),
        action("startTuner"), action("pauseQueue")});
    run->addSeparator();
    run->addAction(action("modelDetails"));

    QMenu* playback = menuBar()->addMenu(tr("&Player"));
    playback->QWidget::addActions(m_player->actions());

    QMenu* view = menuBar()->addMenu(tr("&View"));
    auto* workspaceGroup = new QActionGroup(this);
    for (int index = 0; index < kWorkspaces; ++index) {
        const auto workspace = static_cast<Workspace>(index);
        QAction* item =
            view->addAction(workspaceTitle(workspace), this, [this, workspace] { m_workspaces->switchTo(workspace); });
        item->setObjectName("workspace." + QString::number(index));
        item->setCheckable(true);
        item->setChecked(index == 0);
        item->setShortcut(QKeySequence(Qt::CTRL | static_cast<Qt::Key>(Qt::Key_1 + index)));
        item->setActionGroup(workspaceGroup);
        connect(m_workspaces.get(), &Workspaces::currentChanged, item,
            [this, item, workspace] { item->setChecked(m_workspaces->current() == workspace); });
    }
    view->addSeparator();
    for (QDockWidget* dock : m_docks.all()) {
        view->addAction(dock->toggleViewAction());
        dock->toggleViewAction()->setObjectName("show." + dock->objectName());
    }
    view->addAction(action("resetLayout"));
    m_layoutMenu = view->addMenu(tr("&Named layouts"));
    connect(m_layoutMenu, &QMenu::aboutToShow, this, &MainWindow::fillLayouts);
    fillLayouts();
    view->addSeparator();
    auto* themes = new QActionGroup(this);
    const QString labels[]{tr("Theme of the s&ystem"), tr("&Dark theme"), tr("&Light theme"), tr("&High contrast")};
    for (const ThemeChoice choice :
        {ThemeChoice::System, ThemeChoice::Dark, ThemeChoice::Light, ThemeChoice::HighContrast}) {
        QAction* item =
            view->addAction(labels[static_cast<int>(choice)], this, [this, choice] { setThemeChoice(choice); });
        item->setCheckable(true);
        item->setActionGroup(themes);
        item->setObjectName("theme." + themeChoiceName(choice));
        m_themeActions.push_back(item);
    }

    QMenu* language = view->addMenu(tr("L&anguage"));
    fillLanguages(*language);

    QMenu* help = menuBar()->addMenu(tr("&Help"));
    help->QWidget::addActions({action("palette"), action("shortcuts"), action("editShortcuts"), action("explain"),
        action("tour"), action("about")});
    auto* keys = new MenuKeys(this);
    for (QMenu* menu : {file, m_recentMenu, edit, run, measure, playback, view, m_layoutMenu, language, help}) {
        menu->installEventFilter(keys);
    }
    menuBar()->setCornerWidget(makeWorkspaceSwitch(), Qt::TopRightCorner);
}

QWidget* MainWindow::makeWorkspaceSwitch()
{
    auto* bar = new QWidget;
    bar->setProperty("topBar", true);
    auto* layout = new QHBoxLayout(bar);
    layout->setContentsMargins(0, 0, kSpace, 0);
    layout->setSpacing(2);
    auto* group = new QButtonGroup(bar);
    for (int index = 0; index < kWorkspaces; ++index) {
        const auto workspace = static_cast<Workspace>(index);
        auto* button = new QPushButton(workspaceTitle(workspace));
        button->setObjectName(QStringLiteral("workspace%1").arg(index));
        button->setProperty("segment", true);
        button->setCheckable(true);
        button->setFocusPolicy(Qt::TabFocus);
        button->setToolTip(tr("%1 (Ctrl+%2)").arg(workspaceHelp(workspace)).arg(index + 1));
        button->setChecked(index == 0);
        group->addButton(button);
        layout->addWidget(button);
        m_workspaceButtons.append(button);
        connect(button, &QPushButton::clicked, this, [this, workspace] { m_workspaces->switchTo(workspace); });
    }
    connect(m_workspaces.get(), &Workspaces::currentChanged, this,
        [this] { m_workspaceButtons[static_cast<int>(m_workspaces->current())]->setChecked(true); });
    return bar;
}

void MainWindow::setThemeChoice(ThemeChoice choice)
{
    m_themeChoice = choice;
    m_themeActions[static_cast<std::size_t>(choice)]->setChecked(true);
    m_settings->setValue("theme", themeChoiceName(choice));
    applyTheme(*qApp, choice);
}

void MainWindow::resetLayout()
{
    m_workspaces->reset();
}

void MainWindow::showShortcuts()
{
    QList<ShortcutSheet::Section> sections;
    for (const QAction* menu : menuBar()->actions()) {
        if (menu->menu()) {
            sections.append({QString(menu->text()).remove('&'), menu->menu()->actions()});
        }
    }
    auto* sheet = new ShortcutSheet(sections, this);
    sheet->setAttribute(Qt::WA_DeleteOnClose);
    sheet->open();
}

void MainWindow::showAbout()
{
    auto* dialog = new AboutDialog(QString::fromStdString(m_files.libraryVersions), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void MainWindow::showModelDetails()
{
    if (!m_prompt->model().hasModel()) {
        return;
    }
    const plan::Plan* plan = m_caching->model().plan();
    auto* dialog = new ModelDialog(m_prompt->model().model(), plan ? plan->cacheBytes() : 0, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

} // namespace toca::ui
