// SPDX-License-Identifier: Apache-2.0
#include "tests/support/run_toca.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <memory>

using toca::test::callToca;
using toca::test::jsonFile;
using toca::test::TocaCall;

/// `toca race` with the embedded model.
class CliRaceTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void comparesWithTheUncachedRun();
    void agreesWithGenerate();
    void tunesToAGain();
    void takesSettingsOfEachPolicy();
    void writesTables();
    void refuses_data();
    void refuses();

private:
    TocaCall race(const QStringList& more) const
    {
        return callToca(m_folder->path(),
            QStringList{"race", "--prompt", "a red ball", "--seed", "7", "--size", "64x64", "--quiet"} + more, 280);
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void CliRaceTest::comparesWithTheUncachedRun()
{
    const TocaCall made = race(
        {"--steps", "7", "--policies", "toca,fora:every-3,taylorseer", "--repeat", "2", "--out", "results", "--json"});
    QVERIFY2(made.exitCode == 0, made.errors);
    const QJsonObject result = made.json();
    QCOMPARE(result["format"].toString(), "toca-race");
    QCOMPARE(result["rounds"].toInt(), 2);
    QVERIFY(result["target_flops_gain"].isNull());
    const QJsonArray racers = result["racers"].toArray();
    QStringList names;
    for (const QJsonValue& racer : racers) {
        names += racer[u"name"].toString();
        QCOMPARE(racer[u"every_denoising_seconds"].toArray().size(), 2);
        for (const char16_t* key : {u"denoising_seconds", u"total_seconds", u"counted_flops", u"flops_gain",
                 u"wall_clock_gain", u"gain_ratio", u"end_to_end_gain", u"ssim"})
            QVERIFY2(racer[key].toDouble() > 0, qPrintable(QString::fromUtf16(key)));
        QVERIFY(racer[u"total_seconds"].toDouble() > racer[u"denoising_seconds"].toDouble());
    }
    QCOMPARE(names, QStringList({"none", "toca", "fora:every-3", "taylorseer"}));
    QCOMPARE(racers[0][u"identical"].toBool(), true);
    QCOMPARE(racers[0][u"flops_gain"].toDouble(), 1.0);
    QCOMPARE(racers[0][u"peak_cache_bytes"].toDouble(), 0.0);
    for (int i = 1; i < 4; ++i) {
        QVERIFY(racers[i][u"flops_gain"].toDouble() > 1.1);
        QVERIFY(racers[i][u"psnr_db"].toDouble() > 5);
        QVERIFY(racers[i][u"latent_relative_error"].toDouble() > 0);
        QVERIFY(racers[i][u"peak_cache_bytes"].toDouble() > 0);
        const double gain = racers[0][u"counted_flops"].toDouble() / racers[i][u"counted_flops"].toDouble();
        QVERIFY(std::abs(racers[i][u"flops_gain"].toDouble() / gain - 1) < 1e-12);
    }
    const QDir results(m_folder->filePath("results"));
    QCOMPARE(results.entryList(QDir::Files, QDir::Name),
        QStringList({"00-none.json", "00-none.mp4", "01-toca.json", "01-toca.mp4", "02-fora-every-3.json",
            "02-fora-every-3.mp4", "03-taylorseer.json", "03-taylorseer.mp4", "race.csv", "race.json", "sheet.png"}));
    QCOMPARE(jsonFile(results.filePath("race.json")).object()["racers"].toArray(), racers);
    const QJsonObject report = jsonFile(results.filePath("01-toca.json")).object();
    QCOMPARE(report["format"].toString(), "toca-report");
    QCOMPARE(report["psnr_db"].toDouble(), racers[1][u"psnr_db"].toDouble());
    QCOMPARE(report["clip"].toString(), "01-toca.mp4");
    const QJsonObject sheet = callToca(results.path(), {"info", "sheet.png", "--json"}).json();
    QCOMPARE(sheet["width"].toInt(), 4 * 64 + 3 * 4);
    QCOMPARE(sheet["height"].toInt(), 64);
}

void CliRaceTest::agreesWithGenerate()
{
    const TocaCall raced = race({"--steps", "7", "--policies", "fora", "--threads", "1", "--json"});
    QVERIFY2(raced.exitCode == 0, raced.errors);
    const TocaCall made = callToca(m_folder->path(),
        {"generate", "--prompt", "a red ball", "--seed", "7", "--size", "64x64", "--steps", "7", "--policy", "fora",
            "--threads", "1", "--compare-baseline", "--quiet", "--out", "c.mp4", "--report", "-"},
        280);
    QVERIFY2(made.exitCode == 0, made.errors);
    const QJsonObject report = made.json();
    const QJsonValue racer = raced.json()["racers"].toArray()[1];
    for (const char* key : {"psnr_db", "ssim", "latent_relative_error", "flops_gain", "counted_flops"})
        QCOMPARE(racer[QString::fromUtf8(key)].toDouble(), report[key].toDouble());
}

void CliRaceTest::tunesToAGain()
{
    const TocaCall made = race({"--steps", "12", "--policies", "toca,fora,easycache", "--target-gain", "2", "--json"});
    QVERIFY2(made.exitCode == 0, made.errors);
    QCOMPARE(made.json()["target_flops_gain"].toDouble(), 2.0);
    const QJsonArray racers = made.json()["racers"].toArray();
    QVERIFY(racers[0][u"tuned"].isNull());
    for (int i = 1; i < 4; ++i) {
        const double gain = racers[i][u"flops_gain"].toDouble();
        QVERIFY2(std::abs(gain / 2 - 1) < 0.1, qPrintable(racers[i][u"name"].toString() + QString::number(gain)));
        const QJsonObject tuned = racers[i][u"tuned"].toObject();
        QVERIFY(std::abs(tuned["found_flops_gain"].toDouble() / gain - 1) < 1e-9); // what was found is what runs
        QCOMPARE(tuned["by"].toString(), i == 3 ? "runs" : "plans");
        QVERIFY(tuned[i == 3 ? "runs" : "plans"].toInt() > 0);
    }
    QVERIFY(racers[1][u"parameters"].toObject().contains("fresh_ratio"));
    QVERIFY(racers[3][u"parameters"].toObject()["threshold"].toDouble() > 0);
}

void CliRaceTest::takesSettingsOfEachPolicy()
{
    const TocaCall made = race({"--steps", "5", "--policies", "toca,fora,toca:careful,toca", "--set",
        "toca.fresh_ratio=0.5", "--set", "fora.warmup_steps=1", "--json"});
    QVERIFY2(made.exitCode == 0, made.errors);
    const QJsonArray racers = made.json()["racers"].toArray();
    QStringList names;
    for (const QJsonValue& racer : racers)
        names += racer[u"name"].toString();
    QCOMPARE(names, QStringList({"none", "toca", "fora", "toca:careful", "toca 2"}));
    QCOMPARE(racers[1][u"parameters"].toObject()["fresh_ratio"].toDouble(), 0.5);
    QCOMPARE(racers[3][u"parameters"].toObject()["fresh_ratio"].toDouble(), 0.5);
    QCOMPARE(racers[2][u"parameters"].toObject()["warmup_steps"].toInt(), 1);
}

void CliRaceTest::writesTables()
{
    const TocaCall text = race({"--steps", "4", "--policies", "fora,none"});
    QVERIFY2(text.exitCode == 0, text.errors);
    QVERIFY(text.output.contains("identical"));
    QVERIFY(text.output.contains("FLOPs gain"));
    QCOMPARE(text.output.count("\nnone "), 1); // it is always there, and once
    const TocaCall csv = race({"--steps", "4", "--policies", "fora", "--csv"});
    QVERIFY2(csv.exitCode == 0, csv.errors);
    const QList<QByteArray> lines = csv.output.trimmed().split('\n');
    QCOMPARE(lines.size(), 3);
    QVERIFY(lines[0].startsWith("name,policy,preset,parameters,tuned,denoising_seconds"));
    QVERIFY(lines[2].startsWith("fora,fora,,{}"));
    QVERIFY(QDir(m_folder->path()).isEmpty()); // without --out nothing is written
}

void CliRaceTest::refuses_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<QByteArray>("says");
    const auto row = [](const char* name, const QStringList& more, int exitCode, const QByteArray& says) {
        QTest::newRow(name) << QStringList{"race", "--prompt", "a red ball", "--quiet"} + more << exitCode << says;
    };
    row("no policies", {}, 2, "--policies");
    row("empty list", {"--policies", ""}, 2, "--policies");
    row("unknown policy", {"--policies", "toca,magic"}, 2, "magic");
    row("empty name", {"--policies", "toca,,fora"}, 2, "''");
    row("unknown preset", {"--policies", "toca:magic"}, 2, "magic");
    row("empty preset", {"--policies", "toca:"}, 2, "toca:");
    row("too many", {"--policies", QString("fora,").repeated(200) + "fora"}, 2, "100");
    row("setting without policy", {"--policies", "toca", "--set", "fresh_ratio=0.1"}, 2, "policy.key=value");
    row("setting of a policy that does not run", {"--policies", "fora", "--set", "toca.fresh_ratio=0.1"}, 2, "toca");
    row("unknown setting", {"--policies", "fora", "--set", "fora.magic=1"}, 2, "interval");
    row("setting out of range", {"--policies", "toca", "--set", "toca.fresh_ratio=2"}, 2, "from 0 to 1");
    row("gain below 1", {"--policies", "toca", "--target-gain", "0.5"}, 2, "--target-gain");
    row("gain NaN", {"--policies", "toca", "--target-gain", "nan"}, 2, "--target-gain");
    row("rounds 0", {"--policies", "toca", "--repeat", "0"}, 2, "--repeat");
    row("many prompts", {"--policies", "toca", "--seeds", "1-2"}, 2, "toca sweep");
    row("size refused", {"--policies", "toca", "--size", "100x100"}, 2, "100x100");
    row("JSON and CSV", {"--policies", "toca", "--json", "--csv"}, 2, "--csv");
    row("results in a file", {"--policies", "toca", "--out", "/dev/null"}, 3, "/dev/null");
    row("results below a file", {"--policies", "toca", "--out", TOCA_SOURCE_DIR "/LICENSE/x"}, 3, "LICENSE");
    QTest::newRow("no prompt") << QStringList{"race", "--policies", "toca"} << 2 << QByteArray("--prompt");
}

void CliRaceTest::refuses()
{
    QFETCH(QStringList, arguments);
    QFETCH(int, exitCode);
    QFETCH(QByteArray, says);
    const TocaCall refused = callToca(m_folder->path(), arguments);
    QVERIFY2(refused.exitCode == exitCode, QByteArray::number(refused.exitCode) + ": " + refused.errors);
    QVERIFY2(refused.hasOneErrorLine(), refused.errors);
    QVERIFY2(refused.errors.contains(says), refused.errors);
    QVERIFY(refused.output.isEmpty());
}

QTEST_GUILESS_MAIN(CliRaceTest)
#include "tst_cli_race.moc"
