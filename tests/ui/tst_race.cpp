// SPDX-License-Identifier: Apache-2.0
// Races without widgets: turns, medians, comparison, failures, cancelling.
#include "app/engine_runner.h"
#include "tests/support/fake_engine.h"
#include "ui/race/race.h"
#include "ui/window/background_tasks.h"
#include "ui/window/run_controller.h"

#include <QSignalSpy>
#include <QTest>

#include <cmath>

using namespace toca;
using namespace toca::ui;
using namespace std::chrono_literals;

class TestRace : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        auto engine = std::make_unique<test::FakeEngine>();
        m_engine = engine.get();
        m_engine->options.perStep = 500us;
        m_runner = std::make_unique<app::EngineRunner>(std::move(engine));
        m_tasks = std::make_unique<BackgroundTasks>();
        m_race = std::make_unique<Race>(*m_runner, *m_tasks);
    }
    void cleanup()
    {
        m_tasks.reset();
        m_race.reset();
        m_runner.reset();
    }

    void everyoneRunsInTurns();
    void numbersCompareWithTheBaseline();
    void mediansOfRounds();
    void warmUpIsShortAndNotMeasured();
    void cancelKeepsWhatHasEnded();
    void failingContenderDoesNotStopTheOthers();
    void withoutBaselineThereIsNoRace();
    void nothingStartsWhileTheEngineIsBusy();
    void progressRises();
    void tableOfAllTimes();
    void runControllerHearsNothingOfIt();
    void adoptedRunIsComparedAtOnce();
    void secondRaceForgetsTheFirst();

private:
    static GenerationRequest request()
    {
        GenerationRequest made;
        made.prompt = "a red ball";
        made.steps = 8;
        made.width = made.height = 64;
        made.policy = "toca"; // of the caching panel: has no part in the race
        return made;
    }
    static Contender contender(const char* policy) { return {{policy, {}, {}}, QString::fromLatin1(policy), {}, 2.0}; }
    void raceToEnd(std::vector<Contender> contenders, int rounds = 1)
    {
        QSignalSpy finished(m_race.get(), &Race::finished);
        QVERIFY(m_race->start(request(), std::move(contenders), rounds));
        QVERIFY(finished.wait(60000));
        QTRY_VERIFY_WITH_TIMEOUT(!m_race->isComparing(), 20000);
    }
    const Racer& racer(std::size_t index) const { return m_race->racers()[index]; }

    test::FakeEngine* m_engine = nullptr;
    std::unique_ptr<app::EngineRunner> m_runner;
    std::unique_ptr<BackgroundTasks> m_tasks;
    std::unique_ptr<Race> m_race;
};

void TestRace::everyoneRunsInTurns()
{
    raceToEnd({contender("toca"), contender("fora")}, 2);
    QStringList policies;
    for (const GenerationRequest& run : m_engine->requests) {
        policies += QString::fromStdString(run.policy);
        QVERIFY(run.preset.empty());
        QCOMPARE(run.prompt, request().prompt);
    }
    // Warm-up, then two rounds; the second one begins with another racer.
    QCOMPARE(policies, QStringList({"none", "none", "toca", "fora", "toca", "fora", "none"}));
    QVERIFY(!m_engine->overlapped.load());
    for (const Racer& each : m_race->racers()) {
        QCOMPARE(each.state, Racer::State::Done);
        QCOMPARE(each.seconds.size(), std::size_t{2});
        QVERIFY(each.result);
    }
    QVERIFY(!m_race->isRunning());
}

void TestRace::numbersCompareWithTheBaseline()
{
    raceToEnd({contender("toca"), contender("fora")});
    const RaceNumbers baseline = m_race->numbers(0);
    QCOMPARE(baseline.timeGain, 1.0);
    QCOMPARE(baseline.flopsGain, 1.0);
    for (int index = 1; index < 3; ++index) {
        const RaceNumbers numbers = m_race->numbers(index);
        QVERIFY(numbers.flopsGain > 1.2);
        QVERIFY(numbers.timeGain > 0);
        QCOMPARE(numbers.timeGain, baseline.seconds / numbers.seconds);
        QCOMPARE(numbers.timePerFlops, numbers.timeGain / numbers.flopsGain);
        QVERIFY(numbers.psnrDb > 20 && std::isfinite(numbers.psnrDb));
        QVERIFY(numbers.ssim > 0.5);
        QCOMPARE(numbers.cacheBytes,
            static_cast<double>(racer(static_cast<std::size_t>(index)).result->trace->peakCacheBytes()));
    }
}

void TestRace::mediansOfRounds()
{
    raceToEnd({contender("fora")}, 3);
    std::vector<double> seconds = racer(1).seconds;
    QCOMPARE(seconds.size(), std::size_t{3});
    std::sort(seconds.begin(), seconds.end());
    QCOMPARE(m_race->numbers(1).seconds, seconds[1]);
}

void TestRace::warmUpIsShortAndNotMeasured()
{
    raceToEnd({contender("fora")});
    QVERIFY(m_engine->requests.front().steps < request().steps);
    QCOMPARE(m_engine->requests.front().policy, std::string("none"));
    QCOMPARE(racer(0).seconds.size(), std::size_t{1});
    QCOMPARE(racer(0).result->request.steps, request().steps);
}

