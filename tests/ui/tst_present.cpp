// SPDX-License-Identifier: Apache-2.0
// The presentation, the figure desk and the exported comparison, in the real window with mouse and keyboard.
#include "tests/support/tune_window.h"
#include "ui/player/player_widget.h"
#include "ui/present/figure_desk.h"
#include "ui/present/presentation.h"
#include "ui/selection/selection_panel.h"
#include "ui/selection/token_grid_panel.h"
#include "ui/statistics/statistics_panel.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFile>
#include <QLabel>
#include <QListWidget>
#include <QRegularExpression>

using namespace toca;
using namespace toca::ui;

class TestPresent : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void keysWalkThroughTheSteps();
    void followsARunningRun();
    void sentencesAreReadOutWithThePlots();
    void openedTraceIsPresented();
    void deskWritesEveryFigure();
    void sizesAreExact();
    void tooSmallIsRefused();
    void comparisonIsExported();

private:
    static Presentation* shown(test::TuneWindow& tune)
    {
        QTest::keyClick(tune.window.get(), Qt::Key_F11);
        for (QWidget* widget : QApplication::topLevelWidgets())
            if (auto* presentation = qobject_cast<Presentation*>(widget)) {
                QApplication::setActiveWindow(presentation); // no window manager runs here
                presentation->setFocus();
                return presentation;
            }
        return nullptr;
    }
};

void TestPresent::keysWalkThroughTheSteps()
{
    test::TuneWindow tune;
    tune.window->action("backgroundBaseline")->setChecked(false);
    QVERIFY(tune.run());
    tune.window->player().overlay().setOn(true);
    Presentation* view = shown(tune);
    QVERIFY(view);
    QVERIFY(view->isFullScreen());
    QVERIFY(view->sentence().startsWith("The finished clip"));
    QTest::keyClick(view, Qt::Key_Home);
    QCOMPARE(view->step(), 0);
    QVERIFY2(view->sentence().startsWith("Step 0: everything is computed and kept"), qPrintable(view->sentence()));
    QCOMPARE(tune.window->player().model().viewedStep(), 0);
    for (const Qt::Key key : {Qt::Key_Right, Qt::Key_Space, Qt::Key_PageDown, Qt::Key_Right})
        QTest::keyClick(view, key);
    QCOMPARE(view->step(), 4);
    QVERIFY2(view->sentence().startsWith("Step 4: MLP computes"), qPrintable(view->sentence()));
    QVERIFY(view->sentence().contains("of a full step's time"));
    QCOMPARE(view->accessibleDescription(), view->sentence());
    QTest::keyClick(view, Qt::Key_Left);
    QCOMPARE(view->step(), 3);
    QTest::keyClick(view, Qt::Key_End);
    QCOMPARE(view->step(), -1);
    QTest::keyClick(view, Qt::Key_Left); // from the final clip to the last step
    QCOMPARE(view->step(), view->steps() - 1);
    QTest::keyClick(view, Qt::Key_Right);
    QCOMPARE(view->step(), -1);
    const bool playing = tune.window->player().model().isPlaying();
    QTest::keyClick(view, Qt::Key_P);
    QCOMPARE(tune.window->player().model().isPlaying(), !playing);
    // The picture is shown without tokens until they are asked for; the window is left as it was.
    QVERIFY(!tune.window->player().overlay().isOn());
    QTest::keyClick(view, Qt::Key_T);
    QVERIFY(tune.window->player().overlay().isOn());
    QTest::keyClick(view, Qt::Key_T);
    QPointer<Presentation> watched = view;
    QTest::keyClick(view, Qt::Key_Escape);
    QTRY_VERIFY(watched.isNull());
    QVERIFY(tune.window->isVisible());
    QVERIFY(tune.window->player().overlay().isOn());
}

