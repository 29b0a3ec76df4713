// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake_engine.h"
#include "ui/prompt/prompt_panel.h"
#include "ui/prompt/system_memory.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSet>
#include <QSettings>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

using namespace toca;
using namespace toca::ui;

class TestPromptPanel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_panel = std::make_unique<PromptPanel>();
        model().setModel(test::FakeEngine::model());
    }
    void cleanup() { m_panel.reset(); }

    void takesTheModelsDefaults();
    void sameModelAgainKeepsWhatWasSet();
    void typingReachesTheRequest();
    void controlReturnGenerates();
    void historyWalksLikeAShell();
    void unknownWordsAreNamed();
    void longAndStrangePromptsAreTaken_data();
    void longAndStrangePromptsAreTaken();
    void framesSnapToValidCounts_data();
    void framesSnapToValidCounts();
    void framesSpinInPieces();
    void sizesComeFromTheModel();
    void impossibleSizeSaysWhy();
    void seedModes();
    void seedTakesSixtyFourBits();
    void runningSwapsTheButtons();
    void recallKeepsHistoryAndPolicyApart();
    void settingsRoundTrip();
    void valuesOfSettingsFilesAreNotTrusted();
    void negativePromptOnlyWhereTheModelTakesOne();
    void estimatesTextTokens();
    void classInsteadOfPrompt();
    void classFoundByNameOrNumber_data();
    void classFoundByNameOrNumber();
    void classByNumberWhereNamesAreUnknown();
    void randomClassIsOneOfThem();
    void samplersOnlyWhereThereAreSeveral();
    void builtInModelsAreInTheMenu();
    void precisionReachesTheRequest();
    void picturesHaveNoFrames();
    void fixedSizeOffersNoOther();
    void recalledRequestFitsTheModel();
    void scheduleIsTheSamplers();
    void durationsAndSizes();

private:
    PromptModel& model() { return m_panel->model(); }
    template <class Widget>
    Widget* child(const char* name)
    {
        auto* found = m_panel->findChild<Widget*>(name);
        Q_ASSERT(found);
        return found;
    }
    std::unique_ptr<PromptPanel> m_panel;
};

void TestPromptPanel::takesTheModelsDefaults()
{
    QCOMPARE(model().request().steps, 30);
    QCOMPARE(model().request().frames, 17);
    QCOMPARE(child<QSpinBox>("steps")->value(), 30);
    QCOMPARE(child<QDoubleSpinBox>("guidance")->value(), 3.0);
    QCOMPARE(
        child<QPlainTextEdit>("prompt")->toPlainText(), QString("a red ball moves to the right on a white background"));
    QCOMPARE(child<QPushButton>("modelName")->text(), QString("miniature"));
}

void TestPromptPanel::sameModelAgainKeepsWhatWasSet()
{
    model().setSteps(12);
    model().setModel(test::FakeEngine::model());
    QCOMPARE(model().request().steps, 12);
    model().setModel(test::FakeEngine::model("elsewhere"));
    QCOMPARE(model().request().steps, 30);
    QCOMPARE(model().request().modelPath, std::string("elsewhere"));
}

void TestPromptPanel::typingReachesTheRequest()
{
    auto* prompt = child<QPlainTextEdit>("prompt");
    prompt->clear();
    QTest::keyClicks(prompt, "a blue star");
    QCOMPARE(model().request().prompt, std::string("a blue star"));
    child<QSpinBox>("steps")->setValue(7);
    QCOMPARE(model().request().steps, 7);
}

void TestPromptPanel::controlReturnGenerates()
{
    QSignalSpy generate(m_panel.get(), &PromptPanel::generateRequested);
    QTest::keyClick(child<QPlainTextEdit>("prompt"), Qt::Key_Return, Qt::ControlModifier);
    QCOMPARE(generate.count(), 1);
    const QString before = child<QPlainTextEdit>("prompt")->toPlainText();
    QVERIFY(!before.contains('\n'));
}

void TestPromptPanel::historyWalksLikeAShell()
{
    auto* prompt = child<QPlainTextEdit>("prompt");
    for (const char* used : {"first", "second", "first"}) {
        model().setPrompt(used);
        model().remember(used);
    }
    QCOMPARE(model().history(), QStringList({"first", "second"}));
    prompt->setPlainText("draft");
    QTest::keyClick(prompt, Qt::Key_Up, Qt::AltModifier);
    QCOMPARE(prompt->toPlainText(), QString("first"));
    QTest::keyClick(prompt, Qt::Key_Up, Qt::AltModifier);
    QCOMPARE(prompt->toPlainText(), QString("second"));
    QTest::keyClick(prompt, Qt::Key_Up, Qt::AltModifier); // the end
    QCOMPARE(prompt->toPlainText(), QString("second"));
    QTest::keyClick(prompt, Qt::Key_Down, Qt::AltModifier);
    QTest::keyClick(prompt, Qt::Key_Down, Qt::AltModifier);
    QCOMPARE(prompt->toPlainText(), QString("draft"));
}

