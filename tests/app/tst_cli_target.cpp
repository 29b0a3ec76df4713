// SPDX-License-Identifier: Apache-2.0
#include "tests/support/run_toca.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using toca::test::callToca;
using toca::test::jsonFile;
using toca::test::TocaCall;

/// Targets instead of settings. How long anything takes is not asserted.
class CliTargetTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void fewerFlopsNeedNoRun();
    void publishedModelsArePlanned();
    void memoryIsKept();
    void speedIsMeasuredOnceAndKept();
    void generateSaysPlannedAndMeasured();
    void impossibleTargetsSaySo();
    void fidelityIsReadFromTheLibrary();
    void benchSaysPlannedAndMeasured();
    void refuses_data();
    void refuses();

private:
    static QStringList small() { return {"--steps", "12", "--size", "64x64", "--prompt", "a red ball"}; }
    TocaCall call(const QStringList& arguments) const { return callToca(m_folder.path(), arguments, 280); }
    QStringList costFiles() const
    {
        QStringList files;
        QDir costs(m_folder.filePath("cache/toca-studio/costs"));
        for (const QString& model : costs.entryList(QDir::Dirs | QDir::NoDotAndDotDot))
            files += QDir(costs.filePath(model)).entryList({"*.json"}, QDir::Files);
        return files;
    }

    QTemporaryDir m_folder;
};

void CliTargetTest::initTestCase()
{
    qputenv("XDG_CACHE_HOME", m_folder.filePath("cache").toUtf8());
    qputenv("XDG_DATA_HOME", m_folder.filePath("data").toUtf8());
}

void CliTargetTest::cleanupTestCase()
{
    qunsetenv("XDG_CACHE_HOME");
    qunsetenv("XDG_DATA_HOME");
}

void CliTargetTest::fewerFlopsNeedNoRun()
{
    const TocaCall made = call(QStringList{"plan", "--target-gain", "2", "--policy", "fora", "--json"} + small());
    QVERIFY2(made.exitCode == 0, made.errors);
    const QJsonObject plan = made.json(), target = plan["target"].toObject();
    QCOMPARE(target["kind"].toString(), "flops_gain");
    QCOMPARE(target["policy"].toString(), "fora");
    QVERIFY(target["is_met"].toBool());
    QVERIFY(target["planned_time_gain"].isNull());
    QCOMPARE(target["planned_flops_gain"].toDouble(), plan["flops_gain"].toDouble());
    QVERIFY(std::abs(plan["flops_gain"].toDouble() / 2 - 1) < 0.2);
    // The plan is that of the chosen setting.
    QCOMPARE(plan["settings"][u"parameters"][u"interval"], target["parameters"][u"interval"]);
    QVERIFY(costFiles().isEmpty());
}

void CliTargetTest::publishedModelsArePlanned()
{
    const TocaCall made = call({"plan", "--geometry", "opensora-v1.2", "--target-gain", "2.5"});
    QVERIFY2(made.exitCode == 0, made.errors);
    QVERIFY2(made.output.contains("2.5 times fewer FLOPs"), made.output);
    QVERIFY(made.output.contains("chosen") && made.output.contains("fresh_ratio="));
    const TocaCall timed = call({"plan", "--geometry", "opensora-v1.2", "--target-speed", "2.5"});
    QCOMPARE(timed.exitCode, 2);
    QVERIFY2(timed.errors.contains("--target-gain"), timed.errors);
}

void CliTargetTest::memoryIsKept()
{
    const TocaCall made = call(QStringList{"plan", "--geometry", "opensora-v1.2", "--target-memory", "1GB", "--json"});
    QVERIFY2(made.exitCode == 0 || made.exitCode == 1, made.errors);
    const QJsonObject plan = made.json();
    QCOMPARE(plan["target"][u"value"].toDouble(), 1e9);
    QCOMPARE(plan["cache_bytes"].toDouble() <= 1e9, plan["target"][u"is_met"].toBool());
    QCOMPARE(made.exitCode == 0, plan["target"][u"is_met"].toBool());
}

