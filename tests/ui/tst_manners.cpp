// SPDX-License-Identifier: Apache-2.0
// Commands by name, own shortcuts, named layouts, help, the tour and saved settings, in the real window.
#include "app/engine_runner.h"
#include "tests/support/fake_engine.h"
#include "ui/caching/caching_panel.h"
#include "ui/commands/command_palette.h"
#include "ui/commands/shortcut_editor.h"
#include "ui/guide/explain.h"
#include "ui/guide/tour.h"
#include "ui/prompt/prompt_panel.h"
#include "ui/window/banner.h"
#include "ui/window/main_window.h"

#include <QAction>
#include <QApplication>
#include <QDockWidget>
#include <QInputDialog>
#include <QKeySequenceEdit>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QPushButton>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeWidget>

using namespace toca;
using namespace toca::ui;

class TestManners : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        static int counter = 0;
        m_settings = m_folder.filePath(QStringLiteral("settings%1.ini").arg(++counter));
        open();
    }
    void cleanup() { close(); }

    void aCommandIsFoundByAFewLetters();
    void whatWasUsedLastStandsFirst();
    void commandsThatCannotBeUsedStayGrey();
    void otherKeysWorkAndSurviveARestart();
    void keysOfEntriesThatAreFilledAnewStay();
    void aConflictIsShownAndSettled();
    void damagedKeysInSettingsAreLeftOut();
    void layoutsAreSavedUnderAName();
    void everyParameterExplainsItself();
    void explainShowsTheFocusedControl();
    void newcomersAreShownAroundOnce();
    void settingsAreSavedWithoutClosing();
    void aKilledProgramIsMentioned();

private:
    void open(bool welcomes = false)
    {
        m_runner = std::make_unique<app::EngineRunner>(std::make_unique<test::FakeEngine>());
        m_window = std::make_unique<MainWindow>(
            *m_runner, WindowOptions{.settingsFile = m_settings, .files = {}, .welcomes = welcomes});
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
        QApplication::setActiveWindow(m_window.get()); // shortcuts need it, and no window manager runs here
        QTRY_VERIFY(m_window->prompt().model().hasModel());
    }
    void close()
    {
        if (m_window) {
            m_window->close();
        }
        m_window.reset();
        m_runner.reset();
    }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier)
    {
        QTest::keyClick(m_window.get(), key, modifiers);
    }
    CommandPalette* openPalette()
    {
        QApplication::setActiveWindow(m_window.get());
        press(Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
        auto* palette = m_window->findChild<CommandPalette*>();
        return palette && palette->isVisible() ? palette : nullptr;
    }
    ShortcutEditor* openEditor()
    {
        m_window->action("editShortcuts")->trigger();
        return m_window->findChild<ShortcutEditor*>();
    }
    /// Chooses a command in the editor and types keys for it.
    void typeKeys(ShortcutEditor& editor, const QString& search, Qt::Key key, Qt::KeyboardModifiers modifiers)
    {
        auto* input = editor.findChild<QLineEdit*>("shortcutSearch");
        input->clear();
        QTest::keyClicks(input, search);
        QVERIFY(editor.findChild<QTreeWidget*>()->topLevelItemCount() > 0);
        editor.findChild<QTreeWidget*>()->setCurrentItem(editor.findChild<QTreeWidget*>()->topLevelItem(0));
        auto* edit = editor.findChild<QKeySequenceEdit*>();
        edit->clear();
        edit->setFocus();
        QTest::keyClick(edit, key, modifiers);
    }

    QTemporaryDir m_folder;
    QString m_settings;
    std::unique_ptr<app::EngineRunner> m_runner;
    std::unique_ptr<MainWindow> m_window;
};

void TestManners::aCommandIsFoundByAFewLetters()
{
    CommandPalette* palette = openPalette();
    QVERIFY(palette);
    auto* input = palette->findChild<QLineEdit*>("commandInput");
    QTest::keyClicks(input, "lig the");
    QCOMPARE(palette->shownTitles().value(0), "Light theme");
    QTest::keyClick(input, Qt::Key_Return);
    QTRY_VERIFY(!theme().dark);
    QTRY_VERIFY(!m_window->findChild<CommandPalette*>());
    m_window->setThemeChoice(ThemeChoice::Dark);
}

