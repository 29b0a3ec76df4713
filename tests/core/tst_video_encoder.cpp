// SPDX-License-Identifier: Apache-2.0
#include "core/media/clip_reader.h"
#include "core/media/clip_writer.h"
#include "tests/support/media_clips.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include <csignal>
#include <malloc.h>
#include <random>
#include <sys/resource.h>
#include <unistd.h>

using namespace toca;
using namespace toca::media;

namespace {

/// {"prompt":"..."} of about `bytes` bytes with characters of one to four bytes.
std::string requestOfSize(std::size_t bytes)
{
    std::string request = R"({"prompt":")";
    while (request.size() < bytes)
        request += "a\xc3\xa9\xe4\xb8\xad\xf0\x9f\xa6\x8a \\\"";
    return request + "\"}";
}

QByteArray contentOf(const std::filesystem::path& path)
{
    QFile file(QString::fromStdString(path.string()));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TestVideoEncoder : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void formatFollowsName_data();
    void formatFollowsName();
    void comesBackAsWritten_data();
    void comesBackAsWritten();
    void requestSurvives_data();
    void requestSurvives();
    void emptyRequestIsNotStored();
    void sameInputGivesSameBytes_data();
    void sameInputGivesSameBytes();
    void gifWithFewColoursIsExact();
    void gifIsLimitedToFiftyFrames();
    void shorterSequenceReplacesLonger();
    void strangersPicturesStay();
    void wrongClipsAreRefused_data();
    void wrongClipsAreRefused();
    void missingFolderIsReported_data();
    void missingFolderIsReported();
    void unwritableFolderIsReported();
    void devicesAreNotReplaced();
    void fullDiskLeavesNothing_data();
    void fullDiskLeavesNothing();
    void cancelledLeavesNothing_data();
    void cancelledLeavesNothing();

private:
    std::filesystem::path at(const QString& name) const { return m_folder->filePath(name).toStdString(); }
    QStringList everything() const
    {
        return QDir(m_folder->path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot, QDir::Name);
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestVideoEncoder::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
}

void TestVideoEncoder::formatFollowsName_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("format"); // empty: refused
    QTest::newRow("mp4") << "a.mp4"
                         << "mp4";
    QTest::newRow("capitals") << "A.MP4"
                              << "mp4";
    QTest::newRow("webm") << "b.webm"
                          << "webm";
    QTest::newRow("gif") << "c.d.gif"
                         << "gif";
    QTest::newRow("one picture") << "e.png"
                                 << "png";
    QTest::newRow("pattern") << "f_%03d.png"
                             << "png_sequence";
    QTest::newRow("plain pattern") << "%d.png"
                                   << "png_sequence";
    QTest::newRow("folder") << "frames/"
                            << "png_sequence";
    QTest::newRow("no field") << "100%.png"
                              << "png";
    QTest::newRow("hostile field") << "%s%n.png"
                                   << "png";
    QTest::newRow("huge field") << "%999999d.png"
                                << "png";
    QTest::newRow("nothing") << ""
                             << "";
    QTest::newRow("no extension") << "clip"
                                  << "";
    QTest::newRow("other extension") << "clip.avi"
                                     << "";
    QTest::newRow("only an extension") << ".mp4"
                                       << "";
}

void TestVideoEncoder::formatFollowsName()
{
    QFETCH(QString, name);
    QFETCH(QString, format);
    const auto found = formatOf(name.toStdString());
    if (format.isEmpty()) {
        QVERIFY(!found);
        QCOMPARE(found.error().code, ErrorCode::InvalidArgument);
    } else {
        QVERIFY(found);
        QCOMPARE(QString(containerFormatName(*found)), format);
    }
}

