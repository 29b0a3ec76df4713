// SPDX-License-Identifier: Apache-2.0
#include "ui/player/picture_operations.h"
#include "ui/player/picture_store.h"
#include "ui/player/player_model.h"
#include "ui/player/token_overlay_model.h"

#include "tests/ui/player_fixtures.h"

#include <QSignalSpy>
#include <QTest>

#include <cmath>
#include <limits>

using namespace toca;
using namespace toca::ui;
using namespace toca::test;

namespace {

/// A clock that the test moves; the model's own timer is off.
struct Clocked {
    std::int64_t nanoseconds = 0;
    PlayerModel model;

    Clocked()
    {
        model.setManualClock([this] { return nanoseconds; });
    }
    void pass(double seconds)
    {
        nanoseconds += static_cast<std::int64_t>(seconds * 1e9);
        model.advance();
    }
};

constexpr double kFrame = 1.0 / 8; // seconds of one frame of the fixtures' clips

} // namespace

class TestPlayerModel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void playsInTheClipsTime();
    void loopsOrStopsAtTheEnd();
    void pausesAndStepsByFrames();
    void changesSpeedWithoutAJump();
    void skipsFramesAfterAStall();
    void ownTimerAdvances();
    void previewsReplaceEachOtherWithoutInterruption();
    void stepsCanBeRevisitedWhileTheRunGoesOn();
    void finalClipTakesThePlaceInTime();
    void predictionsPerLatentFrameFillTheTimeLine();
    void keepsAThousandPreviews();
    void emptyAndSingleFrameClips();
    void nonsenseRatesAndSteps();
    void viewNeedsABaseline();
    void differenceIsExact();
    void picturesOfBrokenFramesAreNull();
    void softEnlargementKeepsFlatColours();
    void overlayReadsComputedTokens();
    void overlayReadsAges();
    void overlayReadsScores();
    void overlaySharesAddUpModules();
    void overlaySaysWhatIsMissing();
    void overlayFollowsAGrowingTrace();
};

void TestPlayerModel::playsInTheClipsTime()
{
    Clocked player;
    player.model.setClip(plainClip(17, 4, 4));
    QSignalSpy frames(&player.model, &PlayerModel::frameChanged);
    player.pass(0.9 * kFrame);
    QCOMPARE(player.model.frame(), 0);
    player.pass(0.2 * kFrame);
    QCOMPARE(player.model.frame(), 1);
    player.pass(4 * kFrame);
    QCOMPARE(player.model.frame(), 5);
    QCOMPARE(frames.count(), 2);
    player.model.advance(); // no time passed
    QCOMPARE(frames.count(), 2);
}

void TestPlayerModel::loopsOrStopsAtTheEnd()
{
    Clocked player;
    player.model.setClip(plainClip(4, 4, 4));
    player.pass(5.5 * kFrame);
    QCOMPARE(player.model.frame(), 1);

    player.model.setLooping(false);
    QSignalSpy playing(&player.model, &PlayerModel::playingChanged);
    player.pass(2 * kFrame);
    QCOMPARE(player.model.frame(), 3);
    QVERIFY(player.model.isPlaying()); // the last frame has its time too
    player.pass(kFrame);
    QVERIFY(!player.model.isPlaying());
    QCOMPARE(player.model.frame(), 3);
    QCOMPARE(playing.count(), 1);
    player.model.setPlaying(true); // from the start again
    QCOMPARE(player.model.frame(), 0);
}

void TestPlayerModel::pausesAndStepsByFrames()
{
    Clocked player;
    player.model.setClip(plainClip(5, 4, 4));
    player.model.setPlaying(false);
    player.pass(10);
    QCOMPARE(player.model.frame(), 0);
    player.model.stepFrame(-1);
    QCOMPARE(player.model.frame(), 4); // around, as it loops
    player.model.setLooping(false);
    player.model.stepFrame(1);
    QCOMPARE(player.model.frame(), 4);
    player.model.setFrame(99);
    QCOMPARE(player.model.frame(), 4);
    player.model.setFrame(-3);
    QCOMPARE(player.model.frame(), 0);
    player.model.setPlaying(true);
    player.model.stepFrame(2);
    QVERIFY(!player.model.isPlaying());
    QCOMPARE(player.model.frame(), 2);
}

