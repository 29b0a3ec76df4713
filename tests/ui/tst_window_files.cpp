// SPDX-License-Identifier: Apache-2.0
// What the window opens and saves, with an engine without LibTorch.
#include "core/base/atomic_file.h"
#include "tests/ui/window_test.h"
#include "ui/caching/caching_panel.h"
#include "ui/compare/summary_strip.h"
#include "ui/player/player_widget.h"
#include "ui/selection/selection_panel.h"
#include "ui/window/banner.h"

#include <QDialog>
#include <QDropEvent>
#include <QFileDialog>
#include <QMimeData>
#include <QSignalSpy>
#include <QTest>
#include <QTimer>

using namespace toca;
using namespace toca::ui;
using namespace std::chrono_literals;

class TestWindowFiles : public test::WindowTest {
    Q_OBJECT

private Q_SLOTS:
    void init() { beginTest(); }
    void cleanup() { endTest(); }

    void traceSavedAndOpenedRecomputesNothing();
    void damagedTraceIsRefusedInWords();
    void clipIsSavedThroughTheService();
    void droppedClipRestoresItsRequest();
    void modelFolderShowsWhatItHolds();
    void checkpointFileIsOpenedAsAModel();
    void savedPictureRestoresItsRequest();
    void frameOnTheScreenIsSavedFromThePlayer();
    void missingPathIsAnError();
};

void TestWindowFiles::traceSavedAndOpenedRecomputesNothing()
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

void TestWindowFiles::damagedTraceIsRefusedInWords()
{
    generateAndWait();
    const QString path = m_folder.filePath("damaged.safetensors");
    QVERIFY(writeFileAtomically(path.toStdString(), std::string("\xff\xff\xff\xff\xff\xff\xff\x7f{\"", 10)));
    m_window->openPath(path);
    QTRY_VERIFY(!m_window->banner().isHidden());
    QCOMPARE(m_window->banner().kind(), Banner::Kind::Error);
    QVERIFY2(m_window->run().result(), "what was shown stays");
}

void TestWindowFiles::clipIsSavedThroughTheService()
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

void TestWindowFiles::droppedClipRestoresItsRequest()
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

void TestWindowFiles::modelFolderShowsWhatItHolds()
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

void TestWindowFiles::checkpointFileIsOpenedAsAModel()
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

void TestWindowFiles::savedPictureRestoresItsRequest()
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

void TestWindowFiles::frameOnTheScreenIsSavedFromThePlayer()
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

void TestWindowFiles::missingPathIsAnError()
{
    m_window->openPath(m_folder.filePath("nowhere.mp4"));
    QVERIFY(!m_window->banner().isHidden());
    QVERIFY(m_window->banner().text().contains("nowhere.mp4"));
    QTest::mouseClick(m_window->banner().findChild<QWidget*>("bannerClose"), Qt::LeftButton);
    QVERIFY(m_window->banner().isHidden());
}

QTEST_MAIN(TestWindowFiles)
#include "tst_window_files.moc"
