// SPDX-License-Identifier: Apache-2.0
// The schedule painted in the real window with mouse and keyboard, and what the engine did with it.
#include "tests/support/tune_window.h"
#include "ui/tune/schedule_view.h"

#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QSpinBox>
#include <QToolButton>
#include <QWheelEvent>

using namespace toca;
using namespace toca::ui;
using plan::Action;
using plan::ModuleKind;
using plan::ScheduleCell;

class TestSchedulePanel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_tune = std::make_unique<test::TuneWindow>(); }
    void cleanup() { m_tune.reset(); }

    void showsThePlanOfAnyPolicy();
    void paintingMakesASchedule();
    void oneStrokeIsOneUndo();
    void fastDragsLeaveNoGaps();
    void rightDragRestores();
    void shiftPaintsARectangle();
    void numbersPaintWholeStepsAndLayers();
    void firstStepStaysComputed();
    void brushesPaintWhatTheySay();
    void keyboardAlone();
    void totalsFollowEveryStroke();
    void zoomAndBack();
    void engineRunsThePaintedSchedule();
    void scheduleSurvivesOtherSteps();
    void everyControlHasAName();

private:
    SchedulePanel& panel() { return m_tune->desk().schedule(); }
    ScheduleView& view() { return panel().view(); }
    const plan::ScheduleTable& table() { return panel().editor().table(); }
    QPointF centre(int step, int layer, ModuleKind module) { return view().cellRect({step, layer, module}).center(); }
    ScheduleCell cell(int step, int layer, ModuleKind module) { return table().at(step, layer, module); }
    void choose(ScheduleBrush::Kind kind)
    {
        QTest::mouseClick(
            panel().findChild<QToolButton*>(QStringLiteral("brush%1").arg(static_cast<int>(kind))), Qt::LeftButton);
    }

    std::unique_ptr<test::TuneWindow> m_tune;
};

void TestSchedulePanel::showsThePlanOfAnyPolicy()
{
    for (const char* policy : {"toca", "fora", "taylorseer", "none"}) {
        m_tune->caching().setPolicy(policy);
        const plan::Plan& plan = *m_tune->caching().plan();
        QCOMPARE(table().steps(), plan.evaluationCount());
        for (int step = 0; step < table().steps(); ++step)
            QCOMPARE(cell(step, 3, ModuleKind::Mlp).action, plan.at(step, 3, ModuleKind::Mlp).action);
        QVERIFY(!panel().editor().isPainted());
    }
    m_tune->caching().setPolicy("toca");
    QVERIFY2(panel().readout().contains("ToCa"), qPrintable(panel().readout()));
}

void TestSchedulePanel::paintingMakesASchedule()
{
    const plan::ScheduleTable before = table();
    const double ageWeight = 0.4;
    m_tune->caching().setValue("age_weight", ageWeight);
    choose(ScheduleBrush::Kind::Compute);
    test::drag(view(), {centre(4, 2, ModuleKind::Mlp), centre(5, 2, ModuleKind::Mlp)});
    QCOMPARE(m_tune->caching().state().policy, std::string("schedule"));
    QCOMPARE(cell(4, 2, ModuleKind::Mlp), ScheduleCell::compute());
    QCOMPARE(cell(5, 2, ModuleKind::Mlp), ScheduleCell::compute());
    QCOMPARE(cell(4, 3, ModuleKind::Mlp), before.at(4, 3, ModuleKind::Mlp));
    QCOMPARE(m_tune->caching().plan()->at(4, 2, ModuleKind::Mlp).action, Action::Full);
    // Tokens are chosen as ToCa did.
    QCOMPARE(std::get<double>(m_tune->caching().value("age_weight")), ageWeight);
}

