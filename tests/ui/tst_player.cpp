// SPDX-License-Identifier: Apache-2.0
#include "ui/player/player_widget.h"
#include "ui/player/scrubber.h"
#include "ui/theme/theme.h"

#include "tests/ui/player_fixtures.h"
#include "tests/ui/player_window.h"

#include <QAccessible>
#include <QAction>
#include <QComboBox>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

#include <cmath>

using namespace toca;
using namespace toca::ui;
using namespace toca::test;

class TestPlayer : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void emptyStateSaysWhatToDo();
    void busyStateEndsWithTheFirstStep();
    void badgeNamesStepAndEnd();
    void keysDriveThePlayer();
    void buttonsKeepTheirOwnSpace();
    void scrubbersFollowPointerAndKeys();
    void scrubbersAreReadable();
    void draggingTheFrameScrubberPausesMeanwhile();
    void comparisonNeedsABaseline();
    void aPictureHasNoTransport();
    void overlayShowsTheChosenGuidanceRow();
    void aThousandPreviews();
    void everyControlHasAName();
};

void TestPlayer::initTestCase()
{
    applyTheme(*qApp, ThemeChoice::Dark);
}

void TestPlayer::emptyStateSaysWhatToDo()
{
    Shown shown;
    shown.player.setHint(QStringLiteral("Do this."), QStringLiteral("a green ball falls"));
    QVERIFY(shown.player.canvas().accessibleDescription().contains(QStringLiteral("a green ball falls")));
    QVERIFY(shown.picture().pixelColor(2, 2) == theme().canvas);
    QVERIFY(!shown.player.action("player.play")->isEnabled());
    QVERIFY(!shown.player.action("player.savePicture")->isEnabled());
}

void TestPlayer::busyStateEndsWithTheFirstStep()
{
    Shown shown;
    shown.player.setBusy(QStringLiteral("Encoding text"));
    QVERIFY(shown.player.canvas().isBusy());
    QVERIFY(shown.player.canvas().accessibleDescription().contains(QStringLiteral("Encoding text")));
    shown.player.setDenoising(0, 30);
    QVERIFY(!shown.player.canvas().isBusy());
    shown.player.setBusy(QStringLiteral("Decoding"), 0.4);
    shown.player.setClip(plainClip(2, 8, 8));
    QVERIFY(!shown.player.canvas().isBusy());
    shown.player.setBusy(QStringLiteral("Loading"));
    shown.player.endRun();
    QVERIFY(!shown.player.canvas().isBusy());
}

void TestPlayer::badgeNamesStepAndEnd()
{
    Shown shown;
    QSignalSpy steps(&shown.player, &PlayerWidget::stepChanged);
    shown.player.setDenoising(12, 30);
    shown.player.addPreview(plainPreview(12));
    QCOMPARE(shown.player.canvas().badge(), QStringLiteral("predicted at step 12"));
    shown.player.setClip(plainClip(17, 8, 8));
    QCOMPARE(shown.player.canvas().badge(), QStringLiteral("final"));
    QCOMPARE(steps.count(), 2);
    QCOMPARE(steps[0][0].toInt(), 12);
    QCOMPARE(steps[1][0].toInt(), -1);
}

