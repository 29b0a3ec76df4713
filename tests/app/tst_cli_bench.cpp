// SPDX-License-Identifier: Apache-2.0
#include "tests/support/run_toca.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using toca::test::callToca;
using toca::test::jsonFile;
using toca::test::TocaCall;

/// `toca bench`. How long anything takes is not asserted.
class CliBenchTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void measuresTheEmbeddedModel();
    void partsSumUpToTheRun();
    void measuresAPublishedGeometry();
    void publishedGeometryDecodesWhenAsked();
    void interruptedKeepsItsRounds();
    void measuresAgainstPlainOperations();
    void comparesWithAnEarlierRun();
    void refuses_data();
    void refuses();

private:
    TocaCall bench(const QStringList& more) const
    {
        return callToca(m_folder.path(), QStringList{"bench", "--quiet"} + more, 280);
    }

    QTemporaryDir m_folder;
};

void CliBenchTest::measuresTheEmbeddedModel()
{
    const TocaCall made = bench({"--steps", "9", "--size", "64x64", "--policies", "toca,fora:every-3", "--set",
        "toca.fresh_ratio=0.2", "--repeat", "2", "--json"});
    QVERIFY2(made.exitCode == 0, made.errors);
    const QJsonObject result = made.json();
    QCOMPARE(result["format"].toString(), "toca-bench");
    QCOMPARE(result["steps"].toInt(), 9);
    QVERIFY(!result["machine"]["processor"].toString().isEmpty());
    const QJsonArray series = result["series"].toArray();
    QCOMPARE(series.size(), 3);
    QCOMPARE(series[0][u"flops_gain"].toDouble(), 1.0);
    QCOMPARE(series[0][u"clip_psnr_db"].toString(), "identical");
    QCOMPARE(series[1][u"parameters"][u"fresh_ratio"].toString(), "0.2");
    for (const QJsonValue& each : {series[1], series[2]}) {
        QVERIFY(each[u"flops_gain"].toDouble() > 1);
        QVERIFY(each[u"cache_bytes"].toDouble() > 0);
        QVERIFY(each[u"peak_bytes"].toDouble() > each[u"cache_bytes"].toDouble()); // weights and activations as well
        QVERIFY(each[u"cpu_gain"].toDouble() > 0);
        QVERIFY(each[u"end_to_end_gain"].toDouble() > 0);
        QVERIFY(each[u"end_to_end_gain"] != each[u"wall_clock_gain"][u"median"]); // decoding is no part of the loop
        const double gain = each[u"wall_clock_gain"][u"median"].toDouble(), flops = each[u"flops_gain"].toDouble();
        QVERIFY(std::abs(each[u"gain_ratio"].toDouble() - gain / flops) < 1e-9);
        QVERIFY(each[u"wall_clock_gain"][u"min"].toDouble() <= gain);
    }
}

void CliBenchTest::partsSumUpToTheRun()
{
    const TocaCall made = bench({"--steps", "9", "--size", "64x64", "--repeat", "1", "--json"});
    QVERIFY2(made.exitCode == 0, made.errors);
    for (const QJsonValue& each : made.json()["series"].toArray()) {
        double sum = 0;
        const QJsonObject parts = each[u"parts"].toObject();
        for (const QJsonValue& part : parts)
            sum += part.toDouble();
        const double whole =
            each[u"denoising_seconds"][u"median"].toDouble() + each[u"decoding_seconds"][u"median"].toDouble();
        // A thread that is put aside between two readings of the clock may lose a little.
        QVERIFY2(std::abs(sum - whole) < 1e-3 + 0.01 * whole, qPrintable(QString("%1 of %2 s").arg(sum).arg(whole)));
        QVERIFY(parts["mlp"].toDouble() > 0 && parts["attention"].toDouble() > 0 && parts["decoding"].toDouble() > 0);
        QCOMPARE(parts["scoring"].toDouble() > 0, true);
        QVERIFY(parts["row_moves"].toDouble() > 0 || each[u"policy"].toString() == "none");
    }
}

void CliBenchTest::measuresAPublishedGeometry()
{
    const TocaCall made = bench({"--model", "dit-xl-2-256", "--layers", "1", "--steps", "4", "--dtype", "fp32,bf16",
        "--repeat", "1", "--json"});
    QVERIFY2(made.exitCode == 0, made.errors);
    const QJsonArray series = made.json()["series"].toArray();
    QCOMPARE(series.size(), 4);
    QCOMPARE(series[2][u"dtype"].toString(), "bf16");
    QCOMPARE(series[2][u"flops_gain"].toDouble(), 1.0);
    // Eight bits of mantissa: near the float32 run, not equal to it.
    QVERIFY(series[2][u"latent_psnr_db"].toDouble() > 25);
    QVERIFY(series[2][u"clip_psnr_db"].isNull());
}

void CliBenchTest::publishedGeometryDecodesWhenAsked()
{
    const TocaCall made = bench({"--model", "stdit3-xl-2", "--layers", "1", "--frames", "1", "--size", "64x64",
        "--steps", "4", "--repeat", "1", "--vae", "--json"});
    QVERIFY2(made.exitCode == 0, made.errors);
    const QJsonArray series = made.json()["series"].toArray();
    QCOMPARE(series[0][u"clip_psnr_db"].toString(), "identical");
    QVERIFY(series[1][u"decoding_seconds"][u"median"].toDouble() > 0);
    QVERIFY(series[1][u"parts"][u"decoding"].toDouble() > 0);
}

