// SPDX-License-Identifier: Apache-2.0
#include "app/engine_runner.h"
#include "tests/support/stored_runs.h"
#include "ui/runs/job_queue.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <fstream>

using namespace toca;
using namespace toca::ui;
using test::smallRequest;
using State = QueueEntry::State;
namespace fs = std::filesystem;

/// Runs one after the other, kept over restarts.
class JobQueueTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void makesRunsInOrder();
    void waitsForOthers();
    void pausesAndGoesOn();
    void ordersWaitingEntries();
    void addsToTheFront();
    void cancelsAndRetries();
    void failuresDoNotStopIt();
    void isKeptOverARestart();
    void doesNotRepeatWhatTheLibraryHas();
    void refusesDamagedFiles_data();
    void refusesDamagedFiles();
    void oneWindowOwnsTheFile();
    void estimatesTimes();

private:
    void open()
    {
        auto engine = std::make_unique<test::FakeEngine>();
        m_engine = engine.get();
        m_engine->options.perStep = std::chrono::microseconds(500);
        m_runner = std::make_unique<app::EngineRunner>(std::move(engine));
        m_store = std::make_unique<RunStore>(FileServices(), m_folder->path());
        m_queue = std::make_unique<JobQueue>(*m_runner, *m_store, [this] { return m_isBusy; });
        m_store->open();
        QVERIFY(QTest::qWaitFor([this] { return m_store->isOpen(); }, 10000));
        m_queue->open(m_folder->path());
    }
    void close()
    {
        m_queue.reset();
        m_store.reset();
        m_runner.reset();
    }
    static std::vector<GenerationRequest> seeds(int count, const std::string& policy = "fora")
    {
        std::vector<GenerationRequest> all;
        for (int seed = 1; seed <= count; ++seed)
            all.push_back(smallRequest(policy, static_cast<std::uint64_t>(seed)));
        return all;
    }
    std::vector<std::uint64_t> order() const
    {
        std::vector<std::uint64_t> all;
        for (const QueueEntry& entry : m_queue->entries())
            all.push_back(entry.request.seed);
        return all;
    }
    std::string id(int index) const { return m_queue->entries()[static_cast<std::size_t>(index)].id; }
    State state(int index) const { return m_queue->entries()[static_cast<std::size_t>(index)].state; }
    bool allDone() const
    {
        return std::all_of(m_queue->entries().begin(), m_queue->entries().end(),
            [](const QueueEntry& entry) { return entry.state == State::Done; });
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    test::FakeEngine* m_engine = nullptr;
    std::unique_ptr<app::EngineRunner> m_runner;
    std::unique_ptr<RunStore> m_store;
    std::unique_ptr<JobQueue> m_queue;
    bool m_isBusy = false;
};

void JobQueueTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_isBusy = false;
    open();
}

void JobQueueTest::cleanup()
{
    close();
}

void JobQueueTest::makesRunsInOrder()
{
    QSignalSpy idle(m_queue.get(), &JobQueue::idle);
    QVERIFY(m_queue->add(seeds(3), {"queue", "g", {}, "Three seeds"}));
    QVERIFY(QTest::qWaitFor([this] { return allDone(); }, 20000));
    QCOMPARE(idle.size(), 1);
    QCOMPARE(m_engine->requests.size(), 3u);
    for (std::uint64_t seed = 1; seed <= 3; ++seed)
        QCOMPARE(m_engine->requests[seed - 1].seed, seed);
    QCOMPARE(m_store->records().size(), 3u);
    QCOMPARE(m_store->records().front().origin.title, "Three seeds");
    for (int index = 0; index < 3; ++index)
        QVERIFY(m_store->find(m_queue->entries()[static_cast<std::size_t>(index)].run.toStdString()));
    QVERIFY(!m_engine->overlapped);
    m_queue->clearFinished();
    QVERIFY(m_queue->entries().empty());
    QCOMPARE(m_store->records().size(), 3u); // runs stay
}

void JobQueueTest::waitsForOthers()
{
    m_isBusy = true;
    m_queue->add(seeds(1), {});
    QTest::qWait(600);
    QCOMPARE(m_engine->generateCalls.load(), 0);
    m_isBusy = false;
    QVERIFY(QTest::qWaitFor([this] { return allDone(); }, 10000));
}