void TestPlayer::keysDriveThePlayer()
{
    Shown shown;
    PlayerModel& model = shown.player.model();
    shown.player.addPreview(plainPreview(0));
    shown.player.addPreview(plainPreview(1));
    shown.player.setClip(plainClip(17, 8, 8));
    QWidget* canvas = &shown.player.canvas();
    canvas->setFocus();
    QTest::keyClick(canvas, Qt::Key_Right);
    QTest::keyClick(canvas, Qt::Key_Period);
    QCOMPARE(model.frame(), 2);
    QTest::keyClick(canvas, Qt::Key_Left);
    QTest::keyClick(canvas, Qt::Key_Comma);
    QCOMPARE(model.frame(), 0);
    QTest::keyClick(canvas, Qt::Key_End);
    QCOMPARE(model.frame(), 16);
    QTest::keyClick(canvas, Qt::Key_Home);
    QCOMPARE(model.frame(), 0);
    QTest::keyClick(canvas, Qt::Key_L);
    QVERIFY(!model.isLooping());
    QTest::keyClick(canvas, Qt::Key_Space);
    QVERIFY(model.isPlaying());
    QTest::keyClick(canvas, Qt::Key_Space);
    QVERIFY(!model.isPlaying());
    QTest::keyClick(canvas, Qt::Key_BracketRight);
    QCOMPARE(model.speed(), 1.5);
    QTest::keyClick(canvas, Qt::Key_BracketLeft);
    QTest::keyClick(canvas, Qt::Key_BracketLeft);
    QCOMPARE(model.speed(), 0.75);
    QTest::keyClick(canvas, Qt::Key_Left, Qt::ShiftModifier);
    QCOMPARE(model.viewedStep(), 1);
    QTest::keyClick(canvas, Qt::Key_End, Qt::ShiftModifier);
    QCOMPARE(model.viewedStep(), PlayerModel::kFinal);
    shown.player.setTrace(smallTrace(1, {}));
    QVERIFY(shown.player.overlay().isOn());
    QTest::keyClick(canvas, Qt::Key_O);
    QVERIFY(!shown.player.overlay().isOn());
    QTest::keyClick(canvas, Qt::Key_Z);
    QCOMPARE(shown.player.canvas().zoom(), 1.0);
    QTest::keyClick(canvas, Qt::Key_F);
    QVERIFY(shown.player.canvas().isFitted());
    shown.player.setBaseline(plainClip(17, 8, 8));
    QTest::keyClick(canvas, Qt::Key_3);
    QCOMPARE(model.view(), ClipView::Slider);
    const double wipe = shown.player.canvas().wipe();
    QTest::keyClick(canvas, Qt::Key_Right, Qt::ControlModifier);
    QVERIFY(shown.player.canvas().wipe() > wipe);
}

void TestPlayer::buttonsKeepTheirOwnSpace()
{
    Shown shown;
    shown.player.setClip(plainClip(17, 8, 8));
    QToolButton* loop = nullptr;
    for (QToolButton* button : shown.player.findChildren<QToolButton*>())
        if (button->defaultAction() == shown.player.action("player.loop"))
            loop = button;
    QVERIFY(loop);
    loop->setFocus();
    QTest::keyClick(loop, Qt::Key_Space);
    QVERIFY(!shown.player.model().isLooping());
    QVERIFY(!shown.player.model().isPlaying());
}

void TestPlayer::scrubbersFollowPointerAndKeys()
{
    Shown shown;
    PlayerModel& model = shown.player.model();
    auto* frames = shown.player.findChild<FrameScrubber*>();
    auto* steps = shown.player.findChild<StepScrubber*>();
    shown.player.setDenoising(0, 30);
    for (const int step : {3, 10, 20})
        shown.player.addPreview(plainPreview(step));
    const auto click = [](Scrubber* scrubber, double x) {
        QTest::mouseClick(scrubber, Qt::LeftButton, {}, {static_cast<int>(x), scrubber->height() / 2});
    };
    click(frames, frames->positionOf(9));
    QCOMPARE(model.frame(), 9);
    QCOMPARE(frames->value(), 9);
    click(frames, 0);
    QCOMPARE(model.frame(), 0);
    click(frames, frames->width() - 1);
    QCOMPARE(model.frame(), 16);
    QTest::keyClick(frames, Qt::Key_Left);
    QCOMPARE(model.frame(), 15);
    QTest::keyClick(frames, Qt::Key_Home);
    QCOMPARE(model.frame(), 0);

    click(steps, steps->positionOf(12));
    QCOMPARE(model.viewedStep(), 10);
    QCOMPARE(steps->value(), 10);
    QTest::keyClick(steps, Qt::Key_Left);
    QCOMPARE(model.viewedStep(), 3);
    QCOMPARE(model.frame(), 0); // the arrow was the scrubber's own
    QTest::keyClick(steps, Qt::Key_End);
    QCOMPARE(model.viewedStep(), 20);
    QVERIFY(model.isFollowing());
    shown.player.setClip(plainClip(17, 8, 8));
    QCOMPARE(steps->value(), 30);
    click(steps, steps->positionOf(3));
    QCOMPARE(model.viewedStep(), 3);
    click(steps, steps->positionOf(30));
    QCOMPARE(model.viewedStep(), PlayerModel::kFinal);
}

