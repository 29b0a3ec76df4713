// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/engine_runner.h"
#include "tests/support/fake_engine.h"
#include "ui/caching/caching_panel.h"
#include "ui/prompt/prompt_panel.h"
#include "ui/tune/schedule_panel.h"
#include "ui/tune/tuning_desk.h"
#include "ui/window/main_window.h"

#include <QApplication>
#include <QMouseEvent>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

namespace toca::test {

/// The real window in its Tune workspace with an engine that needs no LibTorch; a folder of its own for its settings.
class TuneWindow {
public:
    explicit TuneWindow(std::unique_ptr<FakeEngine> given = std::make_unique<FakeEngine>())
    {
        engine = given.get();
        runner = std::make_unique<app::EngineRunner>(std::move(given));
        open();
    }
    ~TuneWindow() { window->close(); }

    void open(ui::FileServices services = {})
    {
        window.reset();
        window = std::make_unique<ui::MainWindow>(
            *runner, ui::WindowOptions{folder.filePath("settings.ini"), std::move(services)});
        window->resize(1580, 980);
        window->show();
        if (!QTest::qWaitForWindowExposed(window.get()))
            qFatal("the window does not appear");
        QApplication::setActiveWindow(window.get());
        if (!QTest::qWaitFor([this] { return window->prompt().model().hasModel(); }, 10000))
            qFatal("the model is not described");
        window->workspaces().switchTo(ui::Workspace::Tune);
        QTest::qWait(50); // docks settle
    }
    ui::CachingModel& caching() { return window->caching().model(); }
    ui::TuningDesk& desk() { return window->tuning(); }
    QUndoStack& undo() { return caching().undoStack(); }
    bool run()
    {
        QSignalSpy finished(&window->run(), &ui::RunController::finished);
        window->generate();
        return finished.wait(30000);
    }
    bool compare()
    {
        window->compareWithUncached();
        return QTest::qWaitFor([this] { return window->run().fidelity().has_value(); }, 30000);
    }

    QTemporaryDir folder;
    FakeEngine* engine = nullptr;
    std::unique_ptr<app::EngineRunner> runner;
    std::unique_ptr<ui::MainWindow> window;
};

inline void sendMouse(QWidget& widget, QEvent::Type type, const QPointF& at, Qt::MouseButton button,
    Qt::KeyboardModifiers keys = Qt::NoModifier)
{
    const bool isDown = type != QEvent::MouseButtonRelease;
    QMouseEvent event(type, at, widget.mapToGlobal(at), type == QEvent::MouseMove ? Qt::NoButton : button,
        isDown ? Qt::MouseButtons(button) : Qt::MouseButtons(), keys);
    QApplication::sendEvent(&widget, &event);
}

/// Presses, moves over the places and releases.
inline void drag(QWidget& widget, const std::vector<QPointF>& places, Qt::MouseButton button = Qt::LeftButton,
    Qt::KeyboardModifiers keys = Qt::NoModifier)
{
    sendMouse(widget, QEvent::MouseButtonPress, places.front(), button, keys);
    for (const QPointF& place : places)
        sendMouse(widget, QEvent::MouseMove, place, button, keys);
    sendMouse(widget, QEvent::MouseButtonRelease, places.back(), button, keys);
}

} // namespace toca::test
