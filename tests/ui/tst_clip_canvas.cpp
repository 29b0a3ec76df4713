// SPDX-License-Identifier: Apache-2.0
#include "ui/player/clip_canvas.h"
#include "ui/player/token_overlay_painter.h"
#include "ui/theme/theme.h"

#include "tests/ui/player_fixtures.h"
#include "tests/ui/player_window.h"

#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>

#include <cmath>

using namespace toca;
using namespace toca::ui;
using namespace toca::test;

class TestClipCanvas : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void showsTheFrameOfTheModel();
    void sideBySideShowsTheSameFrame();
    void wipeIsDragged();
    void differenceIsShownWithItsGain();
    void overlayMarksExactlyTheComputedTokens();
    void overlayFollowsTheLatentFrame();
    void heatColoursFollowTheScale();
    void hoverReadsTheToken();
    void zoomAndPanKeepThePictureReachable();
    void oneToOneIsOneDevicePixel();
    void paintsOnlyWhenSomethingChanged();
    void oddSizesAndBrokenFrames_data();
    void oddSizesAndBrokenFrames();
    void tinyWindows();
};

void TestClipCanvas::initTestCase()
{
    applyTheme(*qApp, ThemeChoice::Dark);
}

void TestClipCanvas::showsTheFrameOfTheModel()
{
    Shown shown;
    shown.player.setClip(plainClip(17, 32, 32, 60, 90, 30));
    QSignalSpy frames(&shown.player, &PlayerWidget::frameChanged);
    for (const int frame : {0, 16, 7}) {
        shown.player.model().setFrame(frame);
        const QColor colour = pixelAt(shown.picture(), shown.player.canvas().pictureRect().center());
        QCOMPARE(colour, QColor(60 + frame, 90, 30));
        QCOMPARE(shown.player.framePicture().size(), QSize(32, 32));
        QCOMPARE(shown.player.framePicture().pixelColor(31, 31), colour);
    }
    QCOMPARE(frames.count(), 2);
}

void TestClipCanvas::sideBySideShowsTheSameFrame()
{
    Shown shown;
    shown.player.setClip(plainClip(17, 32, 32, 60));
    shown.player.setBaseline(plainClip(17, 32, 32, 160));
    shown.player.setView(ClipView::SideBySide);
    shown.player.overlay().setOn(false);
    for (const int frame : {0, 11}) {
        shown.player.model().setFrame(frame);
        const QImage image = shown.picture();
        QCOMPARE(pixelAt(image, shown.player.canvas().pictureRect().center()).red(), 60 + frame);
        QCOMPARE(pixelAt(image, shown.player.canvas().baselineRect().center()).red(), 160 + frame);
    }
    QVERIFY(!shown.player.canvas().pictureRect().intersects(shown.player.canvas().baselineRect()));
    QCOMPARE(shown.player.canvas().pictureRect().size(), shown.player.canvas().baselineRect().size());
    // A baseline of another length is shown at the same place in time.
    shown.player.setBaseline(plainClip(5, 32, 32, 160));
    shown.player.model().setFrame(16);
    QCOMPARE(pixelAt(shown.picture(), shown.player.canvas().baselineRect().center()).red(), 164);
}

void TestClipCanvas::wipeIsDragged()
{
    Shown shown;
    ClipCanvas& canvas = shown.player.canvas();
    shown.player.setClip(plainClip(2, 32, 32, 60));
    shown.player.setBaseline(plainClip(2, 32, 32, 160));
    shown.player.setView(ClipView::Slider);
    const QRectF rect = canvas.pictureRect();
    QSignalSpy moved(&canvas, &ClipCanvas::wipeChanged);
    QTest::mousePress(&canvas, Qt::LeftButton, {}, within(rect, 0.5, 0.5).toPoint());
    QTest::mouseMove(&canvas, within(rect, 0.25, 0.5).toPoint());
    QTRY_VERIFY(std::abs(canvas.wipe() - 0.25) < 0.01);
    QTest::mouseRelease(&canvas, Qt::LeftButton, {}, within(rect, 0.25, 0.5).toPoint());
    QVERIFY(moved.count() >= 1);
    const QImage image = shown.picture();
    QCOMPARE(pixelAt(image, within(rect, 0.15, 0.8)).red(), 60);
    QCOMPARE(pixelAt(image, within(rect, 0.35, 0.8)).red(), 160);
    canvas.setWipe(-3);
    QCOMPARE(canvas.wipe(), 0.0);
    canvas.setWipe(std::nan(""));
    QCOMPARE(canvas.wipe(), 0.5);
}

