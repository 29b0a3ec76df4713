// SPDX-License-Identifier: Apache-2.0
#include "app/engine_runner.h"
#include "tests/support/fake_engine.h"

#include <QSignalSpy>
#include <QTest>
#include <QThread>

using namespace toca;
using namespace std::chrono_literals;

class TestEngineRunner : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        auto engine = std::make_unique<test::FakeEngine>();
        m_engine = engine.get();
        m_runner = std::make_unique<app::EngineRunner>(std::move(engine));
    }
    void cleanup() { m_runner.reset(); }

    void runDeliversEverythingOnItsOwnThread();
    void stepsArriveInOrderAndComplete();
    void slowWindowGetsEveryPreviewAtOnce();
    void secondGenerateIsRefused();
    void cancelEndsWithCancelled();
    void cancelWithoutRunHurtsNothing();
    void runsAgainAfterCancel();
    void engineErrorArrives();
    void destructorStopsARunningRun();
    void nothingArrivesAfterDestruction();
    void describeAnswers();
    void describeFailureNamesThePath();

private:
    static GenerationRequest request(int steps = 6)
    {
        GenerationRequest made;
        made.prompt = "a red ball";
        made.steps = steps;
        return made;
    }

    test::FakeEngine* m_engine = nullptr;
    std::unique_ptr<app::EngineRunner> m_runner;
};

void TestEngineRunner::runDeliversEverythingOnItsOwnThread()
{
    QThread* const mine = QThread::currentThread();
    bool elsewhere = false;
    const auto check = [&] { elsewhere = elsewhere || QThread::currentThread() != mine; };
    connect(m_runner.get(), &ui::EnginePort::runStarted, this, check, Qt::DirectConnection);
    connect(m_runner.get(), &ui::EnginePort::stepFinished, this, check, Qt::DirectConnection);
    connect(m_runner.get(), &ui::EnginePort::previewReady, this, check, Qt::DirectConnection);
    connect(m_runner.get(), &ui::EnginePort::finished, this, check, Qt::DirectConnection);
    QSignalSpy started(m_runner.get(), &ui::EnginePort::runStarted);
    QSignalSpy finished(m_runner.get(), &ui::EnginePort::finished);
    QSignalSpy decoding(m_runner.get(), &ui::EnginePort::decodingProgress);

    m_runner->generate(request());
    QVERIFY(m_runner->isRunning());
    QVERIFY(finished.wait(10000));

    QVERIFY(!m_runner->isRunning());
    QVERIFY(!elsewhere);
    QCOMPARE(started.count(), 1);
    QCOMPARE(decoding.count(), 1);
    const auto result = finished.first().first().value<RunResult>();
    QCOMPARE(result.clip.frames.size(), std::size_t{17});
    QCOMPARE(result.trace->publishedCells(), result.trace->cellCount());
}

void TestEngineRunner::stepsArriveInOrderAndComplete()
{
    QList<int> steps;
    connect(
        m_runner.get(), &ui::EnginePort::stepFinished, this, [&](const StepReport& report) { steps += report.step; });
    QSignalSpy finished(m_runner.get(), &ui::EnginePort::finished);
    m_runner->generate(request(6));
    QVERIFY(finished.wait(10000));
    QCOMPARE(steps, QList<int>({0, 1, 2, 3, 4, 5}));
}

void TestEngineRunner::slowWindowGetsEveryPreviewAtOnce()
{
    m_engine->options.perStep = 500us;
    QList<int> previews;
    connect(
        m_runner.get(), &ui::EnginePort::previewReady, this, [&](const Preview& preview) { previews += preview.step; });
    QSignalSpy finished(m_runner.get(), &ui::EnginePort::finished);
    m_runner->generate(request(20));
    // The window hangs during the whole run: the step scrubber must have no gaps afterwards.
    while (m_engine->generateCalls == 0 || m_engine->isInside) {
        QThread::msleep(5);
    }
    QVERIFY(finished.wait(10000));
    QList<int> all;
    for (int step = 0; step < 20; ++step) {
        all += step;
    }
    QCOMPARE(previews, all);
}

