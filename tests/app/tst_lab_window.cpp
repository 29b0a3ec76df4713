// SPDX-License-Identifier: Apache-2.0
// The sensitivity lab and the probe in the real window, with mouse and keyboard, on the embedded model.
#include "app/engine_runner.h"
#include "core/engine/make_engine.h"
#include "ui/caching/caching_panel.h"
#include "ui/player/player_widget.h"
#include "ui/present/figure_desk.h"
#include "ui/prompt/prompt_panel.h"
#include "ui/sensitivity/probe_panel.h"
#include "ui/sensitivity/sensitivity_panel.h"
#include "ui/sensitivity/token_map_view.h"
#include "ui/theme/theme.h"
#include "ui/window/main_window.h"
#include "ui/window/status_line.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QDockWidget>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSpinBox>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <cmath>

using namespace toca;
using namespace toca::ui;

class TestLabWindow : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void measuresWhatTheFieldsSay();
    void pausesAndGoesOn();
    void hoverIsSeenEverywhereAndClickShowsWhereAnErrorGoes();
    void savesOpensAndExports();
    void wrongListsAreSaid();
    void emptyProbeGivesTheSameRun();
    void paintedTokensStayStale();
    void maskProtectsNormalRuns();
    void brushPaintsOnThePlayersPicture();
    void quickStrokesLeaveNoGap();
    void deskHasTheLabsMaps();
    void cleanupTestCase();

private:
    template <class Widget>
    Widget* find(const char* name) const
    {
        return m_window->findChild<Widget*>(QString::fromLatin1(name));
    }
    void click(const char* name) const
    {
        auto* button = find<QPushButton>(name);
        QVERIFY2(button && button->isEnabled(), name);
        QTest::mouseClick(button, Qt::LeftButton);
    }
    void type(const char* name, const QString& text) const
    {
        auto* field = find<QLineEdit>(name);
        QVERIFY2(field, name);
        field->setFocus();
        field->selectAll();
        QTest::keyClick(field, Qt::Key_Delete);
        QTest::keyClicks(field, text);
    }
    void raise(const char* dock) const
    {
        auto* widget = find<QDockWidget>(dock);
        QVERIFY2(widget, dock);
        widget->show();
        widget->raise();
        QTest::qWait(50);
    }
    static void hover(TokenMapView& map, std::int64_t token)
    {
        const QPointF at = map.tokenRect(token).center();
        QMouseEvent event(QEvent::MouseMove, at, map.mapToGlobal(at), Qt::NoButton, Qt::NoButton, Qt::NoModifier);
        QApplication::sendEvent(&map, &event);
    }
    SensitivityPanel& lab() const { return m_window->sensitivity(); }
    ProbePanel& probe() const { return m_window->probe(); }

    QTemporaryDir m_folder;
    std::unique_ptr<app::EngineRunner> m_runner;
    std::unique_ptr<MainWindow> m_window;
};

void TestLabWindow::initTestCase()
{
    m_runner = std::make_unique<app::EngineRunner>(
        makeEngine({std::string(TOCA_SOURCE_DIR "/resources/models/toca-miniature")}));
    m_window = std::make_unique<MainWindow>(*m_runner, WindowOptions{m_folder.filePath("settings.ini"), {}});
    m_window->resize(1600, 1000);
    m_window->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    QVERIFY(QTest::qWaitFor([this] { return m_window->prompt().model().hasModel(); }, 30000));
    auto& prompt = m_window->prompt().model();
    prompt.setPrompt("a red ball moves to the right on a blue background");
    prompt.setSize(32, 32);
    prompt.setSteps(8);
    prompt.setSeedMode(SeedMode::Fixed);
    m_window->caching().model().setPolicy("toca");
    m_window->workspaces().switchTo(Workspace::Analyse);
    QSignalSpy finished(&m_window->run(), &RunController::finished);
    m_window->generate();
    QVERIFY(finished.wait(120000));
    m_window->action("backgroundBaseline")->setChecked(false);
}