void TestSchedulePanel::oneStrokeIsOneUndo()
{
    const int steps = m_tune->undo().count();
    choose(ScheduleBrush::Kind::Compute);
    test::drag(view(), {centre(4, 2, ModuleKind::Mlp), centre(7, 5, ModuleKind::Mlp), centre(11, 1, ModuleKind::Mlp)});
    QCOMPARE(m_tune->undo().count(), steps + 1);
    QVERIFY2(m_tune->undo().undoText().startsWith("paint compute"), qPrintable(m_tune->undo().undoText()));
    const plan::ScheduleTable painted = table();
    m_tune->undo().undo();
    QCOMPARE(m_tune->caching().state().policy, std::string("toca"));
    QCOMPARE(cell(4, 2, ModuleKind::Mlp).action, Action::Subset);
    QTest::mouseClick(panel().findChild<QToolButton*>("scheduleRedo"), Qt::LeftButton);
    QVERIFY(table() == painted);
    QTest::mouseClick(panel().findChild<QToolButton*>("scheduleUndo"), Qt::LeftButton);
    QCOMPARE(m_tune->caching().state().policy, std::string("toca"));
}

void TestSchedulePanel::fastDragsLeaveNoGaps()
{
    choose(ScheduleBrush::Kind::Compute);
    test::drag(view(), {centre(3, 1, ModuleKind::SelfAttention), centre(20, 1, ModuleKind::SelfAttention)});
    for (int step = 3; step <= 20; ++step)
        QCOMPARE(cell(step, 1, ModuleKind::SelfAttention), ScheduleCell::compute());
    QVERIFY(cell(22, 1, ModuleKind::SelfAttention) == ScheduleCell::reuse());
}

void TestSchedulePanel::rightDragRestores()
{
    const plan::ScheduleTable before = table();
    choose(ScheduleBrush::Kind::Forecast);
    test::drag(view(), {centre(4, 0, ModuleKind::Mlp), centre(10, 0, ModuleKind::Mlp)});
    QCOMPARE(cell(6, 0, ModuleKind::Mlp).action, Action::Forecast);
    test::drag(view(), {centre(4, 0, ModuleKind::Mlp), centre(8, 0, ModuleKind::Mlp)}, Qt::RightButton);
    for (int step = 4; step <= 8; ++step)
        QCOMPARE(cell(step, 0, ModuleKind::Mlp), before.at(step, 0, ModuleKind::Mlp));
    QCOMPARE(cell(9, 0, ModuleKind::Mlp).action, Action::Forecast);
}

void TestSchedulePanel::shiftPaintsARectangle()
{
    choose(ScheduleBrush::Kind::Compute);
    // Out and partly back again: only the last rectangle counts.
    test::drag(view(), {centre(10, 1, ModuleKind::Mlp), centre(19, 6, ModuleKind::Mlp), centre(13, 3, ModuleKind::Mlp)},
        Qt::LeftButton, Qt::ShiftModifier);
    for (int step = 10; step <= 19; ++step)
        for (int layer = 1; layer <= 6; ++layer)
            if (step % 3 != 0)
                QCOMPARE(cell(step, layer, ModuleKind::Mlp) == ScheduleCell::compute(), step <= 13 && layer <= 3);
}

void TestSchedulePanel::numbersPaintWholeStepsAndLayers()
{
    choose(ScheduleBrush::Kind::Compute);
    test::drag(view(), {view().stepHeaderRect(4).center()});
    for (int layer = 0; layer < table().layers(); ++layer)
        for (const ModuleKind module : plan::kAllModules)
            QCOMPARE(cell(4, layer, module), ScheduleCell::compute());
    choose(ScheduleBrush::Kind::Reuse);
    test::drag(view(), {view().layerHeaderRect(2, ModuleKind::Mlp).center()});
    for (int step = 1; step < table().steps(); ++step)
        QCOMPARE(cell(step, 2, ModuleKind::Mlp), ScheduleCell::reuse());
    QCOMPARE(cell(6, 3, ModuleKind::Mlp), ScheduleCell::compute());
}

