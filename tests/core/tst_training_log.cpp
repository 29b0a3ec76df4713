// SPDX-License-Identifier: Apache-2.0
// The log of a training as curves: what it says, that it may grow, go back, be replaced, and hold anything.
#include "core/library/training_curves.h"
#include "core/library/training_folder.h"
#include "core/library/training_log_reader.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include <sys/stat.h>

#include <cmath>

using namespace toca;
using namespace toca::library;

namespace {

QByteArray stepLine(int step, double loss, int time, const char* kind = "video", double norm = 0.5)
{
    return QByteArray(R"({"event":"step","step":)") + QByteArray::number(step) + R"(,"time":)"
        + QByteArray::number(time) + R"(,"kind":")" + kind + R"(","loss":)" + QByteArray::number(loss, 'g', 9)
        + R"(,"learning_rate":0.001,"gradient_norm":)" + QByteArray::number(norm, 'g', 9)
        + R"(,"samples_per_second":40.5,"eta_seconds":null})" + '\n';
}

QByteArray eventLine(const char* event, int step, int time, const char* more = "")
{
    return QByteArray(R"({"event":")") + event + R"(","step":)" + QByteArray::number(step) + R"(,"time":)"
        + QByteArray::number(time) + more + "}\n";
}

TrainingHistory historyOf(const QByteArray& log)
{
    TrainingHistory history;
    for (const QByteArray& line : log.split('\n'))
        history.addLine(std::string_view(line.constData(), static_cast<std::size_t>(line.size())));
    return history;
}

} // namespace

class TestTrainingLog : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { QFile::remove(path()); }
    void readsWhatIsDocumented();
    void laterLinesOfAStepHold();
    void aRollBackStaysToBeSeen();
    void hoursLeaveOutPausesAndValidations();
    void standingTellsHowItIsGoing();
    void readsOnlyWhatIsNew();
    void aHalfWrittenLineWaits();
    void aReplacedFileIsReadAnew_data();
    void aReplacedFileIsReadAnew();
    void hostileLinesAreCounted_data();
    void hostileLinesAreCounted();
    void valuesThatAreNoNumbersAreGaps();
    void hugeLinesAreNotHeld();
    void noLogIsAClearMessage();
    void curvesKeepPeaksAndFitAnyRange();
    void smoothingIsAMeanOfItsKind();
    void folderFindsMilestones();

private:
    QString path() const { return m_folder.filePath("log.jsonl"); }
    void write(const QByteArray& bytes, QIODevice::OpenMode mode = QIODevice::Append)
    {
        QFile file(path());
        QVERIFY(file.open(QIODevice::WriteOnly | mode));
        QCOMPARE(file.write(bytes), bytes.size());
    }
    QTemporaryDir m_folder;
};

void TestTrainingLog::readsWhatIsDocumented()
{
    const auto history = historyOf(eventLine("started", 0, 1000) + stepLine(1, 0.5, 1002)
        + stepLine(2, 0.75, 1004, "image") + eventLine("validation", 2, 1010, R"(,"loss":0.25,"training_seconds":4.5)")
        + eventLine("exported", 2, 1011) + eventLine("sampled", 2, 1020) + eventLine("stopped", 2, 1021));
    QCOMPARE(history.steps().size(), std::size_t(2));
    QCOMPARE(history.kinds(), (std::vector<std::string>{"video", "image"}));
    QCOMPARE(history.steps()[1].step, 2);
    QCOMPARE(history.steps()[1].loss, 0.75F);
    QCOMPARE(history.steps()[1].learningRate, 0.001F);
    QCOMPARE(history.steps()[1].gradientNorm, 0.5F);
    QCOMPARE(history.steps()[1].samplesPerSecond, 40.5F);
    QCOMPARE(history.steps()[1].kind, std::uint8_t(1));
    QCOMPARE(history.validations().size(), std::size_t(1));
    QCOMPARE(history.validations()[0].loss, 0.25);
    const auto& standing = history.standing();
    QCOMPARE(standing.trainedSeconds, 4.5);
    QCOMPARE(standing.exportedStep, 2);
    QCOMPARE(standing.sampledStep, 2);
    QCOMPARE(standing.skippedLines, 0);
    QCOMPARE(standing.lastTime, 1021.0);
}

