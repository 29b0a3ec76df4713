// SPDX-License-Identifier: Apache-2.0
#include "core/base/atomic_file.h"
#include "tests/support/stored_runs.h"
#include "ui/runs/job_plan.h"
#include "ui/runs/run_index.h"
#include "ui/runs/run_store.h"
#include "ui/runs/value_list.h"

#include <QSignalSpy>
#include <QSqlDatabase>
#include <QSqlQuery>
#include <QTemporaryDir>
#include <QTest>

#include <fstream>

using namespace toca;
using namespace toca::ui;
using test::smallRun;
namespace fs = std::filesystem;

/// The library behind the window: index, quota, trash, comparisons.
class RunStoreTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void keepsRunsAndComparesThem();
    void indexIsOnlyACopy_data();
    void indexIsOnlyACopy();
    void indexReadsOnlyWhatChanged();
    void survivesHostileFolders();
    void deletesWithUndo();
    void staysBelowItsQuota();
    void keepsWhatIsStillWaitingAtTheEnd();
    void bundlesOpenAgain();
    void saysWhatCannotBeOpened();
    void readsValueLists_data();
    void readsValueLists();
    void plansJobs();

private:
    std::unique_ptr<RunStore> open(qint64 quota = 0)
    {
        auto store = std::make_unique<RunStore>(FileServices(), m_folder->path());
        store->setQuota(quota);
        store->open();
        settle(*store);
        return store;
    }
    static void settle(RunStore& store)
    {
        QVERIFY(QTest::qWaitFor([&] { return !store.isBusy(); }, 20000));
    }
    fs::path index() const { return RunIndex::fileIn(m_folder->path().toStdString()); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void RunStoreTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
}

void RunStoreTest::keepsRunsAndComparesThem()
{
    auto store = open();
    QSignalSpy stored(store.get(), &RunStore::stored);
    store->add(smallRun("fora"), {"generate", {}, "job-1", {}});
    settle(*store);
    QCOMPARE(stored.size(), 1);
    QCOMPARE(store->records().size(), 1u);
    QVERIFY(std::isnan(store->records().front().psnrDb));
    QVERIFY(store->findJob("job-1"));
    QVERIFY(!RunStore::thumbnail(store->records().front().folder).isNull());
    // The uncached run arrives later: the one that waited is compared.
    store->add(smallRun("none"), {"uncached", {}, {}, {}});
    settle(*store);
    const auto* first = store->findJob("job-1");
    QVERIFY(first && first->psnrDb > 10 && first->flopsGain > 1);
    // And now there is one to compare with at once.
    store->add(smallRun("toca"), {"generate", {}, "job-2", {}});
    settle(*store);
    QVERIFY(store->findJob("job-2")->psnrDb > 10);
    QSignalSpy loaded(store.get(), &RunStore::loaded);
    store->load(QString::fromStdString(store->findJob("job-2")->id));
    settle(*store);
    QCOMPARE(loaded.size(), 1);
    const auto run = loaded[0][1].value<std::shared_ptr<const RunResult>>();
    const auto baseline = loaded[0][2].value<std::shared_ptr<const RunResult>>();
    QCOMPARE(run->request.policy, "toca");
    QVERIFY(baseline && baseline->request.policy == "none");
}

void RunStoreTest::indexIsOnlyACopy_data()
{
    QTest::addColumn<QString>("harm");
    for (const char* harm :
        {"missing", "noise", "empty", "cut", "other version", "foreign table", "bad request", "folder"})
        QTest::newRow(harm) << harm;
}

void RunStoreTest::indexIsOnlyACopy()
{
    QFETCH(QString, harm);
    {
        auto store = open();
        for (int seed = 1; seed <= 3; ++seed)
            store->add(smallRun("fora", static_cast<std::uint64_t>(seed)), {"queue", {}, {}, {}});
        settle(*store);
        store->setStarred({QString::fromStdString(store->records().front().id)}, true);
        settle(*store);
    }
    const fs::path file = index();
    QVERIFY(fs::exists(file));
    const auto sql = [&](const char* statement) {
        {
            auto db = QSqlDatabase::addDatabase("QSQLITE", "harm");
            db.setDatabaseName(QString::fromStdString(file.string()));
            QVERIFY(db.open());
            QVERIFY(QSqlQuery(db).exec(QLatin1String(statement)));
            db.close();
        }
        QSqlDatabase::removeDatabase("harm");
    };
    if (harm == "missing")
        fs::remove(file);
    else if (harm == "noise")
        std::ofstream(file, std::ios::binary) << std::string(5000, '\x5a');
    else if (harm == "empty")
        fs::resize_file(file, 0);
    else if (harm == "cut")
        fs::resize_file(file, fs::file_size(file) / 2);
    else if (harm == "other version")
        sql("PRAGMA user_version = 77");
    else if (harm == "foreign table")
        sql("ALTER TABLE runs RENAME TO others");
    else if (harm == "bad request")
        sql("UPDATE runs SET request = '[7]'");
    else {
        fs::remove(file);
        fs::create_directories(file / "inside");
    }
    auto store = open();
    QCOMPARE(store->records().size(), 3u);
    QVERIFY(store->records().front().isStarred);
    QCOMPARE(store->records().front().request.policy, "fora");
}

