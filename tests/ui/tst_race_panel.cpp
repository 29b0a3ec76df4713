// SPDX-License-Identifier: Apache-2.0
// The race workspace of the real window, driven by mouse and keyboard and an engine without LibTorch.
#include "app/engine_runner.h"
#include "tests/support/fake_engine.h"
#include "ui/caching/caching_panel.h"
#include "ui/player/player_widget.h"
#include "ui/player/scrubber.h"
#include "ui/prompt/prompt_panel.h"
#include "ui/race/contender_list.h"
#include "ui/race/race_grid.h"
#include "ui/race/race_panel.h"
#include "ui/race/race_table.h"
#include "ui/race/race_tile.h"
#include "ui/window/banner.h"
#include "ui/window/main_window.h"
#include "ui/window/status_line.h"

#include <QAbstractSpinBox>
#include <QAction>
#include <QApplication>
#include <QDialog>
#include <QHeaderView>
#include <QPushButton>
#include <QSet>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

using namespace toca;
using namespace toca::ui;
using namespace std::chrono_literals;

class TestRacePanel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void workspaceOffersWhatSuitsTheModel();
    void presentSettingsTakePart();
    void keptSettingsStayAndCanBeDeleted();
    void raceByKeyboard();
    void tableSortsByItsColumns();
    void tilesAndTableSelectTogether();
    void clipsShowTheSameMoment();
    void differencesAreShown();
    void openedRacerIsTheCurrentRun();
    void settingsAreTakenOverAndUndone();
    void nothingElseStartsDuringARace();
    void failedContenderSaysWhy();
    void picturesHaveNoTransport();
    void tabReachesEveryControl();
    void controlsHaveNames();
    void windowStaysSmall();

private:
    void race(const QStringList& policies, int rounds = 1);
    RacePanel& panel() { return m_window->racePanel(); }
    template <class Widget>
    Widget* child(const char* name)
    {
        return panel().findChild<Widget*>(name);
    }
    void openModel(const QString& name);

    QTemporaryDir m_folder;
    test::FakeEngine* m_engine = nullptr;
    std::unique_ptr<app::EngineRunner> m_runner;
    std::unique_ptr<MainWindow> m_window;
};

void TestRacePanel::init()
{
    static int counter = 0;
    auto engine = std::make_unique<test::FakeEngine>();
    m_engine = engine.get();
    m_engine->options.perStep = 500us;
    m_runner = std::make_unique<app::EngineRunner>(std::move(engine));
    const QString settings = m_folder.filePath(QStringLiteral("settings%1.ini").arg(++counter));
    m_window = std::make_unique<MainWindow>(*m_runner, WindowOptions{settings, {}});
    m_window->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    QApplication::setActiveWindow(m_window.get());
    QTRY_VERIFY(m_window->prompt().model().hasModel());
    m_window->prompt().model().setSteps(8);
    m_window->workspaces().switchTo(Workspace::Race);
    QTRY_VERIFY(panel().isVisible());
}

void TestRacePanel::cleanup()
{
    m_window->close();
    m_window.reset();
    m_runner.reset();
}

void TestRacePanel::openModel(const QString& name)
{
    const QString path = m_folder.filePath(name);
    QVERIFY(QDir().mkpath(path));
    m_window->openPath(path);
    QDialog* dialog = nullptr;
    QTRY_VERIFY((dialog = m_window->findChild<QDialog*>()) && dialog->isVisible());
    dialog->accept();
}

void TestRacePanel::race(const QStringList& policies, int rounds)
{
    panel().contenders().uncheckAll();
    for (const QString& policy : policies) {
        QVERIFY2(panel().contenders().setChosen(policy.toStdString(), {}), qPrintable(policy));
    }
    child<QSpinBox>("raceRounds")->setValue(rounds);
    QSignalSpy finished(&m_window->race(), &Race::finished);
    child<QPushButton>("raceStart")->click();
    QVERIFY(m_window->race().isRunning());
    QVERIFY(finished.wait(60000));
    QTRY_VERIFY(!m_window->race().isComparing());
}

void TestRacePanel::workspaceOffersWhatSuitsTheModel()
{
    QVERIFY(m_window->findChild<QWidget*>("promptDock")->isVisible());
    QVERIFY(!m_window->findChild<QWidget*>("mapDock")->isVisible());
    QVERIFY(!panel().contenders().chosen().empty());
    QVERIFY(panel().contenders().setChosen("toca", "careful"));
    QVERIFY2(!panel().contenders().setChosen("toca", "dit-ddpm250"), "a preset of another family");
    QVERIFY2(!panel().contenders().setChosen("none", {}), "the baseline is always there");
    openModel("a.dit");
    QTRY_VERIFY(panel().contenders().setChosen("toca", "dit-ddpm250"));
    QVERIFY(!panel().contenders().setChosen("toca", "careful"));
}

