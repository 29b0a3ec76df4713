// SPDX-License-Identifier: Apache-2.0
#include "app/engine_runner.h"
#include "tests/support/stored_runs.h"
#include "ui/caching/caching_panel.h"
#include "ui/elided_label.h"
#include "ui/explore/explore_panel.h"
#include "ui/explore/tuner.h"
#include "ui/explore/tuner_card.h"
#include "ui/prompt/prompt_panel.h"
#include "ui/qcustomplot.h"
#include "ui/runs/job_dialog.h"
#include "ui/runs/run_desk.h"
#include "ui/statistics/plot_card.h"
#include "ui/tune/tuning_desk.h"
#include "ui/window/main_window.h"

#include <QApplication>
#include <QComboBox>
#include <QDockWidget>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>

#include <set>

using namespace toca;
using namespace toca::ui;

/// Chart, sweep and tuner in the real window, with an engine that needs no LibTorch.
class ExploreWindowTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void frontIsWhatNothingBeats();
    void showsRunsAndOpensThem();
    void narrowPanelCutsNothing();
    void usesSettingsByKey();
    void sweepsByDialog();
    void exportsFigureAndNumbers();
    void tunesInTheBackground();
    void tunerGivesWayAndGoesOn();

private:
    void open()
    {
        auto engine = std::make_unique<test::FakeEngine>();
        m_engine = engine.get();
        m_engine->options.perStep = std::chrono::microseconds(200);
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
        m_window->findChild<QDockWidget*>("exploreDock")->show();
        m_window->findChild<QDockWidget*>("exploreDock")->raise();
        QTest::qWait(60);
    }
    RunStore& store() { return m_window->runDesk().store(); }
    ExplorePanel& explore() { return m_window->runDesk().explore(); }
    Tuner& tuner() { return m_window->runDesk().tuner(); }
    QWidget& plot() { return explore().card().plot(); }
    void settle()
    {
        QVERIFY(QTest::qWaitFor([this] { return !store().isBusy(); }, 20000));
    }
    void addRuns()
    {
        for (const char* policy : {"none", "toca", "fora", "taylorseer"})
            store().add(test::smallRun(policy), {"generate", {}, {}, {}});
        settle();
        QTest::qWait(50);
    }
    static library::RunRecord record(double seconds, double psnr)
    {
        library::RunRecord made;
        made.request.policy = "toca";
        made.seconds = seconds;
        made.psnrDb = psnr;
        made.latentError = 1 / psnr;
        return made;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    test::FakeEngine* m_engine = nullptr;
    std::unique_ptr<app::EngineRunner> m_runner;
    std::unique_ptr<MainWindow> m_window;
};

void ExploreWindowTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    open();
}

void ExploreWindowTest::cleanup()
{
    m_window->close();
    m_window.reset();
    m_runner.reset();
}

void ExploreWindowTest::frontIsWhatNothingBeats()
{
    std::vector<library::RunRecord> records{record(3, 40), record(1, 20), record(2, 35), record(2.5, 30), record(2, 33),
        record(1, std::numeric_limits<double>::infinity())};
    records.push_back(record(0.1, 60));
    records.back().problem = "damaged";
    const auto points = paretoPoints(records, CostAxis::Seconds, FidelityAxis::Psnr);
    QCOMPARE(points.size(), 5u);
    std::set<double> front;
    for (const ParetoPoint& point : points)
        if (point.isOnFront)
            front.insert(point.fidelity);
    QVERIFY(front == (std::set<double>{20, 35, 40}));
    // An error is better when it is smaller: the identical clip is cheap and has none.
    const auto errors = paretoPoints(records, CostAxis::Seconds, FidelityAxis::LatentError);
    QCOMPARE(errors.size(), 6u);
    QCOMPARE(std::count_if(errors.begin(), errors.end(), [](const ParetoPoint& p) { return p.isOnFront; }), 1);
    QCOMPARE(errors.front().isOnFront || errors[1].isOnFront, true);
}

