// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/engine_runner.h"
#include "ui/prompt/prompt_panel.h"
#include "ui/window/main_window.h"

#include <QAction>
#include <QApplication>
#include <QDialog>
#include <QDrag>
#include <QElapsedTimer>
#include <QMenu>
#include <QPointer>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <QWheelEvent>

#include <malloc.h>

#include <cstddef>
#include <random>

#ifdef __SANITIZE_ADDRESS__
// The header that declares it is not among GCC's.
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();
#endif

namespace toca::test {

/// Milliseconds that no answer may take.
inline constexpr int kPatience = 30'000;

/// A number from the environment, else the usual one.
inline int fromEnvironment(const char* name, int usual)
{
    bool isNumber = false;
    const int value = qEnvironmentVariableIntValue(name, &isNumber);
    return isNumber && value > 0 ? value : usual;
}

/// Bytes that are allocated and not freed.
inline std::size_t liveBytes()
{
#ifdef __SANITIZE_ADDRESS__
    return __sanitizer_get_current_allocated_bytes();
#else
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
#endif
}

/// Clicks, drags, types and turns the wheel at random.
class Monkey {
public:
    Monkey(ui::MainWindow& window, unsigned seed)
        : m_window(window)
        , m_random(seed)
    {
    }

    /// @return what was done, for the message of a failure
    QString act()
    {
        QWidget* root = QApplication::activePopupWidget();
        root = root ? root : QApplication::activeModalWidget();
        root = root ? root : &m_window;
        if (root != &m_window && one(4)) { // dialogs and menus are left again
            root->close();
            return "close " + nameOf(*root);
        }
        switch (below(10)) {
        case 0:
            return command();
        case 1:
        case 2:
            return key(*root);
        case 3:
            return wheel(*root);
        case 4:
            return drag(*root);
        default:
            return click(*root);
        }
    }

private:
    int below(int count) { return static_cast<int>(m_random() % static_cast<unsigned>(count)); }
    bool one(int of) { return below(of) == 0; }
    static QString nameOf(const QWidget& widget)
    {
        return QString(widget.metaObject()->className()) + ' ' + widget.objectName();
    }

    QWidget* anyWidget(QWidget& root)
    {
        QList<QWidget*> found;
        for (QWidget* widget : root.findChildren<QWidget*>()) {
            if (widget->isVisible() && widget->isEnabled() && widget->window() == root.window() && widget->width() > 2
                && widget->height() > 2) {
                found.append(widget);
            }
        }
        return found.isEmpty() ? &root : found[below(static_cast<int>(found.size()))];
    }
    QPoint anyPoint(const QWidget& widget) { return {below(widget.width()), below(widget.height())}; }

