// SPDX-License-Identifier: Apache-2.0
// Presets, targets and measured times in the real window.
#include "app/recorded_runs.h"
#include "core/base/atomic_file.h"
#include "core/library/run_library.h"
#include "tests/support/tune_window.h"
#include "ui/tune/preset_menu.h"
#include "ui/tune/target_card.h"
#include "ui/window/banner.h"

#include <QComboBox>
#include <QDialog>
#include <QDoubleSpinBox>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QTimer>

#include <cmath>

using namespace toca;
using namespace toca::ui;
using plan::TargetKind;

class TestTuningDesk : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_tune = std::make_unique<test::TuneWindow>(); }
    void cleanup() { m_tune.reset(); }

    void timeIsUnknownBeforeTheFirstRun();
    void timeIsLearnedAndKept();
    void presetIsSavedThroughTheMenu();
    void presetsSurviveARestart();
    void renameAndDeleteAreUndone();
    void presetTravelsAsAFile();
    void hostileFilesSayWhatIsWrong();
    void damagedPresetFileIsNotWrittenOver();
    void publishedPresetsStay();
    void speedTargetIsTypedAndSolved();
    void impossibleTargetChangesNothing();
    void changedPresetSaysSo();
    void memoryTargetKeepsTheLimit();
    void fidelityNeedsRecords();
    void fidelityFromTheLibrary();
    void targetIsOneUndo();

private:
    CachingModel& caching() { return m_tune->caching(); }
    PresetMenu& menu() { return m_tune->desk().presetMenu(); }
    TargetCard& target() { return m_tune->desk().target(); }
    QString label(const char* name) { return m_tune->window->caching().findChild<QLabel*>(name)->text(); }
    QString write(const QByteArray& content)
    {
        const QString path = m_tune->folder.filePath("given.json");
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
            qFatal("cannot write");
        return path;
    }
    QStringList names()
    {
        QStringList all;
        for (const auto& preset : m_tune->desk().presets().presets())
            all += QString::fromStdString(preset.name);
        return all;
    }

    std::unique_ptr<test::TuneWindow> m_tune;
};

void TestTuningDesk::timeIsUnknownBeforeTheFirstRun()
{
    QCOMPARE(label("plannedTime"), QStringLiteral("–"));
    QVERIFY(label("plannedTimeNote").contains("not measured yet"));
    QVERIFY(!caching().plannedTime());
}

void TestTuningDesk::timeIsLearnedAndKept()
{
    QVERIFY(m_tune->run());
    QVERIFY(caching().plannedTime());
    const double planned = caching().plannedTime()->seconds, measured = m_tune->window->run().result()->times.denoising;
    QVERIFY2(
        planned > 0.3 * measured && planned < 3 * measured, qPrintable(QString("%1 %2").arg(planned).arg(measured)));
    QVERIFY(label("plannedTime") != QStringLiteral("–"));
    QVERIFY2(label("plannedTimeNote").contains("faster"), qPrintable(label("plannedTimeNote")));
    // A slower plan takes longer, before any run of it.
    caching().setValue("fresh_ratio", 1.0);
    QVERIFY(caching().plannedTime()->seconds > planned);
    caching().setPolicy("taylorseer"); // its forecasts were never timed
    QVERIFY(!caching().plannedTime()->isMeasured);
    QVERIFY(label("plannedTime").startsWith(QStringLiteral("≈")));
    m_tune->open();
    QVERIFY(caching().plannedTime());
}

void TestTuningDesk::presetIsSavedThroughTheMenu()
{
    caching().setValue("fresh_ratio", 0.2);
    QTimer::singleShot(300, this, [] {
        auto* dialog = qobject_cast<QInputDialog*>(QApplication::activeModalWidget());
        QVERIFY(dialog);
        dialog->setTextValue("  Sharp\nfaces ");
        dialog->accept();
    });
    menu().menu()->findChild<QAction*>("presetSave")->trigger();
    QCOMPARE(names(), QStringList{"Sharp faces"});
    QCOMPARE(menu().current(), QString("Sharp faces"));
    caching().setValue("fresh_ratio", 0.5);
    QVERIFY(menu().current().isEmpty());
    caching().setPolicy("fora");
    Q_EMIT menu().menu()->aboutToShow();
    QAction* chosen = nullptr;
    for (QAction* action : menu().menu()->actions())
        if (action->text() == "Sharp faces")
            chosen = action;
    QVERIFY(chosen);
    chosen->trigger();
    QCOMPARE(caching().state().policy, std::string("toca"));
    QCOMPARE(std::get<double>(caching().value("fresh_ratio")), 0.2);
}