void TestPlayerModel::changesSpeedWithoutAJump()
{
    Clocked player;
    player.model.setClip(plainClip(17, 4, 4));
    player.pass(2.5 * kFrame);
    player.model.setSpeed(0.5);
    QCOMPARE(player.model.frame(), 2);
    player.pass(0.9 * kFrame); // half speed: 0.45 frames on
    QCOMPARE(player.model.frame(), 2);
    player.pass(0.2 * kFrame);
    QCOMPARE(player.model.frame(), 3);
    player.model.setSpeed(100);
    QCOMPARE(player.model.speed(), 2.0);
    player.model.setSpeed(std::numeric_limits<double>::quiet_NaN());
    QCOMPARE(player.model.speed(), 1.0);
}

void TestPlayerModel::skipsFramesAfterAStall()
{
    Clocked player;
    player.model.setClip(plainClip(17, 4, 4));
    QSignalSpy frames(&player.model, &PlayerModel::frameChanged);
    player.pass(17 * 1000 * kFrame + 3.5 * kFrame);
    QCOMPARE(player.model.frame(), 3);
    QCOMPARE(frames.count(), 1);
}

void TestPlayerModel::ownTimerAdvances()
{
    PlayerModel model;
    Clip clip = plainClip(50, 2, 2);
    clip.fps = 100;
    model.setClip(clip);
    QTRY_VERIFY(model.frame() > 3);
    model.setPlaying(false);
    const int frame = model.frame();
    QTest::qWait(50);
    QCOMPARE(model.frame(), frame);
}

void TestPlayerModel::previewsReplaceEachOtherWithoutInterruption()
{
    Clocked player;
    QSignalSpy steps(&player.model, &PlayerModel::stepChanged);
    player.model.setDenoising(0, 30);
    player.model.addPreview(plainPreview(0));
    player.pass(3.5 * kFrame);
    QCOMPARE(player.model.frame(), 3);
    player.model.addPreview(plainPreview(1));
    QCOMPARE(player.model.frame(), 3);
    QCOMPARE(player.model.viewedStep(), 1);
    player.pass(0.6 * kFrame); // the half frame that had passed still counts
    QCOMPARE(player.model.frame(), 4);
    QVERIFY(player.model.isPlaying());
    QCOMPARE(steps.count(), 2);
    player.model.addPreview(plainPreview(1, 17, 4, 50)); // a better one of the same step
    QCOMPARE(int{player.model.shown()->clip.frames[0].rgb[0]}, 50);
    QCOMPARE(steps.count(), 2);
}

void TestPlayerModel::stepsCanBeRevisitedWhileTheRunGoesOn()
{
    Clocked player;
    for (const int step : {0, 2, 4})
        player.model.addPreview(plainPreview(step));
    player.model.viewStep(3); // none was kept: the nearest earlier one
    QCOMPARE(player.model.viewedStep(), 2);
    QVERIFY(!player.model.isFollowing());
    player.model.addPreview(plainPreview(6));
    QCOMPARE(player.model.viewedStep(), 2);
    player.model.stepPreview(1);
    QCOMPARE(player.model.viewedStep(), 4);
    player.model.stepPreview(5); // the last position follows
    QCOMPARE(player.model.viewedStep(), 6);
    QVERIFY(player.model.isFollowing());
    player.model.addPreview(plainPreview(7));
    QCOMPARE(player.model.viewedStep(), 7);
    player.model.stepPreview(-1);
    player.model.setClip(plainClip(17, 8, 8));
    QCOMPARE(player.model.viewedStep(), 6); // looking back is not interrupted by the end of the run
    player.model.viewStep(PlayerModel::kFinal);
    QCOMPARE(player.model.viewedStep(), PlayerModel::kFinal);
    QCOMPARE(player.model.previewSteps(), (std::vector<int>{0, 2, 4, 6, 7}));
}

void TestPlayerModel::finalClipTakesThePlaceInTime()
{
    Clocked player;
    player.model.addPreview(plainPreview(0, 5)); // one picture per latent frame, nothing else known
    QCOMPARE(player.model.frameCount(), 5);
    player.model.setPlaying(false);
    player.model.setFrame(4);
    player.model.setClip(plainClip(17, 8, 8));
    QCOMPARE(player.model.frameCount(), 17);
    QCOMPARE(player.model.frame(), 15); // the last fifth's middle
    QCOMPARE(player.model.viewedStep(), PlayerModel::kFinal);
    QVERIFY(!player.model.isDenoising());
}

