// SPDX-License-Identifier: Apache-2.0
#include "core/media/clip_reader.h"
#include "core/media/clip_writer.h"
#include "tests/support/media_clips.h"
#include "tests/support/picture_samples.h"

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include <random>

using namespace toca;
using namespace toca::media;

/// Damages files in many ways; whatever comes out must be a frame within the limits or an error with a sentence. A
/// crash or a hang ends the test; run it under the sanitizers for the rest.
class TestMediaCorruption : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void damagedFilesGiveAResult_data();
    void damagedFilesGiveAResult();
};

namespace {

constexpr int kMutationsPerFormat = 300;
const ReadLimits kLimits{
    .maxFrames = 32, .maxPixels = 1 << 20, .maxClipBytes = 64 << 20, .maxPictureFileBytes = 1 << 20, .maxSeconds = 20};

QByteArray damaged(QByteArray content, std::mt19937& random)
{
    const auto below = [&random](qsizetype limit) {
        return static_cast<qsizetype>(random() % static_cast<std::uint32_t>(std::max<qsizetype>(limit, 1)));
    };
    // Headers are small beside the data, so half of the damage is aimed at the first and last kilobyte.
    const auto place = [&] {
        const qsizetype edge = std::min<qsizetype>(content.size(), 1024);
        switch (random() % 4) {
        case 0:
            return below(edge);
        case 1:
            return content.size() - 1 - below(edge);
        default:
            return below(content.size());
        }
    };
    const int changes = 1 + static_cast<int>(random() % 8);
    for (int i = 0; i < changes && !content.isEmpty(); ++i) {
        const qsizetype at = place();
        switch (random() % 6) {
        case 0: // one bit
            content[at] = static_cast<char>(content[at] ^ 1 << random() % 8);
            break;
        case 1: // one byte
            content[at] = static_cast<char>(random());
            break;
        case 2: // an extreme number
            content.replace(at, 4, QByteArray::fromHex(random() % 2 ? "ffffffff" : "7fffffff"));
            break;
        case 3: // cut
            content.truncate(at);
            break;
        case 4: // a missing part
            content.remove(at, 1 + below(64));
            break;
        default: // a part twice
            content.insert(at, content.mid(below(content.size()), 1 + below(256)));
            break;
        }
    }
    return content;
}

} // namespace

void TestMediaCorruption::damagedFilesGiveAResult_data()
{
    QTest::addColumn<QByteArray>("content");
    QTemporaryDir folder;
    for (const char* name : {"a.mp4", "a.webm", "a.gif", "a.png"}) {
        const QString path = folder.filePath(name);
        const int frames = QString(name) == "a.png" ? 1 : 5;
        QVERIFY(writeClip(path.toStdString(), test::movingDisc(48, 32, frames), R"({"prompt":"a red disc","seed":7})"));
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QTest::newRow(name) << file.readAll();
    }
    QTest::newRow("jpeg") << test::sampleJpeg();
    QTest::newRow("webp") << test::sampleWebP();
}

void TestMediaCorruption::damagedFilesGiveAResult()
{
    QFETCH(QByteArray, content);
    QTemporaryDir folder;
    const std::string path = folder.filePath("damaged").toStdString();
    std::mt19937 random(20240917); // mt19937 gives the same numbers everywhere
    int refused = 0;
    for (int i = 0; i < kMutationsPerFormat; ++i) {
        QFile file(QString::fromStdString(path));
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        file.write(damaged(content, random));
        file.close();

        const auto clip = readClip(path, kLimits);
        if (clip) {
            QVERIFY(!clip->isEmpty() && clip->frames.size() <= kLimits.maxFrames);
            for (const Frame& frame : clip->frames) {
                QVERIFY(frame.width > 0 && frame.height > 0);
                QVERIFY(std::int64_t{frame.width} * frame.height <= kLimits.maxPixels);
                QCOMPARE(frame.rgb.size(),
                    static_cast<std::size_t>(frame.width) * static_cast<std::size_t>(frame.height) * 3);
            }
        } else {
            ++refused;
            QVERIFY(clip.error().message.find(path) != std::string::npos);
        }
        const auto info = probe(path, kLimits);
        QVERIFY(info ? info->width > 0 && info->height > 0 && info->fps >= 0 : !info.error().message.empty());
    }
    QVERIFY2(refused > kMutationsPerFormat / 20, "the damage was too mild to mean anything");
    qInfo("%d of %d damaged files were refused", refused, kMutationsPerFormat);
}

QTEST_GUILESS_MAIN(TestMediaCorruption)
#include "tst_media_corruption.moc"
