// SPDX-License-Identifier: Apache-2.0
#include "tests/support/run_toca.h"

#include <QDir>
#include <QProcess>
#include <QTest>

using toca::test::TocaCall;

/// What `toca` refuses before it runs a model.
class CliTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY(m_folder.isValid()); }
    void refuses_data();
    void refuses();
    void refusesBytesThatAreNoText();
    void refusesUnwritablePlaces_data();
    void refusesUnwritablePlaces();
    void failsWhenOutputIsFull();

private:
    toca::test::TocaFolder m_folder;
};

void CliTest::refuses_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<QByteArray>("says");
    const auto row = [](const char* name, const QStringList& arguments, int exitCode, const QByteArray& says) {
        QTest::newRow(name) << arguments << exitCode << says;
    };
    const auto generate = [](const QStringList& more) {
        return QStringList{"generate", "--prompt", "a red ball", "--out", "never.mp4"} + more;
    };
    row("nothing", {}, 2, "subcommand");
    row("unknown command", {"frobnicate"}, 2, "generate");
    row("unknown option", generate({"--frobnicate"}), 2, "--frobnicate");
    row("no prompt", {"generate"}, 2, "--prompt");
    row("option without value", {"generate", "--prompt"}, 2, "--prompt");
    row("option twice", generate({"--steps", "4", "--steps", "5"}), 2, "--steps");
    row("steps with letters", generate({"--steps", "30x"}), 2, "30x");
    row("steps with a space", generate({"--steps", " 30"}), 2, "--steps");
    row("steps empty", generate({"--steps="}), 2, "--steps");
    row("steps 0", generate({"--steps", "0"}), 2, "steps");
    row("steps -1", generate({"--steps", "-1"}), 2, "-1");
    row("steps 1001", generate({"--steps", "1001"}), 2, "1000");
    row("steps huge", generate({"--steps", "99999999999999999999"}), 2, "--steps");
    row("steps of a fraction", generate({"--steps", "3.5"}), 2, "3.5");
    row("guidance NaN", generate({"--guidance", "nan"}), 2, "--guidance");
    row("guidance infinite", generate({"--guidance", "inf"}), 2, "--guidance");
    row("guidance negative", generate({"--guidance", "-1"}), 2, "guidance");
    row("guidance with a comma", generate({"--guidance", "3,5"}), 2, "3,5");
    row("guidance by its option", generate({"--guidance", "-1"}), 2, "--guidance is -1");
    row("threads by their option", generate({"--threads", "100000"}), 2, "--threads is");
    row("protection by its option", generate({"--protect-strength", "1000"}), 2, "--protect-strength is");
    row("bundle of nothing", {"bundle", "nope"}, 3, "There is no run 'nope'");
    row("replay of a text file", {"replay", TOCA_SOURCE_DIR "/CMakeLists.txt"}, 4,
        "is a text file; expected was a bundle");
    row("replay of another folder", {"replay", TOCA_SOURCE_DIR "/cmake"}, 4, "a folder without a run");
    row("sensitivity of a text file", {"sensitivity", "--show", TOCA_SOURCE_DIR "/CMakeLists.txt"}, 4,
        "is a text file; expected was a file that `toca sensitivity --out` wrote");
    row("sensitivity of nothing", {"sensitivity", "--show", "nope"}, 3, "nope");
    row("layer that is not there", {"sensitivity", "--prompt", "p", "--layers", "99"}, 2, "asks for layer 99;");
    row("step and layer that are not there", {"sensitivity", "--prompt", "p", "--layers", "99", "--at-steps", "50"}, 2,
        "step 50 and layer 99;");
    row("one label for two clips", {"compare", "a.mp4", "b.mp4", "--labels", "one"}, 2, "gives 1 label for 2 clips");
    row("tuned against a threshold", {"tune", "--against", "teacache", "--out", "t.json"}, 1, "decides while running");
    row("tuned against nothing", {"tune", "--against", "none", "--out", "t.json"}, 2, "--against none");
    row("info of a text file", {"info", TOCA_SOURCE_DIR "/CMakeLists.txt"}, 4, "is a text file; expected was");
    row("size 0x0", generate({"--size", "0x0"}), 2, "0x0");
    row("size odd", generate({"--size", "127x129"}), 2, "127x129");
    row("size huge", generate({"--size", "1000000x1000000"}), 2, "1000000x1000000");
    row("size below a patch", generate({"--size", "8x8"}), 2, "16");
    row("size beyond the memory", generate({"--size", "16384x16384"}), 5, "MiB");
    row("size without x", generate({"--size", "128"}), 2, "128x128");
    row("size with spaces", generate({"--size", "128 x 128"}), 2, "--size");
    row("size negative", generate({"--size", "-128x128"}), 2, "--size");
    row("frames 0", generate({"--frames", "0"}), 2, "frames");
    row("frames -1", generate({"--frames", "-1"}), 2, "-1");
    row("frames 2", generate({"--frames", "2"}), 2, "nearest");
    row("frames 16", generate({"--frames", "16"}), 2, "17");
    row("frames huge", generate({"--frames", "2000000000"}), 2, "frames");
    row("frames beyond the memory", generate({"--frames", "1000000"}), 5, "MiB");
    row("fps 0", generate({"--fps", "0"}), 2, "fps");
    row("seed negative", generate({"--seed", "-1"}), 2, "--seed");
    row("seed too large", generate({"--seed", "18446744073709551616"}), 2, "--seed");
    row("seed and seeds", generate({"--seed", "1", "--seeds", "1-2"}), 2, "--seed");
    row("seeds backwards", generate({"--seeds", "5-1"}), 2, "5-1");
    row("seeds without end", generate({"--seeds", "5-"}), 2, "--seeds");
    row("seeds far too many", generate({"--seeds", "0-18446744073709551615"}), 2, "100000");
    row("policy unknown", generate({"--policy", "magic"}), 2, "toca");
    row("policy empty", generate({"--policy", ""}), 2, "toca");
    row("preset unknown", generate({"--preset", "magic"}), 2, "opensora-r85");
    row("setting unknown", generate({"--set", "magic=1"}), 2, "fresh_ratio");
    row("setting without value", generate({"--set", "fresh_ratio"}), 2, "key=value");
    row("setting without key", generate({"--set", "=1"}), 2, "key=value");
    row("setting with an empty value", generate({"--set", "fresh_ratio="}), 2, "fresh_ratio");
    row("setting out of range", generate({"--set", "fresh_ratio=1.5"}), 2, "from 0 to 1");
    row("setting NaN", generate({"--set", "fresh_ratio=nan"}), 2, "fresh_ratio");
    row("setting of another policy", generate({"--policy", "none", "--set", "fresh_ratio=0.1"}), 2, "it has none");
    row("device unknown", generate({"--device", "tpu"}), 2, "cpu, cuda or auto");
    row("threads negative", generate({"--threads", "-1"}), 2, "threads");
    row("threads huge", generate({"--threads", "100000"}), 2, "threads");
    row("repeat without comparison", generate({"--repeat", "3"}), 2, "--compare-baseline");
    row("repeat 0", generate({"--compare-baseline", "--repeat", "0"}), 2, "--repeat");
    row("model missing", generate({"--model", "no-such-folder"}), 3, "no-such-folder");
    row("model empty", generate({"--model", ""}), 2, "--model");
    row("model is a text file", generate({"--model", TOCA_SOURCE_DIR "/CMakeLists.txt"}), 4, "CMakeLists.txt");
    row("model is another folder", generate({"--model", TOCA_SOURCE_DIR "/cmake"}), 3, "pipeline.json");
    row("condition missing", generate({"--condition", "no-such.png"}), 3, "no-such.png");
    row("condition frames without condition", generate({"--condition-frames", "2"}), 2, "--condition");
    row("prompts missing", {"generate", "--prompts", "no-such.txt"}, 3, "no-such.txt");
    row("prompt and prompts", generate({"--prompts", "no-such.txt"}), 2, "--prompt");
    row("cache format unknown", {"plan", "--geometry", "opensora-v1.2", "--cache-dtype", "int4"}, 2, "int8");
    row("offloading without a budget", {"plan", "--geometry", "opensora-v1.2", "--cache-offload"}, 2, "--cache-budget");
    row("offloading where there is no GPU",
        {"generate", "--prompt", "a ball", "--device", "cpu", "--cache-dtype", "fp32@host"}, 2, "processor");
    row("offloading to a budget where there is no GPU",
        {"generate", "--prompt", "a ball", "--device", "cpu", "--cache-budget", "1MB", "--cache-offload"}, 2,
        "processor");
    row("dtype unknown", {"plan", "--prompt", "a ball", "--dtype", "fp16"}, 2, "--dtype");
    row("cache budget is no size", {"plan", "--geometry", "opensora-v1.2", "--cache-budget", "lots"}, 2, "400MB");
    row("cache budget of nothing", {"plan", "--geometry", "opensora-v1.2", "--cache-budget", "0"}, 2, "--cache-budget");
    row("geometry unknown", {"plan", "--geometry", "sora-2"}, 2, "opensora-v1.2");
    row("geometry and model", {"plan", "--geometry", "opensora-v1.2", "--model", "x"}, 2, "--model");
    row("text tokens too many", {"plan", "--geometry", "opensora-v1.2", "--text-tokens", "301"}, 2, "300");
    row("text tokens negative", {"plan", "--geometry", "opensora-v1.2", "--text-tokens", "-1"}, 2, "-1");
    row("sampler of another family", {"plan", "--geometry", "dit-xl-2-256", "--sampler", "rflow"}, 2, "ddim, ddpm");
    row("size of another geometry", {"plan", "--geometry", "dit-xl-2-256", "--size", "512x512"}, 2, "256x256");
    row("frames of a picture", {"plan", "--geometry", "pixart-alpha-256", "--frames", "17"}, 2, "must be 1");
    row("table and geometry", {"plan", "--table", "--geometry", "dit-xl-2-256"}, 2, "--table");
    row("CSV of one plan", {"plan", "--csv"}, 2, "--table");
    row("verify without folder", {"verify"}, 2, "DIR");
    row("info without file", {"info"}, 2, "FILE");
    row("extra argument", {"policies", "toca"}, 2, "toca");
    row("100,000 characters as a policy", generate({"--policy", QString(100'000, 'x')}), 2, "toca");
    row("100,000 characters as steps", generate({"--steps", QString(100'000, '9')}), 2, "--steps");
}

void CliTest::refuses()
{
    QFETCH(QStringList, arguments);
    QFETCH(int, exitCode);
    QFETCH(QByteArray, says);
    const TocaCall refused = m_folder.call(arguments);
    QVERIFY2(refused.exitCode == exitCode, QByteArray::number(refused.exitCode) + ": " + refused.errors);
    QVERIFY2(refused.hasOneErrorLine(), refused.errors);
    QVERIFY2(refused.errors.contains(says), refused.errors);
    QVERIFY(refused.errors.size() < 6000);
    QVERIFY(!QFile::exists(m_folder.filePath("never.mp4")));
}

void CliTest::refusesBytesThatAreNoText()
{
    // QProcess would encode the argument; a shell passes the bytes on.
    for (const char* argument : {"--policy '\xff\xfe\x1b[31m'", "--set '\xc0\x80=\x01'", "--out '\xff\x01/x.mp4'"}) {
        const QString script = m_folder.write(
            "bytes.sh", "exec '" TOCA_BIN_DIR "/toca' generate --prompt p --out n.mp4 " + QByteArray(argument));
        QProcess process;
        process.setWorkingDirectory(m_folder.path());
        process.start("sh", {script});
        QVERIFY(process.waitForFinished());
        const QByteArray errors = process.readAllStandardError();
        QVERIFY2(process.exitCode() == 2 || process.exitCode() == 3, errors);
        QVERIFY(errors.startsWith("toca: "));
        QVERIFY(!errors.contains('\x1b') && !errors.contains('\xff'));
    }
}

void CliTest::refusesUnwritablePlaces_data()
{
    QTest::addColumn<QString>("option");
    QTest::addColumn<QString>("path");
    QTest::addColumn<int>("exitCode");
    QTest::newRow("a missing folder") << "--out"
                                      << "no/such/folder/x.mp4" << 3;
    QTest::newRow("an existing folder") << "--out"
                                        << "folder.mp4" << 3;
    QTest::newRow("a device") << "--out"
                              << "/dev/full" << 2; // no ending of a clip
    QTest::newRow("below a device") << "--out"
                                    << "/dev/full/x.mp4" << 3;
    QTest::newRow("a link to a device") << "--out"
                                        << "link.mp4" << 3;
    QTest::newRow("a kernel's folder") << "--out"
                                       << "/proc/x.mp4" << 3;
    QTest::newRow("a name too long") << "--out" << QString(300, 'x') + ".mp4" << 3;
    QTest::newRow("an unknown ending") << "--out"
                                       << "x.avi" << 2;
    QTest::newRow("no ending") << "--out"
                               << "x" << 2;
    QTest::newRow("an empty name") << "--out"
                                   << "" << 2;
    QTest::newRow("a file as a folder") << "--out"
                                        << "file/" << 3;
    QTest::newRow("a report on a device") << "--report"
                                          << "/dev/full" << 3;
    QTest::newRow("a report on a folder") << "--report"
                                          << "folder.mp4" << 3;
    QTest::newRow("a report in a missing folder") << "--report"
                                                  << "no/such/r.json" << 3;
    QTest::newRow("a trace in a missing folder") << "--trace"
                                                 << "no/such/t.safetensors" << 3;
    QTest::newRow("a trace on a folder") << "--trace"
                                         << "folder.mp4" << 3;
}

void CliTest::refusesUnwritablePlaces()
{
    QFETCH(QString, option);
    QFETCH(QString, path);
    QFETCH(int, exitCode);
    QDir(m_folder.path()).mkdir("folder.mp4");
    m_folder.write("file", "kept");
    QFile::link("/dev/full", m_folder.filePath("link.mp4"));
    const QDir before(m_folder.path(), {}, QDir::Name, QDir::AllEntries | QDir::Hidden | QDir::System);
    const QStringList names = before.entryList();
    QStringList arguments{"generate", "--prompt", "a red ball", "--quiet", option, path};
    if (option != "--out")
        arguments += {"--out", "never.mp4"};
    const TocaCall refused = m_folder.call(arguments);
    QVERIFY2(refused.exitCode == exitCode, QByteArray::number(refused.exitCode) + ": " + refused.errors);
    QVERIFY2(refused.hasOneErrorLine(), refused.errors);
    // Found out before the run: nothing was made, nothing is left.
    QCOMPARE(QDir(m_folder.path(), {}, QDir::Name, QDir::AllEntries | QDir::Hidden | QDir::System).entryList(), names);
}

void CliTest::failsWhenOutputIsFull()
{
    QProcess process;
    process.setStandardOutputFile("/dev/full");
    process.start(QString::fromUtf8(TOCA_BIN_DIR "/toca"), {"policies"});
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 3);
}

QTEST_GUILESS_MAIN(CliTest)
#include "tst_cli.moc"
