// SPDX-License-Identifier: Apache-2.0
#include "app/engine_runner.h"
#include "cache/plan/setting_file.h"
#include "tests/support/stored_runs.h"
#include "ui/caching/caching_panel.h"
#include "ui/player/player_widget.h"
#include "ui/prompt/prompt_panel.h"
#include "ui/runs/job_dialog.h"
#include "ui/runs/library_dialog.h"
#include "ui/runs/queue_panel.h"
#include "ui/runs/run_desk.h"
#include "ui/runs/run_tile.h"
#include "ui/runs/runs_panel.h"
#include "ui/window/banner.h"
#include "ui/window/main_window.h"

#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QDockWidget>
#include <QDoubleSpinBox>
#include <QDropEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTextBrowser>
#include <QToolButton>
#include <QTreeView>

#include <fstream>

using namespace toca;
using namespace toca::ui;
using State = QueueEntry::State;

/// Gallery and queue in the real window, by mouse and keyboard, with an engine that needs no LibTorch.
class RunsWindowTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void keepsWhatTheWindowMakes();
    void opensARunAsIfJustMade();
    void searchesStarsAndSorts();
    void deletesAndBringsBack();
    void recallsParts();
    void showsEverythingKnown();
    void queuesManyPromptsAndSeeds();
    void queueKeepsTheWindowFirst();
    void ordersTheQueueByKeys();
    void opensABundleByDrop();
    void opensAPresetAndARunsFolder();
    void keepsSettingsOfTheLibrary();

private:
    void open()
    {
        auto engine = std::make_unique<test::FakeEngine>();
        m_engine = engine.get();
        m_engine->options.perStep = std::chrono::microseconds(300);
        m_runner = std::make_unique<app::EngineRunner>(std::move(engine));
        WindowOptions options;
        options.settingsFile = m_folder->filePath("settings.ini");
        options.defaultLibrary = m_folder->filePath("runs");
        m_window = std::make_unique<MainWindow>(*m_runner, options);
        m_window->resize(1580, 980);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
        QApplication::setActiveWindow(m_window.get());
        QVERIFY(QTest::qWaitFor([this] { return m_window->prompt().model().hasModel() && store().isOpen(); }, 10000));
        m_window->findChild<QDockWidget*>("runsDock")->show();
        m_window->findChild<QDockWidget*>("runsDock")->raise();
        m_window->findChild<QDockWidget*>("queueDock")->show();
        m_window->findChild<QDockWidget*>("queueDock")->raise();
        QTest::qWait(50);
    }
    RunStore& store() { return m_window->runDesk().store(); }
    JobQueue& queue() { return m_window->runDesk().queue(); }
    RunsPanel& runs() { return m_window->runDesk().runs(); }
    QListView& list() { return runs().list(); }
    void settle()
    {
        QVERIFY(QTest::qWaitFor([this] { return !store().isBusy(); }, 20000));
    }
    void addRuns(int count, const std::string& policy = "fora")
    {
        for (int seed = 1; seed <= count; ++seed) {
            auto request = test::smallRequest(policy, static_cast<std::uint64_t>(seed));
            request.prompt = seed % 2 == 0 ? "a blue star" : "a red ball";
            store().add(test::smallRun(request), {"generate", {}, {}, {}});
        }
        settle();
        QTest::qWait(30);
    }
    void generate()
    {
        QSignalSpy finished(&m_window->run(), &RunController::finished);
        QTest::keyClick(m_window.get(), Qt::Key_Return, Qt::ControlModifier);
        QVERIFY(finished.wait(30000));
        settle();
    }
    QPoint tile(int row) { return list().visualRect(list().model()->index(row, 0)).center(); }
    void click(int row, Qt::KeyboardModifiers keys = {})
    {
        QTest::mouseClick(list().viewport(), Qt::LeftButton, keys, tile(row));
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    test::FakeEngine* m_engine = nullptr;
    std::unique_ptr<app::EngineRunner> m_runner;
    std::unique_ptr<MainWindow> m_window;
};

void RunsWindowTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    open();
}

void RunsWindowTest::cleanup()
{
    m_window->close();
    m_window.reset();
    m_runner.reset();
}

