// SPDX-License-Identifier: Apache-2.0
// `toca train` as a user runs it, and as a machine that fails does: killed at any moment, it goes on as if nothing had
// been.
#include "core/checkpoint/checkpoint.h"

#include <QElapsedTimer>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <torch/torch.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <random>
#include <thread>

using namespace toca;
namespace fs = std::filesystem;

namespace {

const QString kProgram = QString(TOCA_BIN_DIR) + "/toca";
constexpr int kPatience = 120'000; // milliseconds

/// A tiny new transformer on small clips of the world.
QStringList arguments(const QString& out, const QString& latents, int steps)
{
    return {"train", "--out", out, "--latents", latents, "--init",
        QString(TOCA_SOURCE_DIR) + "/resources/models/toca-miniature", "--new", "stdit3", "--hidden", "32", "--depth",
        "1", "--heads", "2", "--size", "32x32", "--clips", "64", "--batch", "4", "--steps", QString::number(steps),
        "--save-every", "1", "--validate-every", "1000", "--samples", "0", "--precision", "bfloat16", "--threads", "2",
        "--quiet"};
}

QString run(const QStringList& arguments, int expected = 0)
{
    QProcess process;
    process.start(kProgram, arguments);
    if (!process.waitForFinished(kPatience))
        return "toca did not end";
    const QString said = QString::fromUtf8(process.readAllStandardError());
    return process.exitStatus() == QProcess::NormalExit && process.exitCode() == expected
        ? QString()
        : "exit code " + QString::number(process.exitCode()) + ": " + said;
}

std::map<std::string, torch::Tensor> tensorsOf(const QString& folder)
{
    std::map<std::string, torch::Tensor> tensors;
    const auto file = checkpoint::Checkpoint::open((folder + "/state.safetensors").toStdString());
    if (file)
        for (const auto& info : file->tensors())
            tensors[info.name] = file->tensor(info.name).clone();
    return tensors;
}

} // namespace

class TestTrainCommand : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void killedAtAnyMomentItGivesTheSameWeights()
    {
        const QTemporaryDir folder;
        const QString latents = folder.filePath("latents"), whole = folder.filePath("whole"),
                      broken = folder.filePath("broken");
        constexpr int kSteps = 24;
        QElapsedTimer clock;
        clock.start();
        const QString problem = run(arguments(whole, latents, kSteps));
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
        const auto expected = tensorsOf(whole);
        QVERIFY(expected.size() > 100);
        const auto wholeTime = static_cast<unsigned>(clock.elapsed());

        std::mt19937 random(5);
        int kills = 0;
        bool ended = false;
        for (int attempt = 0; attempt < 40 && !ended; ++attempt) {
            QProcess process;
            process.start(kProgram, arguments(broken, latents, kSteps));
            QVERIFY(process.waitForStarted());
            if (attempt == 0) { // just after the first of the steps, however fast the machine is
                QElapsedTimer patience;
                patience.start();
                while (!fs::exists((broken + "/state.safetensors").toStdString()) && !patience.hasExpired(kPatience))
                    std::this_thread::sleep_for(std::chrono::milliseconds(1));
            } else { // any moment, from the start of the program on; then it may finish
                const int wait = attempt < 12 ? static_cast<int>(random() % wholeTime) : kPatience;
                ended = process.waitForFinished(wait);
            }
            if (!ended) {
                ::kill(static_cast<pid_t>(process.processId()), SIGKILL);
                QVERIFY(process.waitForFinished());
                ended = process.exitStatus() == QProcess::NormalExit; // just before the signal
                kills += ended ? 0 : 1;
            }
            if (ended)
                QCOMPARE(process.exitCode(), 0);
        }
        QVERIFY(ended);
        QVERIFY(kills > 0);
        const auto found = tensorsOf(broken);
        QCOMPARE(found.size(), expected.size());
        for (const auto& [name, tensor] : expected) {
            QVERIFY2(found.contains(name), name.c_str());
            QVERIFY2(torch::equal(tensor, found.at(name)), name.c_str());
        }
    }
    void aSignalEndsItCleanly()
    {
        const QTemporaryDir folder;
        const QString out = folder.filePath("out");
        QProcess process;
        process.start(kProgram, arguments(out, folder.filePath("latents"), 1'000'000));
        QVERIFY(process.waitForStarted());
        QTRY_VERIFY_WITH_TIMEOUT(fs::exists((out + "/log.jsonl").toStdString()), kPatience);
        QTest::qWait(500);
        ::kill(static_cast<pid_t>(process.processId()), SIGTERM);
        QVERIFY(process.waitForFinished(kPatience));
        QCOMPARE(process.exitCode(), 0);
        QVERIFY(fs::exists((out + "/state.safetensors").toStdString()));
        QVERIFY(fs::exists((out + "/model/transformer/model.safetensors").toStdString()));
    }
    void wrongSettingsAreNamed_data()
    {
        QTest::addColumn<QStringList>("more");
        QTest::addColumn<QString>("expected");
        QTest::newRow("part") << QStringList{"--part", "moon"} << "moon";
        QTest::newRow("rate") << QStringList{"--lr", "0"} << "learning rate";
        QTest::newRow("batch") << QStringList{"--batch", "0"} << "batch";
        QTest::newRow("size") << QStringList{"--size", "33x32"} << "multiple";
        QTest::newRow("data") << QStringList{"--data", "/nowhere"} << "/nowhere";
        QTest::newRow("init") << QStringList{"--init", "/nowhere"} << "/nowhere";
    }
    void wrongSettingsAreNamed()
    {
        QFETCH(const QStringList, more);
        QFETCH(const QString, expected);
        const QTemporaryDir folder;
        QProcess process;
        process.start(kProgram, QStringList{"train", "--out", folder.filePath("out"), "--steps", "1"} + more);
        QVERIFY(process.waitForFinished(kPatience));
        QVERIFY(process.exitCode() != 0);
        const QString said = QString::fromUtf8(process.readAllStandardError());
        QVERIFY2(said.contains(expected), qPrintable(said));
    }
};

QTEST_GUILESS_MAIN(TestTrainCommand)
#include "tst_train_command.moc"
