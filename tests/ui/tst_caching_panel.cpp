// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake_engine.h"
#include "ui/caching/caching_panel.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFrame>
#include <QLabel>
#include <QSlider>
#include <QSpinBox>
#include <QTest>
#include <QToolButton>

using namespace toca;
using namespace toca::ui;

class TestCachingPanel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_panel = std::make_unique<CachingPanel>();
        model().setRun(*plan::geometryFor(test::FakeEngine::model().shape, 17, 128, 128, 9), 30);
    }
    void cleanup() { m_panel.reset(); }

    void everyPolicyGetsAllItsParameters();
    void plannedNumbersAreThePlans();
    void editingChangesThePlan();
    void changedFieldsAreMarkedAndReset();
    void doubleClickOnTheLabelResets();
    void undoAndRedo();
    void presetsApplyAndAreResetTargets();
    void sliderIsMonotoneInCost_data();
    void sliderIsMonotoneInCost();
    void sliderMovesOnlyIntervalsAndRatio();
    void customSettingShowsTheNearestStop();
    void settingThatCachesNothingWarns();
    void noneIsNoWarning();
    void requestRoundTrip();
    void unknownPolicyOfAFileFallsBack();
    void wrongValuesOfAFileAreDropped();
    void withoutGeometryItSaysSo();

private:
    CachingModel& model() { return m_panel->model(); }
    template <class Widget>
    Widget* child(const QString& name)
    {
        return m_panel->findChild<Widget*>(name);
    }
    double gain() { return model().plan()->flopsGain(); }
    std::unique_ptr<CachingPanel> m_panel;
};

void TestCachingPanel::everyPolicyGetsAllItsParameters()
{
    for (const plan::PolicyEntry& entry : plan::policyEntries()) {
        model().setPolicy(entry.name);
        for (const plan::ParameterSpec& spec : entry.parameters) {
            auto* editor = child<QWidget>(QString::fromStdString(spec.name));
            QVERIFY2(editor, spec.name.c_str());
            QVERIFY(editor->toolTip().contains(QString::fromStdString(spec.name)));
            QVERIFY(!editor->accessibleName().isEmpty());
        }
    }
}

void TestCachingPanel::plannedNumbersAreThePlans()
{
    const auto policy = plan::makePolicy("toca");
    const auto geometry = *plan::geometryFor(test::FakeEngine::model().shape, 17, 128, 128, 9);
    const auto expected = (*policy)->plan(geometry, plan::uniformSchedule("rflow", 30));
    QCOMPARE(gain(), expected->flopsGain());
    QCOMPARE(child<QLabel>("plannedGain")->text(),
        QStringLiteral("%1 ×").arg(QLocale().toString(expected->flopsGain(), 'f', 2)));
    QVERIFY(child<QLabel>("plannedMemory")->text().contains(QRegularExpression("[0-9]")));
}

void TestCachingPanel::editingChangesThePlan()
{
    const double before = gain();
    child<QSpinBox>("mlp_interval")->setValue(6);
    QVERIFY(gain() > before);
    QCOMPARE(std::get<std::int64_t>(model().value("mlp_interval")), std::int64_t{6});
}

void TestCachingPanel::changedFieldsAreMarkedAndReset()
{
    auto* reset = child<QToolButton>("mlp_interval_reset");
    QVERIFY(reset->isHidden());
    child<QSpinBox>("mlp_interval")->setValue(5);
    QVERIFY(model().isChanged("mlp_interval"));
    QVERIFY(!reset->isHidden());
    reset->click();
    QVERIFY(!model().isChanged("mlp_interval"));
    QVERIFY(reset->isHidden());
    QCOMPARE(child<QSpinBox>("mlp_interval")->value(), 3);
}

void TestCachingPanel::doubleClickOnTheLabelResets()
{
    auto* editor = child<QSpinBox>("mlp_interval");
    editor->setValue(5);
    QLabel* label = nullptr;
    for (QLabel* candidate : m_panel->findChildren<QLabel*>()) {
        label = candidate->buddy() == editor ? candidate : label;
    }
    QVERIFY(label);
    QVERIFY2(label->text().endsWith(QStringLiteral("•")), "changed must be visible without colour");
    QTest::mouseDClick(label, Qt::LeftButton);
    QCOMPARE(editor->value(), 3);
}

void TestCachingPanel::undoAndRedo()
{
    model().setValue("mlp_interval", std::int64_t{4});
    model().setValue("mlp_interval", std::int64_t{5}); // merged with the one before
    model().setValue("fresh_ratio", 0.5);
    model().setPolicy("fora");
    model().undoStack().undo();
    QCOMPARE(model().state().policy, std::string("toca"));
    QCOMPARE(std::get<double>(model().value("fresh_ratio")), 0.5);
    model().undoStack().undo();
    model().undoStack().undo();
    QCOMPARE(model().state(), CachingState());
    QVERIFY(!model().undoStack().canUndo());
    model().undoStack().redo();
    QCOMPARE(std::get<std::int64_t>(model().value("mlp_interval")), std::int64_t{5});
}