void TestTrainingLog::laterLinesOfAStepHold()
{
    QByteArray log;
    for (int step = 1; step <= 10; ++step)
        log += stepLine(step, 1, 1000 + step);
    log += eventLine("validation", 8, 1012, R"(,"loss":3)");
    log += eventLine("resumed", 5, 2000) + stepLine(6, 2, 2001) + stepLine(7, 2, 2002);
    const auto history = historyOf(log);
    QCOMPARE(history.steps().size(), std::size_t(7));
    QCOMPARE(history.steps()[4].loss, 1.0F);
    QCOMPARE(history.steps()[5].loss, 2.0F);
    QCOMPARE(history.standing().steps, 7);
    QVERIFY(history.validations().empty());
    // Without the event too: a log that was put together, or whose lines got lost.
    const auto again = historyOf(stepLine(1, 1, 1) + stepLine(2, 1, 2) + stepLine(3, 1, 3) + stepLine(2, 5, 9));
    QCOMPARE(again.steps().size(), std::size_t(2));
    QCOMPARE(again.steps()[1].loss, 5.0F);
}

void TestTrainingLog::aRollBackStaysToBeSeen()
{
    const auto history = historyOf(stepLine(1, 1, 1) + stepLine(2, 9, 2)
        + eventLine("rolled_back", 1, 3, R"(,"detail":"At step 3 the loss rose;\n going on from step 1.")")
        + stepLine(2, 1, 4) + stepLine(3, 1, 5));
    QCOMPARE(history.standing().rollbacks, 1);
    QCOMPARE(history.marks().size(), std::size_t(1));
    QCOMPARE(history.marks()[0].detail, std::string("At step 3 the loss rose;  going on from step 1."));
    QCOMPARE(history.steps()[1].loss, 1.0F);
}