void TestLabWindow::measuresWhatTheFieldsSay()
{
    raise("sensitivityDock");
    const auto* state = find<QLabel>("sensitivityState");
    QVERIFY2(state->text().startsWith("480 groups to measure, about "), qPrintable(state->text())); // 8 x 3 x 20
    type("sensitivitySteps", "4");
    type("sensitivityLayers", "2-3");
    QVERIFY2(state->text().startsWith("120 groups to measure"), qPrintable(state->text()));
    click("sensitivityStart");
    QCOMPARE(lab().model().state(), SensitivityModel::State::Running);
    QVERIFY(!m_window->action("generate")->isEnabled()); // one thing at a time
    QVERIFY(QTest::qWaitFor([this] { return lab().model().state() == SensitivityModel::State::Done; }, 120000));
    const SensitivityRecord& record = *lab().model().record();
    QCOMPARE(record.options.steps, std::vector<int>{4});
    QCOMPARE(record.options.layers, (std::vector<int>{2, 3}));
    QCOMPARE(record.sites.size(), std::size_t{6});
    QCOMPARE(lab().table().rowCount(), 6);
    QVERIFY(lab().table().item(0, 0)->text().contains("spatial"));
    QVERIFY(lab().table().item(0, 2)->text().endsWith(QStringLiteral("×")));
    // A correlation is coloured when so many groups would hardly give it by chance, and says from where on.
    const double groups = static_cast<double>(record.sites[0].measured());
    const double least = std::max(0.3, 2 / std::sqrt(groups - 1));
    const auto shown = sensitivityFigures(record);
    for (int row = 0; row < lab().table().rowCount(); ++row) {
        for (int score = 0; score < kSensitivityScores; ++score) {
            const double value = shown[static_cast<std::size_t>(row)].correlation[static_cast<std::size_t>(score)];
            const QTableWidgetItem& item = *lab().table().item(row, 4 + score);
            QCOMPARE(item.foreground().color(),
                value >= least        ? theme().good
                    : value <= -least ? theme().error
                                      : theme().mutedText);
            QVERIFY(item.toolTip().contains(QLocale().toString(least, 'f', 2)));
        }
    }
    QCOMPARE(lab().measuredMap().values().size(), std::size_t{20});
    QVERIFY(lab().measuredMap().largest() > 0);
    QVERIFY(lab().scoreMap().title().contains("rank correlation"));
    QVERIFY(m_window->action("generate")->isEnabled());
    // The table leads to the map of its row and score.
    const QRect cell = lab().table().visualItemRect(lab().table().item(5, 4));
    QTest::mouseClick(lab().table().viewport(), Qt::LeftButton, {}, cell.center());
    QCOMPARE(lab().model().shown()->layer, 3);
    QCOMPARE(lab().model().shown()->module, plan::ModuleKind::Mlp);
    QVERIFY(lab().scoreMap().title().startsWith("Attention received"));
}

void TestLabWindow::pausesAndGoesOn()
{
    click("sensitivityCancel");
    QCOMPARE(lab().model().state(), SensitivityModel::State::Empty);
    QCOMPARE(lab().table().rowCount(), 0);
    type("sensitivitySteps", "2,4,6");
    type("sensitivityLayers", "");
    click("sensitivityStart");
    QVERIFY(QTest::qWaitFor(
        [this] { return lab().model().record() && lab().model().record()->sites[0].measured() > 0; }, 60000));
    click("sensitivityStart"); // is Pause now
    QVERIFY(QTest::qWaitFor([this] { return !lab().model().isRunning(); }, 10000));
    QCOMPARE(lab().model().state(), SensitivityModel::State::Paused);
    const auto paused = lab().model().record()->evaluations;
    QVERIFY(paused > 0);
    QVERIFY(find<QLabel>("sensitivityState")->text().startsWith("Paused"));
    QCOMPARE(find<QPushButton>("sensitivityStart")->text(), QStringLiteral("Continue"));
    click("sensitivityStart");
    QVERIFY(QTest::qWaitFor([this, paused] { return lab().model().record()->evaluations > paused; }, 60000));
    click("sensitivityCancel");
    QVERIFY(QTest::qWaitFor([this] { return lab().model().state() == SensitivityModel::State::Empty; }, 10000));
    QVERIFY(!lab().model().record());
}