void RunsWindowTest::keepsWhatTheWindowMakes()
{
    m_window->prompt().model().setPrompt("a red ball moves");
    generate();
    QCOMPARE(list().model()->rowCount(), 1);
    QSignalSpy compared(&m_window->run(), &RunController::baselineChanged);
    m_window->compareWithUncached();
    QVERIFY(QTest::qWaitFor([this] { return m_window->run().fidelity().has_value(); }, 20000));
    settle();
    QCOMPARE(list().model()->rowCount(), 2);
    // The cached run has been compared with the uncached one that came later.
    const auto cached = std::find_if(store().records().begin(), store().records().end(),
        [](const auto& record) { return record.request.policy != "none"; });
    QVERIFY(cached != store().records().end());
    QVERIFY(std::abs(cached->psnrDb - m_window->run().fidelity()->psnrDb) < 1e-6);
    // They are there again after a restart, in the order of their dates.
    m_window->close();
    m_window.reset();
    open();
    QCOMPARE(list().model()->rowCount(), 2);
    QVERIFY(QTest::qWaitFor(
        [this] { return !list().model()->index(0, 0).data(Qt::DecorationRole).value<QImage>().isNull(); }, 5000));
}

void RunsWindowTest::opensARunAsIfJustMade()
{
    m_window->prompt().model().setPrompt("a red ball moves");
    m_window->prompt().model().setSeedMode(SeedMode::Fixed);
    m_window->prompt().model().setSeed(11);
    generate();
    const auto made = m_window->run().result();
    m_window->prompt().model().setPrompt("something else");
    m_window->prompt().model().setSeed(12);
    m_window->caching().model().setPolicy("fora");
    generate();
    QCOMPARE(list().model()->rowCount(), 2);
    const int calls = m_engine->generateCalls;
    QSignalSpy opened(m_window.get(), &MainWindow::pathOpened);
    click(list().model()->index(0, 0).data(RunListModel::CaptionRole).toString() == "something else" ? 1 : 0);
    list().setFocus();
    QTest::keyClick(&list(), Qt::Key_Return);
    QVERIFY(opened.wait(10000));
    const auto back = m_window->run().result();
    QVERIFY(back->request == made->request);
    QVERIFY(back->clip == made->clip);
    QVERIFY(back->plan == made->plan);
    QCOMPARE(back->trace->flops(), made->trace->flops());
    QCOMPARE(back->times.total(), made->times.total());
    QCOMPARE(m_window->prompt().model().request().seed, 11u);
    QCOMPARE(m_window->caching().model().state().policy, made->request.policy);
    QCOMPARE(m_engine->generateCalls.load(), calls); // nothing was made again
    QCOMPARE(list().model()->rowCount(), 2); // and nothing kept twice
}

void RunsWindowTest::searchesStarsAndSorts()
{
    addRuns(4);
    auto* search = m_window->findChild<QLineEdit*>("runSearch");
    QTest::mouseClick(search, Qt::LeftButton);
    QTest::keyClicks(search, "blue FORA");
    QCOMPARE(list().model()->rowCount(), 2);
    search->clear();
    QCOMPARE(list().model()->rowCount(), 4);
    // The star in a tile's corner.
    const QRect rect = list().visualRect(list().model()->index(1, 0));
    QTest::mouseClick(list().viewport(), Qt::LeftButton, {}, RunTile::starRect(rect).center());
    settle();
    QTest::qWait(20);
    QVERIFY(list().model()->index(1, 0).data(RunListModel::StarredRole).toBool());
    auto* starred = m_window->findChild<QToolButton*>("runStarredOnly");
    QTest::mouseClick(starred, Qt::LeftButton);
    QCOMPARE(list().model()->rowCount(), 1);
    click(0);
    QTest::keyClick(&list(), Qt::Key_S);
    settle();
    QTest::qWait(20);
    QCOMPARE(list().model()->rowCount(), 0);
    QTest::mouseClick(starred, Qt::LeftButton);
    QCOMPARE(list().model()->rowCount(), 4);
    // What has no PSNR comes last.
    store().add(test::smallRun("none", 2), {"uncached", {}, {}, {}});
    settle();
    auto* order = m_window->findChild<QComboBox*>("runOrder");
    order->setCurrentIndex(static_cast<int>(RunOrder::Fidelity));
    QVERIFY(!list().model()->index(4, 0).data(RunListModel::NumbersRole).toString().contains("dB"));
}

