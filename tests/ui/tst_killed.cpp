// SPDX-License-Identifier: Apache-2.0
#include "app/engine_runner.h"
#include "tests/support/stored_runs.h"
#include "ui/runs/job_queue.h"
#include "ui/runs/run_index.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QGuiApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include <fstream>
#include <random>
#include <set>

using namespace toca;
using namespace toca::ui;
namespace fs = std::filesystem;

namespace {

/// How often the program is killed, and the runs that it has to make meanwhile.
int killCount()
{
    const int asked = qEnvironmentVariableIntValue("TOCA_KILLS");
    return asked > 0 ? asked : 10;
}
int runCount()
{
    return 20 + 8 * killCount();
}

/// Opens the library like a window and works off its queue until it is killed or done.
int work(int argc, char** argv, const QString& folder)
{
    QGuiApplication application(argc, argv);
    auto engine = std::make_unique<test::FakeEngine>();
    engine->options.perStep = std::chrono::milliseconds(6);
    app::EngineRunner runner(std::move(engine));
    RunStore store({}, folder);
    JobQueue queue(runner, store, [] { return false; });
    QObject::connect(&store, &RunStore::opened, &application, [&] {
        queue.open(folder);
        if (queue.entries().empty()) {
            std::vector<GenerationRequest> requests;
            for (int seed = 1; seed <= runCount(); ++seed)
                requests.push_back(
                    test::smallRequest(seed % 4 == 1 ? "none" : "fora", static_cast<std::uint64_t>(seed / 4)));
            queue.add(requests, {"queue", "kill", {}, "Killed again and again"});
        }
        queue.setPaused(false);
    });
    QTimer done;
    QObject::connect(&done, &QTimer::timeout, &application, [&] {
        const auto& all = queue.entries();
        if (!all.empty() && std::all_of(all.begin(), all.end(), [](const QueueEntry& entry) { return entry.isOver(); }))
            QCoreApplication::quit();
    });
    done.start(20);
    // Things that a user does meanwhile.
    QTimer user;
    QObject::connect(&user, &QTimer::timeout, &application, [&, turn = 0]() mutable {
        if (store.records().empty())
            return;
        const QString id =
            QString::fromStdString(store.records()[static_cast<std::size_t>(turn) % store.records().size()].id);
        store.setStarred({id}, ++turn % 2 == 0);
        if (turn % 5 == 0) {
            store.remove({id});
            store.restore({id});
        }
    });
    user.start(30);
    store.open();
    return QGuiApplication::exec();
}

} // namespace

/// A program killed at any moment leaves library and queue as something that opens and goes on. TOCA_KILLS sets how
/// often (default 10).
class KilledTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void losesNothing();
};

void KilledTest::losesNothing()
{
    QTemporaryDir folder;
    const fs::path root = folder.path().toStdString();
    const int kills = killCount();
    int hits = 0;
    std::random_device device;
    const auto seed = device();
    std::mt19937 random(seed);
    qInfo("seed %u, %d kills", seed, kills);
    std::size_t before = 0;
    for (int kill = 0; kill < kills; ++kill) {
        QProcess process;
        process.start(QCoreApplication::applicationFilePath(), {"--work", folder.path()});
        QVERIFY(process.waitForStarted());
        const int moment = 20 + static_cast<int>(random() % 700);
        if (process.waitForFinished(moment)) {
            QCOMPARE(process.exitStatus(), QProcess::NormalExit); // done before the kill
            QCOMPARE(process.exitCode(), 0);
        } else {
            process.kill();
            ++hits;
            QVERIFY(process.waitForFinished(10000));
        }
        // Every folder is a whole run, or not there.
        const auto library = library::RunLibrary::open(root);
        QVERIFY(library.has_value());
        const auto listing = library->list();
        QVERIFY(listing.has_value());
        for (const auto& damaged : listing->damaged)
            QFAIL(damaged.error.message.c_str());
        for (const auto& run : listing->runs) {
            const auto back = library::readResult(run.folder);
            QVERIFY2(back.has_value(), back ? "" : back.error().message.c_str());
        }
        QVERIFY(listing->runs.size() + library->trash().size() >= before); // what was kept stays
        before = listing->runs.size() + library->trash().size();
        // The index opens, or is made again from the folders.
        RunIndex index(*library);
        QVERIFY(index.sync().has_value());
        QCOMPARE(index.records().size(), listing->runs.size());
        // The queue's file is whole: the old or the new one.
        const fs::path file = JobQueue::fileIn(root);
        if (fs::exists(file)) {
            QFile queue(QString::fromStdString(file.string()));
            QVERIFY(queue.open(QIODevice::ReadOnly));
            const QJsonObject json = QJsonDocument::fromJson(queue.readAll()).object();
            QCOMPARE(json["entries"].toArray().size(), qsizetype{runCount()});
        }
        QVERIFY(!fs::exists(file.string() + ".damaged"));
    }
    qInfo("%d of them in the middle of the work", hits);
    QVERIFY(hits > kills / 2);
    QProcess last;
    last.start(QCoreApplication::applicationFilePath(), {"--work", folder.path()});
    QVERIFY(last.waitForFinished(120000));
    QCOMPARE(last.exitCode(), 0);
    // Every entry was made, and none twice.
    const auto library = library::RunLibrary::open(root);
    std::set<std::string> jobs;
    const auto folders = library->folders();
    QVERIFY(folders.has_value());
    for (const auto& each : *folders) {
        const std::string job = library::readRecord(each.folder, each.id).origin.job;
        QVERIFY2(jobs.insert(job).second, job.c_str());
    }
    // What was being deleted at a kill lies in the trash.
    for (const auto& each : library->trash())
        jobs.insert(library::readRecord(each, each.filename().string()).origin.job);
    QCOMPARE(jobs.size(), static_cast<std::size_t>(runCount()));
}

int main(int argc, char** argv)
{
    if (argc == 3 && qstrcmp(argv[1], "--work") == 0)
        return work(argc, argv, QString::fromLocal8Bit(argv[2]));
    QCoreApplication application(argc, argv);
    KilledTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_killed.moc"