void TestPresent::followsARunningRun()
{
    test::TuneWindow tune;
    tune.window->action("backgroundBaseline")->setChecked(false);
    tune.engine->options.perStep = std::chrono::milliseconds(120);
    Presentation* view = shown(tune);
    QVERIFY(view);
    QVERIFY(view->sentence().contains("Nothing has been generated"));
    QStringList heard;
    connect(&tune.window->run(), &RunController::progressChanged, view, [&] {
        if (heard.isEmpty() || heard.back() != view->sentence())
            heard += view->sentence();
    });
    QVERIFY(tune.run());
    heard.removeIf([](const QString& sentence) { return !sentence.startsWith("Step "); });
    QVERIFY2(heard.size() > 3, qPrintable(heard.join('\n')));
    QVERIFY(heard.front().section(':', 0, 0) != heard.back().section(':', 0, 0));
    QTRY_VERIFY(view->sentence().startsWith("The finished clip"));
    view->close();
}

void TestPresent::sentencesAreReadOutWithThePlots()
{
    test::TuneWindow tune;
    QVERIFY(tune.run());
    QVERIFY(tune.compare());
    tune.window->player().model().viewStep(5);
    StatisticsPanel& statistics = tune.window->statistics();
    QVERIFY2(statistics.sentence().startsWith("Step 5: "), qPrintable(statistics.sentence()));
    QVERIFY(statistics.sentence().contains("; error "));
    // The fake engine is 1 % of the norm away after each step, so 5 % here; less for the other part of the norm.
    QVERIFY(statistics.sentence().contains(QRegularExpression("error [45]\\.\\d %")));
}

void TestPresent::openedTraceIsPresented()
{
    test::TuneWindow tune;
    tune.window->action("backgroundBaseline")->setChecked(false);
    QVERIFY(tune.run());
    const QString path = tune.folder.filePath("run.trace.safetensors");
    QSignalSpy saved(tune.window.get(), &MainWindow::fileSaved);
    tune.window->saveTraceTo(path);
    QVERIFY(saved.wait(10000));
    QSignalSpy opened(tune.window.get(), &MainWindow::pathOpened);
    tune.window->openPath(path);
    QVERIFY(opened.wait(10000));
    Presentation* view = shown(tune);
    QVERIFY(view);
    QTest::keyClick(view, Qt::Key_Home);
    QTest::keyClick(view, Qt::Key_Right);
    QVERIFY2(view->sentence().startsWith("Step 1: "), qPrintable(view->sentence()));
    QTest::keyClick(view, Qt::Key_End);
    QVERIFY(view->sentence().contains("run.trace.safetensors"));
    view->close();
}

void TestPresent::deskWritesEveryFigure()
{
    test::TuneWindow tune;
    QVERIFY(tune.run());
    QVERIFY(tune.compare());
    Q_EMIT tune.window->selection().cellActivated(5, 1, plan::ModuleKind::Mlp);
    QTest::keyClick(tune.window.get(), Qt::Key_F, Qt::ControlModifier | Qt::ShiftModifier);
    auto* desk = tune.window->findChild<FigureDesk*>();
    QVERIFY(desk);
    auto* list = desk->findChild<QListWidget*>("figures");
    QVERIFY(list->count() >= 13);
    QVERIFY(!list->findItems("Tokens: distribution", Qt::MatchExactly).isEmpty());
    const QRegularExpression text("<text|<path");
    for (int row = 0; row < list->count(); ++row) {
        list->setCurrentRow(row);
        const QString name = desk->figure()->name;
        QVERIFY(!desk->findChild<QLabel*>("figurePreview")->pixmap(Qt::ReturnByValue).isNull());
        for (const char* suffix : {"svg", "pdf", "png"}) {
            const QString path = tune.folder.filePath(name + '.' + suffix);
            QVERIFY2(desk->exportTo(path).isEmpty(), qPrintable(desk->exportTo(path)));
            QFile file(path);
            QVERIFY(file.open(QIODevice::ReadOnly));
            const QByteArray content = file.readAll();
            QVERIFY2(content.size() > 1000, qPrintable(path));
            if (QByteArray(suffix) == "svg")
                QVERIFY2(QString::fromUtf8(content).contains(text), qPrintable(path));
        }
        QFile twin(tune.folder.filePath(name + ".csv"));
        QVERIFY2(twin.open(QIODevice::ReadOnly), qPrintable(name));
        QVERIFY2(twin.readAll().count('\n') >= 2, qPrintable(name));
    }
    desk->close();
}