void TestTrainingLog::hoursLeaveOutPausesAndValidations()
{
    const auto history = historyOf(eventLine("started", 0, 0) + stepLine(1, 1, 3600) + stepLine(2, 1, 3700)
        + eventLine("validation", 2, 5000, R"(,"loss":1)") + eventLine("sampled", 2, 6000) + stepLine(3, 1, 6100)
        + eventLine("stopped", 3, 6101) + eventLine("resumed", 3, 90'000) + stepLine(4, 1, 90'100)
        + stepLine(5, 1, 90'200));
    QCOMPARE(history.steps()[2].hours * 3600, 200.0);
    QCOMPARE(history.steps()[4].hours * 3600, 300.0);
    // A long wait (for data, or of a machine that slept) is no step; what a validation says holds for all before it.
    QByteArray log = eventLine("started", 0, 0);
    for (int step = 1; step <= 100; ++step)
        log += stepLine(step, 1, step <= 50 ? 2 * step : 100'000 + 2 * step);
    const auto waited = historyOf(log);
    QCOMPARE(waited.steps().back().hours * 3600, 198.0);
    const auto corrected = historyOf(
        log + eventLine("validation", 100, 200'000, R"(,"loss":1,"training_seconds":396)") + stepLine(101, 1, 200'002));
    QCOMPARE(corrected.steps()[99].hours * 3600, 396.0);
    QCOMPARE(corrected.steps()[49].hours * 3600, 196.0);
    QCOMPARE(corrected.steps()[100].hours * 3600, 398.0);
    CurveRequest request{.axis = TrainingAxis::Hours};
    QCOMPARE(curvesOf(corrected, request).validations[0].validation.hours * 3600, 396.0);
}

void TestTrainingLog::standingTellsHowItIsGoing()
{
    QCOMPARE(stateOf(TrainingHistory().standing(), 1000), TrainingState::Empty);
    const QByteArray steps = stepLine(1, 1, 1000) + stepLine(2, 1, 1010);
    QCOMPARE(stateOf(historyOf(steps).standing(), 1020), TrainingState::Running);
    QCOMPARE(stateOf(historyOf(steps).standing(), 5000), TrainingState::Silent);
    const QByteArray stopped = eventLine("stopped", 2, 1011);
    QCOMPARE(stateOf(historyOf(steps + stopped).standing(), 1020), TrainingState::Stopped);
    QCOMPARE(
        stateOf(historyOf(steps + stopped + eventLine("resumed", 2, 1012)).standing(), 1020), TrainingState::Running);
    QByteArray last = stepLine(3, 1, 1020);
    last.replace("null", "0.0");
    const QByteArray decay = eventLine("decay", 2, 1012, R"(,"detail":"The rate falls.")");
    QCOMPARE(stateOf(historyOf(steps + decay + last + eventLine("stopped", 3, 1030)).standing(), 1040),
        TrainingState::Ended);
    QCOMPARE(stateOf(historyOf(steps + last + eventLine("stopped", 3, 1030)).standing(), 1040), TrainingState::Stopped);
    last.replace("0.0", "90");
    QCOMPARE(historyOf(steps + last).standing().etaSeconds.value_or(-1), 90.0);
}

void TestTrainingLog::readsOnlyWhatIsNew()
{
    TrainingLogReader reader(path().toStdString());
    write({});
    auto progress = reader.read();
    QVERIFY(progress);
    QVERIFY(!progress->hasChanged && progress->isComplete);
    int step = 0;
    for (int round = 0; round < 5; ++round) {
        for (int i = 0; i < 100; ++i) {
            ++step;
            write(stepLine(step, step, step));
        }
        QVERIFY(reader.read()->hasChanged);
        QCOMPARE(reader.history().steps().size(), std::size_t(step));
        QCOMPARE(reader.history().steps().back().loss, static_cast<float>(step));
        QVERIFY(!reader.read()->hasChanged);
    }
    // A long log comes in parts.
    TrainingLogReader other(path().toStdString());
    progress = other.read(10'000);
    QVERIFY(!progress->isComplete && progress->share > 0 && progress->share < 1);
    const auto some = other.history().steps().size();
    QVERIFY(some > 10 && some < 499);
    for (int round = 0; round < 100 && !progress->isComplete; ++round)
        progress = other.read(10'000);
    QVERIFY(progress->isComplete);
    QCOMPARE(other.history().steps().size(), std::size_t(500));
    QCOMPARE(other.history().standing().skippedLines, 0);
}

void TestTrainingLog::aHalfWrittenLineWaits()
{
    const QByteArray log = stepLine(1, 0.25, 10) + stepLine(2, 0.5, 11);
    TrainingLogReader reader(path().toStdString());
    for (int i = 0; i < log.size(); ++i) {
        write(log.mid(i, 1));
        QVERIFY(reader.read()->hasChanged);
        QCOMPARE(reader.history().steps().size(), static_cast<std::size_t>(log.left(i + 1).count('\n')));
        QCOMPARE(reader.history().standing().skippedLines, 0);
    }
}

void TestTrainingLog::aReplacedFileIsReadAnew_data()
{
    QTest::addColumn<int>("lines");
    QTest::addColumn<double>("loss");
    QTest::newRow("shorter") << 3 << 1.0;
    QTest::newRow("other from the first line") << 10 << 7.0;
    QTest::newRow("longer") << 20 << 7.0;
}

void TestTrainingLog::aReplacedFileIsReadAnew()
{
    QFETCH(const int, lines);
    QFETCH(const double, loss);
    for (int step = 1; step <= 10; ++step)
        write(stepLine(step, 1, 1000 + step));
    TrainingLogReader reader(path().toStdString());
    QVERIFY(reader.read());
    QCOMPARE(reader.history().steps().size(), std::size_t(10));
    write({}, QIODevice::Truncate);
    for (int step = 1; step <= lines; ++step)
        write(stepLine(step, loss, 1000 + step));
    QVERIFY(reader.read()->hasChanged);
    QCOMPARE(reader.history().steps().size(), static_cast<std::size_t>(lines));
    QCOMPARE(reader.history().steps().front().loss, static_cast<float>(loss));
    // The same begin, another end.
    write({}, QIODevice::Truncate);
    for (int step = 1; step <= lines + 5; ++step)
        write(stepLine(step, step < 3 ? loss : 0.125, 1000 + step));
    QVERIFY(reader.read()->hasChanged);
    QCOMPARE(reader.history().steps().back().loss, 0.125F);
    QCOMPARE(reader.history().steps()[2].loss, 0.125F);
}

void TestTrainingLog::hostileLinesAreCounted_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::newRow("no JSON") << QByteArray("Segmentation fault");
    QTest::newRow("zeros") << QByteArray(200, '\0');
    QTest::newRow("no UTF-8") << QByteArray("{\"event\":\"step\",\"step\":3,\"kind\":\"\xff\xfe\"}");
    QTest::newRow("array") << QByteArray(R"(["event","step"])");
    QTest::newRow("number") << QByteArray("17");
    QTest::newRow("two objects") << QByteArray(R"({"event":"step","step":3}{"event":"step","step":4})");
    QTest::newRow("no event") << QByteArray(R"({"step":3,"loss":1})");
    QTest::newRow("event of another type") << QByteArray(R"({"event":{"event":"step"},"step":3})");
    QTest::newRow("no step") << QByteArray(R"({"event":"step","loss":1})");
    QTest::newRow("step as text") << QByteArray(R"({"event":"step","step":"3"})");
    QTest::newRow("negative step") << QByteArray(R"({"event":"step","step":-3})");
    QTest::newRow("half a step") << QByteArray(R"({"event":"step","step":3.5})");
    QTest::newRow("enormous step") << QByteArray(R"({"event":"step","step":99999999999999999999999})");
    QTest::newRow("step beyond numbers") << QByteArray(R"({"event":"step","step":1e999})");
    QTest::newRow("NaN") << QByteArray(R"({"event":"step","step":NaN})");
    QTest::newRow("step in depth") << QByteArray(R"({"event":"step","x":{"step":3}})");
    QTest::newRow("deep") << QByteArray(R"({"event":"step","step":)") + QByteArray(400'000, '[');
    QTest::newRow("deep and closed") << QByteArray(R"({"event":"step","step":)") + QByteArray(400'000, '[')
            + QByteArray(400'000, ']') + '}';
}

void TestTrainingLog::hostileLinesAreCounted()
{
    QFETCH(const QByteArray, line);
    write(stepLine(1, 1, 1) + stepLine(2, 1, 2) + line + "\n" + stepLine(3, 1, 3));
    TrainingLogReader reader(path().toStdString());
    QVERIFY(reader.read());
    QCOMPARE(reader.history().standing().skippedLines, 1);
    QCOMPARE(reader.history().steps().size(), std::size_t(3));
    QCOMPARE(reader.history().standing().steps, 3);
}

void TestTrainingLog::valuesThatAreNoNumbersAreGaps()
{
    const auto history = historyOf(stepLine(1, 1, 1)
        + R"({"event":"step","step":2,"time":"soon","kind":7,"loss":null,"learning_rate":[1],"gradient_norm":1e300,"eta_seconds":-1e308})"
          "\n"
        + stepLine(3, 3, 1) + stepLine(4, -1e35, -5)
        + eventLine("validation", 4, 2, R"(,"loss":null,"training_seconds":-7)"));
    QCOMPARE(history.standing().skippedLines, 0);
    QCOMPARE(history.standing().notNumbers, 2);
    QCOMPARE(history.steps().size(), std::size_t(4));
    QVERIFY(std::isnan(history.steps()[1].loss) && std::isnan(history.steps()[1].gradientNorm)
        && std::isnan(history.steps()[1].learningRate));
    QVERIFY(history.validations().empty());
    QVERIFY(history.standing().trainedSeconds >= 0);
    const auto curves = curvesOf(history, {});
    QCOMPARE(curves.losses[0].points.size(), std::size_t(2));
    QCOMPARE(curves.losses[0].points.back().value, 3.0);
    // More kinds than there can be share one; enormous and odd names are cut.
    TrainingHistory many;
    for (int step = 1; step <= 300; ++step) {
        const QByteArray line = stepLine(step, 1, step, QByteArray(step, char('a' + step % 26)).constData());
        many.addLine(std::string_view(line.constData(), static_cast<std::size_t>(line.size())));
    }
    QCOMPARE(many.kinds().size(), TrainingHistory::kMostKinds);
    for (const std::string& kind : many.kinds())
        QVERIFY(kind.size() <= 40);
    QCOMPARE(many.steps().size(), std::size_t(300));
}

void TestTrainingLog::hugeLinesAreNotHeld()
{
    write(stepLine(1, 1, 1) + R"({"event":"step","step":2,"detail":")" + QByteArray(5 << 20, 'x') + "\"}\n"
        + stepLine(3, 1, 3));
    TrainingLogReader reader(path().toStdString());
    auto progress = reader.read(1 << 19);
    for (int round = 0; round < 100 && !progress->isComplete; ++round)
        progress = reader.read(1 << 19);
    QCOMPARE(reader.history().steps().size(), std::size_t(2));
    QCOMPARE(reader.history().standing().skippedLines, 1);
}

void TestTrainingLog::noLogIsAClearMessage()
{
    TrainingLogReader missing(m_folder.filePath("nowhere/log.jsonl").toStdString());
    const auto none = missing.read();
    QVERIFY(!none);
    QCOMPARE(none.error().code, ErrorCode::NotFound);
    QVERIFY(none.error().message.find("log.jsonl") != std::string::npos);
    TrainingLogReader folder(m_folder.path().toStdString());
    QVERIFY(!folder.read());
    // A pipe would wait for its writer for ever.
    const QByteArray pipe = m_folder.filePath("pipe").toUtf8();
    QCOMPARE(::mkfifo(pipe.constData(), 0600), 0);
    TrainingLogReader waiting(pipe.toStdString());
    QVERIFY(!waiting.read());
    // What comes back is read.
    TrainingLogReader late(path().toStdString());
    QVERIFY(!late.read());
    write(stepLine(1, 1, 1));
    QVERIFY(late.read()->hasChanged);
    QCOMPARE(late.history().steps().size(), std::size_t(1));
}

void TestTrainingLog::curvesKeepPeaksAndFitAnyRange()
{
    TrainingHistory history;
    constexpr int kSteps = 500'000;
    for (int step = 1; step <= kSteps; ++step) {
        const QByteArray line = stepLine(step, step == 123'456 ? 50.0 : 1.0 / step, step, step % 3 ? "video" : "image");
        history.addLine(std::string_view(line.constData(), static_cast<std::size_t>(line.size())));
    }
    QCOMPARE(history.steps().size(), std::size_t(kSteps));
    CurveRequest request{.buckets = 400};
    auto curves = curvesOf(history, request);
    QCOMPARE(curves.losses.size(), std::size_t(2));
    double highest = 0;
    for (const Curve& curve : curves.losses) {
        QCOMPARE(curve.points.size(), std::size_t(400));
        int last = -1;
        for (const CurvePoint& point : curve.points) {
            QVERIFY(point.bucket > last && point.bucket < 400);
            QVERIFY(point.low <= point.value && point.value <= point.high);
            last = point.bucket;
            highest = std::max(highest, point.high);
        }
    }
    QCOMPARE(highest, 50.0);
    QCOMPARE(curves.from, 1.0);
    QCOMPARE(curves.to, double(kSteps));
    QCOMPARE(curves.valueAt(curves.placeOf(777)), 777.0);
    request.range = std::pair(123'400.0, 123'500.0);
    curves = curvesOf(history, request);
    std::int64_t peak = 0;
    for (const Curve& curve : curves.losses)
        for (const CurvePoint& point : curve.points)
            peak = point.value == 50.0 ? point.step : peak;
    QCOMPARE(peak, 123'456);
    request.axis = TrainingAxis::Hours;
    request.range.reset();
    curves = curvesOf(history, request);
    QCOMPARE(curves.to, (kSteps - 1) / 3600.0);
    // Ranges that are none show all.
    for (const auto& range :
        {std::pair(5.0, 5.0), std::pair(9.0, -3.0), std::pair(0.0, double(INFINITY)), std::pair(double(NAN), 1.0)}) {
        request.range = range;
        QCOMPARE(curvesOf(history, request).to, (kSteps - 1) / 3600.0);
    }
    QVERIFY(curvesOf(TrainingHistory(), {}).losses.empty());
}

void TestTrainingLog::smoothingIsAMeanOfItsKind()
{
    QByteArray log;
    for (int step = 1; step <= 400; ++step)
        log += stepLine(step, step % 2 ? 10 : (step % 4 ? 1 : 3), step, step % 2 ? "video" : "image");
    CurveRequest request{.smoothing = 50};
    auto curves = curvesOf(historyOf(log), request);
    QCOMPARE(curves.losses[0].points.back().smooth, 10.0);
    QVERIFY(std::abs(curves.losses[1].points.back().smooth - 2.0) < 0.1);
    QCOMPARE(curves.losses[1].points.front().smooth, 1.0); // not drawn to zero
    request.smoothing = 0;
    curves = curvesOf(historyOf(log), request);
    for (const CurvePoint& point : curves.losses[1].points)
        QCOMPARE(point.smooth, point.value);
}

void TestTrainingLog::folderFindsMilestones()
{
    QTemporaryDir place;
    const TrainingFolder folder{place.path().toStdString()};
    QVERIFY(!folder.isTraining() && !folder.hasModel() && folder.milestones().empty());
    QDir(place.path()).mkpath("samples");
    QDir(place.path()).mkpath("model");
    QVERIFY(!folder.hasModel());
    for (const char* name :
        {"log.jsonl", "model/pipeline.json", "samples/step-001000-2.mp4", "samples/step-000500-1.mp4",
            "samples/step-000500-2.mp4", "samples/step-1234567-1.png", "samples/step-000500-0.mp4",
            "samples/step--5-1.mp4", "samples/step-000500-99999999.mp4", "samples/step-99999999999999999999-1.mp4",
            "samples/step-000500-1.txt", "samples/step-.mp4", "samples/-.mp4", "samples/readme"}) {
        QFile file(place.filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
    }
    QVERIFY(folder.isTraining() && folder.hasModel());
    const auto milestones = folder.milestones();
    QCOMPARE(milestones.size(), std::size_t(3));
    QCOMPARE(milestones[0].step, 500);
    QCOMPARE(milestones[0].samples.size(), std::size_t(2));
    QCOMPARE(milestones[1].step, 1000);
    QVERIFY(milestones[1].samples[0].empty());
    QCOMPARE(milestones[1].samples[1].filename().string(), std::string("step-001000-2.mp4"));
    QCOMPARE(milestones[2].step, 1'234'567);
}

QTEST_GUILESS_MAIN(TestTrainingLog)
#include "tst_training_log.moc"
