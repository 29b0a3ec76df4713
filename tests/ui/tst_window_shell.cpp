// SPDX-License-Identifier: Apache-2.0
// Themes, workspaces, docks, menus and keys of the real window.
#include "tests/ui/window_test.h"
#include "ui/caching/caching_panel.h"
#include "ui/player/player_widget.h"
#include "ui/window/banner.h"
#include "ui/window/shortcut_sheet.h"
#include "ui/window/status_line.h"

#include <QAbstractSlider>
#include <QAbstractSpinBox>
#include <QAction>
#include <QApplication>
#include <QButtonGroup>
#include <QComboBox>
#include <QDockWidget>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QSet>
#include <QSettings>
#include <QTest>

using namespace toca;
using namespace toca::ui;
using namespace std::chrono_literals;

class TestWindowShell : public test::WindowTest {
    Q_OBJECT

private Q_SLOTS:
    void init() { beginTest(); }
    void cleanup() { endTest(); }

    void themesSwitch();
    void workspacesKeepTheirLayouts();
    void layoutAndSettingsSurviveARestart();
    void oldLayoutVersionIsIgnored();
    void tabbedDocksShowTheirNameOnce();
    void tabReachesEveryControl();
    void lettersGoToTheOpenMenu();
    void longTextsDoNotWidenTheWindow();
    void everyShortcutIsUnique();
    void shortcutSheetListsActions();
};

void TestWindowShell::themesSwitch()
{
    generateAndWait();
    const QFont before = m_window->caching().findChild<QWidget*>("fresh_ratio")->font();
    for (const ThemeChoice choice :
        {ThemeChoice::Light, ThemeChoice::Dark, ThemeChoice::HighContrast, ThemeChoice::System}) {
        m_window->setThemeChoice(choice);
        QCoreApplication::processEvents();
        QCOMPARE(m_window->caching().findChild<QWidget*>("fresh_ratio")->font().weight(), before.weight());
        const QImage picture = m_window->grab().toImage();
        QVERIFY(!picture.isNull());
        const bool isDarkPicture = picture.pixelColor(picture.width() / 2, 4).lightness() < 128;
        QCOMPARE(isDarkPicture, theme().dark);
    }
}

void TestWindowShell::workspacesKeepTheirLayouts()
{
    auto* prompt = m_window->findChild<QDockWidget*>("promptDock");
    QVERIFY(prompt->isVisible());
    QTest::mouseClick(button("workspace2"), Qt::LeftButton);
    QCOMPARE(m_window->workspaces().current(), Workspace::Analyse);
    QVERIFY(!prompt->isVisible());
    m_window->workspaces().switchTo(Workspace::Generate);
    QVERIFY(prompt->isVisible());
    prompt->hide(); // the user's own change
    m_window->workspaces().switchTo(Workspace::Tune);
    QVERIFY(prompt->isVisible());
    m_window->workspaces().switchTo(Workspace::Generate);
    QVERIFY(!prompt->isVisible());
    m_window->action("resetLayout")->trigger();
    QVERIFY(prompt->isVisible());
}

void TestWindowShell::layoutAndSettingsSurviveARestart()
{
    waitForModel();
    m_window->workspaces().switchTo(Workspace::Tune);
    m_window->findChild<QDockWidget*>("mapDock")->hide();
    m_window->caching().model().setPolicy("fora");
    m_window->prompt().model().setPrompt("a remembered prompt");
    m_window->setThemeChoice(ThemeChoice::Light);
    close();
    open();
    QCOMPARE(m_window->workspaces().current(), Workspace::Tune);
    QVERIFY(!m_window->findChild<QDockWidget*>("mapDock")->isVisible());
    QCOMPARE(m_window->caching().model().state().policy, std::string("fora"));
    QCOMPARE(m_window->prompt().model().request().prompt, std::string("a remembered prompt"));
    QVERIFY(!theme().dark);
}

void TestWindowShell::oldLayoutVersionIsIgnored()
{
    m_window->findChild<QDockWidget*>("mapDock")->hide();
    close();
    QSettings(m_settings, QSettings::IniFormat).setValue("layout/version", 9999);
    open();
    QVERIFY(m_window->findChild<QDockWidget*>("mapDock")->isVisible());
}

void TestWindowShell::tabbedDocksShowTheirNameOnce()
{
    auto* statistics = m_window->findChild<QDockWidget*>("statisticsDock");
    auto* tokens = m_window->findChild<QDockWidget*>("tokensDock");
    m_window->findChild<QDockWidget*>("comparisonDock")->close();
    for (const char* name :
        {"runsDock", "queueDock", "exploreDock", "sensitivityDock"}) { // they have tabs beside these
        m_window->findChild<QDockWidget*>(name)->close();
    }
    QVERIFY(m_window->tabifiedDockWidgets(tokens).contains(statistics));
    QTRY_VERIFY(statistics->titleBarWidget() && statistics->titleBarWidget()->height() == 0);
    QVERIFY(tokens->titleBarWidget());
    QTRY_VERIFY2(!m_window->findChild<QDockWidget*>("mapDock")->titleBarWidget(), "a dock alone needs its title");
    tokens->setFloating(true);
    QTRY_VERIFY(!tokens->titleBarWidget());
    QTRY_VERIFY(!statistics->titleBarWidget());
    tokens->setFloating(false);
    QTRY_VERIFY(tokens->titleBarWidget());
    tokens->close();
    QTRY_VERIFY2(!statistics->titleBarWidget(), "the other tab was closed");
}

