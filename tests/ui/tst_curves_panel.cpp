// SPDX-License-Identifier: Apache-2.0
// Curves, factors, intervals and weights set in the real window with mouse and keyboard.
#include "tests/support/tune_window.h"
#include "ui/tune/curve_view.h"
#include "ui/tune/curves_panel.h"
#include "ui/tune/parameter_bar.h"

#include <QDockWidget>
#include <QDoubleSpinBox>
#include <QLineEdit>
#include <QToolButton>
#include <QUndoView>

using namespace toca;
using namespace toca::ui;

class TestCurvesPanel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_tune = std::make_unique<test::TuneWindow>(); }
    void cleanup() { m_tune.reset(); }

    void startsLevelAndUnchanged();
    void draggedPointChangesThePlan();
    void doubleClickAddsAPoint();
    void deleteRemovesAPoint();
    void pointsAreTyped();
    void pointsByKeyboard();
    void resetPerField();
    void pointsDoNotPass();
    void barsAreDragged();
    void barsByKeyboard();
    void otherPoliciesShowWhatTheyHave();
    void historyNamesEveryStep();
    void everyControlHasANameAndAHelp();

private:
    CurvesPanel& panel() { return m_tune->desk().curves(); }
    CurveView& steps() { return *panel().curve("step_curve"); }
    std::string text(const char* parameter) { return std::get<std::string>(m_tune->caching().value(parameter)); }
    double number(const char* parameter) { return std::get<double>(m_tune->caching().value(parameter)); }

    std::unique_ptr<test::TuneWindow> m_tune;
};

void TestCurvesPanel::startsLevelAndUnchanged()
{
    QCOMPARE(steps().points().size(), std::size_t{2});
    QCOMPARE(text("step_curve"), std::string());
    QVERIFY(panel().curve("layer_curve"));
    for (const char* name : {"fresh_ratio", "mlp_factor", "cross_attention_factor", "mlp_interval", "age_weight"})
        QVERIFY2(panel().bar(name), name);
}

void TestCurvesPanel::draggedPointChangesThePlan()
{
    const double gain = m_tune->caching().plan()->flopsGain();
    const int undoSteps = m_tune->undo().count();
    const QPointF from = steps().placeOf(steps().points().front());
    test::drag(steps(), {from, from + QPointF(0, -8), from + QPointF(0, -20), steps().placeOf({0, 1.8})});
    QCOMPARE(text("step_curve"), std::string("0:1.8, 1:1"));
    QVERIFY(m_tune->caching().plan()->flopsGain() < gain);
    QCOMPARE(m_tune->undo().count(), undoSteps + 1);
    m_tune->undo().undo();
    QCOMPARE(text("step_curve"), std::string());
    QCOMPARE(m_tune->caching().plan()->flopsGain(), gain);
    m_tune->undo().redo();
    QCOMPARE(steps().points().front().value, 1.8);
}

void TestCurvesPanel::doubleClickAddsAPoint()
{
    const QPoint at = steps().placeOf({0.5, 0.5}).toPoint();
    QTest::mouseDClick(&steps(), Qt::LeftButton, {}, at);
    QCOMPARE(steps().points().size(), std::size_t{3});
    QVERIFY(std::abs(steps().points()[1].position - 0.5) < 0.02);
    QVERIFY(std::abs(steps().points()[1].value - 0.5) < 0.03);
    QCOMPARE(steps().selected(), 1);
    QVERIFY(m_tune->caching().isChanged("step_curve"));
}

void TestCurvesPanel::deleteRemovesAPoint()
{
    steps().addPoint({0.5, 0.5});
    steps().addPoint({0.8, 2});
    QTest::mouseClick(&steps(), Qt::LeftButton, {}, steps().placeOf(steps().points()[1]).toPoint());
    QCOMPARE(steps().selected(), 1);
    QTest::keyClick(&steps(), Qt::Key_Delete);
    QCOMPARE(text("step_curve"), std::string("0:1, 0.8:2, 1:1"));
    QTest::mouseClick(&steps(), Qt::RightButton, {}, steps().placeOf(steps().points()[1]).toPoint());
    QCOMPARE(steps().points().size(), std::size_t{2});
}

void TestCurvesPanel::pointsAreTyped()
{
    auto* position = panel().findChild<QDoubleSpinBox*>("step_curve_position");
    auto* value = panel().findChild<QDoubleSpinBox*>("step_curve_value");
    QVERIFY(!value->isEnabled());
    steps().addPoint({0.5, 0.5});
    QVERIFY(value->isEnabled());
    value->setFocus();
    value->selectAll();
    QTest::keyClicks(value, "3.25");
    QTest::keyClick(value, Qt::Key_Return);
    QCOMPARE(steps().points()[1].value, 3.25);
    position->setFocus();
    position->selectAll();
    QTest::keyClicks(position, "29");
    QTest::keyClick(position, Qt::Key_Return);
    QVERIFY(steps().points()[1].position > 0.99 && steps().points()[1].position < 1); // the last point is there
}