void TestManners::whatWasUsedLastStandsFirst()
{
    for (const char* typed : {"high contrast", "dark theme"}) {
        CommandPalette* palette = openPalette();
        QVERIFY(palette);
        QTest::keyClicks(palette->findChild<QLineEdit*>("commandInput"), typed);
        QTest::keyClick(palette->findChild<QLineEdit*>("commandInput"), Qt::Key_Return);
        QTRY_VERIFY(!m_window->findChild<CommandPalette*>());
    }
    CommandPalette* palette = openPalette();
    QVERIFY(palette);
    QCOMPARE(palette->shownTitles().mid(0, 2), (QStringList{"Dark theme", "High contrast"}));
    auto* list = palette->findChild<QListWidget*>();
    auto* input = palette->findChild<QLineEdit*>("commandInput");
    QTest::keyClick(input, Qt::Key_Down);
    QCOMPARE(list->currentRow(), 1);
    QTest::keyClick(input, Qt::Key_Escape);
    QTRY_VERIFY(!m_window->findChild<CommandPalette*>());
}

void TestManners::commandsThatCannotBeUsedStayGrey()
{
    CommandPalette* palette = openPalette();
    QVERIFY(palette);
    auto* input = palette->findChild<QLineEdit*>("commandInput");
    QTest::keyClicks(input, "save trace");
    QCOMPARE(palette->shownTitles().value(0), "Save trace");
    QVERIFY(!(palette->findChild<QListWidget*>()->item(0)->flags() & Qt::ItemIsEnabled));
    QTest::keyClick(input, Qt::Key_Return);
    QVERIFY(palette->isVisible()); // nothing was done
    input->clear();
    QTest::keyClicks(input, "qqqqqq");
    QCOMPARE(palette->shownTitles().size(), 1);
    QTest::keyClick(input, Qt::Key_Return);
    QVERIFY(palette->isVisible());
}

void TestManners::otherKeysWorkAndSurviveARestart()
{
    ShortcutEditor* editor = openEditor();
    QVERIFY(editor);
    typeKeys(*editor, "new random seed", Qt::Key_J, Qt::ControlModifier | Qt::AltModifier);
    auto* assign = editor->findChild<QPushButton*>("shortcutAssign");
    QTRY_VERIFY(assign->isEnabled());
    QTest::mouseClick(assign, Qt::LeftButton);
    editor->close();
    const QKeySequence keys(Qt::CTRL | Qt::ALT | Qt::Key_J);
    const auto seedAction = [this] { return m_window->findChild<QAction*>("randomSeed"); };
    QCOMPARE(seedAction()->shortcut(), keys);
    close();
    open();
    QCOMPARE(seedAction()->shortcut(), keys);
    const auto before = m_window->request().seed;
    press(Qt::Key_J, Qt::ControlModifier | Qt::AltModifier);
    QTRY_VERIFY(m_window->request().seed != before);
    editor = openEditor();
    QTest::mouseClick(editor->findChild<QPushButton*>("shortcutResetAll"), Qt::LeftButton);
    QCOMPARE(seedAction()->shortcut(), QKeySequence(Qt::CTRL | Qt::Key_R));
}

void TestManners::keysOfEntriesThatAreFilledAnewStay()
{
    ShortcutEditor* editor = openEditor();
    QVERIFY(editor);
    typeKeys(*editor, "save this layout", Qt::Key_J, Qt::ControlModifier | Qt::AltModifier);
    auto* assign = editor->findChild<QPushButton*>("shortcutAssign");
    QTRY_VERIFY(assign->isEnabled());
    QTest::mouseClick(assign, Qt::LeftButton);
    editor->close();
    QTRY_VERIFY(!m_window->findChild<ShortcutEditor*>());
    QMenu* layouts = nullptr;
    for (QMenu* menu : m_window->findChildren<QMenu*>()) {
        for (QAction* entry : menu->actions()) {
            layouts = entry->objectName() == "saveLayout" ? menu : layouts;
        }
    }
    QVERIFY(layouts);
    for (int i = 0; i < 2; ++i) { // filled when it opens
        layouts->popup({0, 0});
        QTRY_VERIFY(layouts->isVisible());
        layouts->close();
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    }
    QCOMPARE(m_window->findChild<QAction*>("saveLayout")->shortcut(), QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_J));
    editor = openEditor();
    QVERIFY(editor);
    editor->findChild<QLineEdit*>("shortcutSearch")->setText("save this layout");
    QCOMPARE(editor->findChild<QTreeWidget*>()->topLevelItemCount(), 1);
}

