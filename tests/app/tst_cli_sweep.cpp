// SPDX-License-Identifier: Apache-2.0
#include "tests/support/run_toca.h"

#include <QDir>
#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <memory>

using toca::test::callToca;
using toca::test::jsonFile;
using toca::test::TocaCall;

/// `toca sweep` with the embedded model: what it runs, and that it goes on where it was stopped.
class CliSweepTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void runsAGrid();
    void runsAList();
    void variesInRanges();
    void goesOnAfterBeingKilled();
    void goesOnAfterAnInterrupt();
    void makesDamagedRunsAgain();
    void isOneSweepPerFolder();
    void isInTheLibraryOfTheUser();
    void refuses_data();
    void refuses();

private:
    QStringList sweep(const QStringList& more) const
    {
        return QStringList{"sweep", "--prompt", "a red ball", "--size", "64x64", "--steps", "4", "--threads", "1",
                   "--library", "runs", "--name", "s"}
        + more;
    }
    TocaCall call(const QStringList& more) const
    {
        return callToca(m_folder->path(), sweep(more + QStringList{"--quiet"}), 280);
    }
    QDir runs() const { return QDir(m_folder->filePath("runs/s")); }
    QStringList finished() const { return runs().entryList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name); }
    QStringList hidden() const
    {
        return runs().entryList({".*"}, QDir::Dirs | QDir::Hidden | QDir::NoDotAndDotDot, QDir::Name);
    }
    /// When each finished run was made.
    QMap<QString, QDateTime> dates() const
    {
        QMap<QString, QDateTime> dates;
        for (const QString& id : finished())
            dates[id] = QFileInfo(runs().filePath(id + "/request.json")).lastModified();
        return dates;
    }
    /// Starts a sweep, ends it by a signal when so many runs are done, and says with which exit code.
    int stopAfter(int count, int signal, const QStringList& more) const
    {
        QProcess process;
        process.setWorkingDirectory(m_folder->path());
        process.start(QString::fromUtf8(TOCA_BIN_DIR "/toca"), sweep(more + QStringList{"--quiet"}));
        QElapsedTimer timer;
        timer.start();
        while (finished().size() < count && timer.elapsed() < 120'000)
            QTest::qWait(1);
        ::kill(static_cast<pid_t>(process.processId()), signal);
        process.waitForFinished(60'000);
        return process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void CliSweepTest::runsAGrid()
{
    const TocaCall made = call({"--seeds", "3-4", "--policy", "fora", "--set", "per_module=false", "--vary",
        "interval=2,3", "--vary", "warmup_steps=1,2", "--json", "--traces"});
    QVERIFY2(made.exitCode == 0, made.errors);
    const QJsonObject result = made.json();
    QCOMPARE(result["runs"].toInt(), 10); // 2 seeds, each 4 points and an uncached run
    QCOMPARE(result["runs_made_now"].toInt(), 10);
    const QJsonArray points = result["points"].toArray();
    QCOMPARE(points.size(), 8);
    QStringList seen;
    for (const QJsonValue& point : points) {
        seen += QString("%1 %2 %3 %4")
                    .arg(point[u"id"].toString())
                    .arg(point[u"seed"].toInt())
                    .arg(point[u"interval"].toInt())
                    .arg(point[u"warmup_steps"].toInt());
        QCOMPARE(point[u"prompt"].toString(), "a red ball");
        QVERIFY(point[u"flops_gain"].toDouble() >= 1);
        QVERIFY(point[u"denoising_seconds"].toDouble() > 0);
    }
    QCOMPARE(seen,
        QStringList({"0001 3 2 1", "0002 3 2 2", "0003 3 3 1", "0004 3 3 2", "0005 4 2 1", "0006 4 2 2", "0007 4 3 1",
            "0008 4 3 2"}));
    QCOMPARE(finished(),
        QStringList(
            {"0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "baseline-0001", "baseline-0002"}));
    QVERIFY(hidden().isEmpty());
    const QDir point(runs().filePath("0003"));
    QCOMPARE(point.entryList(QDir::Files, QDir::Name),
        QStringList({"clip.mp4", "report.json", "request.json", "trace.safetensors"}));
    const QJsonObject request = jsonFile(point.filePath("request.json")).object();
    QCOMPARE(request["parameters"].toObject()["interval"].toInt(), 3);
    QCOMPARE(request["parameters"].toObject()["per_module"].toBool(), false);
    const QJsonObject report = jsonFile(point.filePath("report.json")).object();
    QCOMPARE(report["psnr_db"].toDouble(), points[2][u"psnr_db"].toDouble());
    QCOMPARE(callToca(point.path(), {"info", "clip.mp4", "--json"}).json()["request"].toObject()["seed"].toInt(), 3);
    // The uncached run is a run like others, without comparison.
    QVERIFY(!jsonFile(runs().filePath("baseline-0001/report.json")).object().contains("psnr_db"));

    QFile table(runs().filePath("results.csv"));
    QVERIFY(table.open(QIODevice::ReadOnly));
    const QList<QByteArray> lines = table.readAll().trimmed().split('\n');
    QCOMPARE(lines.size(), 9);
    QVERIFY(lines[0].startsWith("id,prompt,seed,interval,warmup_steps,denoising_seconds,"));
    QVERIFY(lines[8].startsWith("0008,a red ball,4,3,2,"));

    // The same command has nothing left to do, and says the same.
    const TocaCall again = call({"--seeds", "3-4", "--policy", "fora", "--set", "per_module=false", "--vary",
        "interval=2,3", "--vary", "warmup_steps=1,2", "--json", "--traces"});
    QCOMPARE(again.exitCode, 0);
    QCOMPARE(again.json()["runs_made_now"].toInt(), 0);
    QCOMPARE(again.json()["points"].toArray(), points);
}

void CliSweepTest::runsAList()
{
    const TocaCall made = call({"--policy", "toca", "--list", "--vary", "fresh_ratio=0.1,0.2", "--vary",
        "mlp_interval=2,4", "--csv", "--no-clips"});
    QVERIFY2(made.exitCode == 0, made.errors);
    const QList<QByteArray> lines = made.output.trimmed().split('\n');
    QCOMPARE(lines.size(), 3);
    QVERIFY(lines[1].startsWith("0001,a red ball,1,0.1,2,"));
    QVERIFY(lines[2].startsWith("0002,a red ball,1,0.2,4,"));
    QVERIFY(!QFile::exists(runs().filePath("0001/clip.mp4")));
}

void CliSweepTest::variesInRanges()
{
    const TocaCall made = call({"--policy", "toca", "--list", "--vary", "fresh_ratio=0.1:0.4:4", "--vary",
        "age_weight=0.01:10:4:log", "--vary", "mlp_interval=2:5:4", "--csv", "--no-clips"});
    QVERIFY2(made.exitCode == 0, made.errors);
    const QList<QByteArray> lines = made.output.trimmed().split('\n');
    QCOMPARE(lines.size(), 5);
    QVERIFY2(lines[1].startsWith("0001,a red ball,1,0.1,0.01,2,"), lines[1]);
    QVERIFY2(lines[2].startsWith("0002,a red ball,1,0.2,0.1,3,"), lines[2]);
    QVERIFY2(lines[3].startsWith("0003,a red ball,1,0.3,1,4,") || lines[3].startsWith("0003,a red ball,1,0.3,1.0,4,"),
        lines[3]);
    QVERIFY2(lines[4].startsWith("0004,a red ball,1,0.4,10"), lines[4]);
}

void CliSweepTest::goesOnAfterBeingKilled()
{
    const QStringList vary{"--policy", "fora", "--set", "per_module=false", "--vary", "interval=1:8:8"};
    QCOMPARE(stopAfter(4, SIGKILL, vary), -1);
    const auto before = dates();
    QVERIFY2(before.size() >= 4 && before.size() < 9, QByteArray::number(before.size()));
    const TocaCall made = call(vary + QStringList{"--json"});
    QVERIFY2(made.exitCode == 0, made.errors);
    QCOMPARE(made.json()["runs_made_now"].toInt(), 9 - static_cast<int>(before.size()));
    QCOMPARE(made.json()["points"].toArray().size(), 8);
    const auto after = dates();
    for (auto run = before.begin(); run != before.end(); ++run)
        QCOMPARE(after[run.key()], run.value()); // not made again
    QVERIFY(hidden().isEmpty()); // and what the killed one left is gone

    // What was stored compares as what is still in memory: the same figures as of a sweep that nobody stopped.
    const TocaCall whole = callToca(m_folder->path(),
        QStringList{"sweep", "--prompt", "a red ball", "--size", "64x64", "--steps", "4", "--threads", "1", "--library",
            "runs", "--name", "whole", "--json", "--quiet"}
            + vary,
        280);
    QVERIFY2(whole.exitCode == 0, whole.errors);
    for (int i = 0; i < 8; ++i)
        for (const char16_t* key : {u"psnr_db", u"ssim", u"latent_relative_error", u"counted_flops", u"flops_gain"})
            QCOMPARE(made.json()["points"].toArray()[i][key], whole.json()["points"].toArray()[i][key]);
}

void CliSweepTest::goesOnAfterAnInterrupt()
{
    const QStringList vary{"--policy", "fora", "--set", "per_module=false", "--vary", "interval=1:8:8"};
    QCOMPARE(stopAfter(3, SIGINT, vary), 130);
    const int before = static_cast<int>(finished().size());
    QVERIFY(before >= 3 && before < 9);
    QVERIFY(hidden().isEmpty()); // it cleans up itself
    QVERIFY(QFile::exists(runs().filePath("results.csv")));
    const TocaCall made = call(vary + QStringList{"--json"});
    QVERIFY2(made.exitCode == 0, made.errors);
    QCOMPARE(made.json()["runs_made_now"].toInt(), 9 - before);
}

void CliSweepTest::makesDamagedRunsAgain()
{
    const QStringList vary{"--policy", "fora", "--vary", "warmup_steps=1,2,3"};
    QVERIFY(call(vary).exitCode == 0);
    QVERIFY(QFile::remove(runs().filePath("0001/report.json")));
    QFile request(runs().filePath("0003/request.json"));
    QVERIFY(request.open(QIODevice::WriteOnly) && request.write("{\"prompt\": \"another\"}") > 0);
    request.close();
    QFile pixels(runs().filePath("baseline-0001/pixels.safetensors"));
    QVERIFY(pixels.open(QIODevice::WriteOnly) && pixels.write("cut off") > 0);
    pixels.close();
    const TocaCall made = call(vary + QStringList{"--json"});
    QVERIFY2(made.exitCode == 0, made.errors);
    QCOMPARE(made.json()["runs_made_now"].toInt(), 3);
    QCOMPARE(made.json()["points"].toArray().size(), 3);
    QCOMPARE(made.errors.count("toca: warning: "), 3);
    QCOMPARE(hidden(), QStringList({".0001-damaged-1", ".0003-damaged-1", ".baseline-0001-damaged-1"}));
}

void CliSweepTest::isOneSweepPerFolder()
{
    QVERIFY(call({"--policy", "fora", "--vary", "warmup_steps=1"}).exitCode == 0);
    const TocaCall other = call({"--policy", "fora", "--vary", "warmup_steps=2"});
    QCOMPARE(other.exitCode, 2);
    QVERIFY2(other.errors.contains("another sweep"), other.errors);
    QVERIFY(other.hasOneErrorLine());
    // Without a name each sweep has one of its own, and the same sweep the same.
    QStringList arguments = sweep({"--policy", "fora", "--vary", "warmup_steps=2", "--json", "--quiet"});
    arguments.removeAt(arguments.indexOf("--name") + 1);
    arguments.removeOne("--name");
    const QString first = callToca(m_folder->path(), arguments, 280).json()["folder"].toString();
    const QJsonObject second = callToca(m_folder->path(), arguments, 280).json();
    QVERIFY(first.startsWith("runs/sweep-fora-"));
    QCOMPARE(second["folder"].toString(), first);
    QCOMPARE(second["runs_made_now"].toInt(), 0);
}

void CliSweepTest::isInTheLibraryOfTheUser()
{
    qputenv("XDG_DATA_HOME", m_folder->filePath("data").toUtf8());
    const TocaCall made = callToca(m_folder->path(),
        {"sweep", "--prompt", "", "--size", "64x64", "--steps", "2", "--policy", "fora", "--vary", "warmup_steps=1",
            "--name", "mine", "--quiet"},
        280);
    qunsetenv("XDG_DATA_HOME");
    QVERIFY2(made.exitCode == 0, made.errors);
    QVERIFY(QFile::exists(m_folder->filePath("data/toca-studio/runs/mine/0001/request.json")));
    QVERIFY(made.output.contains("2 runs, 2 of them made now"));
}

void CliSweepTest::refuses_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<QByteArray>("says");
    const auto row = [](const char* name, const QStringList& more, int exitCode, const QByteArray& says) {
        QTest::newRow(name) << QStringList{"sweep", "--prompt", "a red ball", "--library", "never"} + more << exitCode
                            << says;
    };
    row("nothing varied", {}, 2, "--vary");
    row("no value", {"--vary", "fresh_ratio"}, 2, "key=a,b,c");
    row("no key", {"--vary", "=1"}, 2, "key=a,b,c");
    row("empty value", {"--vary", "fresh_ratio="}, 2, "fresh_ratio");
    row("unknown key", {"--vary", "magic=1,2"}, 2, "fresh_ratio");
    row("key twice", {"--vary", "fresh_ratio=0.1", "--vary", "fresh_ratio=0.2"}, 2, "twice");
    row("out of range", {"--vary", "fresh_ratio=0.1,1.5"}, 2, "from 0 to 1");
    row("no number", {"--vary", "fresh_ratio=0.1,x"}, 2, "fresh_ratio");
    row("range of one", {"--vary", "fresh_ratio=0.1:0.2:1"}, 2, "from 2 to");
    row("range of too many", {"--vary", "fresh_ratio=0.1:0.2:100000"}, 2, "from 2 to");
    row("range of words", {"--vary", "fresh_ratio=a:b:3"}, 2, "--vary");
    row("range of two numbers", {"--vary", "fresh_ratio=0.1:0.2"}, 2, "low:high:count");
    row("ratios from 0", {"--vary", "fresh_ratio=0:1:3:log"}, 2, "above 0");
    row("range of NaN", {"--vary", "fresh_ratio=nan:1:3"}, 2, "--vary");
    row("lists of two lengths", {"--list", "--vary", "fresh_ratio=0.1,0.2", "--vary", "mlp_interval=2"}, 2, "as many");
    row("grid and list", {"--grid", "--list", "--vary", "fresh_ratio=0.1"}, 2, "--list");
    row("too many runs", {"--vary", "fresh_ratio=0:1:10000", "--vary", "age_weight=0:1:10000"}, 2, "100000");
    row("too many seeds", {"--vary", "fresh_ratio=0.1", "--seeds", "1-99999"}, 2, "100000");
    row("seeds beyond counting", {"--vary", "fresh_ratio=0.1", "--seeds", "0-18446744073709551615"}, 2, "--seeds");
    row("no such policy", {"--policy", "magic", "--vary", "fresh_ratio=0.1"}, 2, "magic");
    row("policy without settings", {"--policy", "none", "--vary", "fresh_ratio=0.1"}, 2, "it has none");
    row("size refused", {"--vary", "fresh_ratio=0.1", "--size", "100x100"}, 2, "100x100");
    row("name with a path", {"--vary", "fresh_ratio=0.1", "--name", "../x"}, 2, "--name");
    row("hidden name", {"--vary", "fresh_ratio=0.1", "--name", ".x"}, 2, "--name");
    row("JSON and CSV", {"--vary", "fresh_ratio=0.1", "--json", "--csv"}, 2, "--csv");
    QTest::newRow("library in a file") << QStringList{"sweep", "--prompt", "p", "--library",
        TOCA_SOURCE_DIR "/LICENSE/x", "--vary", "fresh_ratio=0.1"}
                                       << 3 << QByteArray("LICENSE");
    QTest::newRow("no prompt") << QStringList{"sweep", "--vary", "fresh_ratio=0.1"} << 2 << QByteArray("--prompt");
}

void CliSweepTest::refuses()
{
    QFETCH(QStringList, arguments);
    QFETCH(int, exitCode);
    QFETCH(QByteArray, says);
    const TocaCall refused = callToca(m_folder->path(), arguments);
    QVERIFY2(refused.exitCode == exitCode, QByteArray::number(refused.exitCode) + ": " + refused.errors);
    QVERIFY2(refused.hasOneErrorLine(), refused.errors);
    QVERIFY2(refused.errors.contains(says), refused.errors);
    QVERIFY(!QFile::exists(m_folder->filePath("x")));
}

QTEST_GUILESS_MAIN(CliSweepTest)
#include "tst_cli_sweep.moc"
