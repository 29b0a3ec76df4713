// SPDX-License-Identifier: Apache-2.0
// What is seen of a run: areas of the map, a map that follows, tokens over the steps, parts of scores, linked marks.
#include "tests/support/tune_window.h"
#include "tests/ui/small_run.h"
#include "ui/player/player_widget.h"
#include "ui/player/scrubber.h"
#include "ui/selection/cell_text.h"
#include "ui/selection/map_area.h"
#include "ui/selection/selection_map_view.h"
#include "ui/selection/selection_panel.h"
#include "ui/selection/token_grid_panel.h"
#include "ui/selection/token_grid_view.h"
#include "ui/selection/token_histogram.h"

#include <QAction>
#include <QClipboard>
#include <QComboBox>
#include <QToolButton>
#include <QWheelEvent>

using namespace toca;
using namespace toca::ui;

namespace {

/// A map with a run of `steps` steps, of which `done` have been made.
struct Shown {
    SelectionPanel panel;
    plan::Plan plan;
    std::shared_ptr<plan::Trace> trace;

    explicit Shown(int steps, int done)
        : plan(testing::smallPlan(steps))
        , trace(std::make_shared<plan::Trace>(plan.geometry(), plan.schedule()))
    {
        make(done);
        panel.setPlan(plan);
        panel.setTrace(trace);
        panel.resize(900, 360);
        panel.show();
        (void)QTest::qWaitForWindowExposed(&panel);
    }
    void make(int steps)
    {
        testing::run(*trace, plan, static_cast<std::size_t>(steps) * plan::Trace::cellsPerEvaluation(plan.geometry()));
    }
    SelectionMapView& view() { return panel.view(); }
    QPointF centre(int evaluation, int layer, plan::ModuleKind module)
    {
        return view().cellRect({evaluation, layer, module}).center();
    }
};

} // namespace

class TestSeeing : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void areaIsAddedUpAndCopied();
    void areaOfPlannedCellsSaysSo();
    void escapeForgetsTheArea();
    void lettersZoomAndMove();
    void zoomedMapFollowsTheRunUntilMoved();
    void tokensRunThroughTheSteps();
    void histogramCountsTokens();
    void scorePartsAddUp();
    void scoresAreRecordedOnRequest();
    void pointingMarksEverywhere();
};

