// SPDX-License-Identifier: Apache-2.0
// The window fits small and enlarged screens: 1600 x 1000 pixels at 150 % are 1066 x 666 logical ones.
#include "app/engine_runner.h"
#include "app/language.h"
#include "tests/support/fake_engine.h"
#include "ui/prompt/prompt_panel.h"
#include "ui/window/main_window.h"

#include <QDockWidget>
#include <QMenuBar>
#include <QStatusBar>
#include <QTemporaryDir>
#include <QTest>

using namespace toca;
using namespace toca::ui;

namespace {

/// The widgets that ask for the most room, from the outside to the inside.
QString widest(const QWidget* widget)
{
    QStringList chain;
    while (widget) {
        const int least = widget->minimumSizeHint().expandedTo(widget->minimumSize()).width();
        chain += QString("%1 %2 %3").arg(widget->metaObject()->className(), widget->objectName()).arg(least);
        const QWidget* next = nullptr;
        int most = 0;
        for (const QWidget* child : widget->findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly)) {
            const int wanted = child->minimumSizeHint().expandedTo(child->minimumSize()).width();
            if (!child->isHidden() && !child->isWindow() && wanted > most) {
                most = wanted;
                next = child;
            }
        }
        widget = next;
    }
    return chain.join(" > ");
}

} // namespace

class TestWindowFits : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyWorkspaceFits_data()
    {
        QTest::addColumn<QString>("language");
        QTest::newRow("English") << "en";
        QTest::newRow("German") << "de";
    }
    void everyWorkspaceFits()
    {
        QFETCH(const QString, language);
        QCOMPARE(app::speak(*QCoreApplication::instance(), language), language);
        const QTemporaryDir folder;
        app::EngineRunner runner(std::make_unique<test::FakeEngine>());
        MainWindow window(runner, WindowOptions{.settingsFile = folder.filePath("settings.ini"), .files = {}});
        window.show();
        QTRY_VERIFY(window.prompt().model().hasModel());
        for (int index = 0; index < kWorkspaces; ++index) {
            const auto workspace = static_cast<Workspace>(index);
            window.workspaces().switchTo(workspace);
            QTest::qWait(50); // titles and tabs are arranged with the next events
            QStringList parts{QString("menu %1").arg(window.menuBar()->minimumSizeHint().width()),
                QString("centre %1").arg(window.centralWidget()->minimumSizeHint().width()),
                QString("status %1").arg(window.statusBar()->minimumSizeHint().width())};
            for (const QDockWidget* dock : window.findChildren<QDockWidget*>()) {
                if (!dock->isHidden()) {
                    const QSize least = dock->minimumSizeHint();
                    parts += QString("%1 %2x%3").arg(dock->objectName()).arg(least.width()).arg(least.height());
                }
            }
            const QSize least = window.minimumSizeHint().expandedTo(window.minimumSize());
            const QString all = workspaceTitle(workspace) + QString(" %1x%2: ").arg(least.width()).arg(least.height())
                + parts.join(", ");
            if (least.width() > 1024) {
                qInfo("%s", qPrintable(widest(window.centralWidget())));
                for (const QDockWidget* dock : window.findChildren<QDockWidget*>()) {
                    qInfo("%s", qPrintable(dock->isHidden() ? QString() : widest(dock)));
                }
            }
            qInfo("%s", qPrintable(all));
            QVERIFY2(least.width() <= 1024, qPrintable(all));
            QVERIFY2(least.height() <= 660, qPrintable(all));
            window.resize(1024, 660);
            QTest::qWait(20);
            QVERIFY2(window.width() <= 1024 && window.height() <= 660, qPrintable(all));
        }
        window.close();
    }
};

QTEST_MAIN(TestWindowFits)
#include "tst_window_fits.moc"