void CliBenchTest::interruptedKeepsItsRounds()
{
    QProcess process;
    process.setWorkingDirectory(m_folder.path());
    process.start(QString::fromUtf8(TOCA_BIN_DIR "/toca"),
        {"bench", "--steps", "3", "--size", "64x64", "--repeat", "1000", "--out", "stopped.json"});
    process.setReadChannel(QProcess::StandardError); // which is waited for
    QByteArray said;
    while (!said.contains("round 3 of 1000") && process.waitForReadyRead(120000))
        said += process.readAllStandardError();
    QVERIFY2(said.contains("round 3 of 1000"), said);
    process.terminate();
    QVERIFY(process.waitForFinished(120000));
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 130);
    QVERIFY(process.readAllStandardError().contains("interrupted"));
    QVERIFY(process.readAllStandardOutput().contains("interleaved rounds"));
    const auto stopped = jsonFile(m_folder.filePath("stopped.json"));
    QVERIFY(stopped["repeat"].toInt() >= 2 && stopped["repeat"].toInt() < 1000);
}

void CliBenchTest::measuresAgainstPlainOperations()
{
    const QStringList run{"--steps", "6", "--size", "64x64", "--repeat", "1", "--plain"};
    const TocaCall made = bench(run + QStringList{"--json", "--out", "plain.json"});
    QVERIFY2(made.exitCode == 0, made.errors);
    const QJsonArray series = made.json()["series"].toArray();
    QCOMPARE(series.size(), 4);
    for (int own : {0, 2}) {
        QCOMPARE(series[own][u"plain"].toBool(), false);
        QCOMPARE(series[own + 1][u"plain"].toBool(), true);
        QCOMPARE(series[own + 1][u"name"], series[own][u"name"]);
        QCOMPARE(series[own + 1][u"flops"], series[own][u"flops"]);
        const QJsonValue against = series[own][u"against_plain"];
        // Other operations, and so other roundings: near, yet not the same numbers.
        QVERIFY2(
            against[u"latent_psnr_db"].toDouble() > 90, qPrintable(against[u"latent_psnr_db"].toVariant().toString()));
        const double times = series[own + 1][u"denoising_seconds"][u"median"].toDouble()
            / series[own][u"denoising_seconds"][u"median"].toDouble();
        QVERIFY(std::abs(against[u"wall_clock_gain"][u"median"].toDouble() - times) < 1e-9);
    }
    const TocaCall again = bench(run + QStringList{"--compare", "plain.json"});
    QVERIFY2(again.exitCode == 0, again.errors);
    QVERIFY(again.output.contains("against LibTorch alone"));
    QVERIFY(again.output.contains("toca, fp32, plain"));
}

void CliBenchTest::comparesWithAnEarlierRun()
{
    const QStringList run{"--steps", "3", "--size", "64x64", "--repeat", "1"};
    const TocaCall first = bench(run + QStringList{"--out", "first.json"});
    QVERIFY2(first.exitCode == 0, first.errors);
    QCOMPARE(jsonFile(m_folder.filePath("first.json"))["format"].toString(), "toca-bench");
    const TocaCall second = bench(run + QStringList{"--compare", "first.json"});
    QVERIFY2(second.exitCode == 0, second.errors);
    QVERIFY(second.output.contains("against the earlier file"));
    QVERIFY(second.output.contains("toca, fp32"));
}

void CliBenchTest::refuses_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<QByteArray>("message");
    QTest::newRow("model") << QStringList{"--model", "nothing"} << QByteArray("dit-xl-2-256");
    QTest::newRow("layers") << QStringList{"--model", "dit-xl-2-256", "--layers", "29"} << QByteArray("1 to 28");
    QTest::newRow("dtype") << QStringList{"--dtype", "fp64"} << QByteArray("bf16");
    QTest::newRow("repeat") << QStringList{"--repeat", "0"} << QByteArray("--repeat");
    QTest::newRow("JSON of a comparison") << QStringList{"--json", "--compare", "x.json"} << QByteArray("--compare");
    QTest::newRow("plain targets") << QStringList{"--plain", "--targets", "2"} << QByteArray("--plain");
    QTest::newRow("steps") << QStringList{"--steps", "0"} << QByteArray("--steps");
    QTest::newRow("no such file") << QStringList{"--compare", "none.json"} << QByteArray("none.json");
    QTest::newRow("another file") << QStringList{"--compare", "other.json"} << QByteArray("other.json");
    QTest::newRow("size of a picture model")
        << QStringList{"--model", "dit-xl-2-256", "--size", "64x64"} << QByteArray("one size");
}

void CliBenchTest::refuses()
{
    QFile other(m_folder.filePath("other.json"));
    QVERIFY(other.open(QIODevice::WriteOnly));
    other.write(R"({"format": "toca-bench", "series": [{"name": 1}]})");
    other.close();
    QFETCH(QStringList, options);
    QFETCH(QByteArray, message);
    const TocaCall made = bench(options);
    QVERIFY(made.exitCode != 0);
    QVERIFY2(QByteArray(made.errors).contains(message), made.errors);
}

QTEST_GUILESS_MAIN(CliBenchTest)
#include "tst_cli_bench.moc"