void TestManners::aConflictIsShownAndSettled()
{
    ShortcutEditor* editor = openEditor();
    QVERIFY(editor);
    typeKeys(*editor, "random example", Qt::Key_R, Qt::ControlModifier);
    auto* message = editor->findChild<QLabel*>("shortcutMessage");
    QTRY_VERIFY2(message->text().contains("New random seed"), qPrintable(message->text()));
    QTest::mouseClick(editor->findChild<QPushButton*>("shortcutAssign"), Qt::LeftButton);
    QCOMPARE(m_window->findChild<QAction*>("randomExample")->shortcut(), QKeySequence(Qt::CTRL | Qt::Key_R));
    QVERIFY(m_window->findChild<QAction*>("randomSeed")->shortcut().isEmpty());
    QTest::mouseClick(editor->findChild<QPushButton*>("shortcutReset"), Qt::LeftButton);
    QCOMPARE(m_window->findChild<QAction*>("randomExample")->shortcut(), QKeySequence(Qt::CTRL | Qt::Key_E));
}

void TestManners::damagedKeysInSettingsAreLeftOut()
{
    close();
    {
        QSettings settings(m_settings, QSettings::IniFormat);
        settings.setValue("shortcuts/randomSeed", "Nonsense+++");
        settings.setValue("shortcuts/generate", "Ctrl+O"); // belongs to Open
        settings.setValue("shortcuts/no such command", "Ctrl+G");
    }
    open();
    QCOMPARE(m_window->findChild<QAction*>("randomSeed")->shortcut(), QKeySequence(Qt::CTRL | Qt::Key_R));
    QCOMPARE(m_window->action("generate")->shortcut(), QKeySequence(Qt::CTRL | Qt::Key_Return));
}

void TestManners::layoutsAreSavedUnderAName()
{
    auto* prompt = m_window->findChild<QDockWidget*>("promptDock");
    prompt->hide();
    m_window->findChild<QAction*>("saveLayout")->trigger();
    auto* dialog = m_window->findChild<QInputDialog*>("layoutName");
    QVERIFY(dialog);
    dialog->setTextValue("No prompt / wide & calm");
    dialog->accept();
    prompt->show();
    close();
    open();
    prompt = m_window->findChild<QDockWidget*>("promptDock");
    QVERIFY(prompt->isVisible());
    const auto entry = [this]() -> QAction* {
        const auto actions = m_window->findChildren<QAction*>();
        const auto found = std::find_if(actions.begin(), actions.end(),
            [](const QAction* action) { return action->text() == "No prompt / wide && calm"; });
        return found == actions.end() ? nullptr : *found;
    };
    QVERIFY(entry());
    entry()->trigger();
    QTRY_VERIFY(!prompt->isVisible());
}

void TestManners::everyParameterExplainsItself()
{
    for (const auto& entry : plan::policyEntries()) {
        for (const auto& spec : entry.parameters) {
            const QString help = parameterHelp(spec, entry.name);
            QVERIFY2(help.contains(QString::fromStdString(spec.label).toHtmlEscaped()), spec.name.c_str());
            QVERIFY2(help.size() > 80, (entry.name + " " + spec.name).c_str());
        }
    }
    const auto& toca = *std::find_if(plan::policyEntries().begin(), plan::policyEntries().end(),
        [](const auto& entry) { return entry.name == "toca"; });
    const auto& ratio = *std::find_if(
        toca.parameters.begin(), toca.parameters.end(), [](const auto& spec) { return spec.name == "fresh_ratio"; });
    const QString help = parameterHelp(ratio, "toca");
    QVERIFY(help.contains("layer factor x step factor x module factor"));
    QVERIFY(help.contains("2410.05317"));
}

