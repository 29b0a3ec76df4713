// SPDX-License-Identifier: Apache-2.0
#include "app/stall_meter.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>
#include <QThread>
#include <QTimer>

using namespace toca;

class TestStallMeter : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void findsTheLongestHandler();
    void countsNothingWhileOff();
    void writesJson();
};

static app::MeasuredApplication& application()
{
    return *static_cast<app::MeasuredApplication*>(qApp);
}

void TestStallMeter::findsTheLongestHandler()
{
    application().measure(true);
    QEventLoop loop;
    QTimer::singleShot(0, &loop, [&] {
        QThread::msleep(80); // a handler that blocks the window
        loop.quit();
    });
    loop.exec();
    application().measure(false);
    const app::StallReport report = application().report();
    QVERIFY(report.longestMilliseconds >= 80);
    QVERIFY(report.longerThan50 >= 1);
    QVERIFY(report.longerThan16 >= report.longerThan50);
    QVERIFY(report.busySeconds >= 0.08);
    QVERIFY(report.seconds >= report.busySeconds);
    QVERIFY(!report.longestEvent.isEmpty());
}

void TestStallMeter::countsNothingWhileOff()
{
    application().measure(true);
    application().measure(false);
    QEventLoop loop;
    QTimer::singleShot(0, &loop, [&] {
        QThread::msleep(30);
        loop.quit();
    });
    loop.exec();
    QVERIFY(application().report().longestMilliseconds < 30);
}

void TestStallMeter::writesJson()
{
    app::StallReport report;
    report.longestMilliseconds = 12.5;
    report.longestEvent = "QTimer, event 1";
    const QJsonObject json = QJsonDocument::fromJson(app::toJson(report)).object();
    QCOMPARE(json["longest_ms"].toDouble(), 12.5);
    QCOMPARE(json["longest_event"].toString(), QString("QTimer, event 1"));
}

int main(int argc, char** argv)
{
    app::MeasuredApplication application(argc, argv);
    TestStallMeter test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_stall_meter.moc"