void RunsWindowTest::deletesAndBringsBack()
{
    addRuns(3);
    click(0);
    click(1, Qt::ControlModifier);
    QCOMPARE(runs().selectedIds().size(), 2);
    list().setFocus();
    QTest::keyClick(&list(), Qt::Key_Delete);
    settle();
    QTest::qWait(20);
    QCOMPARE(list().model()->rowCount(), 1);
    QVERIFY(m_window->caching().model().undoStack().undoText().contains("Delete"));
    QTest::keyClick(m_window.get(), Qt::Key_Z, Qt::ControlModifier);
    settle();
    QTest::qWait(20);
    QCOMPARE(list().model()->rowCount(), 3);
    m_window->caching().model().undoStack().redo();
    settle();
    QTest::qWait(20);
    QCOMPARE(list().model()->rowCount(), 1);
}

void RunsWindowTest::recallsParts()
{
    auto request = test::smallRequest("taylorseer", 77);
    request.prompt = "a green ring";
    request.steps = 9;
    store().add(test::smallRun(request), {"generate", {}, {}, {}});
    settle();
    QTest::qWait(20);
    PromptModel& prompt = m_window->prompt().model();
    CachingModel& caching = m_window->caching().model();
    const auto start = [&] {
        prompt.setPrompt("mine");
        prompt.setSeedMode(SeedMode::Fixed);
        prompt.setSeed(5);
        prompt.setSteps(30);
        caching.setPolicy("toca");
    };
    const auto choose = [&](const char* name) {
        click(0);
        QMenu menu;
        runs().fillMenu(menu);
        auto* action = menu.findChild<QAction*>(name);
        QVERIFY(action && action->isEnabled());
        action->trigger();
    };
    start();
    choose("recallPrompt");
    QCOMPARE(prompt.request().prompt, "a green ring");
    QCOMPARE(prompt.request().seed, 5u);
    QCOMPARE(caching.state().policy, "toca");
    start();
    choose("recallSeed");
    QCOMPARE(prompt.request().prompt, "mine");
    QCOMPARE(prompt.request().seed, 77u);
    start();
    choose("recallCaching");
    QCOMPARE(caching.state().policy, "taylorseer");
    QCOMPARE(prompt.request().steps, 30);
    start();
    choose("recallRemix");
    QCOMPARE(prompt.request().prompt, "a green ring");
    QCOMPARE(prompt.request().steps, 9);
    QCOMPARE(prompt.request().seed, 5u);
    QCOMPARE(caching.state().policy, "taylorseer");
    start();
    choose("recallAll");
    QCOMPARE(prompt.request().seed, 77u);
    QCOMPARE(prompt.request().steps, 9);
}

void RunsWindowTest::showsEverythingKnown()
{
    addRuns(2);
    click(0);
    auto* details = runs().findChild<QTextBrowser*>();
    auto* button = m_window->findChild<QToolButton*>("runDetails");
    if (!button->isChecked()) { // hidden where the dock is narrow
        QTest::mouseClick(button, Qt::LeftButton);
    }
    QVERIFY(details->isVisible());
    const QString text = details->toPlainText();
    for (const char* part : {"fora", "Seed", "Steps", "built in", "On disk"}) {
        QVERIFY2(text.contains(part), part);
    }
    click(1, Qt::ControlModifier);
    QVERIFY(details->toPlainText().contains("2 run"));
    list().setFocus();
    QTest::keyClick(&list(), Qt::Key_I);
    QVERIFY(!details->isVisible());
}

