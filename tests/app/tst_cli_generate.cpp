// SPDX-License-Identifier: Apache-2.0
#include "tests/support/run_toca.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <csignal>
#include <memory>

using toca::test::callToca;
using toca::test::jsonFile;
using toca::test::TocaCall;

/// `toca generate` with the embedded model, from the command line to the files.
class CliGenerateTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void writesEachKindOfClip_data();
    void writesEachKindOfClip();
    void reportHasItsKeys();
    void comparesWithTheBaseline();
    void writesTraces();
    void takesAnyPrompt_data();
    void takesAnyPrompt();
    void takesBytesAsPrompt();
    void rerunsWhatInfoPrints();
    void takesACondition();
    void namesClipsByItself();
    void makesABatch();
    void batchGoesOnAfterAFailure();
    void warnsWhenNothingIsCached();
    void stopsWhenInterrupted();
    void keepsNothingWhenTheDiskIsFull();

private:
    TocaCall generate(const QStringList& more) const
    {
        // Small and quick; what is asked for again replaces nothing, so callers leave these out.
        return callToca(m_folder->path(), QStringList{"generate", "--steps", "4", "--quiet"} + more, 280);
    }
    QString path(const QString& name) const { return m_folder->filePath(name); }
    QStringList files() const
    {
        return QDir(m_folder->path())
            .entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot, QDir::Name);
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void CliGenerateTest::writesEachKindOfClip_data()
{
    QTest::addColumn<QString>("out");
    QTest::addColumn<QString>("format");
    QTest::addColumn<QString>("read"); // by info
    QTest::newRow("mp4") << "clip.mp4"
                         << "mp4"
                         << "clip.mp4";
    QTest::newRow("webm") << "clip.webm"
                          << "webm"
                          << "clip.webm";
    QTest::newRow("gif") << "clip.gif"
                         << "gif"
                         << "clip.gif";
    QTest::newRow("pictures") << "p_%03d.png"
                              << "png_sequence"
                              << "p_%03d.png";
    QTest::newRow("folder") << "pictures/"
                            << "png_sequence"
                            << "pictures";
}

void CliGenerateTest::writesEachKindOfClip()
{
    QFETCH(QString, out);
    QFETCH(QString, format);
    QFETCH(QString, read);
    const TocaCall made = generate({"--prompt", "a red ball", "--seed", "7", "--policy", "fora", "--set", "interval=2",
        "--size", "64x64", "--out", out});
    QVERIFY2(made.exitCode == 0, made.errors);
    const TocaCall info = callToca(m_folder->path(), {"info", read, "--json"});
    QVERIFY2(info.exitCode == 0, info.errors);
    const QJsonObject clip = info.json();
    QCOMPARE(clip["kind"].toString(), "clip");
    QCOMPARE(clip["format"].toString(), format);
    QCOMPARE(clip["frames"].toInt(), 17);
    QCOMPARE(clip["width"].toInt(), 64);
    const QJsonObject request = clip["request"].toObject();
    QCOMPARE(request["prompt"].toString(), "a red ball");
    QCOMPARE(request["seed"].toInt(), 7);
    QCOMPARE(request["steps"].toInt(), 4);
    QCOMPARE(request["policy"].toString(), "fora");
    QCOMPARE(request["parameters"].toObject()["interval"].toInt(), 2);
    QVERIFY(callToca(m_folder->path(), {"info", read}).output.contains("toca generate --prompt 'a red ball'"));
    QVERIFY(files().filter(".part").isEmpty());
}

void CliGenerateTest::reportHasItsKeys()
{
    const TocaCall made = generate({"--prompt", "a red ball", "--size", "64x64", "--out", "c.gif", "--report", "-"});
    QVERIFY2(made.exitCode == 0, made.errors);
    const QJsonObject report = made.json();
    for (const char* key : {"planned_flops", "counted_flops", "peak_cache_bytes", "planned_cache_bytes"})
        QVERIFY2(report[key].isDouble() && report[key].toDouble() > 0, key);
    for (const char* key : {"settings", "versions", "seconds", "modules"})
        QVERIFY2(report[key].isObject() && !report[key].toObject().isEmpty(), key);
    QVERIFY(!report.contains("wall_clock_gain")); // only with a baseline
    QVERIFY(report["versions"][u"toca"].isString());
    QVERIFY(report["versions"][u"libtorch"].isString());
    QCOMPARE(report["clip"].toString(), "c.gif");
    const QJsonArray steps = report["steps"].toArray();
    QCOMPARE(steps.size(), 4);
    QVERIFY(steps[3][u"seconds"].toDouble() > 0);
    const QJsonArray tokens = report["tokens_computed"].toArray();
    QCOMPARE(tokens.size(), 4); // [step][layer][module]
    QCOMPARE(tokens[0].toArray().size(), 8);
    QCOMPARE(tokens[0].toArray()[0].toArray().size(), 3);
    QCOMPARE(report["planned_flops"].toDouble(), report["counted_flops"].toDouble());
}