void TestPlayerModel::predictionsPerLatentFrameFillTheTimeLine()
{
    Clocked player;
    player.model.setExpected({128, 96}, 17, 8);
    player.model.addPreview(plainPreview(0, 5));
    QCOMPARE(player.model.frameCount(), 17);
    QCOMPARE(player.model.pictureSize(), QSize(128, 96));
    player.model.setFrame(5);
    QCOMPARE(player.model.frameIn(player.model.shown()), 2);
    player.model.setFrame(16);
    QCOMPARE(player.model.frameIn(player.model.shown()), 4);
    QCOMPARE(player.model.frameIn(nullptr), -1);
}

void TestPlayerModel::keepsAThousandPreviews()
{
    Clocked player;
    player.model.setDenoising(0, 1000);
    for (int step = 0; step < 1000; ++step)
        player.model.addPreview(plainPreview(step, 17, 2));
    QCOMPARE(player.model.previewCount(), std::size_t{1000});
    QCOMPARE(player.model.viewedStep(), 999);
    player.model.viewStep(500);
    QCOMPARE(player.model.viewedStep(), 500);
    QCOMPARE(player.model.steps(), 1000);
    player.model.clear();
    QVERIFY(player.model.isEmpty());
    QCOMPARE(player.model.previewCount(), std::size_t{0});
    QCOMPARE(player.model.steps(), 0);
}

void TestPlayerModel::emptyAndSingleFrameClips()
{
    Clocked player;
    player.model.setClip({});
    QVERIFY(player.model.isEmpty());
    QCOMPARE(player.model.frameCount(), 0);
    player.pass(1);
    player.model.stepFrame(1);
    player.model.stepPreview(1);
    player.model.setFrame(3);
    QCOMPARE(player.model.frame(), 0);
    player.model.addPreview({.step = 3, .clip = {}});
    QVERIFY(player.model.isEmpty());
    player.model.setClip(plainClip(1, 5, 3));
    player.pass(100);
    QCOMPARE(player.model.frame(), 0);
    QCOMPARE(player.model.frameIn(player.model.shown()), 0);
    player.model.setClip({}); // a clip taken away leaves nothing
    QVERIFY(player.model.isEmpty());
}

void TestPlayerModel::nonsenseRatesAndSteps()
{
    Clocked player;
    for (const double fps : {0.0, -3.0, std::numeric_limits<double>::quiet_NaN(), HUGE_VAL, 1e-300, 1e300}) {
        Clip clip = plainClip(3, 2, 2);
        clip.fps = fps;
        player.model.setClip(clip);
        QVERIFY(player.model.fps() >= 0.1 && player.model.fps() <= 240);
        player.pass(1e6);
        QVERIFY(player.model.frame() >= 0 && player.model.frame() < 3);
    }
    player.model.addPreview(plainPreview(-5));
    QCOMPARE(player.model.previewCount(), std::size_t{0});
    player.model.setDenoising(50, 30);
    QCOMPARE(player.model.runningStep(), 29);
    player.model.setDenoising(-1, 30);
    QVERIFY(!player.model.isDenoising());
    player.model.setExpected({}, -4, 0);
    QCOMPARE(player.model.frameCount(), 3);
}

void TestPlayerModel::viewNeedsABaseline()
{
    PlayerModel model;
    model.setClip(plainClip(3, 2, 2));
    model.setView(ClipView::SideBySide);
    QCOMPARE(model.view(), ClipView::Single);
    model.setBaseline(plainClip(3, 2, 2));
    QCOMPARE(model.view(), ClipView::SideBySide);
    model.clearBaseline();
    QCOMPARE(model.view(), ClipView::Single);
}

void TestPlayerModel::differenceIsExact()
{
    const ClipSourcePtr run = makeClipSource(plainClip(3, 3, 5, 10, 200, 7));
    const ClipSourcePtr baseline = makeClipSource(plainClip(3, 3, 5, 40, 180, 7));
    PictureStore store;
    const QImage once = store.difference(run, 0, baseline, 0, 1);
    QCOMPARE(once.size(), QSize(3, 5));
    QCOMPARE(once.pixel(2, 4), qRgb(30, 20, 0));
    QCOMPARE(store.difference(run, 0, baseline, 2, 4).pixel(0, 0), qRgb(128, 80, 0)); // |10 - 42| * 4
    QCOMPARE(store.difference(run, 0, baseline, 0, 16).pixel(0, 0), qRgb(255, 255, 0)); // saturates
    QVERIFY(store.difference(run, 9, baseline, 0, 1).isNull());
    QVERIFY(store.difference(run, 0, nullptr, 0, 1).isNull());
    // Another size: the smaller one is enlarged, flat colours stay what they are.
    const ClipSourcePtr small = makeClipSource(plainClip(1, 1, 1, 10, 200, 7));
    const QImage mixed = store.difference(small, 0, baseline, 0, 1);
    QCOMPARE(mixed.size(), QSize(3, 5));
    QCOMPARE(mixed.pixel(1, 1), qRgb(30, 20, 0));
}