void RunsWindowTest::queuesManyPromptsAndSeeds()
{
    m_window->prompt().model().setSteps(5);
    QTest::keyClick(m_window.get(), Qt::Key_J, Qt::ControlModifier);
    QTRY_VERIFY(m_window->findChild<JobDialog*>());
    auto* dialog = m_window->findChild<JobDialog*>();
    auto* prompts = dialog->findChild<QPlainTextEdit*>("jobPrompts");
    QTest::keyClicks(prompts, "a red ball"); // what was there is selected
    QTest::keyClick(prompts, Qt::Key_Return);
    QTest::keyClicks(prompts, "a blue star");
    auto* seeds = dialog->findChild<QLineEdit*>("jobSeeds");
    seeds->selectAll();
    QTest::keyClicks(seeds, "1, 2, ..,");
    QVERIFY(!dialog->findChild<QPushButton*>("jobAdd")->isEnabled());
    QTest::keyClicks(seeds, " 3");
    QVERIFY(dialog->findChild<QLabel*>("jobCount")->text().contains("6"));
    QTest::mouseClick(dialog->findChild<QPushButton*>("jobAdd"), Qt::LeftButton);
    QCOMPARE(queue().entries().size(), 6u);
    QVERIFY(QTest::qWaitFor(
        [this] {
            return std::all_of(queue().entries().begin(), queue().entries().end(),
                [](const QueueEntry& entry) { return entry.state == State::Done; });
        },
        60000));
    settle();
    QCOMPARE(list().model()->rowCount(), 6);
    QCOMPARE(m_engine->generateCalls.load(), 6);
    QVERIFY(m_window->findChild<QLabel*>("queueSummary")->text().contains("6 of 6"));
    // Return on a finished entry opens its run.
    auto& view = m_window->runDesk().queuePanel().list();
    QSignalSpy opened(m_window.get(), &MainWindow::pathOpened);
    view.setCurrentIndex(view.model()->index(4, 0));
    view.setFocus();
    QTest::keyClick(&view, Qt::Key_Return);
    QVERIFY(opened.wait(10000));
    QCOMPARE(m_window->run().result()->request.prompt, "a blue star");
    QCOMPARE(m_window->run().result()->request.seed, 2u);
    QTest::mouseClick(m_window->findChild<QToolButton*>("queueClear"), Qt::LeftButton);
    QVERIFY(queue().entries().empty());
    QCOMPARE(list().model()->rowCount(), 6);
}

void RunsWindowTest::queueKeepsTheWindowFirst()
{
    m_engine->options.perStep = std::chrono::milliseconds(15);
    m_window->prompt().model().setPrompt("mine");
    std::vector<GenerationRequest> requests;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        requests.push_back(test::smallRequest("fora", seed));
    }
    queue().add(requests, {"queue", {}, {}, {}});
    QVERIFY(QTest::qWaitFor([this] { return queue().isRunning(); }, 5000));
    m_window->prompt().model().setSteps(5);
    QSignalSpy finished(&m_window->run(), &RunController::finished);
    QTest::keyClick(m_window.get(), Qt::Key_Return, Qt::ControlModifier);
    QVERIFY(!m_window->run().isRunning()); // the entry ends first
    QVERIFY(finished.wait(30000));
    QVERIFY(QTest::qWaitFor([this] { return queue().waiting() == 0 && !queue().isRunning(); }, 30000));
    QCOMPARE(m_engine->requests.size(), 5u);
    QCOMPARE(m_engine->requests[1].prompt, "mine");
    QVERIFY(!m_engine->overlapped);
}