void TestCurvesPanel::pointsByKeyboard()
{
    steps().setFocus();
    QTest::keyClick(&steps(), Qt::Key_PageDown);
    QCOMPARE(steps().selected(), 0);
    QTest::keyClick(&steps(), Qt::Key_Insert);
    QCOMPARE(steps().points().size(), std::size_t{3});
    QTest::keyClick(&steps(), Qt::Key_Up, Qt::ShiftModifier);
    QCOMPARE(steps().points()[1].value, 1.5);
    const double before = steps().points()[1].position;
    QTest::keyClick(&steps(), Qt::Key_Left);
    QVERIFY(std::abs(before - steps().points()[1].position - 1.0 / 29) < 0.001);
    QVERIFY2(steps().accessibleDescription().contains("1.5"), qPrintable(steps().accessibleDescription()));
}

void TestCurvesPanel::resetPerField()
{
    auto* reset = panel().findChild<QToolButton*>("step_curve_curve_reset");
    QVERIFY(!reset->isEnabled());
    steps().addPoint({0.5, 0.5});
    panel().curve("layer_curve")->addPoint({0.5, 2});
    QVERIFY(reset->isEnabled());
    reset->click();
    QCOMPARE(text("step_curve"), std::string());
    QVERIFY(!text("layer_curve").empty());
}

void TestCurvesPanel::pointsDoNotPass()
{
    steps().addPoint({0.5, 1});
    steps().setSelected({2, 1});
    QVERIFY(steps().points()[1].position < steps().points()[2].position);
    steps().setSelected({-1, 99});
    QVERIFY(steps().points()[1].position > steps().points()[0].position);
    QCOMPARE(steps().points()[1].value, plan::PointCurve::kLargestValue);
}

void TestCurvesPanel::barsAreDragged()
{
    ParameterBar& bar = *panel().bar("age_weight");
    const int undoSteps = m_tune->undo().count();
    const double y = bar.height() / 2.0;
    test::drag(bar, {{bar.placeOf(0.25), y}, {bar.placeOf(0.4), y}, {bar.placeOf(0.6), y}});
    QVERIFY2(std::abs(number("age_weight") - 0.6) < 0.03, qPrintable(QString::number(number("age_weight"))));
    QCOMPARE(m_tune->undo().count(), undoSteps + 1);
    QVERIFY(m_tune->undo().undoText().contains("age weight"));
    QTest::mouseDClick(&bar, Qt::LeftButton, {}, QPoint(10, 8));
    QCOMPARE(number("age_weight"), 0.25);
    ParameterBar& interval = *panel().bar("mlp_interval");
    const double gain = m_tune->caching().plan()->flopsGain();
    test::drag(interval, {{interval.placeOf(3), y}, {interval.placeOf(6), y}});
    QCOMPARE(std::get<std::int64_t>(m_tune->caching().value("mlp_interval")), std::int64_t{6});
    QVERIFY(m_tune->caching().plan()->flopsGain() > gain);
}

void TestCurvesPanel::barsByKeyboard()
{
    ParameterBar& bar = *panel().bar("mlp_factor");
    bar.setFocus();
    const double before = number("mlp_factor");
    QTest::keyClick(&bar, Qt::Key_Right);
    QVERIFY(number("mlp_factor") > before);
    QTest::keyClick(&bar, Qt::Key_Left, Qt::ShiftModifier);
    QVERIFY(number("mlp_factor") < before);
    QTest::keyClick(&bar, Qt::Key_Delete);
    QCOMPARE(number("mlp_factor"), before);
}

void TestCurvesPanel::otherPoliciesShowWhatTheyHave()
{
    m_tune->caching().setPolicy("fora");
    QVERIFY(!panel().curve("step_curve"));
    QVERIFY(panel().bar("interval"));
    m_tune->caching().setPolicy("none");
    QVERIFY(!panel().bar("interval"));
    m_tune->caching().setPolicy("duca");
    QVERIFY(panel().curve("step_curve"));
}

void TestCurvesPanel::historyNamesEveryStep()
{
    steps().addPoint({0.5, 0.5});
    panel().bar("age_weight")->setValue(1);
    m_tune->caching().setPolicy("fora");
    QUndoView& history = m_tune->desk().history();
    QStringList lines;
    for (int row = 0; row < history.model()->rowCount(); ++row)
        lines += history.model()->index(row, 0).data().toString();
    QCOMPARE(lines.size(), 4); // and where it began
    QVERIFY2(lines[1].contains("curve over steps") && lines[2].contains("age weight") && lines[3].contains("fora"),
        qPrintable(lines.join("|")));
    // A click goes back to it.
    history.window()->findChild<QDockWidget*>("historyDock")->raise();
    QTRY_VERIFY(history.isVisible());
    QTest::mouseClick(
        history.viewport(), Qt::LeftButton, {}, history.visualRect(history.model()->index(1, 0)).center());
    QTRY_COMPARE(m_tune->caching().state().policy, std::string("toca"));
    QVERIFY(!text("step_curve").empty());
    QCOMPARE(number("age_weight"), 0.25);
}

void TestCurvesPanel::everyControlHasANameAndAHelp()
{
    for (QWidget* widget : panel().findChildren<QWidget*>()) {
        if ((widget->focusPolicy() & Qt::TabFocus) && widget->isVisible() && !qobject_cast<QLineEdit*>(widget)) {
            QVERIFY2(!widget->accessibleName().isEmpty(), widget->metaObject()->className());
        }
    }
}

QTEST_MAIN(TestCurvesPanel)
#include "tst_curves_panel.moc"
