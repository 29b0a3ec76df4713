// SPDX-License-Identifier: Apache-2.0
// A cached run against the uncached one of the same request: in the real window with mouse and keyboard.
#include "tests/support/tune_window.h"
#include "ui/compare/comparison_panel.h"
#include "ui/compare/speed_meter.h"
#include "ui/compare/step_errors.h"
#include "ui/elided_label.h"
#include "ui/player/player_widget.h"
#include "ui/player/scrubber.h"
#include "ui/qcustomplot.h"
#include "ui/statistics/plot_card.h"
#include "ui/theme/theme.h"

#include "cache/plan/half_float.h"

#include <QAction>
#include <QCheckBox>
#include <QClipboard>
#include <QDockWidget>
#include <QDoubleSpinBox>
#include <QElapsedTimer>
#include <QSettings>

#include <cmath>

using namespace toca;
using namespace toca::ui;

namespace {

StepLatent latentOf(const std::vector<float>& values)
{
    std::vector<std::uint16_t> half;
    for (const float value : values)
        half.push_back(plan::toHalf(value));
    return std::make_shared<const std::vector<std::uint16_t>>(half);
}

} // namespace

class TestComparison : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void errorOfLatents();
    void errorsInAnyOrder();
    void gapIsTheSumOfItsParts();
    void sentencesNameWhatCosts();
    void backgroundRunComparesByItself();
    void generateDisplacesTheBackgroundRun();
    void settingSwitchesItOff();
    void errorsGrowLiveAndMarkTheDivergence();
    void predictionsOfTheBaselineFollowTheStep();
    void plotsAreReadByKeyboard();
    void speedMeterIsReadAndCopied();
    void narrowPanelCutsNothing();

private:
    static RunResult measured(const std::map<std::string, double>& parts, double denoising, double flops);
};

void TestComparison::errorOfLatents()
{
    const StepLatent baseline = latentOf({3, 4});
    QVERIFY(std::abs(latentRelativeError(latentOf({3, 4.5}), baseline) - 0.1) < 1e-6);
    QCOMPARE(latentRelativeError(baseline, baseline), 0.0);
    QVERIFY(std::isnan(latentRelativeError(latentOf({3}), baseline)));
    QVERIFY(std::isnan(latentRelativeError(nullptr, baseline)));
    QVERIFY(std::isnan(latentRelativeError(baseline, latentOf({0, 0}))));
}

void TestComparison::errorsInAnyOrder()
{
    StepErrors errors;
    QVERIFY(errors.isEmpty());
    errors.addRun(0, latentOf({3, 4}));
    errors.addRun(1, latentOf({3, 4.5}));
    errors.addRun(-1, latentOf({1}));
    errors.addRun(StepErrors::kMostSteps, latentOf({1}));
    QVERIFY(errors.isEmpty());
    errors.addBaseline(1, latentOf({3, 4}));
    QVERIFY(!errors.isEmpty());
    QVERIFY(std::isnan(errors.errors()[0]));
    QCOMPARE(errors.divergence(0.05), 1);
    QCOMPARE(errors.divergence(0.2), -1);
    errors.setBaseline({latentOf({3, 4.1F}), latentOf({3, 4})});
    QCOMPARE(errors.divergence(0.01), 0);
    errors.setRun({});
    QVERIFY(errors.isEmpty());
}

RunResult TestComparison::measured(const std::map<std::string, double>& parts, double denoising, double flops)
{
    RunResult run;
    auto trace = std::make_shared<plan::Trace>(plan::Geometry(), plan::uniformSchedule("rflow", 1));
    trace->setOnce(flops, 0);
    run.trace = trace;
    run.partSeconds = parts;
    run.times.denoising = denoising;
    return run;
}