void TestRace::cancelKeepsWhatHasEnded()
{
    m_engine->options.perStep = 5ms;
    QSignalSpy finished(m_race.get(), &Race::finished);
    connect(m_race.get(), &Race::racerChanged, this, [this](int index) {
        if (index == 2 && racer(2).state == Racer::State::Running) {
            m_race->cancel();
        }
    });
    QVERIFY(m_race->start(request(), {contender("toca"), contender("fora"), contender("toca")}, 1));
    QVERIFY(finished.wait(60000));
    QTRY_VERIFY(!m_race->isComparing());
    QCOMPARE(racer(0).state, Racer::State::Done);
    QCOMPARE(racer(1).state, Racer::State::Done);
    QVERIFY(racer(1).fidelity);
    QCOMPARE(racer(2).state, Racer::State::Stopped);
    QCOMPARE(racer(3).state, Racer::State::Stopped);
    QVERIFY(std::isnan(m_race->numbers(3).seconds));
    // And the engine is free again.
    QVERIFY(m_race->start(request(), {contender("fora")}, 1));
    QVERIFY(finished.wait(60000));
}

void TestRace::failingContenderDoesNotStopTheOthers()
{
    m_engine->options.failingPolicy = "fora";
    QSignalSpy failed(m_race.get(), &Race::failed);
    raceToEnd({contender("fora"), contender("toca")}, 2);
    QCOMPARE(racer(1).state, Racer::State::Failed);
    QVERIFY(racer(1).problem.contains("calibration"));
    QVERIFY(!racer(1).result);
    QCOMPARE(racer(2).state, Racer::State::Done);
    QCOMPARE(racer(2).seconds.size(), std::size_t{2});
    QCOMPARE(failed.count(), 0);
    // Not tried again in the second round.
    const auto tries = std::count_if(m_engine->requests.begin(), m_engine->requests.end(),
        [](const GenerationRequest& run) { return run.policy == "fora"; });
    QCOMPARE(tries, std::ptrdiff_t{1});
}

void TestRace::withoutBaselineThereIsNoRace()
{
    m_engine->options.failingPolicy = "none";
    QSignalSpy failed(m_race.get(), &Race::failed);
    QVERIFY(m_race->start(request(), {contender("toca")}, 1));
    QVERIFY(failed.wait(20000));
    QVERIFY(!m_race->isRunning());
    QCOMPARE(m_engine->generateCalls.load(), 1);
    QCOMPARE(racer(1).state, Racer::State::Stopped);
}

void TestRace::nothingStartsWhileTheEngineIsBusy()
{
    QVERIFY(!m_race->start(request(), {}, 1));
    RunController run(*m_runner, *m_tasks);
    QSignalSpy finished(&run, &RunController::finished);
    QVERIFY(run.start(request()));
    QVERIFY(!m_race->start(request(), {contender("toca")}, 1));
    QVERIFY(finished.wait(20000));
    QVERIFY(m_race->start(request(), {contender("toca")}, 1));
    QVERIFY2(!run.start(request()), "one job at a time");
    QSignalSpy raced(m_race.get(), &Race::finished);
    QVERIFY(raced.wait(20000));
}

void TestRace::progressRises()
{
    double before = 0;
    bool rises = true;
    connect(m_race.get(), &Race::progressChanged, this, [&] {
        rises = rises && m_race->progress() >= before - 1e-12;
        before = m_race->progress();
    });
    raceToEnd({contender("toca"), contender("fora")});
    QVERIFY(rises);
    QCOMPARE(m_race->progress(), 1.0);
}

void TestRace::tableOfAllTimes()
{
    Contender quoted = contender("toca");
    quoted.setting = "fresh ratio 0,2 \"own\"";
    quoted.caching.values["fresh_ratio"] = 0.2;
    raceToEnd({quoted}, 2);
    const QByteArray table = m_race->csv();
    const QList<QByteArray> lines = table.trimmed().split('\n');
    QCOMPARE(lines.size(), 3);
    QVERIFY(lines[0].startsWith("policy,preset,parameters"));
    QVERIFY(lines[2].contains("\"toca, fresh ratio 0,2 \"\"own\"\"\""));
    QVERIFY(lines[2].contains("fresh_ratio=0.2"));
    QVERIFY(lines[2].contains(QByteArray::number(racer(1).seconds[1], 'g', 8)));
}

void TestRace::runControllerHearsNothingOfIt()
{
    RunController run(*m_runner, *m_tasks);
    QSignalSpy started(&run, &RunController::started);
    QSignalSpy finished(&run, &RunController::finished);
    QSignalSpy failed(&run, &RunController::failed);
    m_engine->options.failingPolicy = "fora";
    raceToEnd({contender("toca"), contender("fora")});
    QCOMPARE(started.count() + finished.count() + failed.count(), 0);
    QVERIFY(!run.result());
}

void TestRace::adoptedRunIsComparedAtOnce()
{
    raceToEnd({contender("toca")});
    const int calls = m_engine->generateCalls.load();
    RunController run(*m_runner, *m_tasks);
    QSignalSpy finished(&run, &RunController::finished);
    QVERIFY(run.adopt(racer(1).result, racer(0).result));
    QCOMPARE(finished.count(), 1);
    QCOMPARE(run.result()->request.policy, std::string("toca"));
    QVERIFY(run.baseline());
    QTRY_VERIFY(run.fidelity().has_value());
    QCOMPARE(m_engine->generateCalls.load(), calls);
    QVERIFY(!run.adopt(nullptr, nullptr));
}

void TestRace::secondRaceForgetsTheFirst()
{
    raceToEnd({contender("toca"), contender("fora")});
    raceToEnd({contender("fora")});
    QCOMPARE(m_race->racers().size(), std::size_t{2});
    QVERIFY(racer(1).fidelity);
}

QTEST_GUILESS_MAIN(TestRace)
#include "tst_race.moc"