void TestPromptPanel::unknownWordsAreNamed()
{
    auto* notice = child<QLabel>("vocabularyNotice");
    child<QPlainTextEdit>("prompt")->setPlainText("a red dragon moves to the right");
    QTRY_VERIFY(!notice->isHidden());
    QVERIFY(notice->text().contains("dragon"));
    QVERIFY(!notice->text().contains("“red”"));
    child<QPlainTextEdit>("prompt")->setPlainText("a red ball");
    QTRY_VERIFY(notice->isHidden());
}

void TestPromptPanel::longAndStrangePromptsAreTaken_data()
{
    QTest::addColumn<QString>("prompt");
    QTest::newRow("empty") << QString();
    QTest::newRow("100000 characters") << QString("red ball ").repeated(11111);
    QTest::newRow("one word of 100000") << QString(100000, 'x');
    QTest::newRow("emoji") << QString::fromUtf8("\xF0\x9F\x98\x80").repeated(500);
    QTest::newRow("control characters") << QString("a\u0001b\u0002\u200Fc");
}

void TestPromptPanel::longAndStrangePromptsAreTaken()
{
    QFETCH(QString, prompt);
    model().setPrompt(prompt);
    QCOMPARE(QString::fromStdString(model().request().prompt), prompt);
    QVERIFY(model().vocabularyNotice().size() < 400);
    model().remember(prompt);
    QVERIFY(model().geometry());
}

void TestPromptPanel::framesSnapToValidCounts_data()
{
    QTest::addColumn<int>("typed");
    QTest::addColumn<int>("taken");
    QTest::newRow("1") << 1 << 1;
    QTest::newRow("2") << 2 << 1;
    QTest::newRow("8") << 8 << 1;
    QTest::newRow("9") << 9 << 17;
    QTest::newRow("16") << 16 << 17;
    QTest::newRow("17") << 17 << 17;
    QTest::newRow("18") << 18 << 18;
    QTest::newRow("51") << 51 << 51;
}

void TestPromptPanel::framesSnapToValidCounts()
{
    QFETCH(int, typed);
    QFETCH(int, taken);
    auto* frames = child<QSpinBox>("frames");
    frames->setValue(51);
    frames->setValue(typed);
    QCOMPARE(frames->value(), taken);
    QCOMPARE(model().request().frames, taken);
}

void TestPromptPanel::framesSpinInPieces()
{
    auto* frames = child<QSpinBox>("frames");
    frames->stepBy(1);
    QCOMPARE(frames->value(), 34);
    frames->stepBy(-1);
    frames->stepBy(-1);
    QCOMPARE(frames->value(), 1);
    frames->stepBy(1);
    QCOMPARE(frames->value(), 17);
}

void TestPromptPanel::sizesComeFromTheModel()
{
    const QList<SizePreset> presets = model().sizePresets();
    QVERIFY(presets.size() >= 4);
    QCOMPARE(presets.front().width, 128);
    for (const SizePreset& preset : presets) {
        QCOMPARE(preset.width % 16, 0);
        QCOMPARE(preset.height % 16, 0);
        QVERIFY(preset.width > 0 && preset.height > 0);
    }
    auto* combo = child<QComboBox>("sizePreset");
    combo->setCurrentIndex(1);
    Q_EMIT combo->activated(1);
    QCOMPARE(model().request().width, presets[1].width);
}

void TestPromptPanel::impossibleSizeSaysWhy()
{
    QVERIFY(model().sizeProblem().isEmpty());
    model().setSize(3, 128);
    QVERIFY(!model().sizeProblem().isEmpty());
    model().setSize(128, 128);
    QVERIFY(model().sizeProblem().isEmpty());
}