void TestComparison::gapIsTheSumOfItsParts()
{
    const RunResult baseline = measured({{"mlp", 2}, {"attention", 1}, {"modulation", 0.5}, {"decoding", 1}}, 4, 100);
    const RunResult run =
        measured({{"mlp", 0.5}, {"attention", 0.25}, {"modulation", 0.5}, {"row_moves", 0.25}, {"decoding", 1}}, 2, 25);
    const SpeedReport report = speedReport(run, baseline);
    QCOMPARE(report.flopsGain, 4.0);
    QCOMPARE(report.wallClockGain, 2.0);
    QCOMPARE(report.baselineSeconds, 4.0); // 0.5 s that no part explains are the rest
    QCOMPARE(report.expectedSeconds, 1.0);
    double gap = 0, rest = 0;
    for (const SpeedPart& part : report.parts) {
        gap += part.gap;
        if (part.key == "rest")
            rest = part.run;
        if (part.key == "mlp")
            QCOMPARE(part.gap, 0.0);
    }
    QVERIFY(std::abs(gap - 1.0) < 1e-12);
    QCOMPARE(rest, 0.5);
    QCOMPARE(report.cacheSeconds, 0.25);
    QVERIFY(speedReport(run, measured({}, 4, 100)).isEmpty());
}

void TestComparison::sentencesNameWhatCosts()
{
    const RunResult baseline = measured({{"mlp", 3}, {"modulation", 1}}, 4, 100);
    const RunResult run = measured({{"mlp", 0.75}, {"modulation", 1}, {"row_moves", 0.25}}, 2, 25);
    const SpeedReport report = speedReport(run, baseline);
    const QString gap = gapSentence(report);
    QVERIFY2(gap.contains("4.00 ×") && gap.contains("2.00 ×"), qPrintable(gap));
    QVERIFY2(gap.indexOf("norm, modulate") < gap.indexOf("gather, scatter"), qPrintable(gap));
    QVERIFY(breakEvenSentence(report).contains("9.0 times"));
    const SpeedReport lost = speedReport(measured({{"mlp", 3.9}, {"scoring", 0.4}}, 4.3, 25), baseline);
    QVERIFY(breakEvenSentence(lost).contains("does not pay"));
    QVERIFY(!(gap + breakEvenSentence(report)).contains("lossless"));
}

void TestComparison::backgroundRunComparesByItself()
{
    test::TuneWindow tune;
    QVERIFY(tune.run());
    QCOMPARE(tune.engine->generateCalls.load(), 1);
    QVERIFY(QTest::qWaitFor([&] { return tune.window->run().isInBackground(); }, 10000));
    QVERIFY(!tune.window->run().isRunning());
    QVERIFY(tune.window->action("generate")->isEnabled());
    QVERIFY(QTest::qWaitFor([&] { return tune.window->run().fidelity().has_value(); }, 20000));
    QCOMPARE(tune.engine->requests.back().policy, std::string("none"));
    ComparisonPanel& panel = tune.window->comparison();
    QVERIFY(panel.sentence().contains("FLOPs gain"));
    QCOMPARE(static_cast<int>(panel.errors().size()), tune.window->run().result()->request.steps);
    QVERIFY(panel.divergence() > 0);
    // Nobody asked to look at it.
    QCOMPARE(tune.window->player().model().view(), ClipView::Single);
    QVERIFY(tune.window->player().model().hasBaseline());
}

void TestComparison::generateDisplacesTheBackgroundRun()
{
    test::TuneWindow tune;
    tune.engine->options.perStep = std::chrono::microseconds(1000);
    QVERIFY(tune.run());
    tune.engine->options.perStep = std::chrono::milliseconds(100); // the background run would take 3 s
    QVERIFY(QTest::qWaitFor([&] { return tune.window->run().isInBackground(); }, 10000));
    QVERIFY(QTest::qWaitFor([&] { return tune.window->run().backgroundStep() > 1; }, 10000));
    QSignalSpy failed(&tune.window->run(), &RunController::failed);
    tune.engine->options.perStep = std::chrono::microseconds(1000);
    QElapsedTimer clock;
    clock.start();
    QTest::keyClick(tune.window.get(), Qt::Key_Return, Qt::ControlModifier);
    QVERIFY(tune.window->run().isRunning());
    QSignalSpy finished(&tune.window->run(), &RunController::finished);
    QVERIFY(finished.wait(20000));
    QVERIFY2(clock.elapsed() < 2000, "the background run was not stopped");
    QCOMPARE(failed.count(), 0); // the displaced run is no failure of the new one
    QVERIFY(tune.engine->requests.back().policy != "none");
    QVERIFY(!tune.engine->overlapped);
}