void TestClipCanvas::differenceIsShownWithItsGain()
{
    Shown shown;
    shown.player.setClip(plainClip(2, 32, 32, 60, 10, 0));
    shown.player.setBaseline(plainClip(2, 32, 32, 67, 10, 50));
    shown.player.setView(ClipView::Difference);
    shown.player.model().setGain(4);
    QCOMPARE(pixelAt(shown.picture(), shown.player.canvas().pictureRect().center()), QColor(28, 0, 200));
    shown.player.model().setGain(8);
    QCOMPARE(pixelAt(shown.picture(), shown.player.canvas().pictureRect().center()), QColor(56, 0, 255));
}

void TestClipCanvas::overlayMarksExactlyTheComputedTokens()
{
    Shown shown;
    ClipCanvas& canvas = shown.player.canvas();
    shown.player.setClip(plainClip(17, 64, 32, 200, 200, 200));
    shown.player.setTrace(smallTrace(4, {1, 6}));
    shown.player.showCell(2, 1, plan::ModuleKind::Mlp);
    shown.player.model().setFrame(0); // latent frame 0: tokens 0..7 of 2 rows x 4 columns
    const QImage image = shown.picture();
    const QRectF rect = canvas.pictureRect();
    for (int token = 0; token < 8; ++token) {
        const QColor colour = pixelAt(image, within(rect, (token % 4 + 0.6) / 4, (token / 4 + 0.45) / 2));
        if (token == 1 || token == 6)
            QVERIFY2(colour.red() > 180, qPrintable(QString::number(token)));
        else
            QVERIFY2(colour.red() < 130, qPrintable(QString::number(token)));
    }
    // The outline of token 1 lies within its own cell.
    const QPointF border = within(rect, 0.25, 0.25) + QPointF(1, 0);
    QVERIFY(pixelAt(image, border).blue() < 120);
    shown.player.overlay().setOn(false);
    QCOMPARE(pixelAt(shown.picture(), rect.center() + QPointF(5, 5)), QColor(200, 200, 200));
}

void TestClipCanvas::overlayFollowsTheLatentFrame()
{
    Shown shown;
    ClipCanvas& canvas = shown.player.canvas();
    shown.player.setClip(plainClip(17, 64, 32, 200, 200, 200));
    shown.player.setTrace(smallTrace(4, {1 * 8 + 2}));
    shown.player.showCell(2, 1, plan::ModuleKind::Mlp);
    const QPointF token = within(canvas.pictureRect(), 2.6 / 4, 0.3);
    for (int frame = 0; frame < 17; ++frame) {
        shown.player.model().setFrame(frame);
        const bool lit = pixelAt(shown.picture(), token).red() > 180;
        QCOMPARE(lit, frame >= 1 && frame <= 4); // the pictures of latent frame 1
        QCOMPARE(canvas.latentFrame(), std::int64_t{latentFrameOf(frame, 17, 5)});
    }
}

void TestClipCanvas::heatColoursFollowTheScale()
{
    TokenOverlayModel overlay;
    overlay.setTrace(smallTrace(4, {0}, 4, true));
    overlay.setMode(OverlayMode::Score);
    overlay.showCell(3, 1, plan::ModuleKind::Mlp);
    overlay.setOpacity(1);
    const QImage layer = overlayLayer(overlay, 0, {40, 20}, 1);
    QCOMPARE(layer.size(), QSize(40, 20));
    for (int token = 0; token < 8; ++token) {
        const QColor shown = layer.pixelColor(token % 4 * 10 + 5, token / 4 * 10 + 5);
        const QColor expected = overlayColour(overlay, static_cast<float>(token));
        QVERIFY(std::abs(shown.red() - expected.red()) <= 2 && std::abs(shown.green() - expected.green()) <= 2
            && std::abs(shown.blue() - expected.blue()) <= 2); // premultiplied 8 bit
    }
    QVERIFY(overlayColour(overlay, 0) != overlayColour(overlay, 39));
    QVERIFY(overlayLayer(overlay, 5, {40, 20}, 1).isNull());
    QVERIFY(overlayLayer(overlay, -1, {40, 20}, 1).isNull());
    QVERIFY(overlayLayer(overlay, 0, {}, 1).isNull());
    QVERIFY(!overlayLayer(overlay, 0, {3, 1}, 1).isNull()); // fewer pixels than tokens
}

