// SPDX-License-Identifier: Apache-2.0
#include "app/engine_runner.h"
#include "tests/support/fake_engine.h"
#include "ui/window/background_tasks.h"
#include "ui/window/run_controller.h"

#include <QSignalSpy>
#include <QTest>

using namespace toca;
using namespace toca::ui;
using namespace std::chrono_literals;

class TestRunController : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        auto engine = std::make_unique<test::FakeEngine>();
        m_engine = engine.get();
        m_runner = std::make_unique<app::EngineRunner>(std::move(engine));
        m_tasks = std::make_unique<BackgroundTasks>();
        m_run = std::make_unique<RunController>(*m_runner, *m_tasks);
    }
    void cleanup()
    {
        m_tasks.reset();
        m_run.reset();
        m_runner.reset();
    }

    void finishedRunKeepsItsResult();
    void secondStartIsRefused();
    void baselineIsMeasuredAndCompared();
    void tuningRerunComparesItself();
    void otherSeedHasNoBaseline();
    void uncachedRunIsItsOwnBaseline();
    void gainEstimateNeedsNoBaseline();
    void cancelledRunKeepsWhatWasMade();
    void cancelledBaselineKeepsTheResult();
    void failureBeforeTheRunKeepsTheLastResult();
    void baselineStoreForgetsTheOldest();

private:
    static GenerationRequest request(const std::string& policy = "toca", std::uint64_t seed = 1)
    {
        GenerationRequest made;
        made.prompt = "a red ball";
        made.steps = 12;
        made.policy = policy;
        made.seed = seed;
        return made;
    }
    void runToEnd(const GenerationRequest& wanted)
    {
        QSignalSpy finished(m_run.get(), &RunController::finished);
        QVERIFY(m_run->start(wanted));
        QVERIFY(finished.wait(20000));
    }
    void compareToEnd()
    {
        QVERIFY(m_run->startBaseline());
        QTRY_VERIFY_WITH_TIMEOUT(m_run->fidelity().has_value(), 20000);
    }

    test::FakeEngine* m_engine = nullptr;
    std::unique_ptr<app::EngineRunner> m_runner;
    std::unique_ptr<BackgroundTasks> m_tasks;
    std::unique_ptr<RunController> m_run;
};

void TestRunController::finishedRunKeepsItsResult()
{
    runToEnd(request());
    QVERIFY(!m_run->isRunning());
    QVERIFY(m_run->result());
    QVERIFY(m_run->current());
    QCOMPARE(m_run->progress().step, 12);
    QCOMPARE(m_run->progress().stage, Stage::Done);
    QVERIFY(!m_run->baseline());
    QVERIFY(!m_run->gains());
}

void TestRunController::secondStartIsRefused()
{
    QSignalSpy finished(m_run.get(), &RunController::finished);
    QVERIFY(m_run->start(request()));
    QVERIFY(!m_run->start(request()));
    QVERIFY(!m_run->startBaseline());
    QVERIFY(finished.wait(20000));
    QCOMPARE(m_engine->generateCalls.load(), 1);
}

void TestRunController::baselineIsMeasuredAndCompared()
{
    QVERIFY2(!m_run->startBaseline(), "nothing to compare yet");
    runToEnd(request());
    QSignalSpy started(m_run.get(), &RunController::started);
    QSignalSpy finished(m_run.get(), &RunController::finished);
    compareToEnd();
    QCOMPARE(started.count(), 0); // the window keeps showing the cached run
    QCOMPARE(finished.count(), 0);
    QCOMPARE(m_run->result()->request.policy, std::string("toca"));
    QCOMPARE(m_run->baseline()->request.policy, std::string("none"));
    QVERIFY(!m_run->fidelity()->identical);
    QVERIFY(m_run->fidelity()->psnrDb > 30);
    QVERIFY(m_run->fidelity()->latentRelativeError > 0);
    QVERIFY(m_run->gains()->flops > 1);
    QVERIFY(m_run->baselineSecondsPerStep() > 0);
}

