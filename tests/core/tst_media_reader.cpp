// SPDX-License-Identifier: Apache-2.0
#include "core/media/clip_reader.h"
#include "core/media/clip_writer.h"
#include "tests/support/media_clips.h"
#include "tests/support/picture_samples.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include <sys/stat.h>

using namespace toca;
using namespace toca::media;

namespace {

/// An uncompressed 24-bit BMP, rows from the bottom.
QByteArray bmpOf(const Frame& frame)
{
    const int rowBytes = (frame.width * 3 + 3) / 4 * 4;
    QByteArray out("BM");
    const auto number = [&out](quint32 value, int bytes) {
        for (int i = 0; i < bytes; ++i)
            out.append(static_cast<char>(value >> 8 * i & 0xff));
    };
    number(static_cast<quint32>(54 + rowBytes * frame.height), 4);
    number(0, 4);
    number(54, 4); // where the pixels begin
    number(40, 4); // BITMAPINFOHEADER
    number(static_cast<quint32>(frame.width), 4);
    number(static_cast<quint32>(frame.height), 4);
    number(1, 2);
    number(24, 2);
    for (int i = 0; i < 6; ++i)
        number(0, 4);
    for (int y = frame.height - 1; y >= 0; --y) {
        for (int x = 0; x < frame.width; ++x)
            for (int c = 2; c >= 0; --c)
                out.append(static_cast<char>(frame.rgb[static_cast<std::size_t>(y * frame.width + x) * 3 + c]));
        out.append(rowBytes - frame.width * 3, '\0');
    }
    return out;
}

} // namespace

class TestMediaReader : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void picturesAreRead_data();
    void picturesAreRead();
    void kindIsToldByContent();
    void photosAreTurnedUpright();
    void transparentPartsAreWhite();
    void onlyTheFirstFramesAreRead_data();
    void onlyTheFirstFramesAreRead();
    void sequencesAreReadInOrder();
    void sequenceOfTwoSizesIsRefused();
    void limitsAreKept();
    void bombsAreRefused();
    void otherFilesAreRefused_data();
    void otherFilesAreRefused();
    void missingFilesAreReported();
    void pipesDoNotHang();
    void cutFilesGiveAResult_data();
    void cutFilesGiveAResult();
    void nothingIsPrinted();

private:
    std::filesystem::path at(const QString& name) const { return m_folder->filePath(name).toStdString(); }
    void put(const QString& name, const QByteArray& content) const
    {
        QFile file(m_folder->filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(content), content.size());
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestMediaReader::picturesAreRead_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("format");
    QTest::addColumn<double>("minimumPsnr");
    QTest::newRow("bmp") << bmpOf(test::movingDisc(24, 16, 1).frames[0]) << "bmp" << double(INFINITY);
    QTest::newRow("webp") << test::sampleWebP() << "webp" << double(INFINITY); // lossless
    QTest::newRow("jpeg") << test::sampleJpeg() << "jpeg"
                          << 34.0; // quality scale 2: a little more than its quantisation
}

void TestMediaReader::picturesAreRead()
{
    QFETCH(QByteArray, content);
    QFETCH(QString, format);
    QFETCH(double, minimumPsnr);
    put("picture", content);
    const auto clip = readClip(at("picture"));
    QVERIFY2(clip, clip ? "" : clip.error().message.c_str());
    QCOMPARE(clip->frames.size(), std::size_t(1));
    const double psnr = test::psnr(*clip, test::movingDisc(24, 16, 1));
    QVERIFY2(psnr >= minimumPsnr, qPrintable(QString::number(psnr)));
    const auto info = probe(at("picture"));
    QVERIFY(info);
    QCOMPARE(QString::fromStdString(info->format), format);
    QCOMPARE(info->width, 24);
    QCOMPARE(info->height, 16);
    QCOMPARE(info->frames, std::size_t(1));
    QVERIFY(!info->request);
}