void TestRacePanel::presentSettingsTakePart()
{
    panel().contenders().uncheckAll();
    QVERIFY(panel().contenders().chosen().empty());
    QVERIFY(!child<QPushButton>("raceStart")->isEnabled());
    QVERIFY(!child<QPushButton>("raceStart")->toolTip().isEmpty());
    // The first row, by keyboard.
    auto& list = panel().contenders();
    list.setFocus();
    list.setCurrentItem(list.topLevelItem(0)->child(0));
    QTest::keyClick(&list, Qt::Key_Space);
    QCOMPARE(list.chosen().size(), std::size_t{1});
    m_window->caching().model().setPolicy("fora");
    m_window->caching().model().setValue("warmup_steps", std::int64_t{5});
    QCOMPARE(list.chosen().front().caching, m_window->caching().model().state());
    QVERIFY(list.chosen().front().setting.contains("changed"));
    QVERIFY(child<QPushButton>("raceStart")->isEnabled());
}

void TestRacePanel::keptSettingsStayAndCanBeDeleted()
{
    auto& list = panel().contenders();
    list.uncheckAll();
    auto* keep = child<QToolButton>("raceKeep");
    m_window->caching().model().setPolicy("fora");
    m_window->caching().model().setValue("warmup_steps", std::int64_t{5});
    keep->click();
    m_window->caching().model().setValue("warmup_steps", std::int64_t{7});
    keep->click();
    keep->click(); // the same again
    QCOMPARE(list.chosen().size(), std::size_t{2});
    QVERIFY(list.chosen()[0].setting.contains('5') && list.chosen()[1].setting.contains('7'));
    for (QTreeWidgetItem* item : list.findItems("FORA", Qt::MatchExactly | Qt::MatchRecursive)) {
        if (item->text(1).contains('7')) {
            list.setCurrentItem(item);
        }
    }
    QTest::keyClick(&list, Qt::Key_Delete);
    QCOMPARE(list.chosen().size(), std::size_t{1});
    QVERIFY(list.chosen()[0].setting.contains('5'));
}

void TestRacePanel::raceByKeyboard()
{
    panel().contenders().uncheckAll();
    panel().contenders().setChosen("toca", {});
    panel().contenders().setChosen("fora", {});
    QSignalSpy finished(&m_window->race(), &Race::finished);
    QTest::keyClick(m_window.get(), Qt::Key_Return, Qt::ControlModifier | Qt::ShiftModifier);
    QVERIFY(m_window->race().isRunning());
    QVERIFY(m_window->statusText().text().contains("Race"));
    QVERIFY(finished.wait(60000));
    QCOMPARE(panel().table().table().rowCount(), 3);
    QVERIFY(panel().grid().tile(2) && !panel().grid().tile(3));
    QTRY_VERIFY(panel().grid().tile(1)->numbers().contains("dB"));
    QVERIFY(!panel().grid().tile(1)->accessibleName().isEmpty());
    QVERIFY(panel().grid().tile(1)->accessibleDescription().contains("dB"));
}

void TestRacePanel::tableSortsByItsColumns()
{
    m_engine->options.failingPolicy = "duca";
    race({"toca", "duca", "fora"});
    auto& table = panel().table();
    const auto order = [&table](RaceTableModel::Column column) {
        QList<double> values;
        for (int row = 0; row < table.model()->rowCount(); ++row) {
            values += table.model()->index(row, column).data(RaceTableModel::kSortRole).toDouble();
        }
        return values;
    };
    for (const Qt::SortOrder sorted : {Qt::AscendingOrder, Qt::DescendingOrder}) {
        table.sortByColumn(RaceTableModel::FlopsGain, sorted);
        const QList<double> values = order(RaceTableModel::FlopsGain);
        QCOMPARE(values.size(), 4);
        QVERIFY2(std::isnan(values.back()), "what is not known comes last");
        QCOMPARE(values[0] < values[2], sorted == Qt::AscendingOrder);
    }
    // By a click on the title.
    QHeaderView* header = table.horizontalHeader();
    const QPoint title(header->sectionViewportPosition(RaceTableModel::Ssim) + 10, header->height() / 2);
    QTest::mouseClick(header->viewport(), Qt::LeftButton, {}, title);
    QCOMPARE(header->sortIndicatorSection(), static_cast<int>(RaceTableModel::Ssim));
    for (int column = RaceTableModel::Seconds; column < RaceTableModel::Columns; ++column) {
        QVERIFY(!table.model()->headerData(column, Qt::Horizontal, Qt::ToolTipRole).toString().isEmpty());
    }
}