void CliTargetTest::speedIsMeasuredOnceAndKept()
{
    const QStringList command = QStringList{"plan", "--target-speed", "1.3", "--policy", "fora", "--json"} + small();
    const TocaCall first = call(command);
    QVERIFY2(first.exitCode == 0 || first.exitCode == 1, first.errors);
    QVERIFY2(first.errors.contains("measuring what modules cost"), first.errors);
    QCOMPARE(costFiles().size(), 1);
    const QJsonObject target = first.json()["target"].toObject();
    QCOMPARE(target["kind"].toString(), "speed");
    QVERIFY(target["planned_time_gain"].toDouble() > 0);
    QVERIFY(target["reason"].toString().contains("measured on this machine"));
    const TocaCall second = call(command);
    QVERIFY2(!second.errors.contains("measuring"), second.errors);
    QCOMPARE(second.json()["target"].toObject(), target); // by the same times
    // Forecasts cost something else than reuse: they are measured when they are first planned.
    const TocaCall other = call(QStringList{"plan", "--target-speed", "1.3", "--policy", "taylorseer"} + small());
    QVERIFY2(other.errors.contains("measuring what modules cost"), other.errors);
    QCOMPARE(costFiles().size(), 1);
    QVERIFY2(other.output.contains("times faster (denoising loop, planned)"), other.output);
}

void CliTargetTest::generateSaysPlannedAndMeasured()
{
    const TocaCall made = call(
        QStringList{"generate", "--target-gain", "1.5", "--out", "a.png", "--report", "a.json", "--compare-baseline"}
        + small());
    QVERIFY2(made.exitCode == 0, made.errors);
    QVERIFY2(made.errors.contains("target 1.5 times fewer FLOPs: toca "), made.errors);
    QVERIFY2(made.output.contains("planned ") && made.output.contains(" measured"), made.output);
    const QJsonObject report = jsonFile(m_folder.filePath("a.json")).object(), target = report["target"].toObject();
    QCOMPARE(target["value"].toDouble(), 1.5);
    QCOMPARE(target["measured_time_gain"], report["wall_clock_gain"]);
    const QJsonObject chosen = target["parameters"].toObject(), used = report["settings"][u"parameters"].toObject();
    QVERIFY(!chosen.isEmpty());
    for (auto each = chosen.begin(); each != chosen.end(); ++each)
        QCOMPARE(used[each.key()], each.value());
    // What was planned is what the run did.
    QVERIFY(std::abs(report["flops_gain"].toDouble() / target["planned_flops_gain"].toDouble() - 1) < 0.02);
    const TocaCall timed = call(QStringList{"generate", "--target-speed", "1.2", "--policy", "fora", "--out", "b.png",
                                    "--report", "b.json", "--compare-baseline"}
        + small());
    if (timed.exitCode == 0) { // on a machine that does something else it may be out of reach
        const QJsonObject goal = jsonFile(m_folder.filePath("b.json")).object()["target"].toObject();
        const double error = goal["planned_time_gain"].toDouble() / goal["measured_time_gain"].toDouble() - 1;
        QVERIFY(std::abs(goal["time_error"].toDouble() - error) < 1e-9);
        QVERIFY2(timed.output.contains("times faster (denoising loop), "), timed.output);
    } else {
        QVERIFY2(timed.errors.contains("cannot be met"), timed.errors);
    }
}

void CliTargetTest::impossibleTargetsSaySo()
{
    const TocaCall made = call(QStringList{"generate", "--target-gain", "500", "--out", "no.png"} + small());
    QCOMPARE(made.exitCode, 1);
    QVERIFY2(made.hasOneErrorLine(), made.errors);
    QVERIFY2(made.errors.contains("cannot be met"), made.errors);
    QVERIFY(!QFile::exists(m_folder.filePath("no.png")));
    const TocaCall plan = call(QStringList{"plan", "--target-gain", "500"} + small());
    QCOMPARE(plan.exitCode, 1);
    QVERIFY2(plan.output.contains("cannot be met"), plan.output);
}