void JobQueueTest::pausesAndGoesOn()
{
    m_queue->setPaused(true);
    m_queue->add(seeds(2), {});
    QTest::qWait(300);
    QCOMPARE(m_engine->generateCalls.load(), 0);
    m_queue->setPaused(false);
    QVERIFY(QTest::qWaitFor([this] { return allDone(); }, 10000));
}

void JobQueueTest::ordersWaitingEntries()
{
    m_queue->setPaused(true);
    m_queue->add(seeds(4), {});
    const auto is = [this](std::vector<std::uint64_t> expected) { return order() == expected; };
    m_queue->move({id(3)}, 1);
    QVERIFY(is({1, 4, 2, 3}));
    m_queue->moveToFront({id(2), id(3)});
    QVERIFY(is({2, 3, 1, 4}));
    m_queue->shift({id(0)}, 1);
    QVERIFY(is({3, 2, 1, 4}));
    m_queue->shift({id(3)}, -1);
    QVERIFY(is({3, 2, 4, 1}));
    m_queue->shift({id(0)}, -1);
    QVERIFY(is({3, 2, 4, 1}));
    m_queue->shift({id(3)}, 1);
    QVERIFY(is({3, 2, 4, 1}));
    m_queue->move({id(0)}, 99);
    QVERIFY(is({2, 4, 1, 3}));
    m_queue->remove({id(1)});
    QVERIFY(is({2, 1, 3}));
    m_queue->setPaused(false);
    QVERIFY(QTest::qWaitFor([this] { return allDone(); }, 20000));
    QCOMPARE(m_engine->requests[0].seed, 2u);
    QCOMPARE(m_engine->requests[2].seed, 3u);
}

void JobQueueTest::addsToTheFront()
{
    m_queue->setPaused(true);
    m_queue->add(seeds(2), {});
    m_queue->add({smallRequest("fora", 50), smallRequest("fora", 51)}, {}, true);
    QVERIFY((order() == std::vector<std::uint64_t>{50, 51, 1, 2}));
    QVERIFY(!m_queue->add({}, {}));
    QVERIFY(!m_queue->add(std::vector<GenerationRequest>(JobQueue::kMostEntries, smallRequest("fora")), {}));
}

void JobQueueTest::cancelsAndRetries()
{
    m_engine->options.perStep = std::chrono::milliseconds(200);
    m_queue->add(seeds(1), {});
    QVERIFY(QTest::qWaitFor([this] { return m_queue->isRunning() && m_queue->step() > 0; }, 10000));
    m_queue->cancelCurrent();
    QVERIFY(QTest::qWaitFor([this] { return state(0) == State::Cancelled; }, 5000));
    QVERIFY(!m_queue->isRunning());
    m_engine->options.perStep = std::chrono::microseconds(500);
    m_queue->retryFailed();
    QVERIFY(QTest::qWaitFor([this] { return allDone(); }, 10000));
}

void JobQueueTest::failuresDoNotStopIt()
{
    m_engine->options.failingPolicy = "fora";
    auto requests = seeds(1);
    requests.push_back(smallRequest("toca", 2));
    m_queue->add(requests, {});
    QVERIFY(QTest::qWaitFor([this] { return state(1) == State::Done; }, 10000));
    QCOMPARE(state(0), State::Failed);
    QVERIFY(m_queue->entries()[0].problem.contains("calibration"));
    m_engine->options.failingPolicy.clear();
    m_queue->retryFailed();
    QVERIFY(QTest::qWaitFor([this] { return allDone(); }, 10000));
}

void JobQueueTest::isKeptOverARestart()
{
    m_engine->options.perStep = std::chrono::milliseconds(100);
    m_queue->add(seeds(3), {"sweep", "g", {}, "A sweep"});
    QVERIFY(QTest::qWaitFor([this] { return m_queue->isRunning() && m_queue->step() > 0; }, 10000));
    close(); // while the first one runs
    open();
    QCOMPARE(m_queue->entries().size(), 3u);
    QVERIFY(m_queue->isPaused());
    QCOMPARE(state(0), State::Waiting);
    QCOMPARE(m_queue->entries()[0].origin.kind, "sweep");
    QCOMPARE(m_queue->entries()[2].origin.title, "A sweep");
    m_queue->setPaused(false);
    QVERIFY(QTest::qWaitFor([this] { return allDone(); }, 20000));
    QCOMPARE(m_store->records().size(), 3u);
}