void TestEngineRunner::secondGenerateIsRefused()
{
    QSignalSpy refused(m_runner.get(), &ui::EnginePort::refused);
    QSignalSpy finished(m_runner.get(), &ui::EnginePort::finished);
    for (int press = 0; press < 100; ++press) {
        m_runner->generate(request());
    }
    QCOMPARE(refused.count(), 99);
    QVERIFY(finished.wait(10000));
    QCOMPARE(m_engine->generateCalls.load(), 1);
    QVERIFY(!m_engine->overlapped);
}

void TestEngineRunner::cancelEndsWithCancelled()
{
    m_engine->options.perStep = 50ms;
    QSignalSpy started(m_runner.get(), &ui::EnginePort::runStarted);
    QSignalSpy failed(m_runner.get(), &ui::EnginePort::failed);
    QSignalSpy finished(m_runner.get(), &ui::EnginePort::finished);
    m_runner->generate(request(1000));
    QVERIFY(started.wait(10000));
    m_runner->cancel();
    QVERIFY(failed.wait(10000));
    QCOMPARE(failed.first().first().value<Error>().code, ErrorCode::Cancelled);
    QCOMPARE(finished.count(), 0);
    QVERIFY(!m_runner->isRunning());
}

void TestEngineRunner::cancelWithoutRunHurtsNothing()
{
    m_runner->cancel();
    QSignalSpy finished(m_runner.get(), &ui::EnginePort::finished);
    m_runner->generate(request());
    QVERIFY(finished.wait(10000));
}

void TestEngineRunner::runsAgainAfterCancel()
{
    QSignalSpy failed(m_runner.get(), &ui::EnginePort::failed);
    m_runner->generate(request(1000));
    m_runner->cancel(); // before the engine thread has even begun
    QVERIFY(failed.wait(10000));
    QSignalSpy finished(m_runner.get(), &ui::EnginePort::finished);
    m_runner->generate(request());
    QVERIFY(finished.wait(10000));
}

void TestEngineRunner::engineErrorArrives()
{
    m_engine->options.generateError = Error{ErrorCode::TooLarge, "needs 9 GiB, 3 are free"};
    QSignalSpy failed(m_runner.get(), &ui::EnginePort::failed);
    m_runner->generate(request());
    QVERIFY(failed.wait(10000));
    QCOMPARE(failed.first().first().value<Error>().message, std::string("needs 9 GiB, 3 are free"));
    QVERIFY(!m_runner->isRunning());
}

void TestEngineRunner::destructorStopsARunningRun()
{
    m_engine->options.perStep = 20ms;
    QSignalSpy started(m_runner.get(), &ui::EnginePort::runStarted);
    m_runner->generate(request(1000)); // 20 s if nobody stopped it
    QVERIFY(started.wait(10000));
    QElapsedTimer timer;
    timer.start();
    m_runner.reset();
    QVERIFY2(timer.elapsed() < 10000, "the destructor waited for the whole run");
}

void TestEngineRunner::nothingArrivesAfterDestruction()
{
    int arrived = 0;
    connect(m_runner.get(), &ui::EnginePort::failed, this, [&] { ++arrived; });
    connect(m_runner.get(), &ui::EnginePort::stepFinished, this, [&] { ++arrived; });
    m_runner->generate(request(1000));
    while (m_engine->generateCalls == 0) {
        QThread::msleep(1);
    }
    m_runner.reset();
    QTest::qWait(20);
    QCOMPARE(arrived, 0);
}

void TestEngineRunner::describeAnswers()
{
    QSignalSpy described(m_runner.get(), &ui::EnginePort::modelDescribed);
    m_runner->describeModel("some/folder");
    QVERIFY(described.wait(10000));
    QCOMPARE(described.first().first().value<ModelInfo>().path, std::string("some/folder"));
}

void TestEngineRunner::describeFailureNamesThePath()
{
    m_engine->options.describeError = Error{ErrorCode::BadCheckpoint, "no transformer in it"};
    QSignalSpy failed(m_runner.get(), &ui::EnginePort::modelFailed);
    m_runner->describeModel("some/folder");
    QVERIFY(failed.wait(10000));
    QCOMPARE(failed.first().at(0).toString(), QString("some/folder"));
    QCOMPARE(failed.first().at(1).value<Error>().code, ErrorCode::BadCheckpoint);
}

QTEST_GUILESS_MAIN(TestEngineRunner)
#include "tst_engine_runner.moc"