void TestMediaReader::kindIsToldByContent()
{
    QVERIFY(writeClip(at("a.gif"), test::movingDisc(16, 16, 3), R"({"seed":3})"));
    QVERIFY(QFile::rename(m_folder->filePath("a.gif"), m_folder->filePath("a.mp4")));
    QCOMPARE(QString::fromStdString(probe(at("a.mp4"))->format), QString("gif"));
    QCOMPARE(*readRequest(at("a.mp4")), std::string(R"({"seed":3})"));
}

void TestMediaReader::photosAreTurnedUpright()
{
    // The same JPEG with an Exif orientation: 6 means "turn a quarter to the right to see it upright", 3 "turn by
    // half".
    const auto withOrientation = [](char value) {
        const QByteArray exif = QByteArray::fromHex("ffe10022457869660000"
                                                    "4d4d002a00000008"
                                                    "0001"
                                                    "0112000300000001")
            + QByteArray("\0", 1) + QByteArray(1, value)
            + QByteArray::fromHex("0000"
                                  "00000000");
        QByteArray jpeg = test::sampleJpeg();
        return jpeg.insert(2, exif);
    };
    put("plain.jpg", test::sampleJpeg());
    const auto plain = readClip(at("plain.jpg"));
    QVERIFY(plain);
    const Frame& source = plain->frames[0];
    const auto pixelsEqual = [&](const Frame& turned, auto sourceOf) {
        for (int y = 0; y < turned.height; ++y)
            for (int x = 0; x < turned.width; ++x) {
                const auto [sx, sy] = sourceOf(x, y);
                for (int c = 0; c < 3; ++c)
                    if (turned.rgb[static_cast<std::size_t>((y * turned.width + x) * 3 + c)]
                        != source.rgb[static_cast<std::size_t>((sy * source.width + sx) * 3 + c)])
                        return false;
            }
        return true;
    };

    put("right.jpg", withOrientation(6));
    const auto right = readClip(at("right.jpg"));
    QVERIFY2(right, right ? "" : right.error().message.c_str());
    QCOMPARE(right->frames[0].width, 16);
    QCOMPARE(right->frames[0].height, 24);
    QVERIFY(pixelsEqual(right->frames[0], [](int x, int y) { return std::pair(y, 15 - x); }));

    put("half.jpg", withOrientation(3));
    const auto half = readClip(at("half.jpg"));
    QVERIFY(half);
    QVERIFY(pixelsEqual(half->frames[0], [](int x, int y) { return std::pair(23 - x, 15 - y); }));

    put("mirrored.jpg", withOrientation(2));
    const auto mirrored = readClip(at("mirrored.jpg"));
    QVERIFY(mirrored);
    QVERIFY(pixelsEqual(mirrored->frames[0], [](int x, int y) { return std::pair(23 - x, y); }));
}

void TestMediaReader::transparentPartsAreWhite()
{
    // 1x1 GIF whose only pixel is transparent; its palette says black.
    put("clear.gif",
        QByteArray::fromHex("474946383961"
                            "01000100800000"
                            "000000ffffff"
                            "21f9040100000000"
                            "2c00000000010001000002024401003b"));
    const auto clip = readClip(at("clear.gif"));
    QVERIFY2(clip, clip ? "" : clip.error().message.c_str());
    QVERIFY(clip->frames[0].rgb == std::vector<std::uint8_t>({255, 255, 255}));
}

void TestMediaReader::onlyTheFirstFramesAreRead_data()
{
    QTest::addColumn<QString>("name");
    for (const char* name : {"a.mp4", "a.webm", "a.gif", "a/"})
        QTest::newRow(name) << name;
}

void TestMediaReader::onlyTheFirstFramesAreRead()
{
    QFETCH(QString, name);
    QVERIFY(writeClip(at(name), test::movingDisc(32, 32, 20), ""));
    const auto all = readClip(at(name));
    const auto some = readClip(at(name), {.maxFrames = 7});
    QVERIFY(all && some);
    QCOMPARE(some->frames.size(), std::size_t(7));
    QVERIFY(std::equal(some->frames.begin(), some->frames.end(), all->frames.begin()));
    QCOMPARE(probe(at(name), {.maxFrames = 7})->frames, std::size_t(20));
}

