// SPDX-License-Identifier: Apache-2.0
#include "small_run.h"

#include "ui/qcustomplot.h"
#include "ui/statistics/statistics_panel.h"
#include "ui/statistics/step_plots.h"

#include <QFile>
#include <QLocale>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace toca;
using namespace toca::ui;

class TestStatisticsPanel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }
    void init();
    void cleanup()
    {
        delete m_panel;
        m_panel = nullptr;
    }
    void cursorReadsEveryPlot();
    void pointingAtAPlotMovesAllCursors();
    void plotsTakeTheModelsNumbers();
    void timeSavedSaysAgainstWhat();
    void exportsEveryFormat();
    void unknownEndingIsRefused();
    void emptyPanelSaysSo();
    void decisionsAreShownWhereThereAreSome();

private:
    PlotCard& card(std::size_t index) const { return m_panel->plots()[index]->card(); }
    static QString plain(QString text) { return text.replace(QChar(0x00a0), QLatin1Char(' ')); }

    plan::Plan m_plan;
    std::shared_ptr<plan::Trace> m_trace;
    QWidget m_window; // without size limits, which the offscreen platform would complain about
    StatisticsPanel* m_panel = nullptr;
};

void TestStatisticsPanel::init()
{
    m_plan = ui::testing::smallPlan(4);
    m_trace = std::make_shared<plan::Trace>(m_plan.geometry(), m_plan.schedule());
    ui::testing::run(*m_trace, m_plan, 18); // three of four steps
    m_panel = new StatisticsPanel(&m_window);
    m_window.resize(1000, 400);
    m_panel->resize(1000, 400);
    m_panel->setPlan(m_plan);
    m_panel->setTrace(m_trace);
    m_panel->show();
    m_window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&m_window));
}

void TestStatisticsPanel::cursorReadsEveryPlot()
{
    m_panel->setCursorStep(1);
    QCOMPARE(plain(card(0).valueText()), QStringLiteral("step 1: 91.7 %")); // 2.75 / 3
    QVERIFY(card(1).valueText().contains(QLatin1String("100"))); // counted FLOPs
    QCOMPARE(plain(card(3).valueText()), QStringLiteral("up to step 1: 48.0 ms")); // 65 - 17
    QCOMPARE(plain(card(4).valueText()), QStringLiteral("step 1: 17.0 ms"));
    QCOMPARE(plain(card(5).valueText()), QStringLiteral("step 1: 100 B"));
    m_panel->setCursorStep(3); // not run yet
    QVERIFY(card(0).valueText().contains(QLatin1String("planned")));
    QVERIFY(card(4).valueText().isEmpty());
    m_panel->setCursorStep(-1);
    QVERIFY(card(0).valueText().isEmpty());
}

void TestStatisticsPanel::pointingAtAPlotMovesAllCursors()
{
    m_panel->setCursorStep(0);
    QSignalSpy hovered(m_panel, &StatisticsPanel::stepHovered);
    QCustomPlot& plot = card(0).plot();
    const QPoint at(qRound(plot.xAxis->coordToPixel(2.0)), plot.height() / 2);
    QTest::mouseMove(&plot, at);
    QVERIFY(hovered.count() >= 1);
    QCOMPARE(hovered.last()[0].toInt(), 2);
    QCOMPARE(card(5).cursorStep(), 2);
    QEvent leave(QEvent::Leave);
    QCoreApplication::sendEvent(&plot, &leave);
    QCOMPARE(hovered.last()[0].toInt(), -1);
    QCOMPARE(card(5).cursorStep(), 0); // back to the linked cursor
}

void TestStatisticsPanel::plotsTakeTheModelsNumbers()
{
    auto* memory = card(5).plot().graph(0);
    QCOMPARE(memory->data()->size(), 4);
    QCOMPARE(memory->data()->at(2)->value, 150.0); // bytes
    QVERIFY(qIsNaN(memory->data()->at(3)->value)); // a gap, not a zero
    ui::testing::run(*m_trace, m_plan, 6);
    m_panel->refresh(); // complete: drawn at once
    QCOMPARE(memory->data()->at(3)->value, 200.0);
}

void TestStatisticsPanel::timeSavedSaysAgainstWhat()
{
    const auto key = [this] {
        QString text;
        for (const QLabel* label : card(3).findChildren<QLabel*>()) {
            text += label->text();
        }
        return text;
    };
    QVERIFY(key().contains(QLatin1String("mean full step")));
    m_panel->setBaselineSeconds(0.05);
    QVERIFY(key().contains(QLatin1String("against the baseline")));
}

void TestStatisticsPanel::exportsEveryFormat()
{
    QTemporaryDir folder;
    for (std::size_t i = 0; i < m_panel->plots().size(); ++i) {
        const auto content = [&](const char* suffix) {
            const QString path = folder.filePath(QStringLiteral("%1.%2").arg(i).arg(QLatin1String(suffix)));
            const QString problem = card(i).exportTo(path);
            QFile file(path);
            return problem.isEmpty() && file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        };
        QVERIFY(content("png").startsWith("\x89PNG"));
        const QByteArray svg = content("svg");
        QVERIFY(svg.contains("<svg"));
        QVERIFY(svg.contains(card(i).title().toUtf8())); // the axis label names it
        QVERIFY(content("pdf").startsWith("%PDF"));
        QVERIFY(content("csv").startsWith("step,"));
    }
}

void TestStatisticsPanel::unknownEndingIsRefused()
{
    QVERIFY(card(0).exportTo(QStringLiteral("plot.docx")).contains(QLatin1String(".svg")));
}

void TestStatisticsPanel::emptyPanelSaysSo()
{
    m_panel->clear();
    m_panel->grab();
    QVERIFY(m_panel->model().isEmpty());
    m_panel->setCursorStep(2);
    m_panel->refresh();
    QVERIFY(card(0).valueText().isEmpty());
}

void TestStatisticsPanel::decisionsAreShownWhereThereAreSome()
{
    PlotCard& decisions = card(6);
    QVERIFY2(decisions.isHidden(), "this policy decides nothing by a threshold");
    auto trace = std::make_shared<plan::Trace>(m_plan.geometry(), m_plan.schedule());
    for (int evaluation = 0; evaluation < 4; ++evaluation) {
        for (std::size_t cell = 0; cell < plan::Trace::cellsPerEvaluation(m_plan.geometry()); ++cell) {
            plan::TraceCell done;
            done.action = evaluation == 2 ? plan::Action::Skip : plan::Action::Full;
            trace->append(done);
        }
        plan::TraceEvaluation done;
        if (evaluation > 0) {
            done.scalars = {0.03, evaluation == 2 ? 0.04 : 0.12, 0.1};
        }
        trace->appendEvaluation(done);
    }
    m_panel->setTrace(trace);
    QVERIFY(!decisions.isHidden());
    m_panel->setCursorStep(0);
    QVERIFY(decisions.valueText().contains("nothing to decide"));
    m_panel->setCursorStep(2);
    QCOMPARE(decisions.valueText(), QString("step 2: 0.04 < 0.1, skipped"));
    m_panel->setCursorStep(3);
    QVERIFY(decisions.valueText().contains("0.12") && decisions.valueText().contains("computed"));
    m_panel->setTrace(m_trace);
    QVERIFY(decisions.isHidden());
}

QTEST_MAIN(TestStatisticsPanel)
#include "tst_statistics_panel.moc"
