// SPDX-License-Identifier: Apache-2.0
// The window as a screen reader finds it: through Qt's accessibility interface, in every workspace.
#include "app/engine_runner.h"
#include "tests/support/fake_engine.h"
#include "ui/prompt/prompt_panel.h"
#include "ui/window/main_window.h"

#include <QAccessible>
#include <QAction>
#include <QApplication>
#include <QDialog>
#include <QDockWidget>
#include <QSignalSpy>
#include <QTabBar>
#include <QTemporaryDir>
#include <QTest>
#include <QWidget>

using namespace toca;
using namespace toca::ui;

namespace {

/// What a person can operate: these must say what they are.
bool isOperable(const QAccessibleInterface& item)
{
    switch (item.role()) {
    case QAccessible::PushButton:
    case QAccessible::CheckBox:
    case QAccessible::RadioButton:
    case QAccessible::ComboBox:
    case QAccessible::EditableText:
    case QAccessible::SpinBox:
    case QAccessible::Slider:
    case QAccessible::List:
    case QAccessible::Table:
    case QAccessible::Tree:
    case QAccessible::ButtonMenu:
    case QAccessible::PageTab:
        return true;
    default:
        return item.state().focusable;
    }
}

bool hasName(QAccessibleInterface& item)
{
    if (!item.text(QAccessible::Name).isEmpty()) {
        return true;
    }
    // A label that names it.
    const auto relations = item.relations(QAccessible::Label);
    return std::any_of(relations.begin(), relations.end(),
        [](const auto& relation) { return !relation.first->text(QAccessible::Name).isEmpty(); });
}

void collectNameless(QAccessibleInterface* item, QStringList& found, int depth = 0)
{
    if (!item || depth > 60) {
        return;
    }
    const auto* widget = qobject_cast<const QWidget*>(item->object());
    if (item->state().invisible || (widget && !widget->isVisible())) {
        return;
    }
    if (const auto* bar = qobject_cast<const QTabBar*>(item->object()); bar && bar->count() == 0) {
        return; // Qt keeps bars that it does not use at present
    }
    if (!item->object()) {
        return; // cells and pages of one of Qt's own views, which names them by their text
    }
    const bool isPart = widget && widget->focusPolicy() == Qt::NoFocus && item->role() != QAccessible::PushButton;
    if (item->role() != QAccessible::Window && !isPart && isOperable(*item) && !hasName(*item)) {
        QString path;
        for (const QObject* at = item->object(); at; at = at->parent()) {
            path.prepend('/' + QString(at->metaObject()->className()) + ':' + at->objectName());
        }
        found += path;
    }
    if (item->role() == QAccessible::SpinBox || item->role() == QAccessible::ComboBox) {
        return; // their inner fields are theirs
    }
    for (int child = 0; child < item->childCount(); ++child) {
        collectNameless(item->child(child), found, depth + 1);
    }
}

} // namespace

class TestAccessibility : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        QAccessible::setActive(true);
        m_runner = std::make_unique<app::EngineRunner>(std::make_unique<test::FakeEngine>());
        m_window = std::make_unique<MainWindow>(
            *m_runner, WindowOptions{.settingsFile = m_folder.filePath("settings.ini"), .files = {}});
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
        QTRY_VERIFY(m_window->prompt().model().hasModel());
        QSignalSpy finished(&m_window->run(), &RunController::finished);
        m_window->generate();
        QVERIFY(finished.wait(30000));
    }
    void cleanupTestCase()
    {
        m_window->close();
        m_window.reset();
        m_runner.reset();
    }
    void whatCanBeOperatedHasAName_data()
    {
        QTest::addColumn<int>("workspace");
        for (int index = 0; index < kWorkspaces; ++index) {
            QTest::newRow(qPrintable(workspaceTitle(static_cast<Workspace>(index)))) << index;
        }
    }
    void whatCanBeOperatedHasAName()
    {
        QFETCH(const int, workspace);
        m_window->workspaces().switchTo(static_cast<Workspace>(workspace));
        QTest::qWait(50);
        QStringList nameless;
        collectNameless(QAccessible::queryAccessibleInterface(m_window.get()), nameless);
        QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join('\n')));
    }
    void dialogsHaveNames_data()
    {
        QTest::addColumn<QString>("action");
        for (const char* name : {"shortcuts", "editShortcuts", "palette", "about", "modelDetails"}) {
            QTest::newRow(name) << name;
        }
    }
    void dialogsHaveNames()
    {
        QFETCH(const QString, action);
        m_window->action(action)->trigger();
        QDialog* dialog = nullptr;
        for (auto* candidate : m_window->findChildren<QDialog*>()) {
            if (candidate->isVisible()) {
                dialog = candidate;
            }
        }
        QVERIFY(dialog);
        QStringList nameless;
        collectNameless(QAccessible::queryAccessibleInterface(dialog), nameless);
        dialog->close();
        QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join('\n')));
    }
    void drawnPanelsDescribeThemselves()
    {
        m_window->workspaces().switchTo(Workspace::Analyse);
        for (const char* name : {"mapDock", "tokensDock"}) {
            auto* dock = m_window->findChild<QDockWidget*>(name);
            dock->show();
            dock->raise();
        }
        QTest::qWait(50);
        for (const char* className : {"toca::ui::SelectionMapView", "toca::ui::TokenGridView", "toca::ui::ClipCanvas",
                 "toca::ui::FrameScrubber", "toca::ui::StepScrubber"}) {
            int found = 0;
            for (QWidget* widget : m_window->findChildren<QWidget*>()) {
                if (QString(widget->metaObject()->className()) != className || !widget->isVisible()) {
                    continue;
                }
                QAccessibleInterface* item = QAccessible::queryAccessibleInterface(widget);
                QVERIFY(item);
                QVERIFY2(!item->text(QAccessible::Name).isEmpty(), className);
                QVERIFY2(!item->text(QAccessible::Description).isEmpty() || !item->text(QAccessible::Value).isEmpty(),
                    className);
                ++found;
            }
            QVERIFY2(found > 0, className);
        }
    }

private:
    QTemporaryDir m_folder;
    std::unique_ptr<app::EngineRunner> m_runner;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestAccessibility)
#include "tst_accessibility.moc"