void TestPlayerModel::picturesOfBrokenFramesAreNull()
{
    QVERIFY(toImage({}).isNull());
    QVERIFY(toImage({.width = 4, .height = 4, .rgb = std::vector<std::uint8_t>(47)}).isNull());
    QVERIFY(toImage({.width = -4, .height = -4, .rgb = std::vector<std::uint8_t>(48)}).isNull());
    QVERIFY(toImage({.width = 1 << 30, .height = 1 << 30, .rgb = std::vector<std::uint8_t>(48)}).isNull());
    const QImage odd = toImage({.width = 3, .height = 1, .rgb = {1, 2, 3, 4, 5, 6, 7, 8, 9}});
    QCOMPARE(odd.pixel(1, 0), qRgb(4, 5, 6));
    QCOMPARE(odd.pixel(2, 0), qRgb(7, 8, 9));
}

void TestPlayerModel::softEnlargementKeepsFlatColours()
{
    QImage flat(3, 2, QImage::Format_RGB32);
    flat.fill(qRgb(10, 120, 250));
    const QImage large = softlyEnlarged(flat, 60);
    QCOMPARE(large.size(), QSize(60, 40));
    for (int y = 0; y < large.height(); ++y)
        for (int x = 0; x < large.width(); ++x)
            QCOMPARE(large.pixel(x, y), qRgb(10, 120, 250));
    QCOMPARE(softlyEnlarged(flat, 5).size(), flat.size());
    QCOMPARE(fittedRect({200, 100}, {0, 0, 50, 50}), QRectF(0, 12.5, 50, 25));
    QVERIFY(fittedRect({0, 100}, {0, 0, 50, 50}).isEmpty());
}

void TestPlayerModel::overlayReadsComputedTokens()
{
    TokenOverlayModel overlay;
    overlay.setTrace(smallTrace(4, {0, 11, 39}));
    QVERIFY(!overlay.isVisible());
    QVERIFY(overlay.showCell(2, 1, plan::ModuleKind::Mlp));
    QVERIFY(overlay.isVisible());
    QCOMPARE(overlay.count(), std::int64_t{3});
    QCOMPARE(overlay.count(0), std::int64_t{1});
    QCOMPARE(overlay.count(1), std::int64_t{1});
    QCOMPARE(overlay.count(2), std::int64_t{0});
    QCOMPARE(overlay.value({1, 0, 3}), 1.0F); // token 11 = frame 1, row 0, column 3
    QCOMPARE(overlay.value({1, 0, 2}), 0.0F);
    QCOMPARE(*overlay.tokenAt(0.99, 0.2, 1), (TokenPlace{1, 0, 3}));
    QVERIFY(!overlay.tokenAt(1.0, 0.2, 1));
    QVERIFY(!overlay.tokenAt(std::numeric_limits<double>::quiet_NaN(), 0.2, 1));
    QVERIFY(!overlay.tokenAt(0.5, 0.5, 5));
    QVERIFY(overlay.showCell(0, 0, plan::ModuleKind::SelfAttention)); // full
    QCOMPARE(overlay.count(), std::int64_t{40});
    QVERIFY(overlay.showCell(1, 0, plan::ModuleKind::Mlp)); // reused
    QCOMPARE(overlay.count(), std::int64_t{0});
}

void TestPlayerModel::overlayReadsAges()
{
    TokenOverlayModel overlay;
    overlay.setTrace(smallTrace(4, {5}));
    overlay.setMode(OverlayMode::Age);
    overlay.showCell(3, 1, plan::ModuleKind::Mlp);
    QCOMPARE(overlay.value({0, 1, 1}), 0.0F); // token 5: computed here
    QCOMPARE(overlay.value({0, 0, 0}), 3.0F); // last at evaluation 0
    QCOMPARE(overlay.range().second, 3.0F);
}