void CliTargetTest::fidelityIsReadFromTheLibrary()
{
    const QStringList wanted{"--target-psnr", "5", "--json"};
    const TocaCall none = call(QStringList{"plan"} + wanted + small());
    QCOMPARE(none.exitCode, 1);
    QVERIFY2(none.errors.contains("toca sweep"), none.errors);
    const TocaCall swept = call({"sweep", "--steps", "12", "--size", "64x64", "--prompt", "a red ball", "--vary",
        "fresh_ratio=0.1,0.6", "--quiet"});
    QVERIFY2(swept.exitCode == 0, swept.errors);
    const TocaCall made = call(QStringList{"plan"} + wanted + small());
    QVERIFY2(made.exitCode == 0, made.errors);
    QCOMPARE(made.json()["target"][u"parameters"][u"fresh_ratio"].toDouble(), 0.1); // the faster of the two
    QVERIFY(made.json()["target"][u"recorded_psnr_db"].toDouble() >= 5);
}

void CliTargetTest::benchSaysPlannedAndMeasured()
{
    const QStringList size{"--steps", "9", "--size", "64x64", "--repeat", "1", "--quiet"};
    const TocaCall made =
        call(QStringList{"bench", "--targets", "1.2,1.5", "--policies", "toca,fora", "--json"} + size);
    QVERIFY2(made.exitCode == 0, made.errors);
    const QJsonArray series = made.json()["series"].toArray();
    QCOMPARE(series.size(), 5);
    QVERIFY(!series[0].toObject().contains("target"));
    for (int i = 1; i < 5; ++i) {
        const QJsonObject target = series[i][u"target"].toObject();
        QCOMPARE(target["time_gain"].toDouble(), i % 2 == 1 ? 1.2 : 1.5);
        const double planned = target["planned_time_gain"].toDouble(),
                     measured = series[i][u"wall_clock_gain"][u"median"].toDouble();
        QVERIFY(planned > 0);
        QVERIFY(std::abs(target["time_error"].toDouble() - (planned / measured - 1)) < 1e-9);
        QVERIFY(std::abs(series[i][u"flops_gain"].toDouble() / target["planned_flops_gain"].toDouble() - 1) < 0.02);
    }
    const TocaCall text = call(QStringList{"bench", "--targets", "1.5", "--policies", "fora"} + size);
    QVERIFY2(text.output.contains("largest error of the planned gain"), text.output);
}

void CliTargetTest::refuses_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<QByteArray>("message");
    QTest::newRow("speed") << QStringList{"plan", "--target-speed", "0.5"} << QByteArray("--target-speed must be");
    QTest::newRow("gain") << QStringList{"plan", "--target-gain", "0"} << QByteArray("--target-gain must be");
    QTest::newRow("psnr") << QStringList{"generate", "--target-psnr", "300"} << QByteArray("--target-psnr must be");
    QTest::newRow("memory") << QStringList{"plan", "--target-memory", "many"} << QByteArray("400MB");
    QTest::newRow("negative memory") << QStringList{"plan", "--target-memory=-1MB"} << QByteArray("400MB");
    QTest::newRow("two targets") << QStringList{"plan", "--target-gain", "2", "--target-psnr", "30"}
                                 << QByteArray("excludes");
    QTest::newRow("bench: no number") << QStringList{"bench", "--targets", "2,fast"} << QByteArray("--targets");
    QTest::newRow("bench: range") << QStringList{"bench", "--targets", "0.5"} << QByteArray("--targets must be");
}

void CliTargetTest::refuses()
{
    QFETCH(QStringList, options);
    QFETCH(QByteArray, message);
    const TocaCall made = call(options);
    QCOMPARE(made.exitCode, 2);
    QVERIFY2(made.errors.contains(message), made.errors);
    QVERIFY2(made.hasOneErrorLine(), made.errors);
}

QTEST_GUILESS_MAIN(CliTargetTest)
#include "tst_cli_target.moc"
