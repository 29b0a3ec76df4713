// SPDX-License-Identifier: Apache-2.0
// A training's folder in the window: curves that follow the log, samples that play, the model to use.
#include "core/library/training_log_reader.h"
#include "core/media/clip_reader.h"
#include "core/media/clip_writer.h"
#include "tests/support/media_clips.h"
#include "tests/ui/window_test.h"
#include "ui/qcustomplot.h"
#include "ui/statistics/plot_card.h"
#include "ui/training/sample_board.h"
#include "ui/training/sample_tile.h"
#include "ui/training/training_panel.h"
#include "ui/training/training_plots.h"
#include "ui/window/banner.h"

#include <QAbstractButton>
#include <QAction>
#include <QComboBox>
#include <QDesktopServices>
#include <QDialog>
#include <QDir>
#include <QDropEvent>
#include <QFile>
#include <QLabel>
#include <QMimeData>
#include <QSet>
#include <QSlider>
#include <QTest>
#include <QToolButton>

using namespace toca;
using namespace toca::ui;

// Out of the class, because moc does not know raw strings.
namespace {

QByteArray stepLine(int step, qint64 time)
{
    return QByteArray(R"({"event":"step","step":)") + QByteArray::number(step) + R"(,"time":)"
        + QByteArray::number(time) + R"(,"kind":")" + (step % 2 ? "video" : "image") + R"(","loss":)"
        + QByteArray::number(1.0 / step + (step % 7) * 0.01) + R"(,"learning_rate":)"
        + QByteArray::number(std::min(step, 20) * 1e-4) + R"(,"gradient_norm":)" + QByteArray::number(0.1 + 1.0 / step)
        + R"(,"samples_per_second":41.5,"eta_seconds":null})" + '\n';
}
QByteArray eventLine(const char* event, int step, qint64 time, const char* more = "")
{
    return QByteArray(R"({"event":")") + event + R"(","step":)" + QByteArray::number(step) + R"(,"time":)"
        + QByteArray::number(time) + more + "}\n";
}

constexpr qint64 kBegin = 1'700'000'000;

QByteArray logOf(int steps, bool isStopped)
{
    QByteArray log = eventLine("started", 0, kBegin);
    for (int step = 1; step <= steps; ++step) {
        log += stepLine(step, kBegin + 10 * step);
        if (step % 50 == 0) {
            log += eventLine("validation", step, kBegin + 10 * step, R"(,"loss":0.125)");
        }
    }
    return log + (isStopped ? eventLine("stopped", steps, kBegin + 10 * steps) : QByteArray());
}

} // namespace

class TestTrainingWindow : public test::WindowTest {
    Q_OBJECT
public:
    Q_INVOKABLE void takeUrl(const QUrl& url) { m_url = url; }

private Q_SLOTS:
    void init()
    {
        beginTest();
        close();
        m_services.readClip = [](const auto& path) { return media::readClip(path); };
        m_services.readRequest = [](const auto& path) { return media::readRequest(path); };
        open();
        static int counter = 0;
        m_training = m_folder.filePath(QStringLiteral("training%1").arg(++counter));
        QVERIFY(QDir().mkpath(m_training + "/samples"));
    }
    void cleanup() { endTest(); }