void TestWindowShell::tabReachesEveryControl()
{
    generateAndWait(); // enables what needs a result
    QSet<QWidget*> wanted;
    for (QWidget* widget : m_window->findChildren<QWidget*>()) {
        const bool isControl = qobject_cast<QAbstractButton*>(widget) || qobject_cast<QAbstractSpinBox*>(widget)
            || qobject_cast<QComboBox*>(widget) || qobject_cast<QAbstractSlider*>(widget)
            || qobject_cast<QPlainTextEdit*>(widget);
        const bool isPart = qobject_cast<QScrollBar*>(widget) || widget->parentWidget()->inherits("QTabBar")
            || widget->parentWidget()->inherits("QDockWidget") || widget->parentWidget()->inherits("QMenuBar");
        const auto* button = qobject_cast<QAbstractButton*>(widget);
        const bool byArrows = button && button->group() && button->group()->exclusive() && !button->isChecked();
        if (isControl && !isPart && !byArrows && widget->isVisible() && widget->isEnabled()) {
            wanted.insert(widget);
        }
    }
    QVERIFY(wanted.size() > 30);
    auto* prompt = m_window->findChild<QPlainTextEdit*>("prompt");
    prompt->setFocus();
    QSet<QWidget*> reached;
    for (int press = 0; press < 400; ++press) {
        QWidget* focused = QApplication::focusWidget();
        QVERIFY(focused);
        reached.insert(focused);
        QTest::keyClick(focused, Qt::Key_Tab);
    }
    QStringList missed;
    for (QWidget* widget : wanted - reached) {
        missed += QStringLiteral("%1 '%2' %3")
                      .arg(widget->metaObject()->className(), widget->objectName(),
                          widget->accessibleName() + widget->toolTip());
    }
    QVERIFY2(missed.isEmpty(), qPrintable(missed.join("\n")));
}

void TestWindowShell::lettersGoToTheOpenMenu()
{
    generateAndWait();
    m_window->setThemeChoice(ThemeChoice::Dark);
    QAction* loop = m_window->player().action("player.loop");
    const bool loops = loop->isChecked();
    m_window->player().setFocus(); // where L toggles looping
    QMenu* view = nullptr;
    for (QAction* menu : m_window->menuBar()->actions()) {
        if (menu->menu() && menu->text() == "&View") {
            view = menu->menu();
        }
    }
    QVERIFY(view);
    view->popup(m_window->mapToGlobal(QPoint(100, 100)));
    QTRY_VERIFY(view->isVisible());
    QTest::keyClick(view, Qt::Key_L); // "&Light theme"
    QTRY_VERIFY(!theme().dark);
    QCOMPARE(loop->isChecked(), loops);
    QVERIFY(!view->isVisible());
}

void TestWindowShell::longTextsDoNotWidenTheWindow()
{
    waitForModel();
    QCOMPARE(m_window->minimumSizeHint().boundedTo({1280, 720}), m_window->minimumSizeHint());
    const int width = m_window->minimumSizeHint().width();
    const QString path = "/" + QString("a_very_long_folder_name_without_any_spaces/").repeated(5) + "model";
    m_window->openPath(path); // doesn't exist
    QVERIFY(m_window->banner().isVisible());
    QVERIFY2(m_window->banner().text().contains(path), "what is copied or read aloud has no marks in it");
    m_window->statusText().showIdle("Saved " + path);
    ModelInfo model = m_window->prompt().model().model();
    model.name = path.toStdString();
    m_window->prompt().model().setModel(model);
    m_window->prompt().model().setPrompt(QString("x").repeated(20000));
    for (int run = 0; run < 100; ++run) {
        m_window->prompt().model().remember(QString("prompt %1 ").arg(run).repeated(200));
    }
    for (const Workspace workspace : {Workspace::Generate, Workspace::Tune, Workspace::Analyse}) {
        m_window->workspaces().switchTo(workspace);
        QTest::qWait(20);
        QVERIFY2(m_window->minimumSizeHint().width() <= std::max(width, 1280), qPrintable(workspaceTitle(workspace)));
    }
}

void TestWindowShell::everyShortcutIsUnique()
{
    QMap<QString, QString> owners;
    for (const QAction* action : m_window->findChildren<QAction*>()) {
        if (action->shortcutContext() != Qt::WindowShortcut) {
            continue; // those only work while their panel has the focus
        }
        for (const QKeySequence& keys : action->shortcuts()) {
            const QString text = keys.toString();
            QVERIFY2(!owners.contains(text), qPrintable(text + ": " + owners.value(text) + ", " + action->text()));
            owners[text] = action->text();
        }
    }
    QVERIFY(owners.size() > 12);
}

void TestWindowShell::shortcutSheetListsActions()
{
    QTest::keyClick(m_window.get(), Qt::Key_F1);
    ShortcutSheet* sheet = nullptr;
    QTRY_VERIFY((sheet = m_window->findChild<ShortcutSheet*>("shortcutSheet")) && sheet->isVisible());
    QStringList texts;
    for (const QLabel* label : sheet->findChildren<QLabel*>()) {
        texts += label->text();
    }
    QVERIFY(texts.contains("Ctrl+Return"));
    QVERIFY(texts.contains("Generate"));
    sheet->close();
}

QTEST_MAIN(TestWindowShell)
#include "tst_window_shell.moc"
