// SPDX-License-Identifier: Apache-2.0
#include "core/media/clip_resize.h"
#include "tests/support/media_clips.h"

#include <QtTest>

using namespace toca;
using namespace toca::media;

namespace {

Frame flat(int width, int height, std::array<std::uint8_t, 3> colour)
{
    Frame frame{.width = width, .height = height, .rgb = {}};
    for (int i = 0; i < width * height; ++i)
        frame.rgb.insert(frame.rgb.end(), colour.begin(), colour.end());
    return frame;
}

std::array<int, 3> pixel(const Frame& frame, int x, int y)
{
    const std::uint8_t* p = &frame.rgb[static_cast<std::size_t>(y * frame.width + x) * 3];
    return {p[0], p[1], p[2]};
}

} // namespace

class TestClipResize : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void flatColoursStayExact();
    void sameSizeChangesNothing();
    void coverCutsBothSidesEqually();
    void containAddsBlackEqually();
    void stretchKeepsEverything();
    void shrinkingAverages();
    void allSizesWork();
    void wrongInputIsRefused();
};

void TestClipResize::flatColoursStayExact()
{
    for (const std::array<std::uint8_t, 3> colour :
        {std::array<std::uint8_t, 3>{0, 0, 0}, {255, 255, 255}, {255, 0, 1}, {13, 200, 77}})
        for (const Fit fit : {Fit::Cover, Fit::Stretch})
            QVERIFY(*resized(flat(37, 21, colour), 64, 48, fit) == flat(64, 48, colour));
}

void TestClipResize::sameSizeChangesNothing()
{
    const Clip clip = test::movingDisc(33, 17, 3, 12);
    QVERIFY(*resized(clip, 33, 17, Fit::Cover) == clip);
}

void TestClipResize::coverCutsBothSidesEqually()
{
    // Red | green | blue, each 10 wide: only green is within the centred square of 10.
    Frame stripes = flat(30, 10, {0, 0, 0});
    for (int y = 0; y < 10; ++y)
        for (int x = 0; x < 30; ++x)
            stripes.rgb[static_cast<std::size_t>(y * 30 + x) * 3 + static_cast<std::size_t>(x / 10)] = 255;
    QVERIFY(*resized(stripes, 20, 20, Fit::Cover) == flat(20, 20, {0, 255, 0}));
}

void TestClipResize::containAddsBlackEqually()
{
    const auto out = resized(flat(30, 10, {200, 100, 50}), 60, 60, Fit::Contain);
    QVERIFY(out);
    const std::array<int, 3> black{0, 0, 0}, colour{200, 100, 50};
    QCOMPARE(pixel(*out, 30, 19), black);
    QCOMPARE(pixel(*out, 30, 20), colour);
    QCOMPARE(pixel(*out, 30, 39), colour);
    QCOMPARE(pixel(*out, 30, 40), black);
}

void TestClipResize::stretchKeepsEverything()
{
    Frame halves = flat(20, 20, {0, 0, 0});
    std::fill(halves.rgb.begin() + 20 * 10 * 3, halves.rgb.end(), std::uint8_t{255}); // lower half
    const auto out = resized(halves, 40, 10, Fit::Stretch);
    QVERIFY(out);
    QCOMPARE(pixel(*out, 0, 0)[0], 0);
    QCOMPARE(pixel(*out, 39, 9)[0], 255);
}

void TestClipResize::shrinkingAverages()
{
    // A checkerboard of single pixels: without averaging it would become black, white, or stripes.
    Frame board = flat(64, 64, {0, 0, 0});
    for (int y = 0; y < 64; ++y)
        for (int x = 0; x < 64; ++x)
            if ((x + y) % 2)
                std::fill_n(&board.rgb[static_cast<std::size_t>(y * 64 + x) * 3], 3, std::uint8_t{255});
    const auto out = resized(board, 8, 8, Fit::Stretch);
    QVERIFY(out);
    for (int i = 1; i < 7; ++i) // the filter is cut off at the border
        QVERIFY2(std::abs(pixel(*out, i, i)[0] - 127) <= 4, qPrintable(QString::number(pixel(*out, i, i)[0])));
}

void TestClipResize::allSizesWork()
{
    for (const auto& [width, height] : {std::pair{1, 1}, {1, 40}, {40, 1}, {2, 3}, {500, 7}})
        for (const auto& [toWidth, toHeight] : {std::pair{1, 1}, {1, 33}, {64, 1}, {17, 19}, {300, 200}})
            for (const Fit fit : {Fit::Cover, Fit::Contain, Fit::Stretch}) {
                const auto out = resized(flat(width, height, {9, 9, 9}), toWidth, toHeight, fit);
                QVERIFY2(out, qPrintable(QString("%1x%2 to %3x%4").arg(width).arg(height).arg(toWidth).arg(toHeight)));
                QCOMPARE(out->rgb.size(), static_cast<std::size_t>(toWidth * toHeight * 3));
            }
}

void TestClipResize::wrongInputIsRefused()
{
    const Frame good = flat(4, 4, {1, 2, 3});
    for (const int side : {0, -1, 16385})
        QVERIFY(!resized(good, side, 4, Fit::Cover));
    QVERIFY(!resized(Frame{}, 4, 4, Fit::Cover));
    Frame cut = good;
    cut.rgb.pop_back();
    QCOMPARE(resized(cut, 8, 8, Fit::Cover).error().code, ErrorCode::InvalidArgument);
    QVERIFY(!resized(Clip{.fps = 8, .frames = {good, cut}}, 8, 8, Fit::Cover));
}

QTEST_GUILESS_MAIN(TestClipResize)
#include "tst_clip_resize.moc"
