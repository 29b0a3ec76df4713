// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/token_mask.h"

#include <QtTest>

using namespace toca;
using plan::TokenMask;

/// Masks as text: the same back, hostile ones refused with the reason, and rings that fall off.
class TestTokenMask : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void textComesBack();
    void rangesAndOrderDoNotMatter();
    void wrongTextsAreRefused_data();
    void wrongTextsAreRefused();
    void ringsFallOffWithinTheFrame();
};

void TestTokenMask::textComesBack()
{
    TokenMask mask{{5, 8, 8}, {0, 3, 4, 5, 64, 319}};
    QCOMPARE(mask.text(), std::string("5x8x8: 0 3-5 64 319"));
    const auto read = plan::tokenMaskFromText(mask.text());
    QVERIFY2(read, read ? "" : read.error().message.c_str());
    QVERIFY(*read == mask);
    QCOMPARE(TokenMask{}.text(), std::string());
}

void TestTokenMask::rangesAndOrderDoNotMatter()
{
    const auto read = plan::tokenMaskFromText(" 1x2x3: 5, 0-2\n1 ");
    QVERIFY(read);
    QCOMPARE(read->tokens, (std::vector<std::int32_t>{0, 1, 2, 5}));
}

void TestTokenMask::wrongTextsAreRefused_data()
{
    QTest::addColumn<QByteArray>("text");
    for (const char* text : {"", "5x8", "5x8x8", "0x8x8: 1", "5x-8x8: 1", "5x8x8: 320", "5x8x8: 9-3", "5x8x8: 3-",
             "5x8x8: x", "100000x100000x100000: 1", "99999999999999999999x1x1: 0", "5x8x8: 1e3", "5x8x8: -1"})
        QTest::newRow(text[0] == 0 ? "empty" : text) << QByteArray(text);
}

void TestTokenMask::wrongTextsAreRefused()
{
    QFETCH(QByteArray, text);
    const auto read = plan::tokenMaskFromText(text.toStdString());
    QVERIFY(!read);
    QCOMPARE(read.error().code, ErrorCode::BadFormat);
    QVERIFY(read.error().message.ends_with('.'));
}

void TestTokenMask::ringsFallOffWithinTheFrame()
{
    const TokenMask mask{{2, 4, 4}, {5}}; // frame 0, row 1, column 1
    const std::vector<float> weights = mask.weights(2);
    QCOMPARE(weights[5], 1.0F);
    QCOMPARE(weights[0], 0.5F);
    QCOMPARE(weights[6], 0.5F);
    QCOMPARE(weights[15], 0.25F);
    QCOMPARE(weights[16 + 5], 0.0F); // the next frame is not touched
    QCOMPARE(mask.weights(0)[6], 0.0F);
}

QTEST_GUILESS_MAIN(TestTokenMask)
#include "tst_token_mask.moc"