void TestLabWindow::hoverIsSeenEverywhereAndClickShowsWhereAnErrorGoes()
{
    type("sensitivitySteps", "4");
    type("sensitivityLayers", "2");
    click("sensitivityStart");
    QVERIFY(QTest::qWaitFor([this] { return lab().model().state() == SensitivityModel::State::Done; }, 120000));
    hover(lab().measuredMap(), 6);
    QCOMPARE(lab().measuredMap().hoveredToken(), std::int64_t{6});
    QCOMPARE(lab().scoreMap().markedToken(), std::int64_t{6});
    QCOMPARE(probe().canvas().markedToken(), std::int64_t{6});
    QTest::mouseClick(&lab().measuredMap(), Qt::LeftButton, {}, lab().measuredMap().tokenRect(6).center().toPoint());
    QCOMPARE(find<QComboBox>("sensitivityScore")->currentData().toInt(), -1);
    const auto& map = lab().scoreMap().values();
    QCOMPARE(map.size(), std::size_t{20});
    QCOMPARE(std::max_element(map.begin(), map.end()) - map.begin(), std::ptrdiff_t{6}); // most where the error is
    // The same by keyboard: one to the right, then Space.
    lab().measuredMap().setFocus();
    QTest::keyClick(&lab().measuredMap(), Qt::Key_Right);
    QTest::keyClick(&lab().measuredMap(), Qt::Key_Space);
    const auto& next = lab().scoreMap().values();
    QCOMPARE(std::max_element(next.begin(), next.end()) - next.begin(), std::ptrdiff_t{7});
}

void TestLabWindow::savesOpensAndExports()
{
    const QString file = m_folder.filePath("lab.safetensors");
    QCOMPARE(lab().exportTo(file), QString());
    for (const char* name : {"maps.png", "maps.svg", "maps.pdf", "groups.csv"}) {
        QCOMPARE(lab().exportTo(m_folder.filePath(name)), QString());
        QVERIFY(QFileInfo(m_folder.filePath(name)).size() > 500);
    }
    QVERIFY(!lab().exportTo(m_folder.filePath("maps.bmp")).isEmpty());
    const auto before = lab().model().change();
    click("sensitivityCancel");
    QVERIFY(!lab().exportTo(file + "x").isEmpty());
    QCOMPARE(lab().model().open(file), QString());
    QCOMPARE(lab().model().change(), before);
    QVERIFY(!lab().model().open(m_folder.filePath("groups.csv")).isEmpty());
}

void TestLabWindow::wrongListsAreSaid()
{
    click("sensitivityCancel");
    for (const char* list : {"99", "3-1", "x", "1,,2"}) {
        type("sensitivitySteps", QString::fromLatin1(list));
        click("sensitivityStart");
        QCOMPARE(lab().model().state(), SensitivityModel::State::Empty);
        QVERIFY(find<QLabel>("sensitivityState")->text().contains("0 to 7"));
    }
}

void TestLabWindow::emptyProbeGivesTheSameRun()
{
    raise("probeDock");
    QSignalSpy answered(&probe().model(), &ProbeModel::resultChanged);
    click("probeStart");
    QVERIFY(answered.wait(60000));
    QVERIFY(probe().model().result()->isIdentical);
    QVERIFY(probe().resultText().contains("bit for bit"));
}