void TestMediaReader::sequencesAreReadInOrder()
{
    const Clip clip = test::movingDisc(16, 16, 12, 12.5);
    QVERIFY(writeClip(at("f_%d.png"), clip, R"({"seed":2})"));
    const auto back = readClip(at("f_%d.png")); // 2 before 10
    QVERIFY(back);
    QVERIFY(*back == clip);
    const auto info = probe(at("f_%d.png"));
    QVERIFY(info);
    QCOMPARE(QString::fromStdString(info->format), QString("png_sequence"));
    QCOMPARE(info->fps, 12.5);
    QCOMPARE(*info->request, std::string(R"({"seed":2})"));
    QCOMPARE(*readRequest(at("f_7.png")), std::string(R"({"seed":2})")); // each file has it
    QCOMPARE(readClip(at("none_%d.png")).error().code, ErrorCode::NotFound);
    QVERIFY(QDir(m_folder->path()).mkdir("empty"));
    QCOMPARE(readClip(at("empty")).error().code, ErrorCode::NotFound);
}

void TestMediaReader::sequenceOfTwoSizesIsRefused()
{
    QVERIFY(writeClip(at("f_1.png"), test::movingDisc(16, 16, 1), ""));
    QVERIFY(writeClip(at("f_2.png"), test::movingDisc(16, 18, 1), ""));
    const auto clip = readClip(at("f_%d.png"));
    QVERIFY(!clip);
    QCOMPARE(clip.error().code, ErrorCode::BadFormat);
}

void TestMediaReader::limitsAreKept()
{
    for (const char* name : {"a.mp4", "a.webm", "a.gif", "a.png"}) {
        const bool isPicture = QString(name) == "a.png";
        QVERIFY(writeClip(at(name), test::movingDisc(64, 48, isPicture ? 1 : 4), ""));
        QVERIFY(!readClip(at(name), {.maxPixels = 64 * 48 - 1}));
        QVERIFY(!probe(at(name), {.maxPixels = 64 * 48 - 1}));
        const auto large = readClip(at(name), {.maxClipBytes = 64u * 48 * 3 * (isPicture ? 1 : 4) - 1});
        QVERIFY(!large);
        QCOMPARE(large.error().code, ErrorCode::TooLarge);
        QVERIFY(readClip(at(name), {.maxClipBytes = 64 * 48 * 3 * 4}));
        QCOMPARE(readClip(at(name), {.maxFrames = 0}).error().code, ErrorCode::InvalidArgument);
    }
    QCOMPARE(readClip(at("a.png"), {.maxPictureFileBytes = 100}).error().code, ErrorCode::TooLarge);
}

void TestMediaReader::bombsAreRefused()
{
    // A small PNG that says it is 60000 x 60000.
    QVERIFY(writeClip(at("a.png"), test::movingDisc(16, 16, 1), ""));
    QFile file(m_folder->filePath("a.png"));
    QVERIFY(file.open(QIODevice::ReadWrite));
    QVERIFY(file.seek(16));
    file.write(QByteArray::fromHex("0000ea600000ea60"));
    file.close();
    QVERIFY(!readClip(at("a.png")));

    // A GIF with a canvas of 65535 x 65535, which would be 17 GB.
    put("a.gif",
        QByteArray::fromHex("474946383961"
                            "ffffffff800000"
                            "000000ffffff"
                            "2c00000000010001000002024401003b"));
    const auto gif = readClip(at("a.gif"));
    QVERIFY(!gif);
    // A BMP that claims 2^31 - 1 rows.
    QByteArray bmp = bmpOf(test::movingDisc(24, 16, 1).frames[0]);
    bmp.replace(18, 8, QByteArray::fromHex("ffffff7fffffff7f"));
    put("a.bmp", bmp);
    QVERIFY(!readClip(at("a.bmp")));
}