void TestComparison::settingSwitchesItOff()
{
    test::TuneWindow tune;
    QAction* action = tune.window->action("backgroundBaseline");
    QVERIFY(action->isChecked());
    tune.window->findChild<QDockWidget*>("comparisonDock")->raise();
    QTest::qWait(50);
    QCheckBox& box = tune.window->comparison().backgroundBox();
    QTest::mouseClick(&box, Qt::LeftButton, {}, QPoint(8, box.height() / 2));
    QVERIFY(!action->isChecked());
    QVERIFY(tune.run());
    QTest::qWait(2000);
    QCOMPARE(tune.engine->generateCalls.load(), 1);
    tune.window->close();
    tune.open();
    QVERIFY(!tune.window->action("backgroundBaseline")->isChecked());
}

void TestComparison::errorsGrowLiveAndMarkTheDivergence()
{
    test::TuneWindow tune;
    QVERIFY(tune.run());
    QVERIFY(tune.compare());
    QCOMPARE(tune.window->player().model().view(), ClipView::SideBySide);
    ComparisonPanel& panel = tune.window->comparison();
    // 1 % of the norm more with each step: above 5 % after step 5, above 1 % after step 1 (half precision: step 2 at
    // most).
    auto* threshold = tune.window->findChild<QDoubleSpinBox*>("divergenceThreshold");
    threshold->setFocus();
    threshold->selectAll();
    QTest::keyClicks(threshold, "5.5");
    QTest::keyClick(threshold, Qt::Key_Return);
    QCOMPARE(panel.divergence(), 6);
    QCOMPARE(tune.window->player().model().divergence(), 6);
    auto* scrubber = tune.window->findChild<StepScrubber*>();
    QVERIFY(scrubber->readingOf(6).contains("leaves its uncached baseline"));
    QVERIFY(panel.sentence().contains("step 6"));

    // With the baseline there, a second run is compared while it goes on.
    tune.engine->options.perStep = std::chrono::milliseconds(40);
    tune.window->prompt().model().setSeedMode(SeedMode::Fixed);
    std::size_t most = 0;
    bool grew = false;
    auto watching = QObject::connect(&tune.window->run(), &RunController::progressChanged, tune.window.get(), [&] {
        if (tune.window->run().isRunning() && !panel.errors().empty()) {
            grew = grew || (most > 0 && panel.errors().size() > most);
            most = panel.errors().size();
        }
    });
    QVERIFY(tune.run());
    QObject::disconnect(watching);
    QVERIFY(grew);
}

void TestComparison::predictionsOfTheBaselineFollowTheStep()
{
    test::TuneWindow tune;
    QVERIFY(tune.run());
    QVERIFY(tune.compare());
    PlayerModel& player = tune.window->player().model();
    const auto final = player.baseline();
    player.viewStep(3);
    QVERIFY(player.baseline() != final);
    QCOMPARE(player.baseline()->size(), QSize(16, 16));
    player.viewStep(PlayerModel::kFinal);
    QVERIFY(player.baseline() == final);
}

