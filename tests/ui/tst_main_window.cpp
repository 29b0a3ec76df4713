// SPDX-License-Identifier: Apache-2.0
// Runs in the real window with mouse and keyboard on an X server, driven by an engine without LibTorch.
#include "tests/ui/window_test.h"
#include "ui/caching/caching_panel.h"
#include "ui/compare/summary_strip.h"
#include "ui/player/player_widget.h"
#include "ui/player/scrubber.h"
#include "ui/selection/selection_panel.h"
#include "ui/window/banner.h"
#include "ui/window/status_line.h"

#include <QApplication>
#include <QComboBox>
#include <QDialog>
#include <QDockWidget>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QTest>

using namespace toca;
using namespace toca::ui;
using namespace std::chrono_literals;

class TestMainWindow : public test::WindowTest {
    Q_OBJECT

private Q_SLOTS:
    void init() { beginTest(); }
    void cleanup() { endTest(); }

    void promptTypedAndGenerated();
    void previewsAndStatusAppearDuringTheRun();
    void hundredPressesMakeOneRun();
    void generateBeforeTheModelIsKnownWaits();
    void cancelLeavesTheWindowUsable();
    void escapeCancels();
    void closingDuringARunStopsIt();
    void errorShowsABannerAndLosesNothing();
    void runThatCachedNothingWarns();
    void baselineIsComparedSideBySide();
    void cellClickShowsTokens();
    void pictureModelByClass();
    void thresholdThatSkipsNothingSaysSo();
};

void TestMainWindow::promptTypedAndGenerated()
{
    waitForModel();
    auto* prompt = m_window->findChild<QPlainTextEdit*>("prompt");
    prompt->setFocus();
    prompt->selectAll();
    QTest::keyClicks(prompt, "a blue star spins");
    QSignalSpy finished(&m_window->run(), &RunController::finished);
    QTest::mouseClick(button("generate"), Qt::LeftButton);
    QVERIFY(m_window->run().isRunning());
    QVERIFY(!button("generate")->isEnabled());
    QVERIFY(finished.wait(30000));
    QCOMPARE(m_window->run().result()->request.prompt, std::string("a blue star spins"));
    // The map holds every cell of the run.
    const auto trace = m_window->run().result()->trace;
    QCOMPARE(trace->publishedCells(), trace->cellCount());
    QVERIFY(m_window->summary().text().contains("FLOPs"));
    QVERIFY(m_window->action("compare")->isEnabled());
    QVERIFY(button("generate")->isEnabled());
}

void TestMainWindow::previewsAndStatusAppearDuringTheRun()
{
    waitForModel();
    m_engine->options.perStep = 50ms;
    QStringList texts;
    int previews = 0;
    connect(&m_window->run(), &RunController::progressChanged, this, [&] { texts += m_window->statusText().text(); });
    connect(&m_window->run(), &RunController::previewReady, this, [&] { ++previews; });
    generateAndWait();
    QVERIFY(previews > 5);
    const QString all = texts.join("\n");
    // Steps are counted as they pass, at the pace of the display.
    QVERIFY2(all.contains(QRegularExpression("\\b[12]\\d / 30 steps")), qPrintable(all));
    for (const char* part : {"it/s", "ETA", "uncached estimate", "cache "}) {
        QVERIFY2(all.contains(part), part);
    }
}

void TestMainWindow::hundredPressesMakeOneRun()
{
    waitForModel();
    QSignalSpy finished(&m_window->run(), &RunController::finished);
    for (int press = 0; press < 100; ++press) {
        QTest::keyClick(m_window.get(), Qt::Key_Return, Qt::ControlModifier);
        m_window->generate();
    }
    QVERIFY(finished.wait(30000));
    QTest::qWait(50);
    QCOMPARE(m_engine->generateCalls.load(), 1);
    QCOMPARE(finished.count(), 1);
}

void TestMainWindow::generateBeforeTheModelIsKnownWaits()
{
    close();
    auto engine = std::make_unique<test::FakeEngine>();
    m_engine = engine.get();
    m_runner = std::make_unique<app::EngineRunner>(std::move(engine));
    m_window = std::make_unique<MainWindow>(*m_runner, WindowOptions{m_settings, m_services});
    QSignalSpy finished(&m_window->run(), &RunController::finished);
    m_window->generate(); // as `--generate` does
    QVERIFY(!m_window->run().isRunning());
    QVERIFY(finished.wait(30000));
    QCOMPARE(m_engine->generateCalls.load(), 1);
}

void TestMainWindow::cancelLeavesTheWindowUsable()
{
    waitForModel();
    m_engine->options.perStep = 60ms;
    QSignalSpy started(&m_window->run(), &RunController::started);
    QSignalSpy failed(&m_window->run(), &RunController::failed);
    m_window->generate();
    QVERIFY(started.wait(30000));
    QTest::qWait(150);
    QTest::mouseClick(button("cancel"), Qt::LeftButton);
    QVERIFY(failed.wait(30000));
    QVERIFY(!m_window->run().isRunning());
    QVERIFY2(m_window->banner().isHidden(), "a cancelled run is no error");
    m_engine->options.perStep = 1ms;
    generateAndWait();
}

void TestMainWindow::escapeCancels()
{
    waitForModel();
    m_engine->options.perStep = 60ms;
    QSignalSpy failed(&m_window->run(), &RunController::failed);
    m_window->generate();
    QTest::keyClick(m_window.get(), Qt::Key_Escape);
    QVERIFY(failed.wait(30000));
}