void TestTuningDesk::presetsSurviveARestart()
{
    caching().setValue("mlp_interval", std::int64_t{5});
    QVERIFY(menu().saveAs("Every fifth"));
    m_tune->open();
    QCOMPARE(names(), QStringList{"Every fifth"});
    menu().choose("Every fifth");
    QCOMPARE(std::get<std::int64_t>(caching().value("mlp_interval")), std::int64_t{5});
}

void TestTuningDesk::renameAndDeleteAreUndone()
{
    menu().saveAs("One");
    caching().setValue("fresh_ratio", 0.4);
    menu().saveAs("Two");
    QVERIFY(!m_tune->desk().presets().rename("One", "Two"));
    QVERIFY(m_tune->desk().presets().rename("One", "First"));
    QVERIFY(m_tune->desk().presets().remove("Two"));
    QCOMPARE(names(), QStringList{"First"});
    QVERIFY(m_tune->undo().undoText().contains("delete preset Two"));
    m_tune->undo().undo();
    QCOMPARE(names(), (QStringList{"First", "Two"}));
    m_tune->undo().undo();
    QCOMPARE(names(), (QStringList{"One", "Two"}));
    // The file follows.
    const auto stored = plan::readNamedSettings(m_tune->folder.filePath("presets.json").toStdString());
    QVERIFY(stored);
    QCOMPARE(stored->size(), std::size_t{2});
}

void TestTuningDesk::presetTravelsAsAFile()
{
    caching().setValue("fresh_ratio", 0.33);
    menu().saveAs("Travels");
    const QString path = m_tune->folder.filePath("travels.json");
    QVERIFY(menu().exportTo(path, "Travels"));
    m_tune->desk().presets().remove("Travels");
    caching().resetAll();
    QVERIFY(menu().importFrom(path));
    QCOMPARE(names(), QStringList{"Travels"});
    QCOMPARE(std::get<double>(caching().value("fresh_ratio")), 0.33);
    QVERIFY(menu().importFrom(path)); // beside the first
    QCOMPARE(names(), (QStringList{"Travels", "Travels 2"}));
}

void TestTuningDesk::hostileFilesSayWhatIsWrong()
{
    const CachingState before = caching().state();
    for (const QByteArray& content : {QByteArray(), QByteArray("{"), QByteArray(300000, '['),
             QByteArray(R"({"format":"toca-settings","version":1,"settings":[{"name":"a","policy":"nope"}]})")}) {
        m_tune->window->banner().hide();
        QVERIFY(!menu().importFrom(write(content)));
        QVERIFY(m_tune->window->banner().isVisible());
        QVERIFY2(m_tune->window->banner().text().contains("given.json"), qPrintable(m_tune->window->banner().text()));
    }
    QVERIFY(names().isEmpty());
    QCOMPARE(caching().state(), before);
}

void TestTuningDesk::damagedPresetFileIsNotWrittenOver()
{
    const QString path = m_tune->folder.filePath("presets.json");
    QVERIFY(writeFileAtomically(path.toStdString(), "{ half"));
    m_tune->open();
    QVERIFY(names().isEmpty());
    menu().saveAs("New");
    QVERIFY(m_tune->window->banner().isVisible());
    QCOMPARE(*readFile(path.toStdString()), std::string("{ half"));
}

void TestTuningDesk::publishedPresetsStay()
{
    Q_EMIT menu().menu()->aboutToShow();
    QStringList texts;
    for (QAction* action : menu().menu()->actions())
        texts += action->text();
    QVERIFY2(texts.contains("Open-Sora, R = 80 %"), qPrintable(texts.join("|")));
    for (QAction* action : menu().menu()->actions())
        if (action->menu()) // rename, delete, export: nothing of ours yet
            QVERIFY(!action->menu()->isEnabled());
}

void TestTuningDesk::speedTargetIsTypedAndSolved()
{
    auto* value = target().findChild<QDoubleSpinBox*>("targetValue");
    value->setFocus();
    value->selectAll();
    QTest::keyClicks(value, "3");
    QTest::keyClick(value, Qt::Key_Return);
    QVERIFY(target().answer());
    QVERIFY(target().answer()->isMet);
    QVERIFY(std::abs(caching().plan()->flopsGain() / 3 - 1) < 0.05);
    QVERIFY2(target().text().startsWith("Set.") && target().text().contains("no run has been timed"),
        qPrintable(target().text()));
    caching().setValue("fresh_ratio", 0.9); // what was said is no longer true
    QVERIFY(target().text().isEmpty());
}