void JobQueueTest::doesNotRepeatWhatTheLibraryHas()
{
    m_queue->add(seeds(2), {});
    QVERIFY(QTest::qWaitFor([this] { return allDone(); }, 10000));
    m_queue->flush();
    close();
    // As if the program had ended before the file said so.
    const fs::path file = JobQueue::fileIn(m_folder->path().toStdString());
    QFile queue(QString::fromStdString(file.string()));
    QVERIFY(queue.open(QIODevice::ReadOnly));
    QByteArray text = queue.readAll();
    queue.close();
    text.replace("\"done\"", "\"running\"");
    QVERIFY(queue.open(QIODevice::WriteOnly));
    queue.write(text);
    queue.close();
    open();
    QVERIFY(QTest::qWaitFor([this] { return allDone(); }, 10000));
    QCOMPARE(m_engine->generateCalls.load(), 0);
}

void JobQueueTest::refusesDamagedFiles_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("noise") << QByteArray(300, '\x11');
    QTest::newRow("other format") << QByteArray(R"({"format": "x", "version": 1, "entries": []})");
    QTest::newRow("list of numbers") << QByteArray(R"({"format": "toca-queue", "version": 1, "entries": [1, 2]})");
    QTest::newRow("unknown state") << QByteArray(
        R"({"format": "toca-queue", "version": 1, "entries": [{"id": "a", "state": "x", "request": "{}"}]})");
    QTest::newRow("same id twice") << QByteArray(
        R"({"format": "toca-queue", "version": 1, "entries": [{"id": "a", "state": "done", "request": "{}"},
            {"id": "a", "state": "done", "request": "{}"}]})");
    QTest::newRow("bad request") << QByteArray(
        R"({"format": "toca-queue", "version": 1, "entries": [{"id": "a", "state": "done", "request": "{\"steps\": -1}"}]})");
}

void JobQueueTest::refusesDamagedFiles()
{
    QFETCH(QByteArray, content);
    close();
    const fs::path file = JobQueue::fileIn(m_folder->path().toStdString());
    std::ofstream(file, std::ios::binary).write(content.constData(), content.size());
    auto engine = std::make_unique<test::FakeEngine>();
    m_engine = engine.get();
    m_runner = std::make_unique<app::EngineRunner>(std::move(engine));
    m_store = std::make_unique<RunStore>(FileServices(), m_folder->path());
    m_queue = std::make_unique<JobQueue>(*m_runner, *m_store, [] { return false; });
    QSignalSpy failed(m_queue.get(), &JobQueue::failed);
    m_queue->open(m_folder->path());
    QCOMPARE(failed.size(), 1);
    QVERIFY(m_queue->entries().empty());
    QVERIFY(fs::exists(file.string() + ".damaged")); // nothing is thrown away
    QVERIFY(m_queue->add(seeds(1), {}));
}

void JobQueueTest::oneWindowOwnsTheFile()
{
    m_queue->setPaused(true);
    m_queue->add(seeds(2), {});
    m_queue->flush();
    JobQueue other(*m_runner, *m_store, [] { return true; });
    QSignalSpy failed(&other, &JobQueue::failed);
    other.open(m_folder->path());
    QCOMPARE(failed.size(), 1);
    QVERIFY(other.entries().empty());
    other.add(seeds(1), {});
    other.flush();
    close();
    open();
    QCOMPARE(m_queue->entries().size(), 2u);
}

void JobQueueTest::estimatesTimes()
{
    m_queue->setPaused(true);
    m_queue->add(seeds(3), {});
    QVERIFY(std::isnan(m_queue->etaSeconds(2)));
    m_queue->setPaused(false);
    QVERIFY(QTest::qWaitFor([this] { return allDone(); }, 20000));
    m_queue->setPaused(true);
    m_queue->add(seeds(2), {});
    const double first = m_queue->etaSeconds(3);
    QVERIFY(first > 0);
    QVERIFY(std::abs(m_queue->etaSeconds(4) - 2 * first) < 1e-9);
}

QTEST_MAIN(JobQueueTest)
#include "tst_job_queue.moc"