void TestRacePanel::tilesAndTableSelectTogether()
{
    race({"toca", "fora"});
    auto& table = panel().table();
    auto& grid = panel().grid();
    table.sortByColumn(RaceTableModel::Name, Qt::DescendingOrder);
    QTest::mouseClick(grid.tile(2), Qt::LeftButton);
    QCOMPARE(table.selectedRacer(), 2);
    table.setFocus();
    table.selectRow(0);
    QCOMPARE(grid.selected(), table.selectedRacer());
    // Arrows move between the tiles.
    grid.select(0);
    grid.tile(0)->setFocus();
    QTest::keyClick(grid.tile(0), Qt::Key_Right);
    QCOMPARE(grid.selected(), 1);
    QCOMPARE(table.selectedRacer(), 1);
}

void TestRacePanel::clipsShowTheSameMoment()
{
    race({"toca", "fora"});
    PlayerModel& time = panel().time();
    QVERIFY2(time.isPlaying(), "playing goes on when nothing is measured any more");
    child<QToolButton>("racePlay")->click();
    QVERIFY(!time.isPlaying());
    panel().grid().select(0);
    const auto picture = [this](int racer) {
        RaceTile* tile = panel().grid().tile(racer);
        return tile->grab(tile->pictureRect().toRect().adjusted(2, 2, -2, -2)).toImage();
    };
    const auto brightest = [&picture](int racer) {
        // The ball is redder than everything else.
        const QImage image = picture(racer);
        double sum = 0;
        int count = 0;
        for (int x = 0; x < image.width(); ++x) {
            if (image.pixelColor(x, image.height() / 2).red() > 180) {
                sum += x;
                ++count;
            }
        }
        return count > 0 ? sum / count / image.width() : -1.0;
    };
    time.setFrame(0);
    const double left = brightest(1);
    QVERIFY(left > 0 && left < 0.35);
    auto* scrubber = child<QSlider>("raceScrubber");
    scrubber->setFocus();
    for (int frame = 0; frame < 16; ++frame) {
        QTest::keyClick(scrubber, Qt::Key_Right);
    }
    QCOMPARE(time.frame(), 16);
    for (int racer = 0; racer < 3; ++racer) {
        QVERIFY2(brightest(racer) > 0.6, qPrintable(QString::number(racer)));
    }
    m_window->workspaces().switchTo(Workspace::Generate);
    QVERIFY2(!time.isPlaying(), "nothing plays unseen");
}

void TestRacePanel::differencesAreShown()
{
    race({"toca"});
    panel().time().setPlaying(false);
    RaceTile* tile = panel().grid().tile(1);
    const auto middle = [tile] {
        const QImage image = tile->grab().toImage();
        return image.pixelColor((tile->pictureRect().center() * image.devicePixelRatio()).toPoint());
    };
    QVERIFY(middle().lightness() > 60);
    child<QToolButton>("raceDifference")->click();
    QVERIFY2(middle().lightness() < 30, "nearly equal clips differ by little");
    child<QToolButton>("raceDifference")->click();
    QVERIFY(middle().lightness() > 60);
}

void TestRacePanel::openedRacerIsTheCurrentRun()
{
    race({"toca", "fora"});
    const int calls = m_engine->generateCalls.load();
    panel().grid().select(2);
    panel().grid().tile(2)->setFocus();
    QTest::keyClick(panel().grid().tile(2), Qt::Key_Return);
    QCOMPARE(m_window->workspaces().current(), Workspace::Analyse);
    QVERIFY(m_window->player().isVisible());
    QCOMPARE(m_window->run().result()->request.policy, std::string("fora"));
    QTRY_VERIFY(m_window->run().fidelity().has_value());
    QCOMPARE(m_window->player().model().view(), ClipView::SideBySide);
    QCOMPARE(m_engine->generateCalls.load(), calls);
    // The race is still there.
    m_window->workspaces().switchTo(Workspace::Race);
    QCOMPARE(panel().table().table().rowCount(), 3);
    QTest::mouseDClick(panel().grid().tile(1), Qt::LeftButton);
    QCOMPARE(m_window->run().result()->request.policy, std::string("toca"));
}

void TestRacePanel::settingsAreTakenOverAndUndone()
{
    const CachingState before = m_window->caching().model().state();
    race({"fora"});
    panel().grid().select(1);
    child<QPushButton>("raceUse")->click();
    QCOMPARE(m_window->caching().model().state().policy, std::string("fora"));
    m_window->caching().model().undoStack().undo();
    QCOMPARE(m_window->caching().model().state(), before);
}