void TestVideoEncoder::comesBackAsWritten_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("readName");
    QTest::addColumn<QString>("codec");
    QTest::addColumn<QSize>("size");
    QTest::addColumn<int>("frames");
    QTest::addColumn<double>("fps");
    QTest::addColumn<double>("minimumPsnr");

    // The limits are a few dB under what was measured on FFmpeg 5.1 (in brackets). The loss of the videos is the halved
    // colour resolution at the disc's edge, so it weighs more in small frames; that of GIF is its dither.
    struct Kind {
        const char *name, *readName, *codec;
        double large, small;
    };
    const Kind kinds[] = {
        {"a.mp4", "a.mp4", "h264", 38 /* 42.2 */, 28 /* 32.0 */},
        {"a.webm", "a.webm", "vp9", 38 /* 42.2 */, 22 /* 26.4 */},
        {"a.gif", "a.gif", "gif", 28 /* 30.9 */, 29 /* 32.4 */},
        {"a.png", "a_%04d.png", "png", INFINITY, INFINITY},
        {"f_%02d.png", "f_%02d.png", "png", INFINITY, INFINITY},
        {"folder/", "folder", "png", INFINITY, INFINITY},
    };
    for (const Kind& kind : kinds) {
        const auto row = [&](const char* title, QSize size, int frames, double fps, double psnr) {
            const bool isSingle = frames == 1 && QString(kind.name) == "a.png";
            QTest::addRow("%s %s", kind.name, title)
                << kind.name << (isSingle ? kind.name : kind.readName) << kind.codec << size << frames << fps << psnr;
        };
        row("large", {640, 360}, 12, 24, kind.large);
        row("small", {64, 48}, 9, 8, kind.small);
        row("odd", {65, 33}, 5, 24000.0 / 1001, kind.small);
        row("odd width", {31, 32}, 3, 12.5, kind.small - 3); // fewer pixels, all near the edge
        row("one frame", {64, 48}, 1, 8, kind.small);
        row("one pixel", {1, 1}, 1, 8, 40); // one flat colour: only rounding is lost
        row("two", {48, 32}, 2, 30, kind.small - 3);
    }
}

void TestVideoEncoder::comesBackAsWritten()
{
    QFETCH(QString, name);
    QFETCH(QString, readName);
    QFETCH(QString, codec);
    QFETCH(QSize, size);
    QFETCH(int, frames);
    QFETCH(double, fps);
    QFETCH(double, minimumPsnr);
    const Clip clip = test::movingDisc(size.width(), size.height(), frames, fps);

    const auto written = writeClip(at(name), clip, R"({"seed":1})");
    QVERIFY2(written, written ? "" : written.error().message.c_str());
    QCOMPARE(written->frames, std::size_t(frames));
    QCOMPARE(written->width, size.width());
    std::uintmax_t bytes = 0;
    for (const auto& file : written->files)
        bytes += std::filesystem::file_size(file);
    QCOMPARE(written->bytes, bytes);

    const auto back = readClip(at(readName));
    QVERIFY2(back, back ? "" : back.error().message.c_str());
    QCOMPARE(back->frames.size(), std::size_t(frames));
    QCOMPARE(QSize(back->frames[0].width, back->frames[0].height), size);
    const bool isGif = codec == "gif";
    if (readName != "a.png") { // a single picture has no rate
        QVERIFY(std::abs(back->fps - written->fps) < 1e-3);
        // GIF counts in 1/100 s: the whole clip is off by half of that at most.
        const double tolerance = isGif ? fps * 0.005 * fps / frames + 1e-3 : 1e-3;
        QVERIFY2(std::abs(written->fps - fps) <= tolerance, qPrintable(QString::number(written->fps)));
    }
    const double psnr = test::psnr(clip, *back);
    QVERIFY2(psnr >= minimumPsnr, qPrintable(QString::number(psnr)));

    const auto info = probe(at(readName));
    QVERIFY2(info, info ? "" : info.error().message.c_str());
    QCOMPARE(QString::fromStdString(info->codec), codec);
    QCOMPARE(QSize(info->width, info->height), size);
    QCOMPARE(info->frames, std::size_t(frames));
    QCOMPARE(info->bytes, bytes);
    if (readName != "a.png")
        QVERIFY(std::abs(info->duration - frames / written->fps) < 0.01);
}