void TestPlayer::scrubbersAreReadable()
{
    Shown shown;
    shown.player.setTrace(smallTrace(1, {}));
    shown.player.addPreview(plainPreview(2));
    shown.player.setDenoising(2, 30);
    shown.player.model().setFrame(6);
    auto* frames = shown.player.findChild<FrameScrubber*>();
    auto* steps = shown.player.findChild<StepScrubber*>();
    QCOMPARE(frames->accessibleDescription(), QStringLiteral("frame 7 of 17, 0.75 s, latent frame 2"));
    QCOMPARE(steps->accessibleDescription(), QStringLiteral("predicted at step 2"));
    QAccessibleInterface* accessible = QAccessible::queryAccessibleInterface(frames);
    QVERIFY(accessible);
    QCOMPARE(accessible->role(), QAccessible::Slider);
    QCOMPARE(accessible->valueInterface()->currentValue().toInt(), 6);
    QCOMPARE(accessible->valueInterface()->maximumValue().toInt(), 16);
}

void TestPlayer::draggingTheFrameScrubberPausesMeanwhile()
{
    Shown shown;
    std::int64_t time = 0;
    PlayerModel& model = shown.player.model();
    model.setManualClock([&time] { return time; });
    shown.player.setClip(plainClip(17, 8, 8));
    model.setPlaying(true);
    auto* frames = shown.player.findChild<FrameScrubber*>();
    const int y = frames->height() / 2;
    QTest::mousePress(frames, Qt::LeftButton, {}, {static_cast<int>(frames->positionOf(4)), y});
    QVERIFY(!model.isPlaying());
    QTest::mouseMove(frames, {static_cast<int>(frames->positionOf(8)), y});
    QTRY_COMPARE(model.frame(), 8);
    QTest::mouseRelease(frames, Qt::LeftButton, {}, {static_cast<int>(frames->positionOf(8)), y});
    QVERIFY(model.isPlaying());
    time += 130'000'000; // one frame at 8 per second
    model.advance();
    QCOMPARE(model.frame(), 9);
}

void TestPlayer::comparisonNeedsABaseline()
{
    Shown shown;
    shown.player.setClip(plainClip(2, 32, 32));
    QVERIFY(!shown.player.action("player.viewSlider")->isEnabled());
    shown.player.setView(ClipView::Slider);
    QVERIFY(shown.player.action("player.viewSingle")->isChecked());
    shown.player.setBaseline(plainClip(2, 32, 32));
    QVERIFY(shown.player.action("player.viewSlider")->isChecked());
    shown.player.clearBaseline();
    QVERIFY(shown.player.action("player.viewSingle")->isChecked());
    QVERIFY(shown.player.canvas().baselineRect().isEmpty());
}