void TestMainWindow::closingDuringARunStopsIt()
{
    waitForModel();
    m_engine->options.perStep = 50ms;
    m_window->prompt().model().setSteps(1000);
    QSignalSpy started(&m_window->run(), &RunController::started);
    m_window->generate();
    QVERIFY(started.wait(30000));
    QElapsedTimer timer;
    timer.start();
    close(); // asks nothing, stops, joins
    QVERIFY2(timer.elapsed() < 20000, "closing waited for the run");
    QVERIFY(QFile::exists(m_settings));
}

void TestMainWindow::errorShowsABannerAndLosesNothing()
{
    generateAndWait();
    m_engine->options.generateError = Error{ErrorCode::TooLarge, "It would need 9.1 GiB; 3.2 GiB are free."};
    QSignalSpy failed(&m_window->run(), &RunController::failed);
    m_window->generate();
    QVERIFY(failed.wait(30000));
    QVERIFY(!m_window->banner().isHidden());
    QCOMPARE(m_window->banner().kind(), Banner::Kind::Error);
    QVERIFY(m_window->banner().text().contains("9.1 GiB"));
    QVERIFY2(m_window->run().result(), "the earlier clip is still there");
    QVERIFY(m_window->action("generate")->isEnabled());
    m_engine->options.generateError.reset();
    generateAndWait();
    QVERIFY(m_window->banner().isHidden());
}

void TestMainWindow::runThatCachedNothingWarns()
{
    waitForModel();
    m_window->caching().model().setValue("warmup_steps", std::int64_t{30});
    generateAndWait();
    QVERIFY(!m_window->banner().isHidden());
    QCOMPARE(m_window->banner().kind(), Banner::Kind::Warning);
    QVERIFY(m_window->banner().text().contains("cached nothing"));
}

void TestMainWindow::baselineIsComparedSideBySide()
{
    generateAndWait();
    m_window->action("compare")->trigger();
    QVERIFY(m_window->run().isBaselineRun());
    QTRY_VERIFY_WITH_TIMEOUT(m_window->run().fidelity().has_value(), 30000);
    QCOMPARE(m_window->player().model().view(), ClipView::SideBySide);
    for (const char* part : {"time gain", "FLOPs gain", "PSNR", "SSIM", "latent error"}) {
        QVERIFY2(m_window->summary().text().contains(part), part);
    }
    QCOMPARE(m_engine->generateCalls.load(), 2);
    // Tuning: the next run compares itself.
    m_window->caching().model().setValue("fresh_ratio", 0.4);
    generateAndWait();
    QTRY_VERIFY(m_window->run().fidelity().has_value());
    QCOMPARE(m_engine->generateCalls.load(), 3);
}

void TestMainWindow::cellClickShowsTokens()
{
    generateAndWait();
    QSignalSpy activated(&m_window->selection(), &SelectionPanel::cellActivated);
    Q_EMIT m_window->selection().cellActivated(4, 0, plan::ModuleKind::Mlp);
    auto* tokens = m_window->findChild<QDockWidget*>("tokensDock");
    QVERIFY(tokens->isVisible());
    QVERIFY(m_window->player().overlay().cell().has_value());
}

void TestMainWindow::pictureModelByClass()
{
    waitForModel();
    const QString path = m_folder.filePath("small.dit");
    QVERIFY(QDir().mkpath(path));
    m_window->openPath(path);
    QDialog* dialog = nullptr;
    QTRY_VERIFY((dialog = m_window->findChild<QDialog*>()) && dialog->isVisible());
    dialog->accept();
    QVERIFY(m_window->prompt().model().takesClass());
    QCOMPARE(m_window->caching().model().context().family, std::string("dit"));
    QVERIFY(m_window->caching().model().plan());
    QVERIFY(!m_window->caching().model().plan()->geometry().crossAttention);
    QApplication::setActiveWindow(m_window.get()); // the dialog had it
    // Typed and started by keyboard.
    auto* names = m_window->findChild<QComboBox*>("className");
    QVERIFY(names->isVisible());
    QTest::keyClick(m_window.get(), Qt::Key_L, Qt::ControlModifier);
    QVERIFY(names->hasFocus() || names->lineEdit()->hasFocus());
    names->lineEdit()->selectAll();
    QTest::keyClicks(names->lineEdit(), "88");
    QSignalSpy finished(&m_window->run(), &RunController::finished);
    m_window->prompt().model().setSteps(6);
    QTest::keyClick(m_window.get(), Qt::Key_Return, Qt::ControlModifier);
    QVERIFY(finished.wait(30000));
    QCOMPARE(m_window->run().result()->request.classLabel, 88);
    QVERIFY2(m_window->run().result()->request.prompt.empty(), "it reads none");
    QVERIFY2(!m_window->prompt().model().request().prompt.empty(), "the field keeps it for other models");
    QCOMPARE(m_window->run().result()->clip.frames.size(), std::size_t{1});
    QVERIFY(m_window->action("saveClip")->text().contains("picture"));
    QVERIFY(!m_window->player().findChild<FrameScrubber*>()->isVisible());
    // The tokens of both guidance rows, also over the picture.
    Q_EMIT m_window->selection().cellActivated(2, 1, plan::ModuleKind::Mlp);
    auto* rows = m_window->findChild<QComboBox*>("selectionRow");
    QTRY_VERIFY(rows->isVisible());
    rows->setFocus();
    QTest::keyClick(rows, Qt::Key_Down);
    QCOMPARE(m_window->player().overlay().selectionRow(), 1);
}

void TestMainWindow::thresholdThatSkipsNothingSaysSo()
{
    waitForModel();
    m_window->caching().model().setPolicy("easycache");
    generateAndWait();
    QVERIFY(!m_window->banner().isHidden());
    QVERIFY2(m_window->banner().text().contains("skipped nothing"), qPrintable(m_window->banner().text()));
    QVERIFY(m_window->banner().text().contains("0.05"));
}

QTEST_MAIN(TestMainWindow)
#include "tst_main_window.moc"