    void folderOpensAsCurves();
    void logIsFollowedWhileItGrows();
    void pointerAndKeysReadTheValues();
    void rangesAreChosenByWheelDragAndKeys();
    void axesAndSmoothingChange();
    void rollBackIsMarkedWithItsSentence();
    void samplesPlayBesideThoseOfAnotherMilestone();
    void newSamplesAreFollowed();
    void damagedSamplesAreSaidToBe();
    void modelIsUsed();
    void folderIsShownAndDropped();
    void lastTrainingComesBack();
    void whatIsNoTrainingIsRefused();
    void hostileLogIsCounted();
    void longLogComesInParts();
    void generatingLeavesTheTraining();
    void everythingHasANameAndIsReachedByTab();

private:
    void append(const QByteArray& bytes)
    {
        QFile file(m_training + "/log.jsonl");
        QVERIFY(file.open(QIODevice::Append));
        file.write(bytes);
    }
    void writeLog(int steps, bool isStopped = true) { append(logOf(steps, isStopped)); }
    void writeSample(int step, int number, const std::string& prompt, int frames = 12)
    {
        GenerationRequest request;
        request.prompt = prompt;
        const QString name =
            QStringLiteral("%1/samples/step-%2-%3.mp4").arg(m_training).arg(step, 6, 10, QLatin1Char('0')).arg(number);
        QVERIFY(media::writeClip(name.toStdString(), test::movingDisc(64, 64, frames), toJson(request)));
    }
    void openTraining()
    {
        m_window->openPath(m_training);
        QTRY_VERIFY(panel().watch().curves() && panel().watch().share() >= 1);
        QCoreApplication::processEvents();
    }
    TrainingPanel& panel() { return m_window->training(); }
    PlotCard& loss() { return *panel().plots().cards()[0]; }
    /// Where the axis has this value, in the plot's coordinates.
    QPoint placeOf(double step)
    {
        QCustomPlot& plot = loss().plot();
        const double bucket = panel().plots().curves().placeOf(step) - 0.5;
        return {qRound(plot.xAxis->coordToPixel(bucket)), plot.axisRect()->center().y()};
    }

