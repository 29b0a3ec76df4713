// SPDX-License-Identifier: Apache-2.0
#include "ui/error_text.h"

#include <QTest>

using namespace toca;

class TestErrorText : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyErrorHasWordsAndAWayOut_data();
    void everyErrorHasWordsAndAWayOut();
    void cancelledIsNoError();
    void hostileMessagesAreCutAndFlattened();
};

void TestErrorText::everyErrorHasWordsAndAWayOut_data()
{
    QTest::addColumn<int>("code");
    for (int code = 0; code <= static_cast<int>(ErrorCode::Internal); ++code) {
        if (static_cast<ErrorCode>(code) != ErrorCode::Cancelled) {
            QTest::newRow(errorCodeName(static_cast<ErrorCode>(code))) << code;
        }
    }
}

void TestErrorText::everyErrorHasWordsAndAWayOut()
{
    QFETCH(int, code);
    const ui::ErrorText text = ui::errorText({static_cast<ErrorCode>(code), "'clip.mp4' is in the way."});
    QVERIFY2(text.happened.contains("clip.mp4"), "the file at fault must be named");
    QVERIFY(text.happened.size() > 30);
    QVERIFY(text.advice.endsWith('.'));
    QVERIFY(text.details.startsWith(errorCodeName(static_cast<ErrorCode>(code))));
}

void TestErrorText::cancelledIsNoError()
{
    const ui::ErrorText text = ui::errorText({ErrorCode::Cancelled, "Cancelled."});
    QVERIFY(text.happened.isEmpty());
    QVERIFY(text.advice.isEmpty());
}

void TestErrorText::hostileMessagesAreCutAndFlattened()
{
    const ui::ErrorText text = ui::errorText({ErrorCode::BadFormat, "line\n\tline " + std::string(100000, 'x')});
    QVERIFY(text.happened.size() < 1000);
    QVERIFY(text.details.size() < 1000);
    QVERIFY(!text.happened.contains('\n'));
}

QTEST_GUILESS_MAIN(TestErrorText)
#include "tst_error_text.moc"