void TestPlayer::aPictureHasNoTransport()
{
    Shown shown;
    const auto isShown = [&shown](const char* action) {
        for (const QToolButton* button : shown.player.findChildren<QToolButton*>()) {
            if (button->defaultAction() == shown.player.action(action))
                return button->isVisible();
        }
        return false;
    };
    auto* frames = shown.player.findChild<FrameScrubber*>();
    auto* steps = shown.player.findChild<StepScrubber*>();
    QVERIFY(frames->isVisible() && isShown("player.play"));
    shown.player.setExpectsPicture(true);
    QVERIFY2(!frames->isVisible(), "known before the first run");
    shown.player.setExpected({64, 64}, 1, 8);
    shown.player.addPreview(plainPreview(0, 1));
    shown.player.setClip(plainClip(1, 64, 64));
    QVERIFY(!frames->isVisible());
    for (const char* action : {"player.play", "player.nextFrame", "player.loop", "player.lastFrame"})
        QVERIFY2(!isShown(action), action);
    QVERIFY(steps->isVisible() && isShown("player.follow"));
    QTest::keyClick(steps, Qt::Key_Home);
    QCOMPARE(shown.player.model().viewedStep(), 0);
    // A clip that is opened all the same gets its controls.
    shown.player.setClip(plainClip(17, 64, 64));
    QVERIFY(frames->isVisible() && isShown("player.play"));
}

void TestPlayer::overlayShowsTheChosenGuidanceRow()
{
    plan::Geometry geometry;
    geometry.family = "dit";
    geometry.grid = {1, 2, 2};
    geometry.hiddenSize = 8;
    geometry.layers = {plan::LayerKind::Joint};
    geometry.crossAttention = false;
    auto trace = std::make_shared<plan::Trace>(geometry, plan::uniformSchedule("ddim", 1), 2);
    plan::TraceCell cell;
    cell.action = plan::Action::Subset;
    cell.selected = true;
    cell.computedTokens = 1;
    const std::vector<std::int64_t> fresh{0, 3};
    trace->append(cell, fresh);
    Shown shown;
    shown.player.setClip(plainClip(1, 64, 64));
    shown.player.setTrace(trace);
    shown.player.showCell(0, 0, plan::ModuleKind::SelfAttention);
    TokenOverlayModel& overlay = shown.player.overlay();
    QCOMPARE(overlay.values(), (std::vector<float>{1, 0, 0, 0}));
    overlay.setSelectionRow(1);
    QCOMPARE(overlay.values(), (std::vector<float>{0, 0, 0, 1}));
    overlay.setSelectionRow(7); // there is no such row
    QCOMPARE(overlay.selectionRow(), 0);
    overlay.setSelectionRow(1);
    shown.player.setTrace(smallTrace(4, {1, 2}));
    QCOMPARE(overlay.selectionRow(), 0);
}

void TestPlayer::aThousandPreviews()
{
    Shown shown;
    for (int step = 0; step < 1000; ++step) {
        shown.player.setDenoising(step, 1000);
        shown.player.addPreview(plainPreview(step, 17, 2, step % 200));
    }
    auto* steps = shown.player.findChild<StepScrubber*>();
    QCOMPARE(steps->maximum(), 1000);
    QTest::mouseClick(steps, Qt::LeftButton, {}, {static_cast<int>(steps->positionOf(500)), steps->height() / 2});
    QVERIFY(std::abs(shown.player.model().viewedStep() - 500) <= 3); // a pixel is worth more than one step
    QCOMPARE(pixelAt(shown.picture(), shown.player.canvas().pictureRect().center()).red(),
        shown.player.model().viewedStep() % 200);
}

void TestPlayer::everyControlHasAName()
{
    Shown shown;
    for (const QWidget* widget : shown.player.findChildren<QWidget*>()) {
        if (widget->focusPolicy() == Qt::NoFocus || widget->objectName().startsWith("qt_")
            || qobject_cast<const QComboBox*>(widget->parentWidget()) != nullptr)
            continue;
        if (widget->parentWidget()->inherits("QComboBoxPrivateContainer")
            || widget->inherits("QComboBoxPrivateContainer") || widget->inherits("QAbstractScrollArea"))
            continue;
        QVERIFY2(!widget->accessibleName().isEmpty(), widget->metaObject()->className());
    }
    for (const QAction* action : shown.player.actions()) {
        QVERIFY(!action->text().isEmpty());
        QVERIFY(!action->objectName().isEmpty());
    }
}

QTEST_MAIN(TestPlayer)
#include "tst_player.moc"