void ExploreWindowTest::showsRunsAndOpensThem()
{
    addRuns();
    QCOMPARE(explore().points().size(), 3u);
    const QPointF place = explore().pixelOf(1);
    auto* popup = explore().findChild<QFrame*>("explorePopup");
    QVERIFY(!popup->isVisible());
    QTest::mouseMove(&plot(), place.toPoint());
    QTRY_VERIFY(popup->isVisible());
    const QString policy = QString::fromStdString(explore().points()[1].record->request.policy);
    QVERIFY(explore().findChild<QLabel*>("exploreText")->text().contains(policy));
    QSignalSpy opened(m_window.get(), &MainWindow::pathOpened);
    QTest::mouseClick(&plot(), Qt::LeftButton, {}, place.toPoint());
    QVERIFY(opened.wait(10000));
    QCOMPARE(QString::fromStdString(m_window->run().result()->request.policy), policy);
    // Another axis shows the same runs.
    explore().findChild<QComboBox*>("exploreCost")->setCurrentIndex(static_cast<int>(CostAxis::Memory));
    explore().findChild<QComboBox*>("exploreFidelity")->setCurrentIndex(static_cast<int>(FidelityAxis::Ssim));
    QCOMPARE(explore().points().size(), 3u);
    // This prompt and seed only: the panels now hold that run's request.
    auto* scope = explore().findChild<QComboBox*>("exploreScope");
    scope->setCurrentIndex(scope->findData("request"));
    QCOMPARE(explore().points().size(), 3u);
    m_window->prompt().model().setPrompt("something else");
    QCOMPARE(explore().points().size(), 0u);
}

void ExploreWindowTest::narrowPanelCutsNothing()
{
    addRuns();
    ExplorePanel panel(store());
    panel.setSideWidget(new TunerCard(tuner()));
    for (const int width : {276, 400, 900}) {
        panel.resize(width, 290);
        panel.show();
        QVERIFY(QTest::qWaitForWindowExposed(&panel));
        QTest::qWait(20);
        const auto* text = static_cast<ElidedLabel*>(panel.findChild<QLabel*>("exploreText"));
        QVERIFY2(text->text() == text->shownText(), qPrintable(text->shownText()));
        const auto* tuning = panel.findChild<QLabel*>("tunerText");
        QVERIFY(tuning->height() >= tuning->heightForWidth(tuning->width()));
        QCustomPlot& chart = panel.card().plot();
        QVERIFY(chart.height() > 80);
        const QFontMetricsF metrics(chart.xAxis->tickLabelFont());
        for (const double high : {0.004, 1.4512, 9.123456, 12345.0}) {
            chart.xAxis->setRange(high * 0.98, high);
            chart.replot();
            const auto ticks = chart.xAxis->tickVector();
            const auto labels = chart.xAxis->tickVectorLabels();
            double end = -1e9;
            for (int i = 0; i < ticks.size(); ++i) {
                const double half = metrics.horizontalAdvance(labels[i]) / 2;
                const double place = chart.xAxis->coordToPixel(ticks[i]);
                QVERIFY2(place - half > end, qPrintable(labels.join(' ')));
                end = place + half;
            }
        }
    }
}

void ExploreWindowTest::usesSettingsByKey()
{
    addRuns();
    m_window->caching().model().setPolicy("duca");
    plot().setFocus();
    QTest::keyClick(&plot(), Qt::Key_Right);
    QTest::keyClick(&plot(), Qt::Key_Right);
    QCOMPARE(explore().selected(), 1);
    QTest::keyClick(&plot(), Qt::Key_U);
    QCOMPARE(m_window->caching().model().state().policy, explore().points()[1].record->request.policy);
    QSignalSpy opened(m_window.get(), &MainWindow::pathOpened);
    QTest::keyClick(&plot(), Qt::Key_Left);
    QTest::keyClick(&plot(), Qt::Key_Return);
    QVERIFY(opened.wait(10000));
    QCOMPARE(m_window->run().result()->request.policy, explore().points()[0].record->request.policy);
}

void ExploreWindowTest::sweepsByDialog()
{
    m_window->prompt().model().setPrompt("a red ball");
    m_window->prompt().model().setSteps(6);
    QTest::mouseClick(explore().findChild<QPushButton*>("exploreSweep"), Qt::LeftButton);
    QTRY_VERIFY(m_window->findChild<JobDialog*>());
    auto* dialog = m_window->findChild<JobDialog*>();
    auto* values = dialog->findChild<QLineEdit*>("jobFirstValues");
    values->selectAll();
    QTest::keyClicks(values, "0.1, 0.2, .., 0.4");
    QVERIFY(dialog->findChild<QLabel*>("jobCount")->text().contains("5")); // and the uncached one
    dialog->findChild<QPushButton*>("jobAdd")->click();
    JobQueue& queue = m_window->runDesk().queue();
    QVERIFY(QTest::qWaitFor(
        [&] {
            return !queue.entries().empty()
                && std::all_of(queue.entries().begin(), queue.entries().end(),
                    [](const QueueEntry& entry) { return entry.state == QueueEntry::State::Done; });
        },
        60000));
    settle();
    QTest::qWait(50);
    auto* scope = explore().findChild<QComboBox*>("exploreScope");
    QVERIFY(scope->count() > 2);
    scope->setCurrentIndex(scope->count() - 1);
    QCOMPARE(explore().points().size(), 4u);
    QCOMPARE(m_engine->requests.front().policy, "none");
}