void TestSchedulePanel::firstStepStaysComputed()
{
    choose(ScheduleBrush::Kind::Reuse);
    test::drag(view(), {centre(0, 0, ModuleKind::Mlp), centre(2, 0, ModuleKind::Mlp)});
    QCOMPARE(cell(0, 0, ModuleKind::Mlp), ScheduleCell::compute());
    QCOMPARE(cell(1, 0, ModuleKind::Mlp), ScheduleCell::reuse());
    QVERIFY(view().textOf({0, 0, ModuleKind::Mlp}).contains("always computed"));
}

void TestSchedulePanel::brushesPaintWhatTheySay()
{
    panel().findChild<QDoubleSpinBox*>("brushShare")->setValue(37.5);
    QVERIFY(panel().findChild<QToolButton*>("brush1")->isChecked()); // touching its share chooses the brush
    test::drag(view(), {centre(4, 2, ModuleKind::Mlp)});
    QCOMPARE(cell(4, 2, ModuleKind::Mlp), ScheduleCell::ratio(0.375));
    panel().findChild<QSpinBox*>("brushOrder")->setValue(2);
    test::drag(view(), {centre(4, 3, ModuleKind::Mlp)});
    QCOMPARE(cell(4, 3, ModuleKind::Mlp), ScheduleCell::forecast(2));
    choose(ScheduleBrush::Kind::Reuse);
    test::drag(view(), {centre(4, 4, ModuleKind::Mlp)});
    QCOMPARE(cell(4, 4, ModuleKind::Mlp), ScheduleCell::reuse());
}

void TestSchedulePanel::keyboardAlone()
{
    view().setFocus();
    QTRY_VERIFY(view().hasFocus());
    for (int i = 0; i < 4; ++i)
        QTest::keyClick(&view(), Qt::Key_Right);
    QTest::keyClick(&view(), Qt::Key_PageDown);
    QTest::keyClick(&view(), Qt::Key_PageDown);
    QTest::keyClick(&view(), Qt::Key_Down);
    QCOMPARE(view().currentCell(), (MapCell{4, 1, ModuleKind::Mlp}));
    QTest::keyClick(&view(), Qt::Key_1);
    QCOMPARE(cell(4, 1, ModuleKind::Mlp), ScheduleCell::compute());
    QTest::keyClick(&view(), Qt::Key_Right, Qt::ShiftModifier);
    QTest::keyClick(&view(), Qt::Key_Down, Qt::ShiftModifier);
    QTest::keyClick(&view(), Qt::Key_3);
    for (const int step : {4, 5})
        for (const int layer : {1, 2})
            QCOMPARE(cell(step, layer, ModuleKind::Mlp), ScheduleCell::reuse());
    QTest::keyClick(&view(), Qt::Key_4);
    QCOMPARE(cell(5, 2, ModuleKind::Mlp), ScheduleCell::forecast(1));
    QTest::keyClick(&view(), Qt::Key_2);
    QCOMPARE(cell(5, 2, ModuleKind::Mlp), ScheduleCell::ratio(0.1));
    QTest::keyClick(&view(), Qt::Key_Delete);
    QCOMPARE(cell(5, 2, ModuleKind::Mlp).action, Action::Subset); // ToCa's
    QVERIFY(view().accessibleDescription().contains("step 5"));
    QTest::keyClick(&view(), Qt::Key_Z, Qt::ControlModifier);
    QCOMPARE(cell(5, 2, ModuleKind::Mlp), ScheduleCell::ratio(0.1));
}

void TestSchedulePanel::totalsFollowEveryStroke()
{
    const double gain = m_tune->caching().plan()->flopsGain();
    const QString before = panel().totals();
    QVERIFY2(before.contains("not measured yet"), qPrintable(before));
    choose(ScheduleBrush::Kind::Compute);
    test::sendMouse(view(), QEvent::MouseButtonPress, centre(4, 0, ModuleKind::Mlp), Qt::LeftButton);
    test::sendMouse(view(), QEvent::MouseMove, centre(4, 7, ModuleKind::Mlp), Qt::LeftButton);
    // While the button is still down.
    QVERIFY(m_tune->caching().plan()->flopsGain() < gain);
    QVERIFY(panel().totals() != before);
    QCOMPARE(m_tune->window->caching().findChild<QLabel*>("plannedGain")->text(),
        QStringLiteral("%1 ×").arg(QLocale().toString(m_tune->caching().plan()->flopsGain(), 'f', 2)));
    test::sendMouse(view(), QEvent::MouseButtonRelease, centre(4, 7, ModuleKind::Mlp), Qt::LeftButton);
}