void TestRacePanel::nothingElseStartsDuringARace()
{
    m_engine->options.perStep = 20ms;
    panel().contenders().uncheckAll();
    panel().contenders().setChosen("toca", {});
    QSignalSpy finished(&m_window->race(), &Race::finished);
    child<QPushButton>("raceStart")->click();
    QTRY_VERIFY(m_window->race().current() >= 0);
    QVERIFY(!m_window->action("generate")->isEnabled());
    m_window->generate();
    m_window->compareWithUncached();
    QVERIFY(!m_window->run().isRunning());
    QVERIFY(!child<QPushButton>("raceStart")->isEnabled());
    QVERIFY(!panel().contenders().isEnabled());
    QVERIFY2(!panel().time().isPlaying(), "playing would disturb what is measured");
    QTest::keyClick(m_window.get(), Qt::Key_Escape);
    QVERIFY(finished.wait(20000));
    QVERIFY(m_window->action("generate")->isEnabled());
    QVERIFY(child<QPushButton>("raceStart")->isEnabled());
    QVERIFY(m_window->banner().isHidden());
}

void TestRacePanel::failedContenderSaysWhy()
{
    m_engine->options.failingPolicy = "fora";
    race({"toca", "fora"});
    QVERIFY(panel().grid().tile(2)->note().contains("calibration"));
    const QModelIndex cell = panel().table().table().index(2, RaceTableModel::Seconds);
    QCOMPARE(cell.data().toString(), QString("failed"));
    QVERIFY(cell.data(Qt::ToolTipRole).toString().contains("calibration"));
    QVERIFY(panel().table().table().index(2, RaceTableModel::Name).data(Qt::DecorationRole).isValid());
    panel().grid().select(2);
    QVERIFY(!child<QPushButton>("raceOpen")->isEnabled());
    QVERIFY(m_window->banner().isHidden());
}

void TestRacePanel::picturesHaveNoTransport()
{
    openModel("b.dit");
    QTRY_VERIFY(m_window->prompt().model().makesPictures());
    m_window->prompt().model().setSteps(6);
    race({"toca", "fora"});
    QVERIFY(!child<QSlider>("raceScrubber")->isVisible());
    QVERIFY(panel().grid().tile(1)->hasClip());
    QCOMPARE(m_engine->requests.back().classLabel, 207);
    QCOMPARE(m_engine->requests.back().frames, 1);
}

void TestRacePanel::tabReachesEveryControl()
{
    race({"toca", "fora"});
    QSet<QWidget*> wanted;
    for (QWidget* widget : panel().findChildren<QWidget*>()) {
        const bool isControl = qobject_cast<QAbstractButton*>(widget) || qobject_cast<QAbstractSpinBox*>(widget)
            || qobject_cast<QAbstractSlider*>(widget) || qobject_cast<QAbstractItemView*>(widget);
        const bool isPart =
            widget->inherits("QScrollBar") || widget->inherits("QHeaderView") || widget->inherits("QTableCornerButton");
        const auto* tile = qobject_cast<RaceTile*>(widget);
        if (isControl && !isPart && widget->isVisible() && widget->isEnabled() && !(tile && !tile->isChecked())) {
            wanted.insert(widget);
        }
    }
    QVERIFY(wanted.size() >= 10);
    panel().contenders().setFocus();
    QSet<QWidget*> reached;
    for (int press = 0; press < 200; ++press) {
        QWidget* focused = QApplication::focusWidget();
        QVERIFY(focused);
        reached.insert(focused);
        QTest::keyClick(focused, Qt::Key_Tab);
    }
    QStringList missed;
    for (QWidget* widget : wanted - reached) {
        missed += QStringLiteral("%1 '%2'").arg(widget->metaObject()->className(), widget->objectName());
    }
    QVERIFY2(missed.isEmpty(), qPrintable(missed.join("\n")));
}

void TestRacePanel::controlsHaveNames()
{
    race({"toca"});
    for (QWidget* widget : panel().findChildren<QWidget*>()) {
        const auto* button = qobject_cast<QAbstractButton*>(widget);
        const bool isControl = button || qobject_cast<QSlider*>(widget)
            || (qobject_cast<QAbstractItemView*>(widget) && !widget->inherits("QHeaderView"));
        if (!isControl || widget->inherits("QTableCornerButton")) {
            continue;
        }
        const bool hasName = !widget->accessibleName().isEmpty() || (button && !button->text().isEmpty());
        QVERIFY2(hasName, qPrintable(widget->objectName() + widget->metaObject()->className()));
    }
}

void TestRacePanel::windowStaysSmall()
{
    race({"toca", "fora", "duca", "taylorseer"});
    for (const Workspace workspace : {Workspace::Generate, Workspace::Tune, Workspace::Analyse, Workspace::Race}) {
        m_window->workspaces().switchTo(workspace);
        QTest::qWait(20);
        QVERIFY2(m_window->minimumSizeHint().width() <= 1280 && m_window->minimumSizeHint().height() <= 720,
            qPrintable(QStringLiteral("%1: %2 x %3")
                           .arg(workspaceTitle(workspace))
                           .arg(m_window->minimumSizeHint().width())
                           .arg(m_window->minimumSizeHint().height())));
    }
}

QTEST_MAIN(TestRacePanel)
#include "tst_race_panel.moc"