void TestComparison::plotsAreReadByKeyboard()
{
    test::TuneWindow tune;
    QVERIFY(tune.run());
    QVERIFY(tune.compare());
    tune.window->findChild<QDockWidget*>("comparisonDock")->raise();
    QTest::qWait(50);
    PlotCard& card = tune.window->comparison().errorCard();
    card.plot().setFocus();
    QTest::keyClick(&card.plot(), Qt::Key_Home);
    for (int i = 0; i < 4; ++i)
        QTest::keyClick(&card.plot(), Qt::Key_Right);
    QVERIFY2(card.valueText().startsWith("step 4:"), qPrintable(card.valueText()));
    QTest::keyClick(&card.plot(), Qt::Key_C, Qt::ControlModifier);
    QVERIFY(QGuiApplication::clipboard()->text().contains(card.valueText()));
    QTest::keyClick(&card.plot(), Qt::Key_Return);
    QCOMPARE(tune.window->player().model().viewedStep(), 4);
    // The mouse does the same.
    const double x = card.plot().xAxis->coordToPixel(7);
    QTest::mouseClick(&card.plot(), Qt::LeftButton, {}, QPoint(static_cast<int>(x), card.plot().height() / 2));
    QCOMPARE(tune.window->player().model().viewedStep(), 7);
    // A frame of the plot at the end is shown in the player.
    PlotCard& frames = tune.window->comparison().psnrCard();
    QVERIFY(frames.isVisibleTo(&tune.window->comparison()));
    frames.plot().setFocus();
    QTest::keyClick(&frames.plot(), Qt::Key_Home);
    QTest::keyClick(&frames.plot(), Qt::Key_Right);
    QTest::keyClick(&frames.plot(), Qt::Key_Return);
    QCOMPARE(tune.window->player().model().frame(), 1);
    QVERIFY(frames.valueText().contains("dB"));
    QVERIFY(frames.table().startsWith("frame,psnr_db\n0,"));
}

void TestComparison::speedMeterIsReadAndCopied()
{
    test::TuneWindow tune;
    QVERIFY(tune.run());
    QVERIFY(tune.compare());
    tune.window->findChild<QDockWidget*>("comparisonDock")->raise();
    QTest::qWait(50);
    SpeedMeter& meter = tune.window->comparison().speed();
    QVERIFY(!meter.report().isEmpty());
    const int mlp = 2;
    QCOMPARE(meter.report().parts[mlp].key, std::string("mlp"));
    QVERIFY(meter.partRect(mlp, false).width() > meter.partRect(mlp, true).width()); // less work, one scale
    QTest::mouseMove(&meter, meter.partRect(mlp, false).center().toPoint());
    QTRY_COMPARE(meter.markedPart(), mlp);
    QVERIFY(meter.accessibleDescription().startsWith("MLP: uncached"));
    meter.setFocus();
    QTest::keyClick(&meter, Qt::Key_C, Qt::ControlModifier);
    QVERIFY(QGuiApplication::clipboard()->text().startsWith("MLP"));
    QTest::keyClick(&meter, Qt::Key_Left);
    QCOMPARE(meter.markedPart(), mlp - 1);
}

void TestComparison::narrowPanelCutsNothing()
{
    ComparisonPanel panel;
    const auto* name = static_cast<ElidedLabel*>(panel.findChild<QLabel*>("divergenceName"));
    const auto* background = panel.findChild<QCheckBox*>("backgroundBaseline");
    for (const int width : {230, 300, 600}) {
        panel.resize(width, 300);
        panel.show();
        QVERIFY(QTest::qWaitForWindowExposed(&panel));
        QTest::qWait(20);
        QCOMPARE(name->shownText(), name->text());
        QVERIFY(background->width() >= background->sizeHint().width());
    }
    // What doesn't fit in a line goes on in the next one.
    test::TuneWindow tune;
    QVERIFY(tune.run());
    QVERIFY(tune.compare());
    const SpeedMeter& meter = tune.window->comparison().speed();
    const double line = QFontMetricsF(smallFont()).height();
    QVERIFY(meter.heightForWidth(190) > meter.heightForWidth(380) + 2 * line);
}

QTEST_MAIN(TestComparison)
#include "tst_comparison.moc"
