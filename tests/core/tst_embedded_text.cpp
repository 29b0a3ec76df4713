// SPDX-License-Identifier: Apache-2.0
#include "core/media/embedded_text.h"

#include <QtTest>

using namespace toca::media;

namespace {

const std::string kPngHead = std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16) + std::string(17, '\1');
const std::string kPngEnd("\0\0\0\0IEND\xae\x42\x60\x82", 12);
// 1x1, global table of two colours, one picture
const std::string kGif =
    std::string("GIF89a\1\0\1\0\x80\0\0", 13) + "abcdef" + std::string("\x2c\0\0\0\0\1\0\1\0\0\2\2\x44\1\0\x3b", 16);

} // namespace

class TestEmbeddedText : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void utf8IsChecked_data();
    void utf8IsChecked();
    void pngChunkHasTheChecksumOfTheSpecification();
    void pngTextComesBack();
    void gifCommentComesBack();
    void foreignFilesHoldNothing();
    void everyCutIsSafe();
};

void TestEmbeddedText::utf8IsChecked_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("isGood");
    QTest::newRow("empty") << QByteArray("") << true;
    QTest::newRow("all lengths") << QByteArray("a\xc3\xa9\xe4\xb8\xad\xf0\x9f\xa6\x8a") << true;
    QTest::newRow("NUL") << QByteArray("a\0", 2) << false;
    QTest::newRow("lone continuation") << QByteArray("\x80") << false;
    QTest::newRow("cut off") << QByteArray("\xf0\x9f\xa6") << false;
    QTest::newRow("overlong") << QByteArray("\xc0\xaf") << false;
    QTest::newRow("surrogate") << QByteArray("\xed\xa0\x80") << false;
    QTest::newRow("beyond Unicode") << QByteArray("\xf4\x90\x80\x80") << false;
}

void TestEmbeddedText::utf8IsChecked()
{
    QFETCH(QByteArray, text);
    QFETCH(bool, isGood);
    QCOMPARE(isPlainUtf8(text.toStdString()), isGood);
}

void TestEmbeddedText::pngChunkHasTheChecksumOfTheSpecification()
{
    // CRC-32 of the bytes "iTXtk" 0 0 0 0 0 "v", by Python's zlib.crc32.
    const auto png = withPngText(kPngHead + kPngEnd, "k", "v");
    QVERIFY(png);
    const std::string chunk = std::string("\0\0\0\7iTXtk\0\0\0\0\0v", 15);
    const auto at = png->find(chunk);
    QCOMPARE(at, kPngHead.size());
    QCOMPARE(QByteArray::fromStdString(png->substr(at + chunk.size(), 4)).toHex(), QByteArray("21a68f71"));
    QVERIFY(isPngComplete(*png));
}

void TestEmbeddedText::pngTextComesBack()
{
    auto png = withPngText(kPngHead + kPngEnd, "first", "one");
    png = withPngText(*png, "second", "\xf0\x9f\xa6\x8a");
    QCOMPARE(*pngText(*png, "first"), std::string("one"));
    QCOMPARE(*pngText(*png, "second"), std::string("\xf0\x9f\xa6\x8a"));
    QVERIFY(!pngText(*png, "sec"));
    QVERIFY(!isPngComplete(png->substr(0, png->size() - 1)));
}

void TestEmbeddedText::gifCommentComesBack()
{
    for (const std::size_t length : {0, 1, 250, 251, 252, 505, 100'000}) { // around the 255 bytes of a block
        const std::string text(length, 'x');
        const auto gif = withGifComment(kGif, "key", text);
        QVERIFY(gif);
        QVERIFY(gif->ends_with(kGif.substr(19)));
        QVERIFY(gifComment(*gif, "key") == text);
        QVERIFY(!gifComment(*gif, "other"));
    }
    const std::string late = kGif.substr(0, kGif.size() - 1) + std::string("\x21\xfe\5key:v\0\x3b", 10);
    QCOMPARE(*gifComment(late, "key"), std::string("v")); // also behind a picture
}

void TestEmbeddedText::foreignFilesHoldNothing()
{
    QVERIFY(!withPngText(kGif, "key", "v"));
    QVERIFY(!withGifComment(kPngHead, "key", "v"));
    QVERIFY(!pngText(kGif, "key"));
    QVERIFY(!gifComment(kPngHead, "key"));
    QVERIFY(!gifComment(kGif, "key"));
    QVERIFY(!isPngComplete(""));
}

void TestEmbeddedText::everyCutIsSafe()
{
    const std::string png = *withPngText(kPngHead + kPngEnd, "key", "value");
    const std::string gif = *withGifComment(kGif, "key", std::string(300, 'v'));
    for (std::size_t length = 0; length < png.size(); ++length)
        QVERIFY(!isPngComplete(png.substr(0, length)));
    for (std::size_t length = 0; length < kPngHead.size() + 16; ++length)
        QVERIFY(!pngText(png.substr(0, length), "key"));
    for (std::size_t length = 0; length < 19 + 300; ++length)
        QVERIFY(!gifComment(gif.substr(0, length), "key"));
    // A chunk and a colour table that claim more than there is.
    QVERIFY(!pngText(kPngHead + std::string("\xff\xff\xff\xffiTXtkey\0\0\0\0\0v\0\0\0\0", 21), "key"));
    QVERIFY(!gifComment(std::string("GIF89a\1\0\1\0\xff\0\0", 13), "key"));
}

QTEST_GUILESS_MAIN(TestEmbeddedText)
#include "tst_embedded_text.moc"