void TestRunController::tuningRerunComparesItself()
{
    runToEnd(request());
    compareToEnd();
    bool fromBaseline = false;
    connect(m_run.get(), &RunController::progressChanged, this,
        [&] { fromBaseline = fromBaseline || m_run->progress().gainFromBaseline; });
    GenerationRequest tuned = request("fora");
    runToEnd(tuned);
    QTRY_VERIFY(m_run->fidelity().has_value());
    QVERIFY2(fromBaseline, "the gain so far must say that it is measured against the baseline");
    QCOMPARE(m_engine->generateCalls.load(), 3);
}

void TestRunController::otherSeedHasNoBaseline()
{
    runToEnd(request());
    compareToEnd();
    runToEnd(request("toca", 2));
    QVERIFY(!m_run->baseline());
    QVERIFY(!m_run->fidelity());
}

void TestRunController::uncachedRunIsItsOwnBaseline()
{
    runToEnd(request("none"));
    QVERIFY(!m_run->baseline()); // not compared with itself
    runToEnd(request("toca"));
    QVERIFY(m_run->baseline());
}

void TestRunController::gainEstimateNeedsNoBaseline()
{
    m_engine->options.perStep = 6ms;
    QList<double> gains;
    connect(m_run.get(), &RunController::progressChanged, this, [&] {
        if (m_run->progress().step > 0 && m_run->progress().stage == Stage::Denoising) {
            QVERIFY(!m_run->progress().gainFromBaseline);
            gains += m_run->progress().gain;
        }
    });
    runToEnd(request());
    QVERIFY(gains.size() >= 12);
    for (const double gain : gains) {
        QVERIFY(gain > 0);
    }
}

void TestRunController::cancelledRunKeepsWhatWasMade()
{
    m_engine->options.perStep = 30ms;
    GenerationRequest longRun = request();
    longRun.steps = 500;
    QSignalSpy started(m_run.get(), &RunController::started);
    QSignalSpy failed(m_run.get(), &RunController::failed);
    m_run->start(longRun);
    QVERIFY(started.wait(20000));
    m_run->cancel();
    QVERIFY(failed.wait(20000));
    QCOMPARE(failed.first().first().value<Error>().code, ErrorCode::Cancelled);
    QVERIFY(m_run->current());
    QVERIFY(!m_run->result());
    QVERIFY(!m_run->isRunning());
}

void TestRunController::cancelledBaselineKeepsTheResult()
{
    runToEnd(request());
    m_engine->options.perStep = 200ms;
    QSignalSpy failed(m_run.get(), &RunController::failed);
    QVERIFY(m_run->startBaseline());
    QVERIFY(m_run->isBaselineRun());
    m_run->cancel();
    QVERIFY(failed.wait(20000));
    QVERIFY(m_run->result());
    QVERIFY(!m_run->baseline());
}

void TestRunController::failureBeforeTheRunKeepsTheLastResult()
{
    runToEnd(request());
    m_engine->options.generateError = Error{ErrorCode::TooLarge, "too large"};
    QSignalSpy failed(m_run.get(), &RunController::failed);
    m_run->start(request());
    QVERIFY(failed.wait(20000));
    QVERIFY2(m_run->result(), "the clip that is shown must not be lost");
}

void TestRunController::baselineStoreForgetsTheOldest()
{
    BaselineStore store;
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        auto run = std::make_shared<RunResult>();
        run->request = request("none", seed);
        store.insert(run);
    }
    QVERIFY(store.find(request("toca", 9)));
    QVERIFY(!store.find(request("toca", 0)));
    GenerationRequest moreThreads = request("toca", 9);
    moreThreads.threads = 7;
    QVERIFY2(!store.find(moreThreads), "other threads mean other times");
}

QTEST_GUILESS_MAIN(TestRunController)
#include "tst_run_controller.moc"