void TestLabWindow::paintedTokensStayStale()
{
    find<QComboBox>("probeMode")->setCurrentIndex(0);
    find<QSpinBox>("probeFirstStep")->setValue(3);
    find<QSpinBox>("probeLastStep")->setValue(6);
    TokenMapView& canvas = probe().canvas();
    QTest::mouseClick(&canvas, Qt::LeftButton, {}, canvas.tokenRect(5).center().toPoint());
    canvas.setFocus();
    QTest::keyClick(&canvas, Qt::Key_Left); // from where the pointer was
    hover(canvas, 9);
    QTest::keyClick(&canvas, Qt::Key_Space);
    QCOMPARE(probe().model().mask().text(), std::string("5x2x2: 5 9"));
    QSignalSpy answered(&probe().model(), &ProbeModel::resultChanged);
    click("probeStart");
    QVERIFY(answered.wait(60000));
    const ProbeResult& result = *probe().model().result();
    QVERIFY(!result.isIdentical);
    for (int step = 3; step <= 6; ++step) {
        QVERIFY(!result.edited.trace->isFresh(result.edited.trace->cellIndex(step, 4, plan::ModuleKind::Mlp), 0, 5));
    }
    QCOMPARE(probe().damage().values(), result.tokenDamage);
    QVERIFY(probe().resultText().contains("painted tokens"));
    QCOMPARE(probe().exportTo(m_folder.filePath("probe.csv")), QString());
    click("probeOpen"); // the edited run is the window's now
    QCOMPARE(m_window->run().result()->latent, result.edited.latent);
}

void TestLabWindow::maskProtectsNormalRuns()
{
    raise("probeDock");
    TokenMapView& canvas = probe().canvas();
    QTest::mouseClick(&canvas, Qt::RightButton, {}, canvas.tokenRect(9).center().toPoint());
    QCOMPARE(probe().model().mask().text(), std::string("5x2x2: 5"));
    QTest::mouseClick(find<QCheckBox>("probeProtect"), Qt::LeftButton, {}, {8, 8});
    QVERIFY(probe().model().isProtecting());
    QCOMPARE(m_window->request().protect, std::string("5x2x2: 5"));
    QSignalSpy finished(&m_window->run(), &RunController::finished);
    m_window->generate();
    QVERIFY(finished.wait(120000));
    const plan::Trace& trace = *m_window->run().result()->trace;
    int selections = 0;
    for (std::size_t cell = 0; cell < trace.cellCount(); ++cell) {
        if (trace.cell(cell).action == plan::Action::Subset && trace.cell(cell).computedTokens > 0) {
            ++selections;
            QVERIFY(trace.isFresh(cell, 0, 5));
        }
    }
    QVERIFY(selections > 0);
}

void TestLabWindow::brushPaintsOnThePlayersPicture()
{
    ProbeModel& model = probe().model();
    PlayerWidget& player = m_window->player();
    ClipCanvas& canvas = player.canvas();
    model.clearMask();
    model.setProtecting(false);
    m_window->caching().model().undoStack().clear();
    player.model().viewStep(PlayerModel::kFinal);
    player.model().setPlaying(false);
    player.model().setFrame(0);
    auto* brush = player.findChild<QAction*>("player.brush");
    QVERIFY(brush && brush->isEnabled());
    QCOMPARE(brush->shortcut(), QKeySequence(Qt::Key_B));
    brush->trigger();
    QVERIFY(canvas.isPainting());
    QVERIFY(model.isProtecting()); // what the brush is for
    QCOMPARE(m_window->request().protect, std::string()); // nothing painted yet

    // A stroke from the first token to the one beside it, then another below.
    const QPoint first = canvas.tokenRect(0, 0).center().toPoint(), second = canvas.tokenRect(0, 1).center().toPoint();
    QTest::mousePress(&canvas, Qt::LeftButton, {}, first);
    QMouseEvent move(
        QEvent::MouseMove, second, canvas.mapToGlobal(second), Qt::NoButton, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&canvas, &move);
    QTest::mouseRelease(&canvas, Qt::LeftButton, {}, second);
    QCOMPARE(model.mask().text(), std::string("5x2x2: 0-1"));
    QTest::mouseClick(&canvas, Qt::LeftButton, {}, canvas.tokenRect(1, 0).center().toPoint());
    QCOMPARE(model.mask().text(), std::string("5x2x2: 0-2"));
    QCOMPARE(m_window->request().protect, std::string("5x2x2: 0-2"));
    QVERIFY(m_window->statusText().text().contains("3 token"));

    // Each stroke is one step of undo; the right button erases.
    m_window->findChild<QAction*>("undo")->trigger();
    QCOMPARE(model.mask().text(), std::string("5x2x2: 0-1"));
    QTest::mouseClick(&canvas, Qt::RightButton, {}, first);
    QCOMPARE(model.mask().text(), std::string("5x2x2: 1"));
    m_window->findChild<QAction*>("undo")->trigger();
    m_window->findChild<QAction*>("undo")->trigger();
    QCOMPARE(model.markedTokens(), 0);
    m_window->findChild<QAction*>("redo")->trigger();
    QCOMPARE(model.mask().text(), std::string("5x2x2: 0-1"));

    // Without the brush the same click paints nothing.
    brush->trigger();
    QTest::mouseClick(&canvas, Qt::LeftButton, {}, canvas.tokenRect(1, 1).center().toPoint());
    QCOMPARE(model.mask().text(), std::string("5x2x2: 0-1"));
    model.clearMask();
}

