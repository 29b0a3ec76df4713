// SPDX-License-Identifier: Apache-2.0
#include "core/media/clip_reader.h"
#include "core/media/clip_writer.h"
#include "core/media/comparison_clip.h"
#include "tests/support/run_toca.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace toca;
using media::comparisonClip;

namespace {

Clip plain(int frames, int width, int height, std::uint8_t value, double fps = 8)
{
    Clip clip{fps, {}};
    for (int i = 0; i < frames; ++i)
        clip.frames.push_back({width, height,
            std::vector<std::uint8_t>(
                static_cast<std::size_t>(width) * height * 3, static_cast<std::uint8_t>(value + i))});
    return clip;
}

int pixel(const Frame& frame, int x, int y)
{
    return frame.rgb[(static_cast<std::size_t>(y) * frame.width + x) * 3];
}

} // namespace

class TestComparisonClip : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void panesStandSideBySide();
    void labelsAreBurntIn();
    void otherRatesKeepTheirTime();
    void manyPanesMakeRows();
    void refuses();
    void commandWritesOne();
};

void TestComparisonClip::panesStandSideBySide()
{
    media::ComparisonOptions options;
    options.difference = true;
    options.gain = 4;
    const auto whole = comparisonClip({{plain(3, 32, 16, 100), "a"}, {plain(3, 32, 16, 110), "b"}}, options);
    QVERIFY(whole);
    QCOMPARE(whole->frames.size(), std::size_t{3});
    const Frame& frame = whole->frames[1];
    // Enlarged 16 times to 256 rows, three panes with 4 pixels between.
    QCOMPARE(frame.width, 3 * 512 + 2 * 4);
    QCOMPARE(frame.width % 2 + frame.height % 2, 0);
    QCOMPARE(pixel(frame, 100, frame.height - 20), 101);
    QCOMPARE(pixel(frame, 616, frame.height - 20), 111);
    QCOMPARE(pixel(frame, 1132, frame.height - 20), 40);
}

void TestComparisonClip::labelsAreBurntIn()
{
    const auto inked = [](const std::string& label) {
        const auto whole = comparisonClip({{plain(1, 256, 256, 0), label}, {plain(1, 256, 256, 0), ""}}, {});
        const Frame& frame = whole->frames.front();
        int lit = 0;
        int furthest = 0;
        for (int y = 0; y < frame.height - 256; ++y)
            for (int x = 0; x < 256; ++x)
                if (pixel(frame, x, y) > 128) {
                    ++lit;
                    furthest = std::max(furthest, x);
                }
        return std::pair(lit, furthest);
    };
    QCOMPARE(inked("").first, 0);
    QVERIFY(inked("toca").first > 20);
    const auto longText = inked(std::string(300, 'm'));
    QVERIFY(longText.first > 100);
    QVERIFY(longText.second < 256); // cut at its pane's end
    QVERIFY(inked("\xff\xfe broken \x01 text").first > 20);
}

void TestComparisonClip::otherRatesKeepTheirTime()
{
    const auto whole = comparisonClip({{plain(4, 256, 256, 0, 4), ""}, {plain(4, 256, 256, 100, 8), ""}}, {});
    QVERIFY(whole);
    QCOMPARE(whole->fps, 8.0);
    QCOMPARE(whole->frames.size(), std::size_t{8}); // one second
    QCOMPARE(pixel(whole->frames[3], 10, 200), 1);
    QCOMPARE(pixel(whole->frames[3], 400, 200), 103);
    QCOMPARE(pixel(whole->frames[7], 400, 200), 103); // its last frame stays
}

void TestComparisonClip::manyPanesMakeRows()
{
    std::vector<LabelledClip> clips(5, {plain(1, 64, 64, 10), "x"});
    clips.back().clip = plain(1, 32, 64, 200); // another shape is shown whole, on black
    media::ComparisonOptions options;
    options.smallestHeight = 64;
    const auto whole = comparisonClip(clips, options);
    QVERIFY(whole);
    const Frame& frame = whole->frames.front();
    QCOMPARE(frame.width, 3 * 64 + 2 * 4);
    QCOMPARE(pixel(frame, 68 + 32, frame.height - 10), 200);
    QCOMPARE(pixel(frame, 68 + 4, frame.height - 10), 0);
}

void TestComparisonClip::refuses()
{
    const LabelledClip good{plain(1, 16, 16, 0), "good"};
    QCOMPARE(comparisonClip({good}, {}).error().code, ErrorCode::InvalidArgument);
    QCOMPARE(comparisonClip(std::vector<LabelledClip>(17, good), {}).error().code, ErrorCode::InvalidArgument);
    QVERIFY(comparisonClip({good, {{}, "empty one"}}, {}).error().message.find("empty one") != std::string::npos);
    Clip broken = plain(2, 16, 16, 0);
    broken.frames[1].rgb.pop_back();
    QCOMPARE(comparisonClip({good, {broken, "b"}}, {}).error().code, ErrorCode::InvalidArgument);
    const LabelledClip large{plain(1, 9000, 16, 0), "large"};
    QCOMPARE(comparisonClip({large, large}, {}).error().code, ErrorCode::TooLarge);
}

void TestComparisonClip::commandWritesOne()
{
    const QTemporaryDir folder;
    for (const auto& [name, value] : {std::pair{"a.mp4", 60}, std::pair{"b.mp4", 90}})
        QVERIFY(media::writeClip(
            folder.filePath(name).toStdString(), plain(5, 64, 64, static_cast<std::uint8_t>(value)), {}));
    auto done = test::callToca(folder.path(),
        {"compare", "a.mp4", "b.mp4", "--difference", "--labels", "first,second", "--out", "both.mp4", "--json"});
    QVERIFY2(done.exitCode == 0, done.errors.constData());
    const auto clips = done.json()["clips"].toArray();
    QCOMPARE(clips.size(), 2);
    QCOMPARE(clips[1]["label"].toString(), QString("second"));
    const double psnr = clips[1]["psnr_db"].toDouble();
    QVERIFY2(psnr > 17 && psnr < 20, qPrintable(QString::number(psnr))); // 20 log10(255 / 30) = 18.6
    const auto read = media::readClip(folder.filePath("both.mp4").toStdString());
    QVERIFY(read);
    QCOMPARE(read->frames.size(), std::size_t{5});
    QCOMPARE(read->frames.front().width, 3 * 256 + 2 * 4);

    done = test::callToca(folder.path(), {"compare", "a.mp4"});
    QCOMPARE(done.exitCode, 2);
    QVERIFY(done.hasOneErrorLine());
    done = test::callToca(folder.path(), {"compare", "a.mp4", "missing.mp4"});
    QCOMPARE(done.exitCode, 3);
    done = test::callToca(folder.path(), {"compare", "a.mp4", "b.mp4", "--labels", "one"});
    QCOMPARE(done.exitCode, 2);
}

QTEST_GUILESS_MAIN(TestComparisonClip)
#include "tst_comparison_clip.moc"