void TestVideoEncoder::requestSurvives_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("bytes");
    for (const char* name : {"a.mp4", "a.webm", "a.gif", "a.png"})
        for (const int bytes : {20, 300, 100'000, 1'000'000})
            QTest::newRow(qPrintable(QString("%1 %2").arg(name).arg(bytes))) << name << bytes;
}

void TestVideoEncoder::requestSurvives()
{
    QFETCH(QString, name);
    QFETCH(int, bytes);
    const std::string request = requestOfSize(static_cast<std::size_t>(bytes));
    QVERIFY(writeClip(at(name), test::movingDisc(16, 16, 1), request));

    const auto back = readRequest(at(name));
    QVERIFY2(back, back ? "" : back.error().message.c_str());
    QVERIFY(*back == request);
    QVERIFY(readClip(at(name))); // the comment doesn't disturb the pictures
}

void TestVideoEncoder::emptyRequestIsNotStored()
{
    for (const char* name : {"a.mp4", "a.webm", "a.gif", "a.png"}) {
        QVERIFY(writeClip(at(name), test::movingDisc(16, 16, 1), ""));
        const auto back = readRequest(at(name));
        QVERIFY(!back);
        QCOMPARE(back.error().code, ErrorCode::NotFound);
    }
}

void TestVideoEncoder::sameInputGivesSameBytes_data()
{
    QTest::addColumn<QString>("name");
    for (const char* name : {"mp4", "webm", "gif", "png"})
        QTest::newRow(name) << name;
}

void TestVideoEncoder::sameInputGivesSameBytes()
{
    QFETCH(QString, name);
    for (const QSize size : {QSize(160, 96), QSize(50, 41)}) {
        const Clip clip = test::movingDisc(size.width(), size.height(), name == "png" ? 1 : 30);
        ::mallopt(M_PERTURB, 0x55); // new memory holds one pattern, then another: using it unset would show
        QVERIFY(writeClip(at("first." + name), clip, R"({"seed":1})"));
        QTest::qWait(1100); // a date in seconds would differ
        ::mallopt(M_PERTURB, 0xaa);
        QVERIFY(writeClip(at("second." + name), clip, R"({"seed":1})"));
        ::mallopt(M_PERTURB, 0);
        const QByteArray first = contentOf(at("first." + name));
        QVERIFY(!first.isEmpty());
        QVERIFY(first == contentOf(at("second." + name)));
    }
}

void TestVideoEncoder::gifWithFewColoursIsExact()
{
    Clip clip{.fps = 10, .frames = {}};
    for (int t = 0; t < 4; ++t) {
        Frame frame{.width = 8, .height = 8, .rgb = {}};
        for (int i = 0; i < 64; ++i)
            for (const int value : {i * 3, 255 - i, (t + i) % 3 * 50})
                frame.rgb.push_back(static_cast<std::uint8_t>(value));
        clip.frames.push_back(frame);
    }
    clip.frames.push_back(clip.frames.back()); // a frame without any change must not get lost
    QVERIFY(writeClip(at("a.gif"), clip, ""));
    const auto back = readClip(at("a.gif"));
    QVERIFY(back);
    QVERIFY(back->frames == clip.frames); // 192 colours fit into the palette
}

void TestVideoEncoder::gifIsLimitedToFiftyFrames()
{
    const auto written = writeClip(at("a.gif"), test::movingDisc(16, 16, 10, 120), "");
    QVERIFY(written);
    QCOMPARE(written->fps, 50.0);
    QCOMPARE(readClip(at("a.gif"))->frames.size(), std::size_t(10));
}

void TestVideoEncoder::shorterSequenceReplacesLonger()
{
    QVERIFY(writeClip(at("folder/"), test::movingDisc(16, 16, 6), ""));
    QVERIFY(writeClip(at("folder/"), test::movingDisc(16, 16, 2), ""));
    QCOMPARE(QDir(m_folder->filePath("folder")).entryList(QDir::Files | QDir::Hidden, QDir::Name),
        QStringList({"frame_0001.png", "frame_0002.png"}));
}

void TestVideoEncoder::strangersPicturesStay()
{
    QVERIFY(writeClip(at("other.png"), test::movingDisc(16, 16, 1), "")); // a picture without the mark of a sequence
    QVERIFY(QFile::rename(m_folder->filePath("other.png"), m_folder->filePath("a_0003.png")));
    QVERIFY(writeClip(at("a.png"), test::movingDisc(16, 16, 2), ""));
    QCOMPARE(everything(), QStringList({"a_0001.png", "a_0002.png", "a_0003.png"}));
}

void TestVideoEncoder::wrongClipsAreRefused_data()
{
    QTest::addColumn<Clip>("clip");
    QTest::addColumn<QByteArray>("request");
    const Clip good = test::movingDisc(16, 16, 2);
    Clip clip = good;
    clip.frames.clear();
    QTest::newRow("no frames") << clip << QByteArray();
    for (const double fps : {0.0, -1.0, 1e9, double(NAN), double(INFINITY)}) {
        clip = good;
        clip.fps = fps;
        QTest::addRow("fps %g", fps) << clip << QByteArray();
    }
    clip = good;
    clip.frames[1] = test::movingDisc(16, 18, 1).frames[0];
    QTest::newRow("two sizes") << clip << QByteArray();
    clip = good;
    clip.frames[1].rgb.pop_back();
    QTest::newRow("missing byte") << clip << QByteArray();
    clip.frames = {Frame{}};
    QTest::newRow("empty frame") << clip << QByteArray();
    clip.frames = {Frame{.width = -4, .height = -4, .rgb = std::vector<std::uint8_t>(48)}};
    QTest::newRow("negative size") << clip << QByteArray();
    clip.frames = {Frame{.width = 16385, .height = 1, .rgb = std::vector<std::uint8_t>(16385 * 3)}};
    QTest::newRow("too wide") << clip << QByteArray();
    QTest::newRow("NUL in request") << good << QByteArray("a\0b", 3);
    QTest::newRow("no UTF-8 in request") << good << QByteArray("\xff\xfe");
    QTest::newRow("huge request") << good << QByteArray((1 << 20) + 1, 'a');
}

void TestVideoEncoder::wrongClipsAreRefused()
{
    QFETCH(Clip, clip);
    QFETCH(QByteArray, request);
    for (const char* name : {"a.mp4", "a.webm", "a.gif", "a.png", "b/"}) {
        const auto written = writeClip(at(name), clip, request.toStdString());
        QVERIFY(!written);
        QCOMPARE(written.error().code, ErrorCode::InvalidArgument);
    }
    QCOMPARE(everything(), QStringList());
}

void TestVideoEncoder::missingFolderIsReported_data()
{
    QTest::addColumn<QString>("name");
    for (const char* name : {"none/a.mp4", "none/a.webm", "none/a.gif", "none/a.png", "none/f_%d.png", "none/deeper/"})
        QTest::newRow(name) << name;
}

void TestVideoEncoder::missingFolderIsReported()
{
    QFETCH(QString, name);
    const auto written = writeClip(at(name), test::movingDisc(16, 16, 2), "");
    QVERIFY(!written);
    QCOMPARE(written.error().code, ErrorCode::Io);
    QVERIFY(QString::fromStdString(written.error().message).contains("none"));
    QCOMPARE(everything(), QStringList());
}

void TestVideoEncoder::unwritableFolderIsReported()
{
    // Nobody can make files there, not even root.
    for (const char* name : {"/proc/a.mp4", "/proc/a.webm", "/proc/a.gif", "/proc/a.png", "/proc/frames/"}) {
        const auto written = writeClip(name, test::movingDisc(16, 16, 1), "");
        QVERIFY(!written);
        QCOMPARE(written.error().code, ErrorCode::Io);
    }
    if (::geteuid() == 0)
        return; // permissions don't bind root
    QVERIFY(QFile::setPermissions(m_folder->path(), QFile::ReadOwner | QFile::ExeOwner));
    const auto written = writeClip(at("a.mp4"), test::movingDisc(16, 16, 1), "");
    QFile::setPermissions(m_folder->path(), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    QVERIFY(!written);
    QCOMPARE(written.error().code, ErrorCode::Io);
}

void TestVideoEncoder::devicesAreNotReplaced()
{
    QVERIFY(QFile::link("/dev/full", m_folder->filePath("a.mp4")));
    QVERIFY(QDir(m_folder->path()).mkdir("b.mp4"));
    for (const char* name : {"a.mp4", "b.mp4"}) {
        const auto written = writeClip(at(name), test::movingDisc(16, 16, 1), "");
        QVERIFY(!written);
        QCOMPARE(written.error().code, ErrorCode::Io);
    }
    QCOMPARE(everything(), QStringList({"a.mp4", "b.mp4"}));
}

void TestVideoEncoder::fullDiskLeavesNothing_data()
{
    QTest::addColumn<QString>("name");
    for (const char* name : {"a.mp4", "a.webm", "a.gif", "a.png", "new/"})
        QTest::newRow(name) << name;
}

void TestVideoEncoder::fullDiskLeavesNothing()
{
    QFETCH(QString, name);
    // A limit on file sizes fails in the middle of writing, like a full disk. Frames of the sequence differ in size, so
    // that some are complete before one is refused.
    Clip noisy = test::movingDisc(64, 48, 3);
    std::mt19937 random(1);
    for (auto& value : noisy.frames[2].rgb)
        value = static_cast<std::uint8_t>(random());
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    QCOMPARE(::getrlimit(RLIMIT_FSIZE, &before), 0);
    rlimit small = before;
    small.rlim_cur = name == "a.png" || name == "new/" ? 6'000 : 3'000;
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &small), 0);
    const auto written = writeClip(at(name), noisy, requestOfSize(2'000));
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &before), 0);

    QVERIFY(!written);
    QCOMPARE(written.error().code, ErrorCode::Io);
    QCOMPARE(everything(), QStringList());
}

void TestVideoEncoder::cancelledLeavesNothing_data()
{
    QTest::addColumn<QString>("name");
    for (const char* name : {"a.mp4", "a.webm", "a.gif", "a.png", "new/"})
        QTest::newRow(name) << name;
}

void TestVideoEncoder::cancelledLeavesNothing()
{
    QFETCH(QString, name);
    std::stop_source source;
    source.request_stop();
    WriteOptions options;
    options.stop = source.get_token();
    const auto written = writeClip(at(name), test::movingDisc(64, 48, 2), "", options);
    QVERIFY(!written);
    QCOMPARE(written.error().code, ErrorCode::Cancelled);
    QCOMPARE(everything(), QStringList());
}

QTEST_GUILESS_MAIN(TestVideoEncoder)
#include "tst_video_encoder.moc"
