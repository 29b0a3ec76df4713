// SPDX-License-Identifier: Apache-2.0
// The threshold response: recorded once, replayed for all thresholds, chosen by mouse and keyboard.
#include "app/engine_runner.h"
#include "tests/support/fake_engine.h"
#include "ui/caching/threshold_card.h"
#include "ui/qcustomplot.h"
#include "ui/window/background_tasks.h"

#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

using namespace toca;
using namespace toca::ui;
using namespace std::chrono_literals;

class TestThresholdCard : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        auto engine = std::make_unique<test::FakeEngine>();
        m_engine = engine.get();
        m_engine->options.perStep = 300us;
        m_runner = std::make_unique<app::EngineRunner>(std::move(engine));
        m_tasks = std::make_unique<BackgroundTasks>();
        m_caching = std::make_unique<CachingModel>();
        m_caching->setRun(
            *plan::geometryFor(test::FakeEngine::model().shape, 17, 128, 128, 9), plan::uniformSchedule("rflow", 30));
        m_model = std::make_unique<ThresholdModel>(*m_runner, *m_tasks, *m_caching);
        m_window = std::make_unique<QWidget>();
        m_window->resize(420, 420);
        m_card = new ThresholdCard(*m_model, m_window.get());
        m_card->setGeometry(0, 0, 400, 400);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
        connect(m_card, &ThresholdCard::recordRequested, this, [this] { m_model->record(request()); });
    }
    void cleanup()
    {
        m_window.reset();
        m_tasks.reset();
        m_model.reset();
        m_caching.reset();
        m_runner.reset();
    }

    void onlyThresholdPoliciesHaveOne();
    void recordedOnceReplayedForEveryPolicy();
    void zonesAreMarked();
    void clickAndDragChooseAThreshold();
    void arrowsGoToTheNextChange();
    void gainButtonsChooseTheThreshold();
    void wordsSayWhatIsDrawn();
    void recordingOfAnotherRequestSaysSo();
    void cancelledRecordingLeavesNothing();
    void firstLayersOfTheRecordingHaveToFit();
    void missingCalibrationIsSaid();

private:
    static GenerationRequest request()
    {
        GenerationRequest made;
        made.prompt = "a red ball";
        return made;
    }
    void record()
    {
        m_model->setRequest(request());
        QSignalSpy changed(m_model.get(), &ThresholdModel::recordingChanged);
        QTest::mouseClick(m_card->findChild<QPushButton*>("recordSignals"), Qt::LeftButton);
        QVERIFY(m_model->isRecording());
        QTRY_VERIFY_WITH_TIMEOUT(!m_model->isRecording(), 20000);
        QTRY_VERIFY(!m_tasks->isBusy());
    }
    double threshold() const { return std::get<double>(m_caching->value("threshold")); }

    test::FakeEngine* m_engine = nullptr;
    std::unique_ptr<app::EngineRunner> m_runner;
    std::unique_ptr<BackgroundTasks> m_tasks;
    std::unique_ptr<CachingModel> m_caching;
    std::unique_ptr<ThresholdModel> m_model;
    std::unique_ptr<QWidget> m_window;
    ThresholdCard* m_card = nullptr;
};

void TestThresholdCard::onlyThresholdPoliciesHaveOne()
{
    QVERIFY(m_card->isHidden());
    m_caching->setPolicy("easycache");
    QVERIFY(!m_card->isHidden());
    QVERIFY(!m_card->plot().isVisible());
    QVERIFY(m_card->findChild<QPushButton*>("recordSignals")->isEnabled());
    m_card->setBlocked(true);
    QVERIFY(!m_card->findChild<QPushButton*>("recordSignals")->isEnabled());
    m_caching->setPolicy("fora");
    QVERIFY(m_card->isHidden());
}

void TestThresholdCard::recordedOnceReplayedForEveryPolicy()
{
    m_caching->setPolicy("easycache");
    record();
    QVERIFY(m_model->response());
    QCOMPARE(m_model->response()->points.size(), std::size_t{200});
    QVERIFY(m_card->plot().isVisible());
    QCOMPARE(m_card->plot().graph(0)->data()->size(), 200);
    const int most = m_model->response()->points.back().skipped();
    QVERIFY(most > 5);
    m_caching->setValue("end", 0.5); // fewer steps may be skipped
    QTRY_VERIFY(!m_tasks->isBusy());
    QVERIFY(m_model->response()->points.back().skipped() < most);
    m_caching->setPolicy("dbcache");
    m_caching->setPreset("first-block");
    QTRY_VERIFY(!m_tasks->isBusy());
    QVERIFY2(m_model->response(), qPrintable(m_model->problem()));
    QCOMPARE(m_model->response()->policy, std::string("dbcache"));
    QCOMPARE(m_engine->recordCalls.load(), 1);
    QCOMPARE(m_engine->generateCalls.load(), 0);
}

void TestThresholdCard::zonesAreMarked()
{
    m_caching->setPolicy("easycache");
    record();
    const plan::ThresholdResponse& response = *m_model->response();
    QVERIFY(response.inertThreshold > 0);
    bool hasInert = false;
    for (int index = 0; index < m_card->plot().itemCount(); ++index) {
        if (auto* rect = qobject_cast<QCPItemRect*>(m_card->plot().item(index)); rect && rect->visible()) {
            hasInert = hasInert || qFuzzyCompare(rect->bottomRight->key(), response.inertThreshold);
        }
    }
    QVERIFY(hasInert);
    QVERIFY(response.cliff >= 0);
}