void RunStoreTest::indexReadsOnlyWhatChanged()
{
    {
        auto store = open();
        for (int seed = 1; seed <= 4; ++seed)
            store->add(smallRun("fora", static_cast<std::uint64_t>(seed)), {"queue", {}, {}, {}});
        settle(*store);
    }
    const auto library = library::RunLibrary::open(m_folder->path().toStdString());
    RunIndex index(*library);
    QVERIFY(!index.wasRebuilt());
    QVERIFY(index.sync().has_value());
    QCOMPARE(index.foldersRead(), 0);
    QCOMPARE(index.records().size(), 4u);
    fs::remove_all(index.records()[1].folder);
    QVERIFY(writeFileAtomically(index.records()[0].folder / "report.json", "{\"psnr_db\": 12.5}").has_value());
    QVERIFY(index.sync().has_value());
    QCOMPARE(index.foldersRead(), 1);
    QCOMPARE(index.records().size(), 3u);
    QCOMPARE(index.records()[0].psnrDb, 12.5);
}

void RunStoreTest::survivesHostileFolders()
{
    const fs::path root = m_folder->path().toStdString();
    fs::create_directories(root / "empty");
    fs::create_directories(root / "deep");
    std::ofstream(root / "deep" / "request.json") << std::string(200000, '[');
    std::ofstream(root / "deep" / "report.json") << "{";
    fs::create_directory_symlink("/", root / "link");
    std::ofstream(root / "file") << "x";
    fs::create_directories(root / "picture");
    std::ofstream(root / "picture" / "request.json") << "{}";
    std::ofstream(root / "picture" / "report.json") << "{}";
    std::ofstream(root / "picture" / "thumbnail.png") << "\x89PNG\r\n\x1a\n no picture";
    fs::create_symlink("/etc/passwd", root / "picture" / "clip.mp4");
    auto store = open();
    QCOMPARE(store->records().size(), 3u);
    int damaged = 0;
    const auto records = store->records(); // they change while runs are asked for
    for (const auto& record : records) {
        damaged += record.isDamaged() ? 1 : 0;
        QVERIFY(RunStore::thumbnail(record.folder).isNull());
        QVERIFY(!record.hasClip);
        QSignalSpy failed(store.get(), &RunStore::failed);
        store->load(QString::fromStdString(record.id));
        settle(*store);
        QCOMPARE(failed.size(), 1);
    }
    QCOMPARE(damaged, 2);
    // They can be deleted like others.
    store->remove({"empty", "deep", "picture", "nowhere"});
    settle(*store);
    QVERIFY(store->records().empty());
}

void RunStoreTest::deletesWithUndo()
{
    auto store = open();
    store->add(smallRun("fora", 1), {"queue", {}, {}, {}});
    store->add(smallRun("fora", 2), {"queue", {}, {}, {}});
    settle(*store);
    const QString id = QString::fromStdString(store->records().back().id);
    store->remove({id});
    settle(*store);
    QCOMPARE(store->records().size(), 1u);
    store->restore({id});
    settle(*store);
    QCOMPARE(store->records().size(), 2u);
    QVERIFY(store->find(id.toStdString()));
    QVERIFY(store->find(id.toStdString())->hasPixels);
}

void RunStoreTest::staysBelowItsQuota()
{
    auto store = open();
    for (int seed = 1; seed <= 4; ++seed) {
        store->add(smallRun("fora", static_cast<std::uint64_t>(seed)), {"queue", {}, {}, {}});
        QTest::qWait(1100); // dates of files have seconds
    }
    settle(*store);
    const auto records = store->records();
    const auto one = records.front().bytes;
    store->setStarred({QString::fromStdString(records[3].id)}, true); // the oldest
    settle(*store);
    // Runs of others are never removed.
    fs::create_directories(fs::path(m_folder->path().toStdString()) / "foreign");
    std::ofstream(fs::path(m_folder->path().toStdString()) / "foreign" / "request.json") << "{}";
    std::ofstream(fs::path(m_folder->path().toStdString()) / "foreign" / "report.json") << "{}";
    store->rescan();
    QSignalSpy removed(store.get(), &RunStore::removed);
    store->setQuota(one * 5 / 2);
    settle(*store);
    QCOMPARE(removed.size(), 1);
    QVERIFY(removed[0][1].toString().contains("2"));
    QVERIFY(!store->find(records[1].id) && !store->find(records[2].id));
    QVERIFY(store->find(records[0].id) && store->find(records[3].id) && store->find("foreign"));
}

void RunStoreTest::keepsWhatIsStillWaitingAtTheEnd()
{
    {
        auto store = open();
        for (int seed = 1; seed <= 5; ++seed)
            store->add(smallRun("fora", static_cast<std::uint64_t>(seed)), {"queue", {}, {}, {}});
    }
    QCOMPARE(open()->records().size(), 5u);
}