void RunsWindowTest::ordersTheQueueByKeys()
{
    auto* pause = m_window->findChild<QToolButton*>("queuePause");
    queue().setPaused(true);
    std::vector<GenerationRequest> requests;
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        requests.push_back(test::smallRequest("fora", seed));
    }
    queue().add(requests, {"queue", {}, {}, {}});
    auto& view = m_window->runDesk().queuePanel().list();
    const auto seeds = [&] {
        QStringList all;
        for (const QueueEntry& entry : queue().entries()) {
            all += QString::number(entry.request.seed);
        }
        return all.join(' ');
    };
    view.setCurrentIndex(view.model()->index(2, 0));
    view.setFocus();
    QTest::keyClick(&view, Qt::Key_Up, Qt::AltModifier);
    QCOMPARE(seeds(), "1 3 2");
    QTest::mouseClick(m_window->findChild<QToolButton*>("queueFront"), Qt::LeftButton);
    QCOMPARE(seeds(), "3 1 2");
    // Dragged to the end.
    std::unique_ptr<QMimeData> data(view.model()->mimeData({view.model()->index(0, 0)}));
    view.model()->dropMimeData(data.get(), Qt::MoveAction, 3, 0, {});
    QCOMPARE(seeds(), "1 2 3");
    view.setCurrentIndex(view.model()->index(1, 0));
    QTest::keyClick(&view, Qt::Key_Delete);
    QCOMPARE(seeds(), "1 3");
    QTest::mouseClick(pause, Qt::LeftButton);
    QVERIFY(QTest::qWaitFor([this] { return queue().waiting() == 0 && !queue().isRunning(); }, 20000));
    QCOMPARE(m_engine->requests.back().seed, 3u);
}

void RunsWindowTest::opensABundleByDrop()
{
    m_window->prompt().model().setPrompt("a red ball moves");
    generate();
    const auto made = m_window->run().result();
    const QString path = m_folder->filePath("one.toca");
    QSignalSpy saved(m_window.get(), &MainWindow::fileSaved);
    m_window->saveBundleTo(path);
    QVERIFY(saved.wait(10000));
    m_window->prompt().model().setPrompt("other");
    QSignalSpy opened(m_window.get(), &MainWindow::pathOpened);
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(path)});
    QDragEnterEvent enter({200, 200}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(m_window.get(), &enter); // makes the window the drop's target
    QVERIFY(enter.isAccepted());
    QDropEvent drop({200, 200}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(m_window.get(), &drop);
    QVERIFY(opened.wait(10000));
    QVERIFY(m_window->run().result() != made);
    QVERIFY(m_window->run().result()->clip == made->clip);
    QVERIFY(m_window->run().result()->latent == made->latent);
    QCOMPARE(m_window->prompt().model().request().prompt, "a red ball moves");
    // A damaged one says so and changes nothing.
    QFile file(path);
    QVERIFY(file.resize(file.size() - 100));
    m_window->openPath(path);
    QVERIFY(QTest::qWaitFor([this] { return m_window->banner().isVisible(); }, 10000));
    QVERIFY(m_window->run().result());
}

void RunsWindowTest::opensAPresetAndARunsFolder()
{
    const QString preset = m_folder->filePath("my.json");
    plan::NamedSetting setting{"From a friend", "", "fora", "", {}};
    QVERIFY(plan::writeNamedSettings(preset.toStdString(), {setting}).has_value());
    m_window->openPath(preset);
    QCOMPARE(m_window->caching().model().state().policy, "fora");
    addRuns(1, "taylorseer");
    QSignalSpy opened(m_window.get(), &MainWindow::pathOpened);
    m_window->openPath(QString::fromStdString(store().records().front().folder.string()));
    QVERIFY(opened.wait(10000));
    QCOMPARE(m_window->run().result()->request.policy, "taylorseer");
}

void RunsWindowTest::keepsSettingsOfTheLibrary()
{
    addRuns(3);
    QTest::mouseClick(m_window->findChild<QToolButton*>("librarySettings"), Qt::LeftButton);
    QTRY_VERIFY(m_window->findChild<LibraryDialog*>());
    auto* dialog = m_window->findChild<LibraryDialog*>();
    dialog->findChild<QDoubleSpinBox*>("libraryQuota")->setValue(2.5);
    dialog->findChild<QLineEdit*>("libraryFolder")->setText(m_folder->filePath("elsewhere"));
    dialog->accept();
    QVERIFY(QTest::qWaitFor([this] { return store().isOpen() && store().records().empty(); }, 10000));
    QCOMPARE(store().quota(), (qint64{5} << 30) / 2);
    m_window->close();
    m_window.reset();
    open();
    QCOMPARE(store().folder(), m_folder->filePath("elsewhere"));
    QCOMPARE(store().quota(), (qint64{5} << 30) / 2);
}

QTEST_MAIN(RunsWindowTest)
#include "tst_runs_window.moc"