void TestPlayerModel::overlayReadsScores()
{
    TokenOverlayModel overlay;
    overlay.setMode(OverlayMode::Score);
    overlay.setTrace(smallTrace(4, {5}));
    overlay.showCell(3, 1, plan::ModuleKind::Mlp);
    QCOMPARE(overlay.absence(), TokenOverlayModel::Absence::NoScores);
    overlay.setTrace(smallTrace(4, {5}, 4, true));
    overlay.showCell(3, 1, plan::ModuleKind::Mlp);
    QCOMPARE(overlay.absence(), TokenOverlayModel::Absence::None);
    QCOMPARE(overlay.value({4, 1, 3}), 39.0F);
    QCOMPARE(overlay.range().first, 0.0F);
    QCOMPARE(overlay.range().second, 39.0F);
}

void TestPlayerModel::overlaySharesAddUpModules()
{
    TokenOverlayModel overlay;
    overlay.setTrace(smallTrace(4, {5}));
    overlay.setMode(OverlayMode::Share);
    QCOMPARE(overlay.shareStep(), 3);
    QCOMPARE(overlay.value({0, 1, 1}), 1.0F / 6); // one of 2 layers x 3 modules
    QCOMPARE(overlay.value({0, 0, 0}), 0.0F);
    overlay.setShareStep(0);
    QCOMPARE(overlay.value({0, 0, 0}), 1.0F);
    overlay.setShareStep(77);
    QCOMPARE(overlay.absence(), TokenOverlayModel::Absence::NotReached);
}

void TestPlayerModel::overlaySaysWhatIsMissing()
{
    TokenOverlayModel overlay;
    QCOMPARE(overlay.absence(), TokenOverlayModel::Absence::NoTrace);
    QVERIFY(!overlay.showCell(0, 0, plan::ModuleKind::Mlp));
    overlay.setTrace(smallTrace(1, {}));
    QCOMPARE(overlay.absence(), TokenOverlayModel::Absence::NoCell);
    QVERIFY(!overlay.showCell(4, 0, plan::ModuleKind::Mlp));
    QVERIFY(!overlay.showCell(0, 2, plan::ModuleKind::Mlp));
    QVERIFY(!overlay.showCell(-1, -1, plan::ModuleKind::Mlp));
    overlay.showCell(0, 0, plan::ModuleKind::Mlp);
    QVERIFY(overlay.isVisible());
    overlay.setOn(false);
    QVERIFY(!overlay.isVisible());
    overlay.setOn(true);
    overlay.clearCell();
    QCOMPARE(overlay.absence(), TokenOverlayModel::Absence::NoCell);
    overlay.setTrace(nullptr);
    QCOMPARE(overlay.grid().tokens(), std::int64_t{0});
    overlay.refresh();
}

void TestPlayerModel::overlayFollowsAGrowingTrace()
{
    const auto trace = smallTrace(1, {});
    TokenOverlayModel overlay;
    overlay.setTrace(trace);
    overlay.showCell(1, 0, plan::ModuleKind::SelfAttention);
    QCOMPARE(overlay.absence(), TokenOverlayModel::Absence::NotReached);
    QSignalSpy changed(&overlay, &TokenOverlayModel::changed);
    overlay.refresh();
    QCOMPARE(changed.count(), 0); // nothing new: nothing to paint
    plan::TraceCell cell;
    cell.computedTokens = 40;
    trace->append(cell);
    overlay.refresh();
    QCOMPARE(changed.count(), 1);
    QCOMPARE(overlay.count(), std::int64_t{40});

    overlay.setMode(OverlayMode::Share); // of the newest step, which has one cell so far
    QCOMPARE(overlay.value({0, 0, 0}), 1.0F);
    cell.action = plan::Action::Reuse;
    cell.computedTokens = 0;
    trace->append(cell);
    changed.clear();
    overlay.refresh();
    QCOMPARE(overlay.value({0, 0, 0}), 0.5F);
    QCOMPARE(changed.count(), 1);
    overlay.refresh();
    QCOMPARE(changed.count(), 1);
    overlay.setShareStep(0); // complete: later cells do not concern it
    trace->append(cell);
    changed.clear();
    overlay.refresh();
    QCOMPARE(changed.count(), 0);
}

QTEST_GUILESS_MAIN(TestPlayerModel)
#include "tst_player_model.moc"