void TestTuningDesk::impossibleTargetChangesNothing()
{
    const CachingState before = caching().state();
    target().solve(TargetKind::Speed, 90);
    QCOMPARE(caching().state(), before);
    QVERIFY2(target().text().startsWith("Not set.") && target().text().contains("cannot be met"),
        qPrintable(target().text()));
    caching().setPolicy("dbcache");
    target().solve(TargetKind::Speed, 2);
    QVERIFY(target().text().contains("threshold response"));
    caching().setPolicy("toca"); // what was said of the other policy is gone
    QVERIFY2(target().text().isEmpty(), qPrintable(target().text()));
}

void TestTuningDesk::changedPresetSaysSo()
{
    auto* preset = m_tune->window->caching().findChild<QComboBox*>("preset");
    const QString name = preset->currentText();
    QVERIFY(!name.endsWith(QStringLiteral("•")));
    caching().setValue("fresh_ratio", 0.33);
    QCOMPARE(preset->currentText(), name + QStringLiteral(" •")); // as beside a changed value
    caching().undoStack().undo();
    QCOMPARE(preset->currentText(), name);
    caching().setValue("fresh_ratio", 0.33);
    preset->setFocus();
    Q_EMIT preset->activated(preset->currentIndex()); // chosen again
    QCOMPARE(preset->currentText(), name);
    QVERIFY(caching().state().values.empty());
}

void TestTuningDesk::memoryTargetKeepsTheLimit()
{
    auto* kind = target().findChild<QComboBox*>("targetKind");
    kind->setCurrentIndex(kind->findText("MB at most"));
    const double half =
        target().findChild<QDoubleSpinBox*>("targetValue")->value(); // it proposes half of what is planned
    QTest::mouseClick(target().findChild<QPushButton*>("targetSolve"), Qt::LeftButton);
    QVERIFY2(target().answer() && target().answer()->isMet, qPrintable(target().text()));
    QVERIFY(static_cast<double>(caching().plan()->cacheBytes()) <= half * 1e6);
    QVERIFY(caching().plan()->flopsGain() > 1.01);
}

void TestTuningDesk::fidelityNeedsRecords()
{
    target().solve(TargetKind::Fidelity, 20);
    QVERIFY2(target().text().contains("compared"), qPrintable(target().text()));
    // A comparison of this session is a record.
    QVERIFY(m_tune->run());
    QVERIFY(m_tune->compare());
    const double psnr = m_tune->window->run().fidelity()->psnrDb;
    target().solve(TargetKind::Fidelity, std::floor(psnr) - 1);
    QVERIFY2(target().answer() && target().answer()->isMet, qPrintable(target().text()));
    QCOMPARE(*target().answer()->psnrDb, psnr);
    target().solve(TargetKind::Fidelity, 100);
    QVERIFY(target().text().contains("cannot be met by what was recorded"));
}

void TestTuningDesk::fidelityFromTheLibrary()
{
    const std::filesystem::path folder = m_tune->folder.filePath("runs").toStdString();
    const auto runs = library::RunLibrary::open(folder);
    QVERIFY(runs);
    const auto store = [&](double ratio, const char* psnr) {
        GenerationRequest request;
        request.policyParameters["fresh_ratio"] = ratio;
        auto writer = runs->newRun(request);
        QVERIFY(writer);
        QVERIFY(writer->setRequest(request));
        QVERIFY(writer->setReport(std::string(R"({"model":{"family":"stdit3"},)") + psnr + "}"));
        QVERIFY(writer->commit());
    };
    store(0.7, R"("psnr_db":38.5,"identical":false)");
    store(0.3, R"("psnr_db":31.5,"identical":false)");
    store(0.05, R"("psnr_db":19.5,"identical":false)");
    store(0.06, R"("clip":null)"); // never compared
    QCOMPARE(app::recordedRuns({}, folder).size(), std::size_t{3});
    QVERIFY(app::recordedRuns("other model", folder).empty());
    FileServices services;
    services.recordedRuns = [folder](const std::string& model) { return app::recordedRuns(model, folder); };
    m_tune->open(services);
    target().solve(TargetKind::Fidelity, 30);
    QVERIFY2(target().answer() && target().answer()->isMet, qPrintable(target().text()));
    QCOMPARE(std::get<double>(caching().value("fresh_ratio")), 0.3);
    QVERIFY2(target().text().contains("31.5 dB"), qPrintable(target().text()));
}

void TestTuningDesk::targetIsOneUndo()
{
    const CachingState before = caching().state();
    target().solve(TargetKind::Speed, 2.8);
    QVERIFY(caching().state() != before);
    QVERIFY2(m_tune->undo().undoText().contains("2.8 times faster"), qPrintable(m_tune->undo().undoText()));
    m_tune->undo().undo();
    QCOMPARE(caching().state(), before);
}

QTEST_MAIN(TestTuningDesk)
#include "tst_tuning_desk.moc"