void CliGenerateTest::comparesWithTheBaseline()
{
    const TocaCall made = callToca(m_folder->path(),
        {"generate", "--prompt", "a red ball", "--size", "64x64", "--steps", "7", "--out", "c.png", "--report",
            "r.json", "--compare-baseline", "--repeat", "2"},
        280);
    QVERIFY2(made.exitCode == 0, made.errors);
    const QJsonObject report = jsonFile(path("r.json")).object();
    for (const char* key :
        {"wall_clock_gain", "flops_gain", "end_to_end_gain", "psnr_db", "ssim", "latent_relative_error"})
        QVERIFY2(report[key].isDouble() && report[key].toDouble() > 0, key);
    QVERIFY(report["flops_gain"].toDouble() > 1.1);
    QVERIFY(report["ssim"].toDouble() < 1);
    const QJsonObject repeats = report["repeats"].toObject();
    QCOMPARE(repeats["count"].toInt(), 2);
    const QJsonArray run = repeats["run_seconds"][u"denoising"].toArray();
    const QJsonArray baseline = repeats["baseline_seconds"][u"denoising"].toArray();
    QCOMPARE(run.size(), 2);
    QCOMPARE(baseline.size(), 2);
    // The gain is that of the medians.
    const double gain = (baseline[0].toDouble() + baseline[1].toDouble()) / (run[0].toDouble() + run[1].toDouble());
    QVERIFY(std::abs(report["wall_clock_gain"].toDouble() / gain - 1) < 1e-9);
    QVERIFY(made.output.contains("against uncached"));

    const TocaCall same = callToca(m_folder->path(),
        {"generate", "--prompt", "a red ball", "--size", "64x64", "--steps", "2", "--out", "d.png", "--report", "-",
            "--policy", "none", "--compare-baseline"},
        280);
    QVERIFY2(same.exitCode == 0, same.errors);
    QVERIFY(same.json()["identical"].toBool());
    QVERIFY(same.json()["psnr_db"].isNull()); // infinite
    QCOMPARE(same.json()["latent_relative_error"].toDouble(), 0.0);
    QCOMPARE(same.json()["flops_gain"].toDouble(), 1.0);
}

void CliGenerateTest::writesTraces()
{
    for (const char* name : {"t.safetensors", "t.csv", "t.json"}) {
        const TocaCall made =
            generate({"--prompt", "a red ball", "--size", "64x64", "--out", "c.gif", "--trace", name, "--scores"});
        QVERIFY2(made.exitCode == 0, made.errors);
    }
    QVERIFY(QFile(path("t.csv")).size() > 1000);
    QVERIFY(!jsonFile(path("t.json")).isNull());
    const TocaCall info = callToca(m_folder->path(), {"info", "t.safetensors", "--json"});
    QVERIFY2(info.exitCode == 0, info.errors);
    QCOMPARE(info.json()["kind"].toString(), "trace");
    QCOMPARE(info.json()["steps"].toArray().size(), 4);
    QVERIFY(info.json()["has_scores"].toBool());
    QCOMPARE(info.json()["request"][u"prompt"].toString(), "a red ball");
    const QByteArray text = callToca(m_folder->path(), {"info", "t.safetensors"}).output;
    QVERIFY(text.contains("peak cache") && text.contains("toca generate"));
}