void TestPresent::sizesAreExact()
{
    test::TuneWindow tune;
    QVERIFY(tune.run());
    QTest::keyClick(tune.window.get(), Qt::Key_F, Qt::ControlModifier | Qt::ShiftModifier);
    auto* desk = tune.window->findChild<FigureDesk*>();
    auto* width = desk->findChild<QDoubleSpinBox*>("figureWidth");
    auto* height = desk->findChild<QDoubleSpinBox*>("figureHeight");
    width->setValue(127); // 5 inches
    height->setValue(63.5 + 0.5); // whole millimetres
    auto* unit = desk->findChild<QComboBox*>("unit");
    unit->setCurrentIndex(1);
    QCOMPARE(width->value(), 480.0);
    desk->findChild<QSpinBox*>("figureDots")->setValue(192);
    const QString path = tune.folder.filePath("map.png");
    QVERIFY(desk->exportTo(path).isEmpty());
    QCOMPARE(QImage(path).width(), 960);
    // Light unless asked otherwise, whatever the window is; the font makes a difference.
    QVERIFY(QImage(path).pixelColor(2, 2).lightness() > 240);
    const QImage small = QImage(path);
    desk->findChild<QDoubleSpinBox*>("figureFont")->setValue(16);
    desk->findChild<QComboBox*>("figureTheme")->setCurrentIndex(1);
    QVERIFY(desk->exportTo(path).isEmpty());
    QVERIFY(QImage(path).pixelColor(2, 2).lightness() < 60);
    QVERIFY(QImage(path) != small);
    desk->findChild<QCheckBox*>("csvTwin")->setChecked(false);
    const QString alone = tune.folder.filePath("alone.pdf");
    QVERIFY(desk->exportTo(alone).isEmpty());
    QVERIFY(!QFile::exists(tune.folder.filePath("alone.csv")));
    desk->close();
}

void TestPresent::tooSmallIsRefused()
{
    test::TuneWindow tune;
    const Figure figure = mapFigure(tune.window->selection().model());
    QVERIFY(writeFigure(figure, tune.folder.filePath("x.png"), {{10, 10}, 8, false, 96, false}).contains("too small"));
    QVERIFY(writeFigure(figure, tune.folder.filePath("x.jpg"), {{400, 300}, 8, false, 96, false}).contains(".svg"));
    QVERIFY(writeFigure(figure, tune.folder.filePath("x.png"), {{4000, 3000}, 8, false, 1200, false})
                .contains("too large"));
    QVERIFY(!writeFigure(figure, tune.folder.filePath("missing/x.pdf"), {{400, 300}, 8, false, 96, false}).isEmpty());
}

void TestPresent::comparisonIsExported()
{
    test::TuneWindow tune;
    std::vector<LabelledClip> given;
    int gain = 0;
    FileServices services;
    services.saveComparison = [&](const std::filesystem::path&, std::vector<LabelledClip> clips,
                                  int by) -> Result<void> {
        given = std::move(clips);
        gain = by;
        return {};
    };
    tune.open(services);
    QVERIFY(!tune.window->action("exportComparison")->isEnabled());
    QVERIFY(tune.run());
    QVERIFY(tune.compare());
    QVERIFY(tune.window->action("exportComparison")->isEnabled());
    QSignalSpy saved(tune.window.get(), &MainWindow::fileSaved);
    tune.window->exportComparisonTo(tune.folder.filePath("comparison.mp4"));
    QVERIFY(saved.wait(10000));
    QCOMPARE(given.size(), std::size_t{2});
    QVERIFY(given[0].clip == tune.window->run().result()->clip);
    QVERIFY(given[0].label.find("toca: ") == 0);
    QCOMPARE(given[1].label, std::string("uncached"));
    QVERIFY(gain > 0);
}

QTEST_MAIN(TestPresent)
#include "tst_present.moc"
