// SPDX-License-Identifier: Apache-2.0
#include "tests/support/run_toca.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace toca;

namespace {

const QStringList kSmall{"--steps", "10", "--size", "32x32", "--frames", "17", "--device", "cpu", "--threads", "1"};

} // namespace

/// Calibrations and threshold responses from the command line.
class CliThresholdTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void calibrationIsWrittenAndUsed();
    void sameCallGivesTheSameCalibration();
    void wrongCalibrateCallsSayWhatIsWrong_data();
    void wrongCalibrateCallsSayWhatIsWrong();
    void responseIsShownAndSaved_data();
    void responseIsShownAndSaved();
    void presetsOwnLayersAreRecorded();
    void wrongThresholdCallsSayWhatIsWrong_data();
    void wrongThresholdCallsSayWhatIsWrong();

private:
    test::TocaCall call(const QStringList& arguments) const { return test::callToca(m_folder.path(), arguments, 300); }
    QTemporaryDir m_folder;
};

void CliThresholdTest::initTestCase()
{
    QFile prompts(m_folder.filePath("prompts.txt"));
    QVERIFY(prompts.open(QIODevice::WriteOnly));
    prompts.write("a red ball moves to the right\n# a comment\na white star moves up in a night sky\n");
}

void CliThresholdTest::calibrationIsWrittenAndUsed()
{
    const auto made = call(QStringList{"calibrate", "--policy", "teacache", "--prompts", "prompts.txt", "--seeds",
                               "3-4", "--out", "made.json"}
        + kSmall);
    QVERIFY2(made.exitCode == 0, made.errors);
    QVERIFY(made.output.contains("--set calibration=made.json"));
    QVERIFY(made.errors.contains("run 4 of 4"));
    const auto json = test::jsonFile(m_folder.filePath("made.json")).object();
    QCOMPARE(json["method"].toString(), "teacache");
    QCOMPARE(json["source"].toObject()["prompts"].toArray().size(), 2);
    QCOMPARE(json["source"].toObject()["seeds"].toArray(), (QJsonArray{3, 4}));
    const auto used = call(QStringList{"threshold", "--policy", "teacache", "--set", "calibration=made.json",
                               "--prompt", "a red ball", "--points", "20"}
        + kSmall);
    QVERIFY2(used.exitCode == 0, used.errors);
    // Another model's is refused before anything runs.
    QFile file(m_folder.filePath("made.json"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QByteArray text = file.readAll();
    text.replace(json["model"].toObject()["identity"].toString().toUtf8(), "00112233445566778899aabbccddeeff");
    QFile foreign(m_folder.filePath("foreign.json"));
    QVERIFY(foreign.open(QIODevice::WriteOnly));
    foreign.write(text);
    foreign.close();
    const auto refused =
        call(QStringList{"threshold", "--policy", "teacache", "--set", "calibration=foreign.json", "--prompt", "a"}
            + kSmall);
    QCOMPARE(refused.exitCode, 2);
    QVERIFY2(refused.errors.contains("fitted to other weights"), refused.errors);
    QVERIFY(refused.hasOneErrorLine());
}

void CliThresholdTest::sameCallGivesTheSameCalibration()
{
    QByteArray first;
    for (int i = 0; i < 2; ++i) {
        const auto made =
            call(QStringList{"calibrate", "--policy", "magcache", "--prompt", "a red ball", "--quiet"} + kSmall);
        QVERIFY2(made.exitCode == 0, made.errors);
        QVERIFY(made.output.isEmpty());
        QFile file(m_folder.filePath("magcache.json"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray text = file.readAll();
        QVERIFY(text.size() > 200);
        if (i == 0)
            first = text;
        QCOMPARE(text, first);
    }
}

void CliThresholdTest::wrongCalibrateCallsSayWhatIsWrong_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("exitCode");
    QTest::newRow("no policy") << QStringList{} << 2;
    QTest::newRow("nothing to calibrate") << QStringList{"--policy", "fora"} << 2;
    QTest::newRow("unknown policy") << QStringList{"--policy", "magic"} << 2;
    QTest::newRow("classes of a model that takes prompts")
        << QStringList{"--policy", "teacache", "--classes", "1,2"} << 2;
    QTest::newRow("no such prompts") << QStringList{"--policy", "teacache", "--prompts", "missing.txt"} << 3;
    QTest::newRow("cannot write") << QStringList{"--policy", "teacache", "--out", "missing/folder/a.json"} << 3;
    QTest::newRow("no such model") << QStringList{"--policy", "teacache", "--model", "missing"} << 3;
    QTest::newRow("too many runs") << QStringList{"--policy", "teacache", "--seeds", "0-18446744073709551615"} << 2;
    QTest::newRow("too few changes") << QStringList{"--policy", "teacache", "--prompt", "a", "--steps", "3"} << 2;
}

void CliThresholdTest::wrongCalibrateCallsSayWhatIsWrong()
{
    QFETCH(QStringList, arguments);
    QFETCH(int, exitCode);
    QStringList all{"calibrate"};
    all += arguments.contains("--steps") ? QStringList(kSmall.mid(2)) : kSmall;
    const auto result = call(all + arguments);
    QVERIFY2(result.exitCode == exitCode, result.errors);
    QVERIFY2(result.hasOneErrorLine(), result.errors);
}

void CliThresholdTest::responseIsShownAndSaved_data()
{
    QTest::addColumn<QString>("policy");
    for (const char* policy : {"teacache", "dbcache", "magcache", "easycache"})
        QTest::newRow(policy) << policy;
}

void CliThresholdTest::responseIsShownAndSaved()
{
    QFETCH(QString, policy);
    const auto shown = call(QStringList{"threshold", "--policy", policy, "--prompt", "a red ball", "--points", "50",
                                "--csv", "points.csv", "--json", "points.json"}
        + kSmall);
    QVERIFY2(shown.exitCode == 0, shown.errors);
    QVERIFY(shown.output.contains("Inert up to"));
    QVERIFY(shown.output.contains("cliff"));
    const auto json = test::jsonFile(m_folder.filePath("points.json")).object();
    QCOMPARE(json["policy"].toString(), policy);
    const auto points = json["points"].toArray();
    QCOMPARE(points.size(), 50);
    QCOMPARE(points[0].toObject()["skipped"].toInt(), 0);
    QVERIFY(points[49].toObject()["skipped"].toInt() > 2);
    QVERIFY(json["inert_threshold"].toDouble() > 0);
    QFile csv(m_folder.filePath("points.csv"));
    QVERIFY(csv.open(QIODevice::ReadOnly));
    const auto lines = csv.readAll().trimmed().split('\n');
    QCOMPARE(lines.size(), 51);
    QCOMPARE(lines[50].split(',')[1].toInt(), points[49].toObject()["skipped"].toInt());
    QCOMPARE(lines[50].split(',')[0].toDouble(), points[49].toObject()["threshold"].toDouble());
}

void CliThresholdTest::presetsOwnLayersAreRecorded()
{
    const auto shown =
        call(QStringList{"threshold", "--policy", "dbcache", "--preset", "f4b0-mc4", "--prompt", "a", "--json", "-"}
            + kSmall);
    QVERIFY2(shown.exitCode == 0, shown.errors);
    QCOMPARE(shown.json()["points"].toArray().size(), 200);
}

void CliThresholdTest::wrongThresholdCallsSayWhatIsWrong_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("exitCode");
    QTest::newRow("default policy") << QStringList{"--prompt", "a"} << 2;
    QTest::newRow("another policy") << QStringList{"--prompt", "a", "--policy", "fora"} << 2;
    QTest::newRow("one point") << QStringList{"--prompt", "a", "--policy", "easycache", "--points", "1"} << 2;
    QTest::newRow("falling range") << QStringList{"--prompt", "a", "--policy", "easycache", "--from", "2", "--to", "1"}
                                   << 2;
    QTest::newRow("cannot write") << QStringList{"--prompt", "a", "--policy", "easycache", "--csv", "no/such/a.csv"}
                                  << 3;
    QTest::newRow("too many layers") << QStringList{"--prompt", "a", "--policy", "dbcache", "--preset", "f8b0"} << 1;
}

void CliThresholdTest::wrongThresholdCallsSayWhatIsWrong()
{
    QFETCH(QStringList, arguments);
    QFETCH(int, exitCode);
    const auto result = call(QStringList{"threshold"} + kSmall + arguments);
    QVERIFY2(result.exitCode == exitCode, result.errors);
    QVERIFY2(result.hasOneErrorLine(), result.errors);
}

QTEST_GUILESS_MAIN(CliThresholdTest)
#include "tst_cli_threshold.moc"
