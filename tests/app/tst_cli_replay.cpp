// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/setting_file.h"
#include "cache/plan/trace.h"
#include "core/base/atomic_file.h"
#include "core/library/run_library.h"
#include "core/library/run_record.h"
#include "tests/support/run_toca.h"

#include <QTest>

#include <filesystem>

using namespace toca;
using namespace toca::test;
namespace fs = std::filesystem;

/// toca replay, bundle and tune with the embedded model.
class CliReplayTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void replaysATrace();
    void tellsTheFirstDifference();
    void bundlesAndReplays();
    void refusesDamagedInput_data();
    void refusesDamagedInput();
    void tunesAndResumes();

private:
    test::TocaFolder m_folder;
};

void CliReplayTest::initTestCase()
{
    const TocaCall made = m_folder.call({"generate", "--prompt", "a red ball", "--steps", "5", "--frames", "1",
        "--size", "64x64", "--out", "ball.png", "--trace", "ball.safetensors"});
    QVERIFY2(made.exitCode == 0, made.errors.constData());
}

void CliReplayTest::replaysATrace()
{
    const TocaCall same = m_folder.call({"replay", "ball.safetensors"});
    QVERIFY2(same.exitCode == 0, same.errors.constData());
    QVERIFY(same.output.contains("the same decisions"));
}

void CliReplayTest::tellsTheFirstDifference()
{
    const fs::path path = m_folder.filePath("ball.safetensors").toStdString();
    const auto file = plan::readTrace(path);
    QVERIFY(file.has_value());
    auto request = requestFromJson(file->requestJson);
    request->policyParameters["mlp_interval"] = std::int64_t{2};
    const fs::path other = m_folder.filePath("other.safetensors").toStdString();
    QVERIFY(plan::writeTrace(other, *file->trace, toJson(*request)).has_value());
    const TocaCall differs = m_folder.call({"replay", "other.safetensors"});
    QCOMPARE(differs.exitCode, 1);
    QVERIFY(differs.hasOneErrorLine());
    QVERIFY2(differs.errors.contains("mlp") && differs.errors.contains("step"), differs.errors.constData());
}

void CliReplayTest::bundlesAndReplays()
{
    // A run's folder as the window leaves it, from what the program made.
    const auto file = plan::readTrace(m_folder.filePath("ball.safetensors").toStdString());
    RunResult run;
    run.request = *requestFromJson(file->requestJson);
    run.trace = file->trace;
    run.plan = plan::Plan(run.trace->geometry(), run.trace->schedule());
    run.clip.frames = {{64, 64, std::vector<std::uint8_t>(64 * 64 * 3, 90)}};
    const auto library = library::RunLibrary::open(m_folder.filePath("runs").toStdString());
    auto writer = library->newRun(run.request);
    QVERIFY(library::writeRun(*writer, run, nullptr, {"generate", {}, {}, {}}, "").has_value());
    const auto folder = writer->commit();
    const QString name = QString::fromStdString(folder->filename().string());
    const TocaCall bundled = m_folder.call({"bundle", name, "--library", "runs", "--out", "one.toca"});
    QVERIFY2(bundled.exitCode == 0, bundled.errors.constData());
    const TocaCall info = m_folder.call({"info", "one.toca"});
    QVERIFY(info.output.contains("a red ball"));
    QCOMPARE(
        m_folder.call({"info", "one.toca", "--json"}).json()["request"].toObject()["prompt"].toString(), "a red ball");
    const TocaCall replayed = m_folder.call({"replay", "one.toca"});
    QVERIFY2(replayed.exitCode == 0, replayed.errors.constData());
    QVERIFY(replayed.output.contains("other pixels")); // grey ones were stored
    QCOMPARE(m_folder.call({"replay", "runs/" + name}).exitCode, 0);
}

void CliReplayTest::refusesDamagedInput_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("name");
    QTest::newRow("noise") << QByteArray(200, 'x') << "bad.toca";
    QTest::newRow("empty") << QByteArray() << "empty.toca";
    QTest::newRow("no trace") << QByteArray("\x02\0\0\0\0\0\0\0{}", 10) << "bad.safetensors";
}

void CliReplayTest::refusesDamagedInput()
{
    QFETCH(QByteArray, content);
    QFETCH(QString, name);
    QVERIFY(writeFileAtomically(m_folder.filePath(name).toStdString(), content.toStdString()).has_value());
    const TocaCall refused = m_folder.call({"replay", name});
    QCOMPARE(refused.exitCode, 4);
    QVERIFY(refused.hasOneErrorLine());
    QCOMPARE(m_folder.call({"replay", "nowhere.toca"}).exitCode, 3);
}

void CliReplayTest::tunesAndResumes()
{
    const auto list = [&](const char* name, const QByteArray& lines) {
        QVERIFY(writeFileAtomically(m_folder.filePath(name).toStdString(), lines.toStdString()).has_value());
    };
    list("train.txt", "a red ball\na blue star\n");
    list("judge.txt", "a green ring\n");
    const QStringList common{"tune", "--prompts", "train.txt", "--held-out", "judge.txt", "--steps", "6", "--frames",
        "1", "--size", "64x64", "--out", "tuned.json", "--equal-flops", "--quiet"};
    const TocaCall first = m_folder.call(common + QStringList{"--budget", "6"});
    QVERIFY2(first.exitCode == 0, first.errors.constData());
    const QJsonObject state = jsonFile(m_folder.filePath("tuned.json.state.json")).object();
    const auto points = state["points"].toArray();
    QVERIFY(points.size() >= 3);
    const TocaCall more = m_folder.call(common + QStringList{"--budget", "10"});
    QVERIFY2(more.exitCode == 0, more.errors.constData());
    const auto after = jsonFile(m_folder.filePath("tuned.json.state.json")).object()["points"].toArray();
    QVERIFY(after.size() > points.size());
    for (qsizetype i = 0; i < points.size(); ++i)
        QVERIFY(after[i] == points[i]); // gone on, not begun anew
    const auto preset = plan::readNamedSettings(m_folder.filePath("tuned.json").toStdString());
    QVERIFY(preset.has_value());
    QCOMPARE(preset->front().policy, "schedule");
    const QJsonObject evidence = jsonFile(m_folder.filePath("tuned.json.evidence.json")).object();
    QCOMPARE(evidence["held_out"].toObject()["prompts"].toInt(), 1);
    QVERIFY(evidence["held_out"].toObject()["flops_ratio"].toDouble() <= 1.0001);
    // The state of another question is not taken.
    const TocaCall other = m_folder.call(common + QStringList{"--budget", "10", "--seed", "9"});
    QCOMPARE(other.exitCode, 4);
    QVERIFY(other.errors.contains("another search"));
    list("both.txt", "a red ball\n");
    const TocaCall same =
        m_folder.call({"tune", "--prompts", "train.txt", "--held-out", "both.txt", "--out", "x.json"});
    QCOMPARE(same.exitCode, 2);
    QVERIFY(same.errors.contains("both lists"));
}

QTEST_GUILESS_MAIN(CliReplayTest)
#include "tst_cli_replay.moc"