void TestThresholdCard::clickAndDragChooseAThreshold()
{
    m_caching->setPolicy("easycache");
    record();
    QCustomPlot& plot = m_card->plot();
    const QRect area = plot.axisRect()->rect();
    const QPoint middle = area.center();
    QTest::mouseClick(&plot, Qt::LeftButton, {}, middle);
    const double clicked = threshold();
    QVERIFY(qAbs(clicked / plot.xAxis->pixelToCoord(middle.x()) - 1) < 0.01);
    const int undoSteps = m_caching->undoStack().count();
    QTest::mousePress(&plot, Qt::LeftButton, {}, middle);
    for (int x = middle.x(); x < area.right(); x += 10) {
        QMouseEvent move(QEvent::MouseMove, QPointF(x, middle.y()), plot.mapToGlobal(QPointF(x, middle.y())),
            Qt::NoButton, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&plot, &move);
    }
    QVERIFY(threshold() > clicked);
    QCOMPARE(m_caching->undoStack().count(), undoSteps);
}

void TestThresholdCard::arrowsGoToTheNextChange()
{
    m_caching->setPolicy("easycache");
    record();
    m_model->setThreshold(m_model->response()->inertThreshold / 2);
    QCOMPARE(m_model->present()->skipped(), 0);
    m_card->plot().setFocus();
    QTest::keyClick(&m_card->plot(), Qt::Key_Right);
    QVERIFY(m_model->present()->skipped() > 0);
    QVERIFY(threshold() > m_model->response()->inertThreshold);
    QTest::keyClick(&m_card->plot(), Qt::Key_Left);
    QCOMPARE(m_model->present()->skipped(), 0);
}

void TestThresholdCard::gainButtonsChooseTheThreshold()
{
    m_caching->setPolicy("easycache");
    record();
    int pressed = 0;
    for (QPushButton* button : m_card->findChildren<QPushButton*>()) {
        if (!button->text().contains(QStringLiteral("×")) || !button->isEnabled()) {
            continue;
        }
        button->click();
        const double wanted = QLocale().toDouble(button->text().section(' ', 0, 0));
        QVERIFY(wanted > 1);
        QVERIFY(m_model->present()->flopsGain >= wanted - 1e-9);
        ++pressed;
    }
    QVERIFY(pressed >= 1);
}

void TestThresholdCard::wordsSayWhatIsDrawn()
{
    m_caching->setPolicy("easycache");
    record();
    m_model->setThreshold(m_model->response()->inertThreshold / 2);
    QVERIFY(m_model->description().contains("nothing is skipped"));
    m_model->setThreshold(m_model->response()->points.back().threshold);
    QVERIFY(m_model->description().contains(QString::number(m_model->present()->skipped())));
    QCOMPARE(m_card->plot().accessibleDescription(), m_model->description());
    QCOMPARE(m_card->findChild<QLabel*>("thresholdText")->text(), m_model->description());
}

void TestThresholdCard::recordingOfAnotherRequestSaysSo()
{
    m_caching->setPolicy("easycache");
    record();
    QVERIFY(!m_model->isOfAnotherRequest());
    GenerationRequest other = request();
    other.policy = "fora";
    m_model->setRequest(other);
    QVERIFY2(!m_model->isOfAnotherRequest(), "the recording is of the uncached run");
    other.seed = 99;
    m_model->setRequest(other);
    QVERIFY(m_model->isOfAnotherRequest());
}

void TestThresholdCard::cancelledRecordingLeavesNothing()
{
    m_engine->options.perStep = 50ms;
    m_caching->setPolicy("easycache");
    QSignalSpy failed(m_model.get(), &ThresholdModel::failed);
    auto* button = m_card->findChild<QPushButton*>("recordSignals");
    QTest::mouseClick(button, Qt::LeftButton);
    QVERIFY(m_model->isRecording());
    QVERIFY(!m_model->record(request()));
    QTest::mouseClick(button, Qt::LeftButton);
    QVERIFY(failed.wait(10000));
    QCOMPARE(failed.first().first().value<Error>().code, ErrorCode::Cancelled);
    QVERIFY(!m_model->hasRecord());
    QVERIFY(!m_model->isRecording());
}

void TestThresholdCard::firstLayersOfTheRecordingHaveToFit()
{
    m_caching->setPolicy("dbcache");
    m_caching->setPreset("first-block");
    record();
    QVERIFY2(m_model->response(), qPrintable(m_model->problem()));
    m_caching->setValue("first_layers", std::int64_t{2});
    QTRY_VERIFY(!m_tasks->isBusy());
    QVERIFY(!m_model->response());
    QVERIFY(m_model->problem().contains("first_layers"));
    QVERIFY(m_card->findChild<QLabel*>("thresholdText")->isVisible());
    record();
    QVERIFY2(m_model->response(), qPrintable(m_model->problem()));
}

void TestThresholdCard::missingCalibrationIsSaid()
{
    m_caching->setPolicy("teacache");
    record();
    QVERIFY(!m_model->response());
    QVERIFY(m_model->problem().contains("calibrat"));
    // Published coefficients are enough.
    m_caching->setValue("coefficients", std::string("0,0,0,1,0"));
    QTRY_VERIFY(!m_tasks->isBusy());
    QVERIFY2(m_model->response(), qPrintable(m_model->problem()));
}

QTEST_MAIN(TestThresholdCard)
#include "tst_threshold_card.moc"