void TestManners::explainShowsTheFocusedControl()
{
    auto* editor = m_window->caching().findChild<QWidget*>("fresh_ratio");
    QVERIFY(editor);
    editor->setFocus();
    QTRY_VERIFY(QApplication::focusWidget());
    QVERIFY2(explanationOf(QApplication::focusWidget()).contains("Fresh ratio"),
        qPrintable(explanationOf(QApplication::focusWidget())));
    press(Qt::Key_F1, Qt::ShiftModifier);
    const auto shown = [] {
        for (const QWidget* widget : QApplication::topLevelWidgets()) {
            if (widget->isVisible() && QString(widget->metaObject()->className()) == "QWhatsThat") {
                return true;
            }
        }
        return false;
    };
    QTRY_VERIFY(shown());
    for (QWidget* widget : QApplication::topLevelWidgets()) {
        if (QString(widget->metaObject()->className()) == "QWhatsThat") {
            widget->close();
        }
    }
}

void TestManners::newcomersAreShownAroundOnce()
{
    QVERIFY(!m_window->findChild<Tour*>()); // other windows of the tests were not asked to welcome
    close();
    open(/*welcomes=*/true);
    QTRY_VERIFY(m_window->findChild<Tour*>());
    auto* tour = m_window->findChild<Tour*>();
    QVERIFY(tour->count() >= 6);
    const QString first = tour->findChild<QLabel*>("tourTitle")->text();
    QTest::keyClick(tour, Qt::Key_Right);
    QCOMPARE(tour->current(), 1);
    QVERIFY(tour->findChild<QLabel*>("tourTitle")->text() != first);
    QTest::keyClick(tour, Qt::Key_Left);
    QCOMPARE(tour->current(), 0);
    for (int stop = 0; stop < tour->count(); ++stop) {
        QVERIFY2(tour->rect().contains(tour->findChild<QFrame*>("tourCard")->geometry()),
            qPrintable(tour->findChild<QLabel*>("tourTitle")->text()));
        if (stop + 1 < tour->count()) {
            QTest::mouseClick(tour->findChild<QPushButton*>("tourNext"), Qt::LeftButton);
        }
    }
    QCOMPARE(tour->current(), int(tour->count()) - 1);
    m_window->resize(1100, 700);
    QTRY_COMPARE(tour->size(), m_window->size());
    QTest::keyClick(tour, Qt::Key_Return);
    QTRY_VERIFY(!m_window->findChild<Tour*>());
    close();
    open(/*welcomes=*/true);
    QTest::qWait(100);
    QVERIFY(!m_window->findChild<Tour*>());
    m_window->action("tour")->trigger();
    QVERIFY(m_window->findChild<Tour*>());
    QTest::keyClick(m_window->findChild<Tour*>(), Qt::Key_Escape);
    QTRY_VERIFY(!m_window->findChild<Tour*>());
}

void TestManners::settingsAreSavedWithoutClosing()
{
    m_window->prompt().model().setPrompt("a cyan star spins on a pink background");
    const auto saved = [this] {
        QFile file(m_settings);
        return file.open(QIODevice::ReadOnly) && file.readAll().contains("a cyan star spins");
    };
    QTRY_VERIFY_WITH_TIMEOUT(saved(), 10000);
}

void TestManners::aKilledProgramIsMentioned()
{
    QVERIFY(!m_window->banner().isVisible());
    close();
    {
        // As a killed program leaves it: the lock of a process that is gone.
        QFile lock(m_settings + ".session");
        QVERIFY(lock.open(QIODevice::WriteOnly));
        lock.write(QByteArray("999999999\ntoca-studio\n") + QSysInfo::machineHostName().toUtf8() + "\n\n\n");
    }
    open();
    QTRY_VERIFY(m_window->banner().isVisible());
    QVERIFY2(m_window->banner().text().contains("did not end properly"), qPrintable(m_window->banner().text()));
    close();
    open();
    QVERIFY(!m_window->banner().isVisible());
}

QTEST_MAIN(TestManners)
#include "tst_manners.moc"