    QString m_training;
    QUrl m_url;
};

void TestTrainingWindow::folderOpensAsCurves()
{
    writeLog(200);
    openTraining();
    QCOMPARE(m_window->workspaces().current(), Workspace::Training);
    QVERIFY(panel().isVisible());
    QVERIFY2(panel().statusText().contains("200 steps"), qPrintable(panel().statusText()));
    QVERIFY2(panel().stateText().contains("Stopped"), qPrintable(panel().stateText()));
    const auto& curves = *panel().watch().curves();
    QCOMPARE(curves.losses.size(), std::size_t(2));
    QCOMPARE(curves.validations.size(), std::size_t(4));
    for (PlotCard* card : panel().plots().cards()) {
        QVERIFY2(card->isVisible() && card->plot().height() >= 80, qPrintable(card->title()));
        QVERIFY(!card->plot().xAxis->label().isEmpty());
        QVERIFY(card->plot().graphCount() > 0);
    }
    const QString table = QString::fromUtf8(loss().table());
    QVERIFY(table.contains("\"loss video\",199,") && table.contains("validation,50,")
        && table.contains("learning_rate,200,"));
    const QString figure = m_folder.filePath("loss.svg");
    QCOMPARE(loss().exportTo(figure), QString());
    QVERIFY(QFileInfo(figure).size() > 1000);
}

void TestTrainingWindow::logIsFollowedWhileItGrows()
{
    writeLog(10, false);
    openTraining();
    QVERIFY2(panel().stateText().contains("No news"), qPrintable(panel().stateText()));
    const qint64 now = QDateTime::currentSecsSinceEpoch();
    append(eventLine("resumed", 10, now - 2) + stepLine(11, now - 1) + stepLine(12, now));
    QTRY_COMPARE(panel().watch().curves()->standing.steps, 12);
    QVERIFY2(panel().stateText().contains("Running"), qPrintable(panel().stateText()));
    const QByteArray half = stepLine(13, now);
    append(half.left(30));
    panel().watch().poll();
    QTRY_VERIFY(!panel().watch().isBusy());
    QCOMPARE(panel().watch().curves()->standing.steps, 12);
    QCOMPARE(panel().watch().curves()->standing.skippedLines, 0);
    append(half.mid(30));
    QTRY_COMPARE(panel().watch().curves()->standing.steps, 13);
    // Replaced by another one.
    QVERIFY(QFile::remove(m_training + "/log.jsonl"));
    QTRY_VERIFY2(panel().statusText().contains("log.jsonl"), qPrintable(panel().statusText()));
    writeLog(5);
    QTRY_COMPARE(panel().watch().curves()->standing.steps, 5);
    QTRY_VERIFY(panel().statusText().contains("5 steps"));
}

void TestTrainingWindow::pointerAndKeysReadTheValues()
{
    writeLog(200);
    openTraining();
    QTest::mouseMove(&loss().plot(), placeOf(100));
    QTRY_VERIFY2(loss().valueText().startsWith("step "), qPrintable(loss().valueText()));
    const int step = loss().valueText().mid(5).section(',', 0, 0).toInt();
    QVERIFY2(std::abs(step - 100) <= 1, qPrintable(loss().valueText()));
    for (PlotCard* card : panel().plots().cards()) {
        QVERIFY2(!card->valueText().isEmpty(), qPrintable(card->title()));
    }
    QCOMPARE(panel().plots().cards()[1]->valueText(), QStringLiteral("0.0020"));
    loss().plot().setFocus();
    QTest::keyClick(&loss().plot(), Qt::Key_Home);
    QVERIFY2(loss().valueText().startsWith("step 1,"), qPrintable(loss().valueText()));
    QTest::keyClick(&loss().plot(), Qt::Key_End);
    QVERIFY2(loss().valueText().startsWith("step 200,"), qPrintable(loss().valueText()));
    QVERIFY(loss().plot().accessibleDescription().contains("step 200"));
}

void TestTrainingWindow::rangesAreChosenByWheelDragAndKeys()
{
    writeLog(200);
    openTraining();
    auto* whole = button("trainingWhole");
    QVERIFY(!whole->isEnabled());
    const auto range = [this] { return panel().watch().request().range; };
    QCustomPlot& plot = loss().plot();
    QTest::mousePress(&plot, Qt::LeftButton, {}, placeOf(50));
    QTest::mouseMove(&plot, placeOf(80));
    QTest::mouseMove(&plot, placeOf(100));
    QTest::mouseRelease(&plot, Qt::LeftButton, {}, placeOf(100));
    QVERIFY(range());
    QVERIFY2(std::abs(range()->first - 50) < 3 && std::abs(range()->second - 100) < 3,
        qPrintable(QString("%1 %2").arg(range()->first).arg(range()->second)));
    QTRY_VERIFY(panel().plots().curves().to < 110);
    QVERIFY(whole->isEnabled());
    QTest::mouseClick(whole, Qt::LeftButton);
    QVERIFY(!range());
    QTRY_COMPARE(panel().plots().curves().to, 200.0);
    plot.setFocus();
    QTest::keyClick(&plot, Qt::Key_Plus);
    QVERIFY(range());
    QTRY_VERIFY(panel().plots().curves().to < 200);
    QTest::keyClick(&plot, Qt::Key_0);
    QVERIFY(!range());
    QTRY_COMPARE(panel().plots().curves().to, 200.0);
    const QPoint at = placeOf(100);
    QWheelEvent wheel(at, plot.mapToGlobal(at), {}, {0, 120}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(&plot, &wheel);
    QVERIFY(range());
    // Chosen, it stays while the log grows.
    const auto chosen = range();
    append(stepLine(201, kBegin + 2010));
    QTRY_COMPARE(panel().watch().curves()->standing.steps, 201);
    QCOMPARE(range(), chosen);
    QTest::mouseDClick(&plot, Qt::LeftButton, {}, at);
    QVERIFY(!range());
}

void TestTrainingWindow::axesAndSmoothingChange()
{
    writeLog(200);
    openTraining();
    QCOMPARE(loss().plot().yAxis->scaleType(), QCPAxis::stLinear);
    QTest::keyClick(button("trainingLogarithmic"), Qt::Key_Space);
    QCOMPARE(loss().plot().yAxis->scaleType(), QCPAxis::stLogarithmic);
    QVERIFY(loss().plot().yAxis->range().lower > 0);
    QVERIFY(!loss().plot().yAxis->tickVectorLabels().isEmpty());
    QTest::keyClick(button("trainingHours"), Qt::Key_Space);
    QTRY_VERIFY(panel().plots().curves().request.axis == library::TrainingAxis::Hours);
    QCOMPARE(panel().plots().curves().to, 199 * 10 / 3600.0);
    QCOMPARE(loss().axisName(), QStringLiteral("hours of training"));
    auto* smoothing = m_window->findChild<QComboBox*>("trainingSmoothing");
    smoothing->setFocus();
    QTest::keyClick(smoothing, Qt::Key_Home);
    QTRY_COMPARE(panel().plots().curves().request.smoothing, 1.0);
    const auto& last = panel().plots().curves().losses[0].points.back();
    QCOMPARE(last.smooth, last.value);
}

void TestTrainingWindow::rollBackIsMarkedWithItsSentence()
{
    writeLog(100, false);
    append(eventLine("rolled_back", 90, kBegin + 1001,
        R"(,"detail":"At step 101 the loss rose <b>far</b>; going on from step 90.")"));
    for (int step = 91; step <= 120; ++step) {
        append(stepLine(step, kBegin + 10 * step + 100));
    }
    openTraining();
    QTest::mouseMove(&loss().plot(), placeOf(90));
    QTRY_VERIFY2(panel().sentence().contains("the loss rose <b>far</b>"), qPrintable(panel().sentence()));
    QTest::mouseMove(&loss().plot(), placeOf(30));
    QTRY_VERIFY(panel().sentence().isEmpty());
    QVERIFY(m_window->findChild<QLabel*>("trainingNotes")->text().contains("1 roll-back"));
}

void TestTrainingWindow::samplesPlayBesideThoseOfAnotherMilestone()
{
    writeLog(1000);
    for (const int step : {250, 500, 1000}) {
        writeSample(step, 1, "a red star spins on a white background");
        writeSample(step, 2, "a blue ring grows");
    }
    openTraining();
    SampleBoard& board = panel().samples();
    QTRY_COMPARE(board.tiles().size(), std::size_t(4)); // the first beside the newest
    QTRY_VERIFY(board.tiles()[3]->sample() && board.tiles()[0]->sample());
    QCOMPARE(board.current(), 2);
    QCOMPARE(board.other(), 0);
    QCOMPARE(board.tiles()[1]->sample()->frames.size(), std::size_t(12));
    QTRY_VERIFY(board.findChildren<QLabel*>().size() > 2);
    QStringList captions;
    for (const QLabel* label : board.findChildren<QLabel*>()) {
        captions += label->text();
    }
    QVERIFY2(captions.contains("a red star spins on a white background"), qPrintable(captions.join('\n')));
    // In a loop, all together.
    QVERIFY(board.isPlaying());
    const int frame = board.tiles()[1]->shownFrame();
    QTRY_VERIFY(board.tiles()[1]->shownFrame() != frame);
    QTest::mouseClick(board.tiles()[1], Qt::LeftButton);
    QVERIFY(!board.isPlaying());
    const int still = board.tiles()[1]->shownFrame();
    QCOMPARE(board.tiles()[0]->shownFrame(), still);
    QTest::qWait(400);
    QCOMPARE(board.tiles()[1]->shownFrame(), still);
    auto* slider = m_window->findChild<QSlider*>("sampleSlider");
    slider->setFocus();
    QTest::keyClick(slider, Qt::Key_Space);
    QVERIFY(board.isPlaying());
    QTest::keyClick(slider, Qt::Key_Left);
    QCOMPARE(board.current(), 1);
    QTRY_VERIFY(board.tiles()[1]->sample() && board.tiles()[1]->accessibleName().startsWith("step 500: a red star"));
    auto* beside = m_window->findChild<QComboBox*>("sampleBeside");
    beside->setFocus();
    QTest::keyClick(beside, Qt::Key_Home);
    QCOMPARE(board.other(), -1);
    QCOMPARE(board.tiles().size(), std::size_t(2));
    // A click into the curves shows the milestone next to it.
    QTest::mouseClick(&loss().plot(), Qt::LeftButton, {}, placeOf(260));
    QCOMPARE(board.current(), 0);
    m_window->workspaces().switchTo(Workspace::Generate);
    QVERIFY(!panel().isVisible());
}

void TestTrainingWindow::newSamplesAreFollowed()
{
    writeLog(100);
    openTraining();
    QCOMPARE(panel().samples().current(), -1);
    writeSample(50, 1, "a red star");
    QTRY_COMPARE(panel().samples().current(), 0);
    writeSample(100, 1, "a red star");
    QTRY_COMPARE(panel().samples().current(), 1);
    panel().samples().showStep(50);
    writeSample(150, 1, "a red star");
    QTRY_COMPARE(panel().watch().milestones().size(), std::size_t(3));
    QCOMPARE(panel().samples().current(), 0); // who looks at an old one is not taken away from it
}

void TestTrainingWindow::damagedSamplesAreSaidToBe()
{
    writeLog(100);
    writeSample(50, 2, "a red star");
    QFile damaged(m_training + "/samples/step-000050-1.mp4");
    QVERIFY(damaged.open(QIODevice::WriteOnly));
    damaged.write("no clip");
    damaged.close();
    openTraining();
    SampleBoard& board = panel().samples();
    QTRY_COMPARE(board.tiles().size(), std::size_t(2));
    QTRY_VERIFY(board.tiles()[0]->sample() && board.tiles()[1]->sample());
    QVERIFY(!board.tiles()[0]->toolTip().isEmpty());
    QCOMPARE(board.tiles()[0]->shownFrame(), -1);
    QVERIFY(board.tiles()[1]->shownFrame() >= 0);
}

void TestTrainingWindow::modelIsUsed()
{
    waitForModel();
    writeLog(100);
    openTraining();
    auto* use = button("trainingUse");
    QVERIFY(!use->isEnabled());
    QVERIFY(QDir().mkpath(m_training + "/model/transformer"));
    append(eventLine("exported", 100, kBegin + 2000));
    QTRY_VERIFY(use->isEnabled());
    QTest::mouseClick(use, Qt::LeftButton);
    QDialog* dialog = nullptr;
    QTRY_VERIFY((dialog = m_window->findChild<QDialog*>()) && dialog->isVisible());
    dialog->accept();
    QCOMPARE(
        QString::fromStdString(m_window->prompt().model().model().path), QDir(m_training).absolutePath() + "/model");
    QCOMPARE(m_window->workspaces().current(), Workspace::Generate);
}

void TestTrainingWindow::folderIsShownAndDropped()
{
    writeLog(100);
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(m_training)});
    QDragEnterEvent enter({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(m_window.get(), &enter); // makes the window the drop's target
    QVERIFY(enter.isAccepted());
    QDropEvent drop(QPointF(10, 10), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(m_window.get(), &drop);
    QCOMPARE(m_window->workspaces().current(), Workspace::Training);
    QCOMPARE(panel().folder(), QDir(m_training).absolutePath());
    QDesktopServices::setUrlHandler("file", this, "takeUrl");
    QTest::mouseClick(button("trainingShowFolder"), Qt::LeftButton);
    QDesktopServices::unsetUrlHandler("file");
    QCOMPARE(m_url.toLocalFile(), QDir(m_training).absolutePath());
    // Its log means the same.
    panel().open({});
    m_window->openPath(m_training + "/log.jsonl");
    QCOMPARE(panel().folder(), QDir(m_training).absolutePath());
}

void TestTrainingWindow::lastTrainingComesBack()
{
    writeLog(100);
    openTraining();
    m_window->workspaces().switchTo(Workspace::Generate);
    close();
    open();
    QVERIFY(panel().folder().isEmpty()); // nothing is read before somebody looks
    m_window->workspaces().switchTo(Workspace::Training);
    QTRY_VERIFY(panel().watch().curves() && panel().watch().curves()->standing.steps == 100);
}

void TestTrainingWindow::whatIsNoTrainingIsRefused()
{
    m_window->openTraining(m_training);
    QVERIFY(!m_window->banner().isHidden());
    QCOMPARE(m_window->workspaces().current(), Workspace::Generate);
    QVERIFY(panel().folder().isEmpty());
    // A training whose log is gone is no model.
    m_window->banner().hide();
    waitForModel();
    QVERIFY(QDir().mkpath(m_training + "/model"));
    QFile state(m_training + "/state.safetensors");
    QVERIFY(state.open(QIODevice::WriteOnly));
    state.close();
    const int described = m_engine->describeCalls;
    m_window->openPath(m_training);
    QVERIFY(!m_window->banner().isHidden());
    QCOMPARE(m_engine->describeCalls.load(), described);
}

void TestTrainingWindow::hostileLogIsCounted()
{
    append("\xff\xfe rubbish\n{\"event\":\"step\",\"step\":-1}\n" + QByteArray(3 << 20, '[') + "\n"
        + R"({"event":"step","step":1,"time":-1e300,"kind":"<b>\u0000\u202e","loss":1e29,"gradient_norm":null})" + "\n"
        + R"({"event":"step","step":999999999,"time":1e10,"kind":"x","loss":-1e29,"learning_rate":1e-300,"eta_seconds":1e29})"
        + "\n" + R"({"event":"rolled_back","step":999999999,"detail":7})" + "\n"
        + R"({"event":"validation","step":999999999,"loss":0,"training_seconds":9e9})" + "\n");
    openTraining();
    QCOMPARE(panel().watch().curves()->standing.skippedLines, 3);
    QVERIFY(m_window->findChild<QLabel*>("trainingNotes")->text().contains("3 line"));
    for (const char* name : {"trainingLogarithmic", "trainingHours", "trainingLinear"}) {
        QTest::mouseClick(button(name), Qt::LeftButton);
        QTRY_VERIFY(!panel().watch().isBusy());
        for (PlotCard* card : panel().plots().cards()) {
            card->plot().replot();
            QVERIFY(!card->grab().isNull());
        }
    }
    QTest::keyClick(&loss().plot(), Qt::Key_End);
    QTest::keyClick(&loss().plot(), Qt::Key_Plus);
    QTest::keyClick(&loss().plot(), Qt::Key_Minus);
}

void TestTrainingWindow::longLogComesInParts()
{
    QByteArray log;
    constexpr int kSteps = 120'000;
    for (int step = 1; step <= kSteps; ++step) {
        log += stepLine(step, kBegin + step);
    }
    append(log);
    QVERIFY(log.size() > (16 << 20));
    int parts = 0, ticks = 0;
    connect(&panel().watch(), &TrainingWatch::changed, m_window.get(), [&] { parts += panel().watch().share() < 1; });
    QTimer alive;
    connect(&alive, &QTimer::timeout, this, [&] { ticks += panel().watch().share() < 1; });
    alive.start(0);
    m_window->openPath(m_training);
    QTRY_VERIFY_WITH_TIMEOUT(panel().watch().curves() && panel().watch().share() >= 1, 60000);
    QVERIFY2(parts >= 2, qPrintable(QString::number(parts)));
    QVERIFY2(ticks > 10, qPrintable(QString::number(ticks))); // the window lived meanwhile
    QCOMPARE(panel().watch().curves()->standing.steps, kSteps);
    QVERIFY(panel().plots().curves().losses[0].points.size() <= TrainingPlots::kBuckets);
    // The window may go in the middle of it.
    m_window->openPath(m_training);
}

void TestTrainingWindow::generatingLeavesTheTraining()
{
    waitForModel();
    writeLog(100);
    openTraining();
    QSignalSpy finished(&m_window->run(), &RunController::finished);
    QTest::keyClick(m_window.get(), Qt::Key_Return, Qt::ControlModifier);
    QCOMPARE(m_window->workspaces().current(), Workspace::Generate);
    QVERIFY(finished.wait(30000));
}

void TestTrainingWindow::everythingHasANameAndIsReachedByTab()
{
    writeLog(100);
    writeSample(50, 1, "a red star");
    writeSample(100, 1, "a red star");
    openTraining();
    QTRY_COMPARE(panel().samples().current(), 1);
    QSet<QWidget*> wanted;
    for (auto* widget : panel().findChildren<QWidget*>()) {
        if ((widget->focusPolicy() & Qt::TabFocus) && widget->isVisible() && widget->isEnabled()) {
            wanted.insert(widget);
            const auto* pushed = qobject_cast<QAbstractButton*>(widget);
            QVERIFY2(!widget->accessibleName().isEmpty() || (pushed && !pushed->text().isEmpty()),
                qPrintable(widget->metaObject()->className() + widget->objectName()));
        }
    }
    QVERIFY2(wanted.size() >= 14, qPrintable(QString::number(wanted.size())));
    panel().findChild<QPushButton*>("trainingOther")->setFocus();
    for (int presses = 0; presses < 80 && !wanted.isEmpty(); ++presses) {
        wanted.remove(QApplication::focusWidget());
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
    }
    for (const QWidget* left : wanted) {
        // Of several checked choices that belong together one has the focus for all.
        QVERIFY2(left->property("segment").toBool(), qPrintable(left->metaObject()->className() + left->objectName()));
    }
}

QTEST_MAIN(TestTrainingWindow)
#include "tst_training_window.moc"
