// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake_engine.h"
#include "ui/caching/caching_panel.h"
#include "ui/caching/plan_strip.h"
#include "ui/caching/policy_chooser.h"

#include <QCheckBox>
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
        model().setRun(geometry(), plan::uniformSchedule("rflow", 30));
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
    void cacheMemoryIsPlannedAndUndone();
    void offloadingMeetsABudgetWithoutLosingBits();
    void budgetThatCannotBeMetIsSaid();
    void unknownPolicyOfAFileFallsBack();
    void wrongValuesOfAFileAreDropped();
    void withoutGeometryItSaysSo();
    void chooserGroupsEveryPolicy();
    void unsuitablePoliciesSayWhy();
    void chooserByKeyboardSkipsThem();
    void presetsFollowTheFamily();
    void defaultPresetIsTheFamilys();
    void expectationsAreCalledThat();
    void planHasNoCrossAttentionBand();

private:
    CachingModel& model() { return m_panel->model(); }
    template <class Widget>
    Widget* child(const QString& name)
    {
        return m_panel->findChild<Widget*>(name);
    }
    double gain() { return model().plan()->flopsGain(); }
    static plan::Geometry geometry() { return *plan::geometryFor(test::FakeEngine::model().shape, 17, 128, 128, 9); }
    /// As when the picture model is opened.
    void openPictureModel()
    {
        plan::PolicyContext context;
        context.family = "dit";
        model().setContext(context);
        model().setRun(*plan::geometryFor(test::FakeEngine::pictureModel("a.dit").shape, 1, 128, 128, 0),
            plan::uniformSchedule("ddim", 20));
    }
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
    const auto expected = (*policy)->plan(geometry(), plan::uniformSchedule("rflow", 30));
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
    const std::vector<plan::ParameterValues> stops = model().stops();
    double before = 0;
    double first = 0;
    for (int index = 0; index < static_cast<int>(stops.size()); ++index) {
        model().setStop(index);
        QVERIFY2(gain() >= before, "a step towards speed must not cost more");
        QVERIFY(model().stops()[static_cast<std::size_t>(model().stop())] == stops[static_cast<std::size_t>(index)]);
        before = gain();
        first = index == 0 ? before : first;
    }
    QCOMPARE(child<QSlider>("speed")->parentWidget()->isHidden(), stops.empty());
    if (policy == "none" || model().isExpectation()) {
        QVERIFY2(stops.empty(), "what is not known before can't be slid along");
    } else if (policy == "toca" || policy == "fora" || policy == "duca" || policy == "taylorseer") {
        QVERIFY(before > 2.0);
        QVERIFY(before > first);
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

void TestCachingPanel::cacheMemoryIsPlannedAndUndone()
{
    auto* format = child<QComboBox>("cacheFormat");
    auto* budget = child<QDoubleSpinBox>("cacheBudget");
    auto* note = child<QLabel>("cacheNote");
    for (const QWidget* field : {static_cast<QWidget*>(format), static_cast<QWidget*>(budget)}) {
        QVERIFY(!field->accessibleName().isEmpty());
        QVERIFY(!field->toolTip().isEmpty());
    }
    const std::int64_t exact = model().plan()->cacheBytes();
    const QString shown = child<QLabel>("plannedMemory")->text();
    QVERIFY(exact > 0);
    // A format, as chosen with the keyboard.
    format->setCurrentIndex(2);
    Q_EMIT format->activated(2);
    QVERIFY(model().state().storage == plan::CacheStorage::all(plan::CacheDtype::Int8));
    QVERIFY(model().plan()->cacheBytes() < exact / 2);
    QVERIFY(child<QLabel>("plannedMemory")->text() != shown);
    QVERIFY(note->isHidden());
    // It belongs to the setting, not to the policy.
    model().setPolicy("fora");
    QCOMPARE(format->currentIndex(), 2);
    GenerationRequest request;
    model().applyTo(request);
    QVERIFY(request.cacheStorage == plan::CacheStorage::all(plan::CacheDtype::Int8));
    model().undoStack().undo();
    model().undoStack().undo();
    QCOMPARE(format->currentIndex(), 0);
    QCOMPARE(child<QLabel>("plannedMemory")->text(), shown);
    // A budget: the plan takes the mildest format that fits, and says so.
    const double megabytes = std::ceil(static_cast<double>(exact) / 1e6 * 0.6);
    budget->setValue(megabytes);
    QCOMPARE(model().state().budget, std::int64_t(megabytes * 1e6));
    QVERIFY(model().state().storage.isDefault());
    QVERIFY(!model().plan()->storage().isDefault());
    QVERIFY(model().plan()->cacheBytes() <= model().state().budget);
    QVERIFY(!note->isHidden());
    QVERIFY(note->text().contains("bf16"));
    QVERIFY2(note->text().contains("63 dB"), qPrintable(note->text()));
    CachingModel other;
    model().applyTo(request);
    other.setFrom(request);
    QCOMPARE(other.state(), model().state());
    model().undoStack().undo();
    QCOMPARE(budget->value(), 0.0);
    QCOMPARE(budget->text(), budget->specialValueText());
    QVERIFY(model().plan()->storage().isDefault());
    QVERIFY(note->isHidden());
}

void TestCachingPanel::offloadingMeetsABudgetWithoutLosingBits()
{
    auto* offload = child<QCheckBox>("cacheOffload");
    auto* budget = child<QDoubleSpinBox>("cacheBudget");
    auto* note = child<QLabel>("cacheNote");
    QVERIFY(offload->isHidden()); // nothing to save
    const std::int64_t exact = model().plan()->cacheBytes();
    budget->setValue(std::ceil(static_cast<double>(exact) / 1e6 * 0.6));
    QVERIFY(!offload->isHidden() && !offload->isChecked());
    offload->click();
    const plan::Plan& planned = *model().plan();
    QVERIFY(model().state().storage.mayOffload);
    QVERIFY(planned.storage().modules == plan::CacheStorage().modules); // no bits lost
    QVERIFY(planned.cacheBytes() <= model().state().budget);
    QCOMPARE(planned.cacheBytes() + planned.offloadedBytes(), exact);
    QVERIFY2(note->text().contains("memory"), qPrintable(note->text()));
    GenerationRequest request;
    model().applyTo(request);
    QVERIFY(request.cacheStorage.mayOffload);
    model().undoStack().undo();
    QVERIFY(!offload->isChecked() && note->text().contains("bf16"));
    model().undoStack().undo();
    QVERIFY(offload->isHidden());
}

void TestCachingPanel::budgetThatCannotBeMetIsSaid()
{
    child<QDoubleSpinBox>("cacheBudget")->setValue(0.1);
    QVERIFY(!model().plan());
    QVERIFY(model().problem().contains("at least"));
    QVERIFY(!child<QFrame>("cachingWarning")->isHidden());
    child<QDoubleSpinBox>("cacheBudget")->setValue(0);
    QVERIFY(model().plan());
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
    model().setRun(std::nullopt, plan::uniformSchedule("rflow", 30));
    QVERIFY(!model().plan());
    QVERIFY(!model().problem().isEmpty());
    QVERIFY(!child<QFrame>("cachingWarning")->isHidden());
    QCOMPARE(child<QLabel>("plannedGain")->text(), QString("–"));
}

void TestCachingPanel::chooserGroupsEveryPolicy()
{
    auto* chooser = child<PolicyChooser>("policy");
    int policies = 0;
    for (const PolicyGroup& group : policyGroups()) {
        QVERIFY(chooser->findText(group.title) >= 0);
        QVERIFY2(group.title != "Other methods", "a registered method without a group");
        policies += static_cast<int>(group.policies.size());
    }
    QCOMPARE(policies, static_cast<int>(plan::policyEntries().size()));
    for (const plan::PolicyEntry& entry : plan::policyEntries()) {
        QVERIFY(chooser->isPossible(entry.name) || !chooser->lineOf(entry.name).isEmpty());
        const QString tip =
            chooser->itemData(chooser->findText(QString::fromStdString(entry.title)), Qt::ToolTipRole).toString();
        QVERIFY(tip.contains(QString::fromStdString(entry.summary).toHtmlEscaped()));
    }
    QCOMPARE(chooser->policy(), std::string("toca"));
}

void TestCachingPanel::unsuitablePoliciesSayWhy()
{
    auto* chooser = child<PolicyChooser>("policy");
    std::vector<PolicyFit> fits(plan::policyEntries().size());
    for (std::size_t index = 0; index < fits.size(); ++index) {
        if (plan::policyEntries()[index].name == "pab") {
            fits[index] = {false, "there is nothing to broadcast"};
        } else if (plan::policyEntries()[index].name == "teacache") {
            fits[index] = {true, "it needs a calibration"};
        }
    }
    chooser->setFits(fits);
    QVERIFY(!chooser->isPossible("pab"));
    QCOMPARE(chooser->lineOf("pab"), QString("there is nothing to broadcast"));
    QVERIFY(chooser->isPossible("teacache"));
    QVERIFY(chooser->lineOf("teacache").contains("calibration"));
    // A file may name it all the same: then the panel says what is wrong instead of hiding it.
    chooser->setPolicy("pab");
    QCOMPARE(chooser->policy(), std::string("pab"));
    // The model tells which ones apply to the open run.
    QCOMPARE(model().fits().size(), plan::policyEntries().size());
    for (std::size_t index = 0; index < model().fits().size(); ++index) {
        const PolicyFit& fit = model().fits()[index];
        QVERIFY2(fit.isPossible || !fit.reason.isEmpty(), plan::policyEntries()[index].name.c_str());
    }
}

void TestCachingPanel::chooserByKeyboardSkipsThem()
{
    auto* chooser = child<PolicyChooser>("policy");
    std::vector<PolicyFit> fits(plan::policyEntries().size());
    for (std::size_t index = 0; index < fits.size(); ++index) {
        fits[index].isPossible = plan::policyEntries()[index].name != "duca";
    }
    chooser->setFits(fits);
    QStringList visited;
    for (int press = 0; press < 40; ++press) {
        QTest::keyClick(chooser, Qt::Key_Down);
        visited += QString::fromStdString(model().state().policy);
    }
    QVERIFY(!visited.contains("duca"));
    QVERIFY(visited.contains("clusca") && visited.contains("easycache"));
    QCOMPARE(QString::fromStdString(chooser->policy()), visited.back());
}

void TestCachingPanel::presetsFollowTheFamily()
{
    auto* presets = child<QComboBox>("preset");
    QVERIFY(presets->findData("careful") >= 0);
    QVERIFY(presets->findData("dit-ddpm250") < 0);
    model().setPreset("careful");
    openPictureModel();
    QVERIFY(presets->findData("careful") < 0);
    QVERIFY(presets->findData("dit-ddpm250") >= 0);
    QVERIFY2(model().state().preset.empty(), "a preset of another family is left");
    QVERIFY(model().plan());
    model().setPreset("dit-ddpm250");
    QCOMPARE(presets->currentData().toString(), QString("dit-ddpm250"));
}

void TestCachingPanel::defaultPresetIsTheFamilys()
{
    openPictureModel();
    const plan::PolicyEntry* toca = plan::findPolicy("toca");
    const plan::Preset* standard = plan::defaultPreset(*toca, "dit");
    QVERIFY(standard && standard->family == "dit");
    QCOMPARE(model().preset(), standard);
    QCOMPARE(child<QComboBox>("preset")->currentText(), QString::fromStdString(standard->label));
    QCOMPARE(child<QComboBox>("preset")->currentData().toString(), QString());
    for (const auto& [name, value] : standard->values) {
        QVERIFY2(model().value(name) == value, name.c_str());
        QVERIFY(!model().isChanged(name));
    }
    QCOMPARE(model().stop(), model().nearestStop());
    QVERIFY2(model().stop() >= 0, "the published setting is a position of the slider");
    QVERIFY2(!child<QWidget>("temporal_attention_interval"), "a picture has no time");
    QVERIFY2(!child<QWidget>("cross_attention_interval"), "a class is no text");
    QVERIFY(child<QWidget>("mlp_interval"));
    // It is what runs when a request names none.
    plan::PolicyContext context;
    context.family = "dit";
    QCOMPARE(
        (*plan::makePolicy("toca", {}, {}, context))->parameters().at("fresh_ratio"), model().value("fresh_ratio"));
}

void TestCachingPanel::expectationsAreCalledThat()
{
    auto* note = child<QLabel>("expectation");
    QVERIFY(note->isHidden());
    QVERIFY(!child<QLabel>("plannedGain")->text().contains(QStringLiteral("≥")));
    model().setPolicy("easycache");
    QVERIFY(model().isExpectation());
    QVERIFY(!note->isHidden());
    QVERIFY(child<QLabel>("plannedGain")->text().contains(QStringLiteral("≥")));
    QVERIFY2(!model().cachesNothing(), "nobody knows before");
    model().setValue("threshold", 0.0);
    QVERIFY(!model().isExpectation());
    QVERIFY(model().cachesNothing());
}

void TestCachingPanel::planHasNoCrossAttentionBand()
{
    auto* strip = m_panel->findChild<PlanStrip*>();
    QCOMPARE(strip->bands(), 3);
    openPictureModel();
    QCOMPARE(strip->bands(), 2);
}

QTEST_MAIN(TestCachingPanel)
#include "tst_caching_panel.moc"