void TestClipCanvas::hoverReadsTheToken()
{
    Shown shown;
    ClipCanvas& canvas = shown.player.canvas();
    shown.player.setClip(plainClip(17, 64, 32, 200));
    shown.player.setTrace(smallTrace(4, {14}));
    shown.player.showCell(2, 1, plan::ModuleKind::Mlp);
    shown.player.model().setFrame(1);
    QSignalSpy hovered(&shown.player, &PlayerWidget::tokenHovered);
    QTest::mouseMove(&canvas, within(canvas.pictureRect(), 2.5 / 4, 0.75).toPoint());
    QTRY_COMPARE(hovered.count(), 1);
    QCOMPARE(hovered[0][0].toLongLong(), qint64{14}); // frame 1, row 1, column 2
    QVERIFY(tokenReading(shown.player.overlay(), {1, 1, 2}).contains(QStringLiteral("row 1, column 2\ncomputed")));
    QVERIFY(tokenReading(shown.player.overlay(), {1, 1, 3}).endsWith(QStringLiteral("reused")));
    QTest::mouseMove(&canvas, QPoint(1, 1));
    QTRY_COMPARE(hovered.count(), 2);
    QCOMPARE(hovered[1][0].toLongLong(), qint64{-1});
}

void TestClipCanvas::zoomAndPanKeepThePictureReachable()
{
    Shown shown;
    ClipCanvas& canvas = shown.player.canvas();
    shown.player.setClip(plainClip(2, 64, 32));
    const QPointF pointer = within(canvas.pictureRect(), 0.25, 0.5);
    QWheelEvent wheel(
        pointer, canvas.mapToGlobal(pointer), {}, {0, 240}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
    const double before = canvas.effectiveZoom();
    QCoreApplication::sendEvent(&canvas, &wheel);
    QVERIFY(std::abs(canvas.effectiveZoom() / before - 1.44) < 0.01);
    // What was under the pointer stays there.
    QVERIFY(std::abs((pointer.x() - canvas.pictureRect().left()) / canvas.pictureRect().width() - 0.25) < 0.01);
    QTest::mousePress(&canvas, Qt::LeftButton, {}, {300, 200});
    QTest::mouseMove(&canvas, {300 + 100000, 200 + 100000});
    QTest::mouseRelease(&canvas, Qt::LeftButton, {}, {300, 200});
    QVERIFY(canvas.pictureRect().intersects(QRectF(canvas.rect())));
    canvas.setZoom(1e9);
    QCOMPARE(canvas.zoom(), 64.0);
    shown.picture();
    canvas.setZoom(std::nan(""));
    QVERIFY(canvas.isFitted());
}

void TestClipCanvas::oneToOneIsOneDevicePixel()
{
    Shown shown;
    ClipCanvas& canvas = shown.player.canvas();
    Clip clip = plainClip(1, 3, 1);
    clip.frames[0].rgb = {255, 0, 0, 0, 255, 0, 0, 0, 255};
    shown.player.setClip(clip);
    canvas.setZoom(1);
    const double ratio = canvas.devicePixelRatioF();
    QCOMPARE(canvas.pictureRect().width() * ratio, 3.0);
    const QImage image = shown.picture();
    const QPoint corner = (canvas.pictureRect().topLeft() * ratio).toPoint();
    QCOMPARE(image.pixelColor(corner), QColor(255, 0, 0));
    QCOMPARE(image.pixelColor(corner + QPoint(1, 0)), QColor(0, 255, 0));
    QCOMPARE(image.pixelColor(corner + QPoint(2, 0)), QColor(0, 0, 255));
    canvas.setSmooth(false);
    canvas.setZoom(64); // hard squares
    const QImage large = shown.picture();
    QCOMPARE(pixelAt(large, within(canvas.pictureRect(), 0.32, 0.5)), QColor(255, 0, 0));
    QCOMPARE(pixelAt(large, within(canvas.pictureRect(), 0.35, 0.5)), QColor(0, 255, 0));
}

void TestClipCanvas::paintsOnlyWhenSomethingChanged()
{
    Shown shown;
    shown.player.setClip(plainClip(17, 64, 32));
    shown.player.setTrace(smallTrace(4, {1}));
    shown.player.showCell(2, 1, plan::ModuleKind::Mlp);
    QTest::qWait(50);
    PaintCounter counter(shown.player.canvas());
    for (int i = 0; i < 5; ++i) {
        shown.player.refresh();
        QTest::qWait(20);
    }
    QCOMPARE(counter.paints, 0);
    shown.player.model().setFrame(3);
    QTRY_COMPARE(counter.paints, 1);
}

void TestClipCanvas::oddSizesAndBrokenFrames_data()
{
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("frames");
    QTest::addColumn<bool>("broken");
    QTest::newRow("one pixel") << 1 << 1 << 1 << false;
    QTest::newRow("odd") << 7 << 13 << 3 << false;
    QTest::newRow("very wide") << 900 << 1 << 2 << false;
    QTest::newRow("very high") << 1 << 900 << 2 << false;
    QTest::newRow("missing bytes") << 8 << 8 << 2 << true;
}

void TestClipCanvas::oddSizesAndBrokenFrames()
{
    QFETCH(int, width);
    QFETCH(int, height);
    QFETCH(int, frames);
    QFETCH(bool, broken);
    Shown shown;
    Clip clip = plainClip(frames, width, height, 90);
    if (broken)
        clip.frames[1].rgb.resize(5);
    shown.player.setClip(clip);
    shown.player.setBaseline(plainClip(2, 5, 5));
    shown.player.setTrace(smallTrace(4, {1}));
    shown.player.showCell(2, 1, plan::ModuleKind::Mlp);
    for (const ClipView view : {ClipView::Single, ClipView::SideBySide, ClipView::Slider, ClipView::Difference}) {
        shown.player.setView(view);
        for (const double zoom : {0.0, 1.0, 64.0}) {
            shown.player.canvas().setZoom(zoom);
            for (int frame = 0; frame < frames; ++frame) {
                shown.player.model().setFrame(frame);
                QVERIFY(!shown.picture().isNull());
            }
        }
    }
    if (!broken) {
        shown.player.setView(ClipView::Single);
        shown.player.canvas().setZoom(0);
        shown.player.overlay().setOn(false);
        shown.player.model().setFrame(0);
        QCOMPARE(pixelAt(shown.picture(), shown.player.canvas().pictureRect().center()).red(), 90);
    }
}

void TestClipCanvas::tinyWindows()
{
    Shown shown({1, 1});
    shown.player.setClip(plainClip(17, 64, 32));
    shown.player.setBaseline(plainClip(17, 64, 32));
    shown.player.setTrace(smallTrace(4, {1}));
    shown.player.showCell(2, 1, plan::ModuleKind::Mlp);
    ClipCanvas& canvas = shown.player.canvas();
    for (const QSize size : {QSize(1, 1), QSize(5, 400), QSize(400, 5)}) {
        for (const ClipView view : {ClipView::Single, ClipView::SideBySide, ClipView::Slider, ClipView::Difference}) {
            shown.player.setView(view);
            QImage image(size, QImage::Format_RGB32);
            canvas.setMinimumSize(1, 1);
            canvas.resize(size);
            canvas.render(&image);
        }
    }
    shown.player.clear();
    QImage image(1, 1, QImage::Format_RGB32);
    canvas.render(&image);
    shown.player.setBusy(QStringLiteral("Loading"));
    canvas.render(&image);
}

QTEST_MAIN(TestClipCanvas)
#include "tst_clip_canvas.moc"