void RunStoreTest::bundlesOpenAgain()
{
    auto store = open();
    const auto run = smallRun("toca");
    const QString path = m_folder->filePath("run.toca");
    QSignalSpy saved(store.get(), &RunStore::bundleSaved);
    store->saveBundle(run, smallRun("none"), path);
    settle(*store);
    QCOMPARE(saved.size(), 1);
    QSignalSpy loaded(store.get(), &RunStore::loaded);
    store->loadPath(path);
    settle(*store);
    QCOMPARE(loaded.size(), 1);
    const auto back = loaded[0][1].value<std::shared_ptr<const RunResult>>();
    QVERIFY(back->request == run->request);
    QVERIFY(back->clip == run->clip);
    QVERIFY(back->plan == run->plan);
    QCOMPARE(back->trace->flops(), run->trace->flops());
}

void RunStoreTest::saysWhatCannotBeOpened()
{
    auto store = open();
    const QString path = m_folder->filePath("run.toca");
    std::ofstream(path.toStdString()) << "no bundle";
    QSignalSpy failed(store.get(), &RunStore::failed);
    store->loadPath(path);
    store->load("nowhere");
    store->loadPath(m_folder->path());
    settle(*store);
    QCOMPARE(failed.size(), 3);
    QVERIFY(failed[0][0].value<Error>().message.find("run.toca") != std::string::npos);
    // A place where nothing can be written.
    RunStore nowhere(FileServices(), "/proc/nowhere");
    QSignalSpy refused(&nowhere, &RunStore::failed);
    nowhere.open();
    QVERIFY(refused.wait(5000));
}

void RunStoreTest::readsValueLists_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QList<double>>("values"); // empty = refused
    QTest::newRow("one") << "7" << QList<double>{7};
    QTest::newRow("list") << "1, 5,9" << QList<double>{1, 5, 9};
    QTest::newRow("on") << "1, 2, .., 5" << QList<double>{1, 2, 3, 4, 5};
    QTest::newRow("on by ones") << "3 .. 6" << QList<double>{3, 4, 5, 6};
    QTest::newRow("fractions") << "0.1, 0.15, .., 0.3" << QList<double>{0.1, 0.15, 0.2, 0.25, 0.3};
    QTest::newRow("down") << "10, 8, .., 4" << QList<double>{10, 8, 6, 4};
    QTest::newRow("does not meet the end") << "1, 3, .., 8" << QList<double>{1, 3, 5, 7};
    QTest::newRow("then more") << "1, 2, .., 4, 10" << QList<double>{1, 2, 3, 4, 10};
    for (const char* bad : {"", ",", "a", "1, ..", "..", "1, 1, .., 5", "1, 2, .., -5", "nan", "1e30", "1 .. 1000000"})
        QTest::newRow(bad) << bad << QList<double>();
}

void RunStoreTest::readsValueLists()
{
    QFETCH(QString, text);
    QFETCH(QList<double>, values);
    const auto read = numberList(text);
    QCOMPARE(read.has_value(), !values.isEmpty());
    if (!read)
        return;
    QCOMPARE(static_cast<qsizetype>(read->size()), values.size());
    for (qsizetype i = 0; i < values.size(); ++i)
        QVERIFY(std::abs((*read)[static_cast<std::size_t>(i)] - values[i]) < 1e-12);
}

void RunStoreTest::plansJobs()
{
    JobPlan plan;
    plan.base = test::smallRequest("toca");
    plan.prompts = {"a", "b"};
    plan.seeds = "1, 2, .., 10";
    QCOMPARE(plan.requests()->size(), 20u);
    QCOMPARE(plan.requests()->at(10).prompt, "b");
    QCOMPARE(plan.requests()->at(19).seed, 10u);
    plan.axes = {{"fresh_ratio", "0.1, 0.15, .., 0.3"}, {"score", "attention, random"}};
    plan.withUncached = true;
    QCOMPARE(plan.requests()->size(), 20u * 11u);
    QCOMPARE(plan.requests()->front().policy, "none");
    plan.axes = {{"", "toca, fora, toca:bold"}};
    plan.withUncached = false;
    QCOMPARE(plan.requests()->size(), 60u);
    QCOMPARE(plan.requests()->at(2).preset, "bold");
    const auto refuses = [&](const char* text) {
        const auto made = plan.requests();
        return !made && made.error().message.find(text) != std::string::npos;
    };
    plan.axes = {{"fresh_ratio", "0.5, 3"}};
    QVERIFY(refuses("0 to 1"));
    plan.axes = {{"frash", "1"}};
    QVERIFY(refuses("frash"));
    plan.axes = {{"", "tuca"}};
    QVERIFY(refuses("tuca"));
    plan.axes = {};
    plan.seeds = "1, x";
    QVERIFY(refuses("Seeds"));
    plan.seeds = "1, 2, .., 2000";
    QVERIFY(refuses("more than"));
}

QTEST_MAIN(RunStoreTest)
#include "tst_run_store.moc"
