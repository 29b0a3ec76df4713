// SPDX-License-Identifier: Apache-2.0
#include "app/cli/clip_files.h"

#include <QtTest>

#include <QTemporaryDir>

#include <cairo.h>

using namespace toca;

/// Clips of a build without media support.
class TestPlainClips : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void pictureIsWhatWasSaved();
    void severalFramesAreNumbered();
    void folderIsMade();
    void othersAreRefusedWithAHint_data();
    void othersAreRefusedWithAHint();
    void damagedClipsAreRefused();
};

namespace {

Clip clipOf(int frames)
{
    Clip clip;
    for (int i = 0; i < frames; ++i) {
        Frame frame{3, 2, {}};
        for (int value = 0; value < 18; ++value)
            frame.rgb.push_back(static_cast<std::uint8_t>(value * 13 + i));
        clip.frames.push_back(frame);
    }
    return clip;
}

/// The picture that a file holds; empty when it cannot be read.
Frame pictureIn(const std::filesystem::path& path)
{
    cairo_surface_t* const surface = cairo_image_surface_create_from_png(path.c_str());
    Frame frame;
    if (cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS) {
        frame.width = cairo_image_surface_get_width(surface);
        frame.height = cairo_image_surface_get_height(surface);
        for (int y = 0; y < frame.height; ++y) {
            const auto* row = reinterpret_cast<const std::uint32_t*>(
                cairo_image_surface_get_data(surface) + y * cairo_image_surface_get_stride(surface));
            for (int x = 0; x < frame.width; ++x)
                for (const unsigned shift : {16U, 8U, 0U})
                    frame.rgb.push_back(static_cast<std::uint8_t>(row[x] >> shift));
        }
    }
    cairo_surface_destroy(surface);
    return frame;
}

} // namespace

void TestPlainClips::pictureIsWhatWasSaved()
{
    const QTemporaryDir folder;
    const auto path = std::filesystem::path(folder.path().toStdString()) / "one.png";
    const auto saved = app::saveClip(path, clipOf(1), "", {});
    QVERIFY2(saved, saved ? "" : saved.error().message.c_str());
    QVERIFY(saved->find("one.png (png, 1 frame, 3x2") != std::string::npos);
    QCOMPARE(pictureIn(path).rgb, clipOf(1).frames[0].rgb);
}

void TestPlainClips::severalFramesAreNumbered()
{
    const QTemporaryDir folder;
    const auto path = std::filesystem::path(folder.path().toStdString());
    QVERIFY(app::saveClip(path / "clip.png", clipOf(3), "{}", {}));
    QVERIFY(!std::filesystem::exists(path / "clip.png"));
    QCOMPARE(pictureIn(path / "clip_0003.png").rgb, clipOf(3).frames[2].rgb);
}

void TestPlainClips::folderIsMade()
{
    const QTemporaryDir folder;
    const auto path = std::filesystem::path(folder.path().toStdString()) / "new" / "";
    QVERIFY(app::saveClip(path, clipOf(2), "", {}));
    QVERIFY(app::saveClip(path, clipOf(2), "", {})); // again over it
    QCOMPARE(pictureIn(path / "frame_0002.png").rgb, clipOf(2).frames[1].rgb);
    const auto deep = std::filesystem::path(folder.path().toStdString()) / "missing" / "new" / "";
    const auto refused = app::saveClip(deep, clipOf(2), "", {});
    QVERIFY(!refused && refused.error().code == ErrorCode::Io);
}

void TestPlainClips::othersAreRefusedWithAHint_data()
{
    QTest::addColumn<QString>("name");
    QTest::newRow("video") << "clip.mp4";
    QTest::newRow("pattern") << "f_%04d.png";
    QTest::newRow("none") << "clip";
}

void TestPlainClips::othersAreRefusedWithAHint()
{
    QFETCH(QString, name);
    const auto kind = app::clipKindOf(name.toStdString());
    QVERIFY(!kind && kind.error().code == ErrorCode::Unsupported);
    QVERIFY(kind.error().message.find(".png") != std::string::npos);
}

void TestPlainClips::damagedClipsAreRefused()
{
    const QTemporaryDir folder;
    const auto path = std::filesystem::path(folder.path().toStdString()) / "x.png";
    QVERIFY(!app::saveClip(path, {}, "", {}));
    Clip clip = clipOf(2);
    clip.frames[1].rgb.pop_back();
    QVERIFY(!app::saveClip(path, clip, "", {}));
    QVERIFY(!std::filesystem::exists(path) && std::filesystem::is_empty(folder.path().toStdString()));
}

QTEST_GUILESS_MAIN(TestPlainClips)
#include "tst_plain_clips.moc"