void CliGenerateTest::takesAnyPrompt_data()
{
    QTest::addColumn<QString>("prompt");
    QTest::newRow("empty") << QString("");
    QTest::newRow("spaces") << QString("   ");
    QTest::newRow("100,000 characters") << QString(100'000, 'x');
    QTest::newRow("many words") << QString("red ball ").repeated(10'000);
    QTest::newRow("emoji") << QString::fromUtf8("\U0001F3C0 bounces \U0001F468\u200D\U0001F469\u200D\U0001F467");
    QTest::newRow("an option") << QString("--steps");
    QTest::newRow("controls") << QString("a\tred\nball\x1b[31m");
    QTest::newRow("quotes") << QString("it's \"red\" `ball` $(x) \\ %d");
}

void CliGenerateTest::takesAnyPrompt()
{
    QFETCH(QString, prompt);
    const TocaCall made = callToca(m_folder->path(),
        {"generate", "--steps", "1", "--frames", "1", "--size", "64x64", "--out", "c.png", "--prompt", prompt}, 280);
    QVERIFY2(made.exitCode == 0, made.errors.left(2000));
    QCOMPARE(files(), QStringList{"c.png"});
    const QJsonObject request = callToca(m_folder->path(), {"info", "c.png", "--json"}).json()["request"].toObject();
    QString expected = prompt;
    for (QChar& character : expected)
        if (character.unicode() < 0x20)
            character = ' ';
    QCOMPARE(request["prompt"].toString(), expected);
}

void CliGenerateTest::takesBytesAsPrompt()
{
    // QProcess would encode the argument; a shell passes the bytes on.
    QFile script(path("bytes.sh"));
    QVERIFY(script.open(QIODevice::WriteOnly));
    script.write("exec '" TOCA_BIN_DIR "/toca' generate --steps 1 --frames 1 --size 64x64 --out c.png "
                 "--prompt '\xff\xfe\xc0\x80 ball \xf0\x9f'");
    script.close();
    QProcess process;
    process.setWorkingDirectory(m_folder->path());
    process.start("sh", {"bytes.sh"});
    QVERIFY(process.waitForFinished(120'000));
    QVERIFY2(process.exitCode() == 0, process.readAllStandardError());
    const QByteArray info = callToca(m_folder->path(), {"info", "c.png"}).output;
    QVERIFY(info.contains(" ball "));
    QCOMPARE(QString::fromUtf8(info).toUtf8(), info); // well-formed
}

void CliGenerateTest::rerunsWhatInfoPrints()
{
    const TocaCall made = generate({"--prompt", "it's a \"red\" ball", "--seed", "3", "--size", "64x64", "--frames",
        "1", "--set", "fresh_ratio=0.25", "--guidance", "2.5", "--out", "first.png"});
    QVERIFY2(made.exitCode == 0, made.errors);
    const QByteArray info = callToca(m_folder->path(), {"info", "first.png"}).output;
    QByteArray command = info.mid(info.indexOf("toca generate")).trimmed();
    command.replace(0, 4, "'" TOCA_BIN_DIR "/toca'");
    QProcess shell;
    shell.setWorkingDirectory(m_folder->path());
    shell.start("sh", {"-c", QString::fromUtf8(command + " --quiet --out second.png")});
    QVERIFY(shell.waitForFinished(120'000));
    QVERIFY2(shell.exitCode() == 0, shell.readAllStandardError());
    QFile first(path("first.png")), second(path("second.png"));
    QVERIFY(first.open(QIODevice::ReadOnly) && second.open(QIODevice::ReadOnly));
    QCOMPARE(second.readAll(), first.readAll()); // pictures and request
}

void CliGenerateTest::takesACondition()
{
    QVERIFY(
        generate({"--prompt", "a red ball", "--size", "64x64", "--frames", "1", "--out", "first.png"}).exitCode == 0);
    const TocaCall made =
        generate({"--prompt", "a red ball", "--size", "64x64", "--condition", "first.png", "--out", "c.gif"});
    QVERIFY2(made.exitCode == 0, made.errors);
    QFile broken(path("broken.png"));
    QVERIFY(broken.open(QIODevice::WriteOnly));
    broken.write("\x89PNG\r\n\x1a\nrubbish");
    broken.close();
    const TocaCall refused = generate({"--prompt", "p", "--condition", "broken.png", "--out", "d.gif"});
    QVERIFY(refused.exitCode > 0);
    QVERIFY2(refused.hasOneErrorLine() && refused.errors.contains("broken.png"), refused.errors);
    QVERIFY(!files().contains("d.gif"));
}

void CliGenerateTest::namesClipsByItself()
{
    // A single frame is a picture.
    const QStringList request{"--prompt", "../A red/Ball!", "--seed", "5", "--size", "64x64", "--frames", "1"};
    QVERIFY(generate(request).exitCode == 0);
    QVERIFY(generate(request).exitCode == 0);
    QCOMPARE(files(), QStringList({"a-red-ball-seed-5-2.png", "a-red-ball-seed-5.png"}));
}

void CliGenerateTest::makesABatch()
{
    QFile prompts(path("prompts.txt"));
    QVERIFY(prompts.open(QIODevice::WriteOnly));
    prompts.write("\xef\xbb\xbf# two prompts\r\na red ball\r\n\r\n  a blue star  \r\n");
    prompts.close();
    const TocaCall made = generate({"--prompts", "prompts.txt", "--seeds", "4-5", "--size", "64x64", "--frames", "1",
        "--out", "b.png", "--trace", "t.csv", "--report", "r.json"});
    QVERIFY2(made.exitCode == 0, made.errors);
    QCOMPARE(files(),
        QStringList({"b_0001.png", "b_0002.png", "b_0003.png", "b_0004.png", "prompts.txt", "r.json", "t_0001.csv",
            "t_0002.csv", "t_0003.csv", "t_0004.csv"}));
    const QJsonArray reports = jsonFile(path("r.json")).array();
    QCOMPARE(reports.size(), 4);
    const char* expected[] = {"a red ball", "a red ball", "a blue star", "a blue star"};
    for (int i = 0; i < 4; ++i) {
        QCOMPARE(reports[i][u"settings"][u"prompt"].toString(), expected[i]);
        QCOMPARE(reports[i][u"settings"][u"seed"].toInt(), 4 + i % 2);
        QCOMPARE(reports[i][u"clip"].toString(), QString("b_000%1.png").arg(i + 1));
    }
}

void CliGenerateTest::batchGoesOnAfterAFailure()
{
    // The third clip's name becomes a folder while the first one is made: only it may fail.
    QProcess process;
    process.setWorkingDirectory(m_folder->path());
    process.start(QString::fromUtf8(TOCA_BIN_DIR "/toca"),
        {"generate", "--prompt", "a red ball", "--seeds", "1-3", "--steps", "4", "--size", "64x64", "--out", "b.gif",
            "--report", "r.json"});
    QVERIFY(process.waitForReadyRead(60'000) || process.bytesAvailable() > 0 || QFile::exists(path("b_0001.gif")));
    QVERIFY(QDir(m_folder->path()).mkdir("b_0003.gif") || QFile::exists(path("b_0003.gif")));
    QVERIFY(process.waitForFinished(120'000));
    const QByteArray errors = process.readAllStandardError();
    QVERIFY2(process.exitCode() == 3, errors);
    const QJsonArray reports = jsonFile(path("r.json")).array();
    QCOMPARE(reports.size(), 3);
    QVERIFY(!reports[1].toObject().contains("error"));
    QCOMPARE(reports[2][u"error"][u"code"].toString(), "io");
    QVERIFY(errors.contains("1 of 3 clips"));
}

void CliGenerateTest::warnsWhenNothingIsCached()
{
    const TocaCall made = generate({"--prompt", "a red dragon", "--size", "64x64", "--frames", "1", "--out", "c.png",
        "--set", "warmup_steps=30", "--report", "-"});
    QCOMPARE(made.exitCode, 0);
    QVERIFY2(made.errors.contains("caches nothing"), made.errors);
    QVERIFY2(made.errors.contains("dragon"), made.errors);
    QCOMPARE(made.errors.count("toca: warning: "), 2);
    QCOMPARE(made.json()["warnings"].toArray().size(), 2);
}

void CliGenerateTest::stopsWhenInterrupted()
{
    QProcess process;
    process.setWorkingDirectory(m_folder->path());
    process.start(QString::fromUtf8(TOCA_BIN_DIR "/toca"),
        {"generate", "--prompt", "a red ball", "--steps", "1000", "--out", "c.mp4", "--report", "r.json", "--trace",
            "t.csv"});
    QByteArray errors;
    process.setReadChannel(QProcess::StandardError);
    while (!errors.contains("denoising") && process.waitForReadyRead(60'000))
        errors += process.readAllStandardError();
    QVERIFY(errors.contains("denoising"));
    ::kill(static_cast<pid_t>(process.processId()), SIGINT);
    QVERIFY(process.waitForFinished(60'000));
    errors += process.readAllStandardError();
    QVERIFY(process.exitStatus() == QProcess::NormalExit);
    QVERIFY2(process.exitCode() == 130, errors);
    QVERIFY2(errors.contains("toca: The run was cancelled"), errors);
    QCOMPARE(files(), QStringList());
}

void CliGenerateTest::keepsNothingWhenTheDiskIsFull()
{
    // A limit on the size of files stands for the full disk: 512 bytes.
    QProcess shell;
    shell.setWorkingDirectory(m_folder->path());
    shell.start("sh",
        {"-c",
            "ulimit -f 1; exec '" TOCA_BIN_DIR "/toca' generate --prompt 'a red ball' --steps 1 --size 64x64 --quiet "
            "--out c.mp4"});
    QVERIFY(shell.waitForFinished(120'000));
    const QByteArray errors = shell.readAllStandardError();
    QVERIFY2(shell.exitStatus() == QProcess::NormalExit && shell.exitCode() == 3, errors);
    QVERIFY2(errors.contains("c.mp4"), errors);
    QCOMPARE(files(), QStringList());
}

QTEST_GUILESS_MAIN(CliGenerateTest)
#include "tst_cli_generate.moc"
