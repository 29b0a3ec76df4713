// SPDX-License-Identifier: Apache-2.0
// The real window with mouse and keyboard on an X server, driven by an engine without LibTorch.
#include "app/engine_runner.h"
#include "core/base/atomic_file.h"
#include "tests/support/fake_engine.h"
#include "ui/caching/caching_panel.h"
#include "ui/compare/summary_strip.h"
#include "ui/player/player_widget.h"
#include "ui/player/scrubber.h"
#include "ui/prompt/prompt_panel.h"
#include "ui/selection/selection_panel.h"
#include "ui/window/banner.h"
#include "ui/window/main_window.h"
#include "ui/window/shortcut_sheet.h"
#include "ui/window/status_line.h"

#include <QAbstractSlider>
#include <QAbstractSpinBox>
#include <QAction>
#include <QApplication>
#include <QButtonGroup>
#include <QComboBox>
#include <QDialog>
#include <QDockWidget>
#include <QDropEvent>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSet>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

using namespace toca;
using namespace toca::ui;
using namespace std::chrono_literals;

class TestMainWindow : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

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
    void themesSwitch();
    void workspacesKeepTheirLayouts();
    void layoutAndSettingsSurviveARestart();
    void oldLayoutVersionIsIgnored();
    void traceSavedAndOpenedRecomputesNothing();
    void damagedTraceIsRefusedInWords();
    void clipIsSavedThroughTheService();
    void droppedClipRestoresItsRequest();
    void modelFolderShowsWhatItHolds();
    void checkpointFileIsOpenedAsAModel();
    void pictureModelByClass();
    void savedPictureRestoresItsRequest();
    void thresholdThatSkipsNothingSaysSo();
    void frameOnTheScreenIsSavedFromThePlayer();
    void missingPathIsAnError();
    void tabbedDocksShowTheirNameOnce();
    void tabReachesEveryControl();
    void lettersGoToTheOpenMenu();
    void longTextsDoNotWidenTheWindow();
    void everyShortcutIsUnique();
    void shortcutSheetListsActions();

private:
    void open();
    void close();
    void waitForModel() { QTRY_VERIFY(m_window->prompt().model().hasModel()); }
    void generateAndWait();
    QPushButton* button(const char* name) { return m_window->findChild<QPushButton*>(name); }

    QTemporaryDir m_folder;
    QString m_settings;
    FileServices m_services;
    test::FakeEngine* m_engine = nullptr;
    std::unique_ptr<app::EngineRunner> m_runner;
    std::unique_ptr<MainWindow> m_window;
};

void TestMainWindow::init()
{
    static int counter = 0;
    m_settings = m_folder.filePath(QStringLiteral("settings%1.ini").arg(++counter));
    m_services = {};
    open();
}

void TestMainWindow::open()
{
    auto engine = std::make_unique<test::FakeEngine>();
    m_engine = engine.get();
    m_runner = std::make_unique<app::EngineRunner>(std::move(engine));
    m_window = std::make_unique<MainWindow>(*m_runner, WindowOptions{m_settings, m_services});
    m_window->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    QApplication::setActiveWindow(m_window.get()); // shortcuts need it, and no window manager runs here
}

void TestMainWindow::close()
{
    m_window->close();
    m_window.reset();
    m_runner.reset();
}

void TestMainWindow::cleanup()
{
    if (m_window) {
        close();
    }
}