void TestPromptPanel::seedModes()
{
    model().setSeed(41);
    model().setSeedMode(SeedMode::Fixed);
    model().advanceSeed();
    QCOMPARE(model().request().seed, std::uint64_t{41});
    model().setSeedMode(SeedMode::Increment);
    model().advanceSeed();
    QCOMPARE(model().request().seed, std::uint64_t{42});
    model().setSeedMode(SeedMode::Random);
    int different = 0;
    for (int draw = 0; draw < 5; ++draw) {
        const auto before = model().request().seed;
        child<QToolButton>("seedDice")->click();
        different += model().request().seed != before;
    }
    QVERIFY(different >= 4);
    child<QToolButton>("seedLock")->click();
    QCOMPARE(model().seedMode(), SeedMode::Fixed);
}

void TestPromptPanel::seedTakesSixtyFourBits()
{
    auto* seed = child<QLineEdit>("seed");
    seed->clear();
    QTest::keyClicks(seed, "18446744073709551615");
    QCOMPARE(model().request().seed, std::uint64_t{18446744073709551615ull});
    seed->clear();
    QTest::keyClicks(seed, "99999999999999999999"); // does not fit: the last one that did stays
    QCOMPARE(model().request().seed, std::uint64_t{9999999999999999999ull});
}

void TestPromptPanel::runningSwapsTheButtons()
{
    m_panel->setRunning(true);
    QVERIFY(!child<QPushButton>("generate")->isEnabled());
    QVERIFY(child<QPushButton>("cancel")->isEnabled());
    QSignalSpy cancelled(m_panel.get(), &PromptPanel::cancelRequested);
    child<QPushButton>("cancel")->click();
    QCOMPARE(cancelled.count(), 1);
    m_panel->setRunning(false);
    QVERIFY(child<QPushButton>("generate")->isEnabled());
    QVERIFY(!child<QPushButton>("cancel")->isEnabled());
}

void TestPromptPanel::recallKeepsHistoryAndPolicyApart()
{
    model().remember("kept");
    GenerationRequest request;
    request.prompt = "from a file";
    request.seed = 77;
    request.policy = "fora";
    request.modelPath = "not/mine";
    model().setRequest(request);
    QCOMPARE(model().request().seed, std::uint64_t{77});
    QCOMPARE(model().request().policy, GenerationRequest().policy);
    QCOMPARE(model().request().modelPath, std::string());
    QCOMPARE(model().history(), QStringList{"kept"});
    QCOMPARE(child<QPlainTextEdit>("prompt")->toPlainText(), QString("from a file"));
}

void TestPromptPanel::settingsRoundTrip()
{
    QTemporaryDir folder;
    QSettings settings(folder.filePath("s.ini"), QSettings::IniFormat);
    model().setPrompt("kept prompt");
    model().remember("kept prompt");
    model().setSeed(12345678901234567890ull);
    model().setSeedMode(SeedMode::Increment);
    model().save(settings);
    PromptModel other;
    other.restore(settings);
    QCOMPARE(other.request().prompt, std::string("kept prompt"));
    QCOMPARE(other.request().seed, std::uint64_t{12345678901234567890ull});
    QCOMPARE(other.seedMode(), SeedMode::Increment);
    QCOMPARE(other.history(), QStringList{"kept prompt"});
}

void TestPromptPanel::valuesOfSettingsFilesAreNotTrusted()
{
    QTemporaryDir folder;
    QSettings settings(folder.filePath("s.ini"), QSettings::IniFormat);
    settings.setValue("prompt/seed", "minus one");
    settings.setValue("prompt/seedMode", 99);
    settings.setValue("prompt/threads", -7);
    PromptModel other;
    other.restore(settings);
    QCOMPARE(other.request().seed, std::uint64_t{0});
    QCOMPARE(other.seedMode(), SeedMode::Increment);
    QCOMPARE(other.request().threads, 0);
}

void TestPromptPanel::negativePromptOnlyWhereTheModelTakesOne()
{
    QVERIFY(!child<QWidget>("negativePrompt")->parentWidget()->parentWidget()->isHidden());
    ModelInfo plain = test::FakeEngine::model("plain");
    plain.takesNegativePrompt = false;
    model().setModel(plain);
    QVERIFY(child<QWidget>("negativePrompt")->parentWidget()->parentWidget()->isHidden());
}

void TestPromptPanel::estimatesTextTokens()
{
    QCOMPARE(estimatedTextTokens("", 32), 1);
    QCOMPARE(estimatedTextTokens("  a red\tball ", 32), 4);
    QCOMPARE(estimatedTextTokens(QString("x ").repeated(1000), 32), 32);
}