void TestCachingPanel::presetsApplyAndAreResetTargets()
{
    model().setPreset("careful");
    QCOMPARE(std::get<std::int64_t>(model().value("mlp_interval")), std::int64_t{2});
    QVERIFY(!model().isChanged("mlp_interval"));
    model().setValue("mlp_interval", std::int64_t{9});
    model().resetValue("mlp_interval");
    QCOMPARE(std::get<std::int64_t>(model().value("mlp_interval")), std::int64_t{2});
    model().setValue("mlp_interval", std::int64_t{2}); // the preset's own value is no change
    QVERIFY(!model().isChanged("mlp_interval"));
}

void TestCachingPanel::sliderIsMonotoneInCost_data()
{
    QTest::addColumn<QString>("policy");
    for (const plan::PolicyEntry& entry : plan::policyEntries()) {
        QTest::newRow(entry.name.c_str()) << QString::fromStdString(entry.name);
    }
}

void TestCachingPanel::sliderIsMonotoneInCost()
{
    QFETCH(QString, policy);
    model().setPolicy(policy.toStdString());
    double before = 0;
    for (int index = 0; index < static_cast<int>(model().stops().size()); ++index) {
        model().setStop(index);
        QVERIFY2(gain() >= before, "a step towards speed must not cost more");
        QCOMPARE(model().stop(), index);
        before = gain();
    }
    if (policy == "none") {
        QVERIFY(model().stops().empty());
    } else {
        QVERIFY(before > 2.0);
    }
}

void TestCachingPanel::sliderMovesOnlyIntervalsAndRatio()
{
    model().setValue("age_weight", 2.0);
    child<QSlider>("speed")->setValue(0);
    QCOMPARE(std::get<double>(model().value("age_weight")), 2.0);
    for (const auto& [name, value] : model().state().values) {
        QVERIFY(name == "age_weight" || name == "fresh_ratio" || name.find("interval") != std::string::npos);
    }
    // The published setting is one of the positions.
    model().resetAll();
    QVERIFY(model().stop() >= 0);
    QCOMPARE(child<QSlider>("speed")->value(), model().stop());
}

void TestCachingPanel::customSettingShowsTheNearestStop()
{
    model().setValue("fresh_ratio", 0.93);
    QCOMPARE(model().stop(), -1);
    QVERIFY(model().nearestStop() >= 0);
    const double custom = gain();
    const int nearest = model().nearestStop();
    model().setStop(nearest);
    const double distance = std::abs(gain() - custom);
    for (int index = 0; index < static_cast<int>(model().stops().size()); ++index) {
        model().setStop(index);
        QVERIFY(std::abs(gain() - custom) >= distance - 1e-9);
    }
}

void TestCachingPanel::settingThatCachesNothingWarns()
{
    QVERIFY(child<QFrame>("cachingWarning")->isHidden());
    model().setValue("warmup_steps", std::int64_t{30}); // every step is a first one
    QVERIFY(model().cachesNothing());
    QVERIFY(!child<QFrame>("cachingWarning")->isHidden());
    model().undoStack().undo();
    QVERIFY(child<QFrame>("cachingWarning")->isHidden());
}

void TestCachingPanel::noneIsNoWarning()
{
    model().setPolicy("none");
    QVERIFY(!model().cachesNothing());
    QVERIFY(child<QFrame>("cachingWarning")->isHidden());
    QCOMPARE(gain(), 1.0);
    QCOMPARE(model().computedShare(), 1.0);
}

void TestCachingPanel::requestRoundTrip()
{
    model().setPolicy("toca");
    model().setPreset("bold");
    model().setValue("fresh_ratio", 0.2);
    GenerationRequest request;
    model().applyTo(request);
    CachingModel other;
    other.setFrom(request);
    QCOMPARE(other.state(), model().state());
    QVERIFY(!other.undoStack().canUndo());
}

void TestCachingPanel::unknownPolicyOfAFileFallsBack()
{
    GenerationRequest request;
    request.policy = "no such policy";
    request.preset = "nor this";
    request.policyParameters["x"] = true;
    model().setFrom(request);
    QCOMPARE(model().state(), CachingState());
}

void TestCachingPanel::wrongValuesOfAFileAreDropped()
{
    GenerationRequest request;
    request.policy = "toca";
    request.policyParameters["fresh_ratio"] = std::int64_t{17}; // out of range
    request.policyParameters["mlp_interval"] = std::string("often");
    request.policyParameters["warmup_steps"] = std::int64_t{5};
    model().setFrom(request);
    QVERIFY(!model().isChanged("fresh_ratio"));
    QVERIFY(!model().isChanged("mlp_interval"));
    QVERIFY(model().isChanged("warmup_steps"));
}

void TestCachingPanel::withoutGeometryItSaysSo()
{
    model().setRun(std::nullopt, 30);
    QVERIFY(!model().plan());
    QVERIFY(!model().problem().isEmpty());
    QVERIFY(!child<QFrame>("cachingWarning")->isHidden());
    QCOMPARE(child<QLabel>("plannedGain")->text(), QString("–"));
}

QTEST_MAIN(TestCachingPanel)
#include "tst_caching_panel.moc"