void TestLabWindow::quickStrokesLeaveNoGap()
{
    ProbeModel& model = probe().model();
    raise("probeDock");
    model.clearMask();
    TokenMapView& map = probe().canvas();
    ClipCanvas& canvas = m_window->player().canvas();
    // From the first token of a frame to its last one in one move: what lies between is painted too.
    const auto stroke = [](QWidget& widget, const QPointF& from, const QPointF& to) {
        QTest::mousePress(&widget, Qt::LeftButton, {}, from.toPoint());
        QMouseEvent move(QEvent::MouseMove, to, widget.mapToGlobal(to), Qt::NoButton, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&widget, &move);
        QTest::mouseRelease(&widget, Qt::LeftButton, {}, to.toPoint());
    };
    stroke(map, map.tokenRect(0).center(), map.tokenRect(5).center());
    QCOMPARE(model.mask().text(), std::string("5x2x2: 0-1 4-5"));
    model.clearMask();
    auto* brush = m_window->player().findChild<QAction*>("player.brush");
    brush->trigger();
    QVERIFY(canvas.isPainting());
    const QRectF left = canvas.tokenRect(0, 0), right = canvas.tokenRect(0, 1);
    stroke(canvas, {left.left() + 1, left.center().y()}, {right.right() - 1, right.center().y()});
    QCOMPARE(model.mask().text(), std::string("5x2x2: 0-1"));
    brush->trigger();
    model.clearMask();
    model.setProtecting(false);
}

void TestLabWindow::deskHasTheLabsMaps()
{
    raise("sensitivityDock");
    QCOMPARE(lab().model().open(m_folder.filePath("lab.safetensors")), QString());
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    QTest::keyClick(m_window.get(), Qt::Key_F, Qt::ControlModifier | Qt::ShiftModifier);
    auto* desk = m_window->findChild<FigureDesk*>();
    QVERIFY(desk);
    auto* list = desk->findChild<QListWidget*>("figures");
    QStringList names;
    for (int row = 0; row < list->count(); ++row) {
        list->setCurrentRow(row);
        const QString name = desk->figure()->name;
        names += name;
        if (name == "sensitivity" || name == "probe-damage") {
            for (const char* suffix : {"svg", "pdf", "png"}) {
                const QString path = m_folder.filePath(name + '.' + suffix);
                QCOMPARE(desk->exportTo(path), QString());
                QVERIFY2(QFileInfo(path).size() > 1500, qPrintable(path));
            }
            QFile twin(m_folder.filePath(name + ".csv"));
            QVERIFY(twin.open(QIODevice::ReadOnly));
            QVERIFY(twin.readAll().count('\n') >= 20);
        }
    }
    QVERIFY2(names.contains("sensitivity"), qPrintable(names.join(' ')));
    QVERIFY2(names.contains("probe-damage"), qPrintable(names.join(' ')));
    desk->close();
}

void TestLabWindow::cleanupTestCase()
{
    m_window->close();
    m_window.reset();
    m_runner.reset();
}

QTEST_MAIN(TestLabWindow)
#include "tst_lab_window.moc"