void TestPromptPanel::durationsAndSizes()
{
    QLocale::setDefault(QLocale::c());
    QCOMPARE(duration(4.2), QString("4.2 s"));
    QCOMPARE(duration(42), QString("42 s"));
    QCOMPARE(duration(125), QString("2:05"));
    QCOMPARE(duration(3723), QString("1:02:03"));
    QCOMPARE(duration(-1), QString("–"));
    QCOMPARE(duration(std::numeric_limits<double>::infinity()), QString("–"));
    QCOMPARE(shortCount(5'900'000), QString("5.9 M"));
    QCOMPARE(shortCount(12), QString("12"));
}

void TestPromptPanel::classInsteadOfPrompt()
{
    QVERIFY(child<QWidget>("className")->parentWidget()->parentWidget()->isHidden());
    QCOMPARE(model().request().classLabel, -1);
    model().setModel(test::FakeEngine::pictureModel("a.dit"));
    QVERIFY(!child<QWidget>("className")->parentWidget()->parentWidget()->isHidden());
    QVERIFY(child<QWidget>("prompt")->parentWidget()->isHidden());
    QCOMPARE(model().request().classLabel, 207);
    QVERIFY(child<QComboBox>("className")->currentText().contains("golden retriever"));
    QVERIFY(model().geometry());
    QVERIFY(!model().geometry()->crossAttention);
    model().setModel(test::FakeEngine::model());
    QVERIFY(!child<QWidget>("prompt")->parentWidget()->isHidden());
    QCOMPARE(model().request().classLabel, -1);
}

void TestPromptPanel::classFoundByNameOrNumber_data()
{
    QTest::addColumn<QString>("typed");
    QTest::addColumn<int>("taken");
    QTest::newRow("number") << "88" << 88;
    QTest::newRow("part of a name") << "retriev" << 207;
    QTest::newRow("capitals") << "GOLDEN" << 207;
    QTest::newRow("its entry") << "12  thing 12" << 12;
    QTest::newRow("nonsense") << "no such thing" << 207;
    QTest::newRow("too large") << "4000" << 207;
    QTest::newRow("nothing") << "" << 207;
}

void TestPromptPanel::classFoundByNameOrNumber()
{
    QFETCH(QString, typed);
    QFETCH(int, taken);
    model().setModel(test::FakeEngine::pictureModel("a.dit"));
    auto* names = child<QComboBox>("className");
    names->lineEdit()->setText(typed);
    Q_EMIT names->lineEdit()->editingFinished();
    QCOMPARE(model().request().classLabel, taken);
    QCOMPARE(names->currentText(), model().classTitle(taken));
}

void TestPromptPanel::classByNumberWhereNamesAreUnknown()
{
    model().setModel(test::FakeEngine::pictureModel("b.dit", 40, false));
    QVERIFY(child<QWidget>("className")->isHidden());
    auto* number = child<QSpinBox>("classNumber");
    QVERIFY(!number->isHidden());
    QCOMPARE(number->maximum(), 39);
    QCOMPARE(model().request().classLabel, 0); // there is no class 207
    number->setValue(17);
    QCOMPARE(model().request().classLabel, 17);
}

void TestPromptPanel::randomClassIsOneOfThem()
{
    model().setModel(test::FakeEngine::pictureModel("b.dit", 40));
    QSet<int> seen;
    for (int draw = 0; draw < 50; ++draw) {
        child<QToolButton>("classDice")->click();
        QVERIFY(model().request().classLabel >= 0 && model().request().classLabel < 40);
        seen.insert(model().request().classLabel);
    }
    QVERIFY(seen.size() > 5);
}

void TestPromptPanel::samplersOnlyWhereThereAreSeveral()
{
    auto* samplers = child<QComboBox>("sampler");
    QVERIFY(samplers->isHidden());
    model().setModel(test::FakeEngine::pictureModel("a.dit"));
    QVERIFY(!samplers->isHidden());
    QCOMPARE(samplers->count(), 2);
    QCOMPARE(model().request().sampler, std::string());
    samplers->setCurrentIndex(1);
    Q_EMIT samplers->activated(1);
    QCOMPARE(model().request().sampler, std::string("ddpm"));
    model().setModel(test::FakeEngine::model());
    QCOMPARE(model().request().sampler, std::string());
}

void TestPromptPanel::precisionReachesTheRequest()
{
    auto* precision = child<QComboBox>("precision");
    QCOMPARE(precision->currentText(), QString("float32"));
    precision->setCurrentIndex(precision->findText("bfloat16"));
    Q_EMIT precision->activated(precision->currentIndex());
    QVERIFY(model().request().precision == Precision::BFloat16);
    const QTemporaryDir folder;
    QSettings settings(folder.filePath("s.ini"), QSettings::IniFormat);
    model().save(settings);
    PromptPanel other;
    other.model().setModel(test::FakeEngine::model());
    other.model().restore(settings);
    QCOMPARE(other.findChild<QComboBox*>("precision")->currentText(), QString("bfloat16"));
}