void TestSchedulePanel::zoomAndBack()
{
    const QPointF at = centre(10, 3, ModuleKind::Mlp);
    QWheelEvent wheel(
        at, view().mapToGlobal(at), {}, {0, 600}, Qt::NoButton, Qt::ControlModifier, Qt::NoScrollPhase, false);
    QApplication::sendEvent(&view(), &wheel);
    QVERIFY(!view().mapLayout().isFitted());
    QVERIFY(std::abs(centre(10, 3, ModuleKind::Mlp).y() - at.y()) < view().mapLayout().cellHeight());
    choose(ScheduleBrush::Kind::Compute);
    test::drag(view(), {centre(10, 3, ModuleKind::Mlp)}); // painting works there too
    QCOMPARE(cell(10, 3, ModuleKind::Mlp), ScheduleCell::compute());
    QTest::mouseClick(panel().findChild<QToolButton*>("scheduleFit"), Qt::LeftButton);
    QVERIFY(view().mapLayout().isFitted());
}

void TestSchedulePanel::engineRunsThePaintedSchedule()
{
    choose(ScheduleBrush::Kind::Compute);
    test::drag(view(), {view().stepHeaderRect(4).center(), view().stepHeaderRect(5).center()});
    choose(ScheduleBrush::Kind::Reuse);
    test::drag(view(), {view().layerHeaderRect(2, ModuleKind::Mlp).center()});
    QVERIFY(m_tune->run());
    QCOMPARE(m_tune->engine->requests.back().policy, std::string("schedule"));
    const auto trace = m_tune->window->run().result()->trace;
    QCOMPARE(trace->cell(trace->cellIndex(5, 3, ModuleKind::CrossAttention)).action, Action::Full);
    QCOMPARE(trace->cell(trace->cellIndex(5, 2, ModuleKind::Mlp)).action, Action::Reuse);
    for (int step = 0; step < table().steps(); ++step)
        for (int layer = 0; layer < table().layers(); ++layer)
            for (const ModuleKind module : plan::kAllModules)
                QCOMPARE(trace->cell(trace->cellIndex(step, layer, module)).action, cell(step, layer, module).action);
    QVERIFY(panel().totals().contains(" s") || panel().totals().contains("ms")); // measured now
    QVERIFY(!panel().totals().contains("not measured"));
}

void TestSchedulePanel::scheduleSurvivesOtherSteps()
{
    choose(ScheduleBrush::Kind::Reuse);
    test::drag(view(), {view().stepHeaderRect(15).center()});
    const int steps = table().steps();
    m_tune->window->prompt().model().setSteps(2 * steps);
    QTRY_COMPARE(table().steps(), 2 * steps);
    QCOMPARE(cell(30, 0, ModuleKind::Mlp), ScheduleCell::reuse());
    QCOMPARE(cell(31, 0, ModuleKind::Mlp), ScheduleCell::reuse());
}

void TestSchedulePanel::everyControlHasAName()
{
    for (QWidget* widget : panel().findChildren<QWidget*>()) {
        if (widget->focusPolicy() & Qt::TabFocus && widget->isVisible() && !widget->focusProxy()
            && !qobject_cast<QLineEdit*>(widget)) {
            QVERIFY2(!widget->accessibleName().isEmpty(), qPrintable(widget->objectName()));
        }
    }
    QVERIFY(!view().accessibleName().isEmpty());
}

QTEST_MAIN(TestSchedulePanel)
#include "tst_schedule_panel.moc"