void TestMediaReader::otherFilesAreRefused_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("text") << QByteArray("a red disc");
    QTest::newRow("playlist") << QByteArray("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/hostname\n");
    QTest::newRow("concat") << QByteArray("ffconcat version 1.0\nfile /etc/hostname\n");
    QTest::newRow("sdp") << QByteArray("v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 1 RTP/AVP 96\n");
    QTest::newRow("svg") << QByteArray("<svg xmlns='http://www.w3.org/2000/svg'/>");
    QTest::newRow("zeros") << QByteArray(100'000, '\0');
}

void TestMediaReader::otherFilesAreRefused()
{
    QFETCH(QByteArray, content);
    put("a.mp4", content); // whatever the name says
    const auto clip = readClip(at("a.mp4"));
    QVERIFY(!clip);
    QCOMPARE(clip.error().code, ErrorCode::Unsupported);
    QVERIFY(!probe(at("a.mp4")));
    QVERIFY(!readRequest(at("a.mp4")));
}

void TestMediaReader::missingFilesAreReported()
{
    for (const char* name : {"none.mp4", "none/none.png"}) {
        QCOMPARE(readClip(at(name)).error().code, ErrorCode::NotFound);
        QCOMPARE(probe(at(name)).error().code, ErrorCode::NotFound);
        QCOMPARE(readRequest(at(name)).error().code, ErrorCode::NotFound);
    }
    QVERIFY(!readClip(""));
}

void TestMediaReader::pipesDoNotHang()
{
    QCOMPARE(::mkfifo(at("pipe.mp4").c_str(), 0600), 0);
    QCOMPARE(readClip(at("pipe.mp4")).error().code, ErrorCode::Io);
    QCOMPARE(readClip("/dev/zero").error().code, ErrorCode::Io);
}

void TestMediaReader::cutFilesGiveAResult_data()
{
    QTest::addColumn<QString>("name");
    for (const char* name : {"a.mp4", "a.webm", "a.gif", "a.png"})
        QTest::newRow(name) << name;
}

void TestMediaReader::cutFilesGiveAResult()
{
    QFETCH(QString, name);
    const int frames = name == "a.png" ? 1 : 6;
    QVERIFY(writeClip(at(name), test::movingDisc(48, 32, frames), R"({"seed":1})"));
    QFile file(m_folder->filePath(name));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray whole = file.readAll();
    for (int percent = 0; percent < 100; percent += 3) {
        put("cut", whole.left(whole.size() * percent / 100));
        const auto clip = readClip(at("cut"));
        if (clip) {
            // Frames before the cut may come, never more; a PNG is whole or refused.
            QVERIFY(name != "a.png");
            QVERIFY(!clip->isEmpty() && clip->frames.size() <= std::size_t(frames));
        } else {
            QVERIFY(!clip.error().message.empty());
        }
        const auto info = probe(at("cut"));
        QVERIFY(!info || info->frames <= std::size_t(frames));
    }
}

void TestMediaReader::nothingIsPrinted()
{
    // libav would describe what is wrong on stderr; ours comes in the error instead.
    put("a.mp4", QByteArray::fromHex("00000018") + "ftypisom" + QByteArray(4000, '\x7f'));
    const QString log = m_folder->filePath("stderr");
    const int before = ::dup(2);
    QVERIFY(std::freopen(log.toLocal8Bit().constData(), "w", stderr));
    const auto clip = readClip(at("a.mp4"));
    std::fflush(stderr);
    ::dup2(before, 2);
    ::close(before);
    QVERIFY(!clip);
    QCOMPARE(clip.error().code, ErrorCode::BadFormat);
    QVERIFY(QString::fromStdString(clip.error().message).contains("avformat_open_input"));
    QCOMPARE(QFileInfo(log).size(), qint64(0));
}

QTEST_GUILESS_MAIN(TestMediaReader)
#include "tst_media_reader.moc"