void TestSeeing::areaIsAddedUpAndCopied()
{
    Shown shown(4, 4);
    // Steps 1 and 2 of both layers' MLPs: 4 cells of 4 ms with 3 of 12 tokens.
    test::drag(shown.view(), {shown.centre(1, 0, plan::ModuleKind::Mlp), shown.centre(2, 1, plan::ModuleKind::Mlp)});
    QVERIFY(shown.view().area());
    const MapAreaSums sums = sumsOf(shown.panel.model(), *shown.view().area());
    QCOMPARE(sums.cells, 4);
    QCOMPARE(sums.happened, 4);
    QCOMPARE(sums.freshRatio, 0.25);
    QCOMPARE(sums.flops, 8e6);
    QVERIFY(std::abs(sums.seconds - 0.016) < 1e-6);
    QVERIFY(std::abs(sums.shareOfSeconds - 16.0 / (60 + 3 * 12)) < 1e-6);
    const QString text = shown.panel.readout();
    QVERIFY2(QString(text)
                 .replace(QChar(0xA0), ' ')
                 .startsWith("steps 1 to 2, 2 layers, MLP: 4 cells, 25 % computed on average"),
        qPrintable(text));
    shown.view().setFocus();
    QTest::keyClick(&shown.view(), Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(QGuiApplication::clipboard()->text(), text);
    // A drag the other way, over the edge, is the same kind of area.
    test::drag(shown.view(), {shown.centre(3, 1, plan::ModuleKind::Mlp), QPointF(-50, -50)});
    QCOMPARE(shown.view().area()->cells(), 4 * 6);
    // A click is no area.
    QSignalSpy activated(&shown.panel, &SelectionPanel::cellActivated);
    QTest::mouseClick(&shown.view(), Qt::LeftButton, {}, shown.centre(2, 0, plan::ModuleKind::Mlp).toPoint());
    QVERIFY(!shown.view().area());
    QCOMPARE(activated.count(), 1);
}

void TestSeeing::areaOfPlannedCellsSaysSo()
{
    Shown shown(4, 2);
    test::drag(shown.view(), {shown.centre(1, 0, plan::ModuleKind::Mlp), shown.centre(3, 0, plan::ModuleKind::Mlp)});
    const QString text = shown.panel.readout();
    QVERIFY2(text.contains("spatial layer 0") && text.contains("2 of them planned"), qPrintable(text));
}

void TestSeeing::escapeForgetsTheArea()
{
    Shown shown(4, 4);
    test::drag(shown.view(), {shown.centre(1, 0, plan::ModuleKind::Mlp), shown.centre(2, 1, plan::ModuleKind::Mlp)});
    shown.view().setFocus();
    QTest::keyClick(&shown.view(), Qt::Key_Escape);
    QVERIFY(!shown.view().area());
}

void TestSeeing::lettersZoomAndMove()
{
    Shown shown(60, 60);
    shown.view().setFocus();
    for (int i = 0; i < 6; ++i)
        QTest::keyClick(&shown.view(), Qt::Key_W);
    const double width = shown.view().mapLayout().cellWidth();
    QVERIFY(!shown.view().mapLayout().isFitted());
    const double before = shown.view().mapLayout().left(0);
    QTest::keyClick(&shown.view(), Qt::Key_D);
    QVERIFY(shown.view().mapLayout().left(0) < before);
    QTest::keyClick(&shown.view(), Qt::Key_A);
    QVERIFY(std::abs(shown.view().mapLayout().left(0) - before) < 1);
    QTest::keyClick(&shown.view(), Qt::Key_S);
    QVERIFY(shown.view().mapLayout().cellWidth() < width);
    QTest::keyClick(&shown.view(), Qt::Key_F);
    QVERIFY(shown.view().mapLayout().isFitted());
    QWheelEvent wheel(shown.centre(30, 0, plan::ModuleKind::Mlp), shown.view().mapToGlobal(QPointF(10, 10)), {},
        {0, 480}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(&shown.view(), &wheel);
    QVERIFY(!shown.view().mapLayout().isFitted());
}

void TestSeeing::zoomedMapFollowsTheRunUntilMoved()
{
    Shown shown(60, 2);
    shown.view().setFocus();
    QTest::keyClick(&shown.view(), Qt::Key_Home);
    for (int i = 0; i < 14; ++i)
        QTest::keyClick(&shown.view(), Qt::Key_W);
    QVERIFY(shown.view().mapLayout().lastVisibleColumn() < 50);
    shown.make(50);
    shown.panel.refresh();
    QVERIFY(shown.view().mapLayout().lastVisibleColumn() >= 50);
    auto* button = shown.panel.findChild<QToolButton*>("followRun");
    QVERIFY(button->isChecked());
    for (int i = 0; i < 8; ++i)
        QTest::keyClick(&shown.view(), Qt::Key_A); // back by hand
    QVERIFY(!shown.view().isFollowing() && !button->isChecked());
    const int last = shown.view().mapLayout().lastVisibleColumn();
    shown.make(5);
    shown.panel.refresh();
    QCOMPARE(shown.view().mapLayout().lastVisibleColumn(), last);
    QTest::keyClick(&shown.view(), Qt::Key_L);
    QVERIFY(shown.view().isFollowing() && button->isChecked());
    QVERIFY(shown.view().mapLayout().lastVisibleColumn() >= 56);
}

void TestSeeing::tokensRunThroughTheSteps()
{
    Shown shown(4, 4);
    TokenGridPanel tokens;
    tokens.setTrace(shown.trace);
    tokens.resize(500, 500);
    tokens.show();
    tokens.showCell(1, 0, plan::ModuleKind::Mlp);
    QSignalSpy changed(&tokens, &TokenGridPanel::cellChanged);
    auto* play = tokens.findChild<QToolButton*>("playSteps");
    QTest::mouseClick(play, Qt::LeftButton);
    QVERIFY(tokens.isPlaying());
    QTRY_COMPARE_WITH_TIMEOUT(tokens.model().cell()->evaluation, 3, 10000);
    QTRY_VERIFY(!tokens.isPlaying()); // stops at the end
    QVERIFY(!play->isChecked());
    QCOMPARE(changed.count(), 2);
    QTest::mouseClick(play, Qt::LeftButton); // again from the beginning
    QCOMPARE(tokens.model().cell()->evaluation, 0);
}

void TestSeeing::histogramCountsTokens()
{
    Shown shown(4, 4);
    TokenGridPanel tokens;
    tokens.setTrace(shown.trace);
    tokens.resize(500, 500);
    tokens.show();
    tokens.showCell(3, 0, plan::ModuleKind::Mlp);
    TokenHistogram& histogram = tokens.histogram();
    // Full at step 0; tokens 0, 1 and 7 computed at every step since.
    QCOMPARE(histogram.bars().size(), std::size_t{4});
    QCOMPARE(histogram.bars()[0].computed, 3);
    QCOMPARE(histogram.bars()[3].reused, 9);
    QTest::mouseMove(&histogram, histogram.barRect(3).center().toPoint());
    QTRY_COMPARE(histogram.markedBar(), 3);
    QCOMPARE(histogram.accessibleDescription(), QString("age 3: 0 computed, 9 reused"));
    histogram.setFocus();
    QTest::keyClick(&histogram, Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(QGuiApplication::clipboard()->text(), histogram.barText(3));
    QVERIFY(histogram.csv().endsWith("3,3,0,9\n"));
}

void TestSeeing::scorePartsAddUp()
{
    const plan::Plan plan = testing::smallPlan(4);
    auto trace = std::make_shared<plan::Trace>(plan.geometry(), plan.schedule(), 1, plan::TraceLevel::Scores);
    testing::run(*trace, plan, trace->cellCount());
    TokenGridPanel tokens;
    tokens.resize(600, 500);
    tokens.show();
    tokens.setTrace(trace);
    tokens.showCell(3, 0, plan::ModuleKind::Mlp);
    tokens.setQuantity(TokenGridModel::Quantity::Score);
    auto* part = tokens.findChild<QComboBox*>("scorePart");
    QVERIFY(part->isHidden()); // not known how they were made
    tokens.model().setScoring(plan::tokenwiseOptions("toca", {{"spatial_bonus", 0.5}}, {}, "stdit3"));
    QVERIFY(!part->isHidden());
    QCOMPARE(part->itemText(1), QString("s2, text entropy"));
    const float whole = tokens.model().score(2);
    float sum = 0;
    for (int index = 1; index <= 3; ++index) {
        part->setCurrentIndex(index);
        Q_EMIT part->activated(index);
        sum += tokens.model().score(2);
    }
    QVERIFY(std::abs(sum - whole) < 1e-5F);
    // Passed over twice since step 0: 0.25 x 2 / 3.
    Q_EMIT part->activated(2);
    QVERIFY(std::abs(tokens.model().score(2) - 0.5F / 3) < 1e-6F);
    QVERIFY(tokens.model().tokenText(2).contains("s2, text entropy"));
    QVERIFY(tokens.model().csv().startsWith("frame,row,column,state,age,score,score_evidence,score_age,score_bonus\n"));
    tokens.view().setFocus();
    QTest::keyClick(&tokens.view(), Qt::Key_C, Qt::ControlModifier);
    QVERIFY(QGuiApplication::clipboard()->text().startsWith("frame,row"));
}

void TestSeeing::scoresAreRecordedOnRequest()
{
    test::TuneWindow tune;
    tune.window->action("backgroundBaseline")->setChecked(false);
    QVERIFY(tune.run());
    QVERIFY(tune.engine->requests.back().traceLevel == plan::TraceLevel::Decisions);
    tune.window->action("recordScores")->trigger();
    QVERIFY(tune.run());
    QVERIFY(tune.engine->requests.back().traceLevel == plan::TraceLevel::Scores);
    // The same request all the same, where a baseline is concerned.
    QVERIFY(uncached(tune.engine->requests[0]) == uncached(tune.engine->requests[1])
        || tune.engine->requests[0].seed != tune.engine->requests[1].seed);
}

void TestSeeing::pointingMarksEverywhere()
{
    test::TuneWindow tune;
    QVERIFY(tune.run());
    QVERIFY(tune.compare());
    tune.window->workspaces().switchTo(Workspace::Analyse);
    QTest::qWait(100);
    auto* scrubber = tune.window->player().findChild<StepScrubber*>();
    SelectionMapView& map = tune.window->selection().view();
    const QRectF cell = map.cellRect({7, 1, plan::ModuleKind::Mlp});
    QTest::mouseMove(&map, cell.center().toPoint());
    QTRY_COMPARE(scrubber->cursorStep(), 7);
    QVERIFY2(map.accessibleDescription().startsWith("Step 7: "), qPrintable(map.accessibleDescription()));
    // From the scrubber to the map's sentence.
    QSignalSpy hovered(&tune.window->player(), &PlayerWidget::stepHovered);
    QTest::mouseMove(scrubber, QPoint(static_cast<int>(scrubber->positionOf(12)), scrubber->height() / 2));
    QTRY_VERIFY(!hovered.isEmpty() && hovered.back().front().toInt() == 12);
    QTRY_VERIFY2(map.accessibleDescription().startsWith("Step 12: "), qPrintable(map.accessibleDescription()));
}

QTEST_MAIN(TestSeeing)
#include "tst_seeing.moc"