void ExploreWindowTest::exportsFigureAndNumbers()
{
    addRuns();
    const QByteArray csv = explore().csv();
    QCOMPARE(csv.count('\n'), 4);
    QVERIFY(csv.contains("\"taylorseer\""));
    for (const char* name : {"chart.csv", "chart.svg", "chart.pdf", "chart.png"}) {
        QCOMPARE(explore().card().exportTo(m_folder->filePath(name)), QString());
        QVERIFY(QFileInfo(m_folder->filePath(name)).size() > 100);
    }
}

void ExploreWindowTest::tunesInTheBackground()
{
    m_window->prompt().model().setSteps(8);
    m_window->findChild<QSpinBox*>("tunerBudget")->setValue(12);
    QSignalSpy finished(&tuner(), &Tuner::finished);
    const auto presets = m_window->tuning().presets().presets().size();
    QTest::mouseClick(m_window->findChild<QPushButton*>("tunerStart"), Qt::LeftButton);
    QVERIFY(tuner().isRunning());
    QVERIFY(finished.wait(60000));
    QCOMPARE(tuner().stage(), Tuner::Stage::Done);
    QVERIFY(tuner().runs() >= 12);
    QVERIFY(m_window->findChild<QLabel*>("tunerText")->text().contains("not tuned on"));
    // The result is a preset that can be used.
    QCOMPARE(m_window->tuning().presets().presets().size(), presets + 1);
    const plan::NamedSetting& preset = m_window->tuning().presets().presets().back();
    QCOMPARE(preset.policy, "schedule");
    QVERIFY(plan::makePolicy(preset.policy, preset.values).has_value());
    // No prompt was used for both.
    for (const std::string& prompt : tuner().question().heldOut) {
        const auto& training = tuner().question().training;
        QVERIFY(std::find(training.begin(), training.end(), prompt) == training.end());
    }
    QVERIFY(!m_engine->overlapped);
}

void ExploreWindowTest::tunerGivesWayAndGoesOn()
{
    m_engine->options.perStep = std::chrono::milliseconds(3);
    m_window->prompt().model().setPrompt("mine");
    m_window->prompt().model().setSteps(8);
    m_window->findChild<QSpinBox*>("tunerBudget")->setValue(40);
    QTest::mouseClick(m_window->findChild<QPushButton*>("tunerStart"), Qt::LeftButton);
    QVERIFY(QTest::qWaitFor([this] { return tuner().runs() > 3; }, 30000));
    QSignalSpy finished(&m_window->run(), &RunController::finished);
    QTest::keyClick(m_window.get(), Qt::Key_Return, Qt::ControlModifier);
    QVERIFY(m_window->run().isRunning()); // at once
    QVERIFY(finished.wait(20000));
    const int before = tuner().runs();
    QVERIFY(QTest::qWaitFor([&] { return tuner().runs() > before + 2; }, 30000));
    // Stopped in the middle and gone on after a restart.
    QTest::mouseClick(m_window->findChild<QPushButton*>("tunerStop"), Qt::LeftButton);
    QVERIFY(!tuner().isRunning());
    m_window->close();
    m_window.reset();
    m_runner.reset();
    open();
    QVERIFY(tuner().canResume());
    const int saved = tuner().savedRuns();
    QVERIFY(saved > 3);
    QSignalSpy done(&tuner(), &Tuner::finished);
    QTest::mouseClick(m_window->findChild<QPushButton*>("tunerResume"), Qt::LeftButton);
    QVERIFY(done.wait(60000));
    QVERIFY(tuner().runs() >= 40);
    QVERIFY(!tuner().canResume());
}

QTEST_MAIN(ExploreWindowTest)
#include "tst_explore_window.moc"