void TestPromptPanel::builtInModelsAreInTheMenu()
{
    m_panel->setEmbeddedModels({"", "toca-miniature-dit", "another-one"});
    QMenu* menu = nullptr;
    for (const QToolButton* button : m_panel->findChildren<QToolButton*>())
        if (button->accessibleName() == "Open another model")
            menu = button->menu();
    QVERIFY(menu);
    const auto entry = [&](const QString& title) -> QAction* {
        for (QAction* action : menu->actions())
            if (action->text() == title)
                return action;
        return nullptr;
    };
    QAction* video = entry("Text to video");
    QAction* classes = entry("Class to picture (DiT)");
    QVERIFY(video && classes);
    QVERIFY(entry("another-one")); // whose title nobody wrote
    QVERIFY(!entry("Text to picture (PixArt)")); // which is not built in

    Q_EMIT menu->aboutToShow();
    QVERIFY(video->isChecked() && !classes->isChecked());
    QSignalSpy wanted(m_panel.get(), &PromptPanel::embeddedModelRequested);
    classes->trigger();
    QCOMPARE(wanted.size(), 1);
    QCOMPARE(wanted.front().front().toString(), QString("toca-miniature-dit"));
    // The model was refused: the tick goes back to the one in use.
    Q_EMIT menu->aboutToShow();
    QVERIFY(video->isChecked() && !classes->isChecked());
    model().setModel(test::FakeEngine::pictureModel("toca-miniature-dit"));
    Q_EMIT menu->aboutToShow();
    QVERIFY(!video->isChecked() && classes->isChecked());
    video->trigger();
    QCOMPARE(wanted.back().front().toString(), QString());
    model().setModel(test::FakeEngine::pictureModel("/somewhere/else")); // none of them
    Q_EMIT menu->aboutToShow();
    QVERIFY(!video->isChecked() && !classes->isChecked());
}

void TestPromptPanel::picturesHaveNoFrames()
{
    QVERIFY(!child<QSpinBox>("frames")->isHidden());
    model().setModel(test::FakeEngine::pictureModel("a.dit"));
    QVERIFY(child<QSpinBox>("frames")->isHidden());
    QCOMPARE(model().request().frames, 1);
    QVERIFY(model().sizeProblem().isEmpty());
    model().setModel(test::FakeEngine::model());
    QVERIFY(!child<QSpinBox>("frames")->isHidden());
    QCOMPARE(model().request().frames, 17);
}

void TestPromptPanel::fixedSizeOffersNoOther()
{
    model().setModel(test::FakeEngine::pictureModel("a.dit"));
    QCOMPARE(child<QComboBox>("sizePreset")->count(), 1);
    // A size that a file brought is shown, with the reason why it can't be made.
    model().setSize(256, 256);
    QVERIFY(!model().sizeProblem().isEmpty());
    QCOMPARE(child<QComboBox>("sizePreset")->currentIndex(), -1);
}

void TestPromptPanel::recalledRequestFitsTheModel()
{
    model().setModel(test::FakeEngine::pictureModel("a.dit"));
    GenerationRequest request;
    request.classLabel = 12;
    request.sampler = "ddpm";
    request.frames = 1;
    model().setRequest(request);
    QCOMPARE(model().request().classLabel, 12);
    QCOMPARE(child<QComboBox>("sampler")->currentData().toString(), QString("ddpm"));
    request.classLabel = 5000;
    request.sampler = "euler";
    request.frames = 34;
    model().setRequest(request);
    QCOMPARE(model().request().classLabel, 207);
    QCOMPARE(model().request().sampler, std::string());
    QCOMPARE(model().request().frames, 1);
}

void TestPromptPanel::scheduleIsTheSamplers()
{
    QCOMPARE(model().schedule().name, std::string("rflow"));
    QCOMPARE(model().schedule().steps, 30);
    model().setModel(test::FakeEngine::pictureModel("a.dit"));
    QCOMPARE(model().schedule().name, std::string("ddim"));
    model().setSampler("ddpm");
    model().setSteps(7);
    QCOMPARE(model().schedule().name, std::string("ddpm"));
    QCOMPARE(model().schedule().evaluations.size(), std::size_t{7});
}

QTEST_MAIN(TestPromptPanel)
#include "tst_prompt_panel.moc"