void TestMainWindow::generateAndWait()
{
    waitForModel();
    QSignalSpy finished(&m_window->run(), &RunController::finished);
    m_window->generate();
    QVERIFY(finished.wait(30000));
}

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
    m_engine->options.perStep = 20ms;
    QStringList texts;
    int previews = 0;
    connect(&m_window->run(), &RunController::progressChanged, this, [&] { texts += m_window->statusText().text(); });
    connect(&m_window->run(), &RunController::previewReady, this, [&] { ++previews; });
    generateAndWait();
    QVERIFY(previews > 5);
    const QString all = texts.join("\n");
    for (const char* part : {"step 12 / 30", "it/s", "ETA", "uncached estimate", "cache "}) {
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

void TestMainWindow::themesSwitch()
{
    generateAndWait();
    for (const ThemeChoice choice : {ThemeChoice::Light, ThemeChoice::Dark, ThemeChoice::System}) {
        m_window->setThemeChoice(choice);
        QCoreApplication::processEvents();
        const QImage picture = m_window->grab().toImage();
        QVERIFY(!picture.isNull());
        const bool isDarkPicture = picture.pixelColor(picture.width() / 2, 4).lightness() < 128;
        QCOMPARE(isDarkPicture, theme().dark);
    }
}

void TestMainWindow::workspacesKeepTheirLayouts()
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

void TestMainWindow::layoutAndSettingsSurviveARestart()
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

void TestMainWindow::oldLayoutVersionIsIgnored()
{
    m_window->findChild<QDockWidget*>("mapDock")->hide();
    close();
    QSettings(m_settings, QSettings::IniFormat).setValue("layout/version", 9999);
    open();
    QVERIFY(m_window->findChild<QDockWidget*>("mapDock")->isVisible());
}

void TestMainWindow::traceSavedAndOpenedRecomputesNothing()
{
    m_window->caching().model().setPolicy("toca");
    m_window->caching().model().setValue("fresh_ratio", 0.3);
    generateAndWait();
    const auto original = m_window->run().result()->trace;
    const QString path = m_folder.filePath("run.safetensors");
    QSignalSpy saved(m_window.get(), &MainWindow::fileSaved);
    m_window->saveTraceTo(path);
    QVERIFY(saved.wait(10000));

    m_window->caching().model().resetAll();
    m_window->prompt().model().setPrompt("something else");
    QSignalSpy opened(m_window.get(), &MainWindow::pathOpened);
    m_window->openPath(path);
    QVERIFY(opened.wait(10000));
    QCOMPARE(m_engine->generateCalls.load(), 1);
    QVERIFY(m_window->summary().text().contains("nothing is recomputed"));
    QVERIFY(m_window->prompt().model().request().prompt != "something else");
    QCOMPARE(std::get<double>(m_window->caching().model().value("fresh_ratio")), 0.3);
    QVERIFY(!m_window->action("compare")->isEnabled());
    QVERIFY(m_window->action("saveTrace")->isEnabled());
    Q_EMIT m_window->selection().cellActivated(4, 0, plan::ModuleKind::Mlp);
    QVERIFY(m_window->player().overlay().cell().has_value());
}

void TestMainWindow::damagedTraceIsRefusedInWords()
{
    generateAndWait();
    const QString path = m_folder.filePath("damaged.safetensors");
    QVERIFY(writeFileAtomically(path.toStdString(), std::string("\xff\xff\xff\xff\xff\xff\xff\x7f{\"", 10)));
    m_window->openPath(path);
    QTRY_VERIFY(!m_window->banner().isHidden());
    QCOMPARE(m_window->banner().kind(), Banner::Kind::Error);
    QVERIFY2(m_window->run().result(), "what was shown stays");
}

void TestMainWindow::clipIsSavedThroughTheService()
{
    close();
    std::atomic<int> saves{0};
    m_services.saveClip = [&saves](const std::filesystem::path& path, const RunResult& result) -> Result<void> {
        ++saves;
        if (path.filename() == "full.mp4") {
            return unexpected(ErrorCode::Io, "'full.mp4' could not be written: no space left on the device.");
        }
        return writeFileAtomically(path, std::to_string(result.clip.frames.size()));
    };
    open();
    generateAndWait();
    QVERIFY(m_window->action("saveClip")->isEnabled());
    QSignalSpy saved(m_window.get(), &MainWindow::fileSaved);
    m_window->saveClipTo(m_folder.filePath("good.mp4"));
    QVERIFY(saved.wait(10000));
    QCOMPARE(*readFile(m_folder.filePath("good.mp4").toStdString()), std::string("17"));
    m_window->saveClipTo(m_folder.filePath("full.mp4"));
    QTRY_VERIFY(!m_window->banner().isHidden());
    QVERIFY(m_window->banner().text().contains("no space left"));
    QVERIFY2(m_window->run().result(), "a full disk loses no clip");
    QCOMPARE(saves.load(), 2);
}

void TestMainWindow::droppedClipRestoresItsRequest()
{
    close();
    m_services.readRequest = [](const std::filesystem::path& path) -> Result<std::string> {
        if (path.extension() == ".gif") {
            return unexpected(ErrorCode::NotFound, "'foreign.gif' holds no request.");
        }
        GenerationRequest request;
        request.prompt = "from the clip";
        request.seed = 99;
        request.policy = "fora";
        return toJson(request);
    };
    open();
    waitForModel();
    const QString path = m_folder.filePath("clip.mp4");
    QVERIFY(writeFileAtomically(path.toStdString(), "x"));
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(path)});
    QSignalSpy opened(m_window.get(), &MainWindow::pathOpened);
    QDragEnterEvent enter({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(m_window.get(), &enter); // makes the window the drop's target
    QVERIFY(enter.isAccepted());
    QDropEvent drop(QPointF(10, 10), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(m_window.get(), &drop);
    QVERIFY(opened.wait(10000));
    QCOMPARE(m_window->request().prompt, std::string("from the clip"));
    QCOMPARE(m_window->request().seed, std::uint64_t{99});
    QCOMPARE(m_window->request().policy, std::string("fora"));

    const QString foreign = m_folder.filePath("foreign.gif");
    QVERIFY(writeFileAtomically(foreign.toStdString(), "x"));
    m_window->openPath(foreign);
    QTRY_VERIFY(!m_window->banner().isHidden());
    QCOMPARE(m_window->request().prompt, std::string("from the clip"));
}

void TestMainWindow::modelFolderShowsWhatItHolds()
{
    waitForModel();
    m_window->openPath(m_folder.path());
    QDialog* dialog = nullptr;
    QTRY_VERIFY((dialog = m_window->findChild<QDialog*>()) && dialog->isVisible());
    QCOMPARE(m_window->prompt().model().model().name, std::string("miniature")); // not before it was accepted
    dialog->accept();
    QCOMPARE(m_window->prompt().model().model().name, std::string("other model"));

    m_engine->options.describeError = Error{ErrorCode::BadCheckpoint, "There is no transformer in it."};
    m_window->openPath(m_folder.path());
    QTRY_VERIFY(!m_window->banner().isHidden());
    QVERIFY(m_window->banner().text().contains("no transformer"));
    QCOMPARE(m_window->prompt().model().model().name, std::string("other model"));
}

void TestMainWindow::checkpointFileIsOpenedAsAModel()
{
    waitForModel();
    // Told by content: a zip archive, a stream of pickles, safetensors that are no trace.
    const std::string header = R"({"blocks.0.weight":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
    std::string safetensors(8, '\0');
    safetensors[0] = static_cast<char>(header.size());
    const std::pair<const char*, std::string> files[]{{"a.pt", std::string("PK\x03\x04zip", 7)},
        {"b.anything", std::string("\x80\x02more", 6)}, {"c.safetensors", safetensors + header + std::string(4, '\0')}};
    for (const auto& [name, content] : files) {
        const QString path = m_folder.filePath(name);
        QVERIFY(writeFileAtomically(path.toStdString(), content));
        m_window->openPath(path);
        QDialog* dialog = nullptr;
        QTRY_VERIFY2((dialog = m_window->findChild<QDialog*>()) && dialog->isVisible(), name);
        dialog->accept();
        QCOMPARE(m_window->prompt().model().model().path, path.toStdString());
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    }
    QVERIFY(m_window->banner().isHidden());
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

void TestMainWindow::savedPictureRestoresItsRequest()
{
    close();
    m_services.readRequest = [](const std::filesystem::path&) -> Result<std::string> {
        GenerationRequest request;
        request.classLabel = 12;
        request.frames = 1;
        request.seed = 5;
        request.sampler = "ddpm";
        request.policy = "fora";
        return toJson(request);
    };
    m_services.readClip = [](const std::filesystem::path&) -> Result<Clip> {
        return Clip{8, {Frame{2, 2, std::vector<std::uint8_t>(12, 200)}}};
    };
    open();
    waitForModel();
    m_window->prompt().model().setModel(test::FakeEngine::pictureModel("x.dit"));
    const QString path = m_folder.filePath("picture.png");
    QVERIFY(writeFileAtomically(path.toStdString(), std::string("\x89PNG\r\n\x1a\n")));
    QSignalSpy opened(m_window.get(), &MainWindow::pathOpened);
    m_window->openPath(path);
    QVERIFY(opened.wait(10000));
    QCOMPARE(m_window->request().classLabel, 12);
    QCOMPARE(m_window->request().sampler, std::string("ddpm"));
    QCOMPARE(m_window->request().seed, std::uint64_t{5});
    QCOMPARE(m_window->request().policy, std::string("fora"));
    QVERIFY(m_window->player().model().hasFinal());
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

void TestMainWindow::frameOnTheScreenIsSavedFromThePlayer()
{
    generateAndWait();
    QSignalSpy asked(&m_window->player(), &PlayerWidget::savePictureRequested);
    QTimer::singleShot(300, this, [this] {
        auto* dialog = m_window->findChild<QFileDialog*>();
        if (dialog) {
            dialog->reject();
        }
    });
    m_window->player().action("player.savePicture")->trigger();
    QCOMPARE(asked.count(), 1);
    QVERIFY(!m_window->player().framePicture().isNull());
}

void TestMainWindow::missingPathIsAnError()
{
    m_window->openPath(m_folder.filePath("nowhere.mp4"));
    QVERIFY(!m_window->banner().isHidden());
    QVERIFY(m_window->banner().text().contains("nowhere.mp4"));
    QTest::mouseClick(m_window->banner().findChild<QWidget*>("bannerClose"), Qt::LeftButton);
    QVERIFY(m_window->banner().isHidden());
}

void TestMainWindow::tabbedDocksShowTheirNameOnce()
{
    auto* statistics = m_window->findChild<QDockWidget*>("statisticsDock");
    auto* tokens = m_window->findChild<QDockWidget*>("tokensDock");
    m_window->findChild<QDockWidget*>("comparisonDock")->close();
    for (const char* name : {"runsDock", "queueDock", "exploreDock"}) { // they have tabs beside these
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

void TestMainWindow::tabReachesEveryControl()
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

void TestMainWindow::lettersGoToTheOpenMenu()
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

void TestMainWindow::longTextsDoNotWidenTheWindow()
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

void TestMainWindow::everyShortcutIsUnique()
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

void TestMainWindow::shortcutSheetListsActions()
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

QTEST_MAIN(TestMainWindow)
#include "tst_main_window.moc"