    QString click(QWidget& root)
    {
        QWidget* widget = anyWidget(root);
        const QString name = nameOf(*widget);
        const QPoint at = anyPoint(*widget);
        const Qt::KeyboardModifiers keys = one(6) ? Qt::ControlModifier : one(6) ? Qt::ShiftModifier : Qt::NoModifier;
        if (one(8)) {
            QTest::mouseDClick(widget, Qt::LeftButton, keys, at);
        } else {
            QTest::mouseClick(widget, one(10) ? Qt::RightButton : Qt::LeftButton, keys, at);
        }
        return "click " + name;
    }
    QString drag(QWidget& root)
    {
        const QPointer<QWidget> widget = anyWidget(root);
        const QString name = nameOf(*widget);
        QTest::mousePress(widget, Qt::LeftButton, Qt::NoModifier, anyPoint(*widget));
        for (int i = 0; i < 3 && widget; ++i) {
            QTest::mouseMove(widget, anyPoint(*widget));
        }
        if (widget) {
            QTest::mouseRelease(widget, Qt::LeftButton, Qt::NoModifier, anyPoint(*widget));
        }
        return "drag " + name;
    }
    QString wheel(QWidget& root)
    {
        QWidget* widget = anyWidget(root);
        const QPoint at = anyPoint(*widget);
        QWheelEvent event(at, widget->mapToGlobal(at), {}, {0, one(2) ? 120 : -120}, Qt::NoButton,
            one(3) ? Qt::ControlModifier : Qt::NoModifier, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(widget, &event);
        return "wheel " + nameOf(*widget);
    }
    QString key(QWidget& root)
    {
        static const QList<int> kKeys{Qt::Key_Tab, Qt::Key_Escape, Qt::Key_Return, Qt::Key_Space, Qt::Key_Left,
            Qt::Key_Right, Qt::Key_Up, Qt::Key_Down, Qt::Key_PageDown, Qt::Key_Home, Qt::Key_Delete, Qt::Key_A,
            Qt::Key_W, Qt::Key_S, Qt::Key_D, Qt::Key_F, Qt::Key_L, Qt::Key_M, Qt::Key_7, Qt::Key_Minus, Qt::Key_F11};
        QWidget* focused = QApplication::focusWidget();
        QWidget* widget = focused && focused->window() == root.window() ? focused : &root;
        const auto pressed = static_cast<Qt::Key>(kKeys[below(static_cast<int>(kKeys.size()))]);
        const QString name = nameOf(*widget);
        QTest::keyClick(widget, pressed, one(8) ? Qt::ControlModifier : Qt::NoModifier);
        return "key " + QKeySequence(pressed).toString() + " in " + name;
    }
    QString command()
    {
        // Commands that end the program, or wait for somebody outside of it.
        static const QStringList kLeftOut{"quit", "language.de", "language.en", "language.system"};
        QList<QAction*> found;
        for (QAction* action : m_window.findChildren<QAction*>()) {
            if (action->isEnabled() && !action->isSeparator() && !action->menu()
                && !kLeftOut.contains(action->objectName())) {
                found.append(action);
            }
        }
        QAction* action = found[below(static_cast<int>(found.size()))];
        const QString name = action->objectName() + ' ' + action->text();
        action->trigger();
        return "command " + name;
    }

    ui::MainWindow& m_window;
    std::mt19937 m_random;
};

/// Uses a new window `events` times with runs of this engine going on, and waits until all of it has ended.
/// Failures are those of the current test.
inline void playFor(std::unique_ptr<Engine> engine, unsigned seed, int events)
{
    const QTemporaryDir folder;
    QCoreApplication::setAttribute(Qt::AA_DontUseNativeDialogs);
    app::EngineRunner runner(std::move(engine));
    ui::WindowOptions options;
    options.settingsFile = folder.filePath("settings.ini");
    options.defaultLibrary = folder.filePath("runs");
    ui::MainWindow window(runner, options);
    window.resize(1580, 980);
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    QApplication::setActiveWindow(&window);
    QTRY_VERIFY_WITH_TIMEOUT(window.prompt().model().hasModel(), 20'000);
    // Dialogs, menus and dragged texts that wait by themselves are left after a moment: the display's own pointer,
    // which would end a drag, never moves.
    QTimer leave;
    QObject::connect(&leave, &QTimer::timeout, &leave, [] {
        QDrag::cancel();
        QWidget* popup = QApplication::activePopupWidget();
        if (QWidget* waiting = popup ? popup : QApplication::activeModalWidget()) {
            waiting->close();
        }
    });
    leave.start(150);
    Monkey monkey(window, seed);
    QString last;
    for (int i = 0; i < events; ++i) {
        if (i % 50 == 0 && !window.run().isRunning()) {
            window.generate();
        }
        QElapsedTimer clock;
        clock.start();
        last = monkey.act();
        if (qEnvironmentVariableIsSet("TOCA_MONKEY_TELLS")) {
            qInfo("%d: %s, %lld ms", i, qPrintable(last), static_cast<long long>(clock.elapsed()));
        }
        QCoreApplication::processEvents();
        QVERIFY2(clock.elapsed() < kPatience, qPrintable("hangs after: " + last));
        QVERIFY2(window.isVisible(), qPrintable("the window is gone after: " + last));
    }
    // The engine is not stuck: everything ends, and a run of ours goes through.
    leave.setInterval(10);
    QTRY_VERIFY_WITH_TIMEOUT(!QApplication::activeModalWidget() && !QApplication::activePopupWidget(), kPatience);
    leave.stop();
    for (int i = 0; i < 3; ++i) {
        window.cancel();
        QTest::qWait(50);
    }
    QTRY_VERIFY_WITH_TIMEOUT(!window.run().isRunning() && !window.race().isRunning(), 60'000);
    QTRY_VERIFY_WITH_TIMEOUT(window.action("generate")->isEnabled() || window.run().isRunning(), 60'000);
}

} // namespace toca::test
