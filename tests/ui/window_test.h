// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/engine_runner.h"
#include "tests/support/fake_engine.h"
#include "ui/prompt/prompt_panel.h"
#include "ui/window/main_window.h"

#include <QApplication>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

namespace toca::test {

/// A fresh real window for each test function, with settings of its own and an engine that needs no LibTorch.
class WindowTest : public QObject {
protected:
    void beginTest()
    {
        static int counter = 0;
        m_settings = m_folder.filePath(QStringLiteral("settings%1.ini").arg(++counter));
        m_services = {};
        open();
    }
    void endTest()
    {
        if (m_window)
            close();
    }
    void open()
    {
        auto engine = std::make_unique<FakeEngine>();
        m_engine = engine.get();
        m_runner = std::make_unique<app::EngineRunner>(std::move(engine));
        m_window = std::make_unique<ui::MainWindow>(*m_runner, ui::WindowOptions{m_settings, m_services});
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
        QApplication::setActiveWindow(m_window.get()); // shortcuts need it, and no window manager runs here
    }
    void close()
    {
        m_window->close();
        m_window.reset();
        m_runner.reset();
    }
    void waitForModel() { QTRY_VERIFY(m_window->prompt().model().hasModel()); }
    void generateAndWait()
    {
        waitForModel();
        QSignalSpy finished(&m_window->run(), &ui::RunController::finished);
        m_window->generate();
        QVERIFY(finished.wait(30000));
    }
    QPushButton* button(const char* name) { return m_window->findChild<QPushButton*>(name); }

    QTemporaryDir m_folder;
    QString m_settings;
    ui::FileServices m_services;
    FakeEngine* m_engine = nullptr;
    std::unique_ptr<app::EngineRunner> m_runner;
    std::unique_ptr<ui::MainWindow> m_window;
};

} // namespace toca::test
