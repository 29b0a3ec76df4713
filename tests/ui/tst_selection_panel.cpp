// SPDX-License-Identifier: Apache-2.0
#include "small_run.h"

#include "ui/selection/selection_map_view.h"
#include "ui/selection/selection_panel.h"

#include <QClipboard>
#include <QFile>
#include <QGuiApplication>
#include <QImage>
#include <QLocale>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QWheelEvent>

using namespace toca;
using namespace toca::ui;
using plan::ModuleKind;

class TestSelectionPanel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }
    void init();
    void cleanup()
    {
        delete m_panel;
        m_panel = nullptr;
    }
    void pointingReadsACell();
    void clickActivatesACell();
    void keysMoveAndActivate();
    void copyPutsTheReadoutOnTheClipboard();
    void screenReadersHearTheCurrentCell();
    void fillsAsTheTraceGrows();
    void onlyChangedStepsArePaintedAgain();
    void largeMapPaintsPublishedCellsOnly();
    void fullReusedAndSkippedDifferWithoutColour();
    void cursorStepIsDrawn();
    void ctrlWheelZooms();
    void exportsPictureAndTable();
    void survivesClearAndOtherSizes();

private:
    QPoint middleOf(const MapCell& cell) const { return m_panel->view().cellRect(cell).center().toPoint(); }
    QImage painted() const { return m_panel->view().grab().toImage(); }
    QRgb groundOf(const QImage& picture, const MapCell& cell) const
    {
        // Away from the marks, which stand in the middle and at the lower edge.
        const QRectF rect = m_panel->view().cellRect(cell);
        return picture.pixel(QPoint(qRound(rect.left() + 2), qRound(rect.top() + 2)));
    }

    plan::Plan m_plan;
    std::shared_ptr<plan::Trace> m_trace;
    QWidget m_window; // without size limits, which the offscreen platform would complain about
    SelectionPanel* m_panel = nullptr;
};

void TestSelectionPanel::init()
{
    m_plan = ui::testing::smallPlan(6);
    m_trace = std::make_shared<plan::Trace>(m_plan.geometry(), m_plan.schedule());
    m_panel = new SelectionPanel(&m_window);
    m_window.resize(900, 400);
    m_panel->resize(900, 400);
    m_panel->setPlan(m_plan);
    m_panel->setTrace(m_trace);
    m_panel->show();
    m_window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&m_window));
}

void TestSelectionPanel::pointingReadsACell()
{
    ui::testing::run(*m_trace, m_plan, m_trace->cellCount());
    m_panel->refresh();
    QSignalSpy hovered(m_panel, &SelectionPanel::cellHovered);
    QTest::mouseMove(&m_panel->view(), middleOf({3, 1, ModuleKind::Mlp}));
    QCOMPARE(hovered.count(), 1);
    QCOMPARE(hovered[0][0].toInt(), 3);
    QCOMPARE(hovered[0][1].toInt(), 1);
    QCOMPARE(hovered[0][2].value<ModuleKind>(), ModuleKind::Mlp);
    QVERIFY2(m_panel->readout().contains(QLatin1String("3 / 12 tokens")), qPrintable(m_panel->readout()));
    QTest::mouseMove(&m_panel->view(), middleOf({3, 1, ModuleKind::Mlp}) + QPoint(1, 1));
    QCOMPARE(hovered.count(), 1); // still the same cell
    QSignalSpy left(m_panel, &SelectionPanel::hoverLeft);
    QTest::mouseMove(&m_panel->view(), QPoint(2, 2));
    QCOMPARE(left.count(), 1);
}

void TestSelectionPanel::clickActivatesACell()
{
    QSignalSpy activated(m_panel, &SelectionPanel::cellActivated);
    QTest::mouseClick(&m_panel->view(), Qt::LeftButton, {}, middleOf({2, 0, ModuleKind::CrossAttention}));
    QCOMPARE(activated.count(), 1);
    QCOMPARE(activated[0][0].toInt(), 2);
    QCOMPARE(activated[0][1].toInt(), 0);
    QCOMPARE(activated[0][2].value<ModuleKind>(), ModuleKind::CrossAttention);
    QTest::mouseClick(&m_panel->view(), Qt::LeftButton, {}, QPoint(2, 2));
    QCOMPARE(activated.count(), 1); // beside the cells
}

void TestSelectionPanel::keysMoveAndActivate()
{
    SelectionMapView& view = m_panel->view();
    view.setCurrentCell({2, 0, ModuleKind::SelfAttention});
    QTest::keyClick(&view, Qt::Key_Right);
    QCOMPARE(*view.currentCell(), (MapCell{3, 0, ModuleKind::SelfAttention}));
    QTest::keyClick(&view, Qt::Key_Down);
    QCOMPARE(*view.currentCell(), (MapCell{3, 1, ModuleKind::SelfAttention}));
    QTest::keyClick(&view, Qt::Key_Down);
    QCOMPARE(*view.currentCell(), (MapCell{3, 0, ModuleKind::CrossAttention}));
    QTest::keyClick(&view, Qt::Key_PageDown);
    QCOMPARE(*view.currentCell(), (MapCell{3, 0, ModuleKind::Mlp}));
    QTest::keyClick(&view, Qt::Key_End);
    QCOMPARE(view.currentCell()->evaluation, 5);
    QTest::keyClick(&view, Qt::Key_Right);
    QCOMPARE(view.currentCell()->evaluation, 5);
    QTest::keyClick(&view, Qt::Key_Home);
    QCOMPARE(view.currentCell()->evaluation, 0);
    QSignalSpy activated(m_panel, &SelectionPanel::cellActivated);
    QTest::keyClick(&view, Qt::Key_Return);
    QCOMPARE(activated.count(), 1);
    QTest::keyClick(&view, Qt::Key_Plus);
    QVERIFY(!view.mapLayout().isFitted());
    QTest::keyClick(&view, Qt::Key_0);
    QVERIFY(view.mapLayout().isFitted());
}

void TestSelectionPanel::copyPutsTheReadoutOnTheClipboard()
{
    m_panel->view().setCurrentCell({1, 0, ModuleKind::Mlp});
    QTest::keyClick(&m_panel->view(), Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(QGuiApplication::clipboard()->text(), m_panel->readout());
    QVERIFY(m_panel->readout().contains(QLatin1String("step 1")));
}

void TestSelectionPanel::screenReadersHearTheCurrentCell()
{
    m_panel->view().setCurrentCell({1, 0, ModuleKind::Mlp});
    QVERIFY(m_panel->view().accessibleDescription().contains(QLatin1String("planned")));
    ui::testing::run(*m_trace, m_plan, m_trace->cellCount());
    m_panel->refresh();
    QCOMPARE(m_panel->view().accessibleDescription(),
        QStringLiteral(
            "step 1, spatial layer 0, MLP: 3 of 12 tokens computed, the others reused; last full at step 0"));
    QVERIFY(!m_panel->view().accessibleName().isEmpty());
}

void TestSelectionPanel::fillsAsTheTraceGrows()
{
    const MapCell first{0, 0, ModuleKind::SelfAttention};
    const MapCell second{0, 1, ModuleKind::SelfAttention};
    const QImage planned = painted();
    ui::testing::run(*m_trace, m_plan, 1);
    m_panel->refresh();
    const QImage running = painted();
    QVERIFY(groundOf(running, first) != groundOf(planned, first)); // dimmed before, bright now
    QCOMPARE(groundOf(running, second), groundOf(planned, second));
    ui::testing::run(*m_trace, m_plan, 5);
    m_panel->refresh();
    QCOMPARE(groundOf(painted(), second), groundOf(running, first)); // both full
}

void TestSelectionPanel::onlyChangedStepsArePaintedAgain()
{
    painted();
    const std::size_t before = m_panel->view().paintedCells();
    m_panel->refresh();
    painted();
    QCOMPARE(m_panel->view().paintedCells(), before);
    ui::testing::run(*m_trace, m_plan, 4);
    m_panel->refresh();
    painted();
    QCOMPARE(m_panel->view().paintedCells() - before, std::size_t(6)); // one column
    m_panel->setCursorStep(3);
    painted();
    QCOMPARE(m_panel->view().paintedCells() - before, std::size_t(6)); // cursors lie above the image
}

void TestSelectionPanel::largeMapPaintsPublishedCellsOnly()
{
    plan::Geometry geometry = ui::testing::smallGeometry();
    geometry.layers.clear();
    for (int pair = 0; pair < 28; ++pair) {
        geometry.layers.push_back(plan::LayerKind::Spatial);
        geometry.layers.push_back(plan::LayerKind::Temporal);
    }
    const plan::Plan plan(geometry, plan::uniformSchedule("rflow", 250));
    const auto trace = std::make_shared<plan::Trace>(geometry, plan.schedule());
    m_panel->clear();
    m_window.resize(1400, 560);
    m_panel->resize(1400, 560);
    m_panel->setTrace(trace);
    painted();
    ui::testing::run(*trace, plan, 100 * plan::Trace::cellsPerEvaluation(geometry));
    // The trace has grown, but nobody has looked yet: a repaint for another reason must not read it.
    m_panel->view().update();
    const QImage before = painted();
    m_panel->refresh();
    const QImage after = painted();
    const MapCell run{99, 30, ModuleKind::Mlp};
    const MapCell open{100, 30, ModuleKind::Mlp};
    const auto pixel = [this](const QImage& picture, const MapCell& cell) {
        return picture.pixel(m_panel->view().cellRect(cell).center().toPoint());
    };
    QVERIFY(pixel(before, run) != pixel(after, run));
    QCOMPARE(pixel(before, open), pixel(after, open));
    QCOMPARE(m_panel->model().state(open).source, MapCellState::Source::Unknown);
}

void TestSelectionPanel::fullReusedAndSkippedDifferWithoutColour()
{
    const auto grey = [](const QImage& image) { return image.convertToFormat(QImage::Format_Grayscale8); };
    const auto shape = [&](plan::Action action) {
        // Patterns are compared after removing the ground's own lightness.
        auto trace = std::make_shared<plan::Trace>(m_plan.geometry(), m_plan.schedule());
        plan::TraceCell cell;
        cell.action = action;
        cell.computedTokens = action == plan::Action::Full ? 12 : 0;
        trace->append(cell);
        m_panel->setTrace(trace);
        const QImage image = grey(painted());
        const QRect rect = m_panel->view().cellRect({0, 0, ModuleKind::SelfAttention}).toRect().adjusted(2, 2, -3, -3);
        QByteArray pattern;
        for (int y = rect.top(); y <= rect.bottom(); ++y) {
            for (int x = rect.left(); x <= rect.right(); ++x) {
                const bool marked =
                    qAbs(qGray(image.pixel(x, y)) - qGray(image.pixel(rect.left(), rect.top() + 1))) > 8;
                pattern.append(marked ? 'x' : '.');
            }
        }
        return pattern;
    };
    const QByteArray full = shape(plan::Action::Full);
    const QByteArray reused = shape(plan::Action::Reuse);
    const QByteArray skipped = shape(plan::Action::Skip);
    QVERIFY(full.contains('x'));
    QVERIFY(reused.contains('x'));
    QVERIFY(skipped.contains('x'));
    QVERIFY(full != reused);
    QVERIFY(full != skipped);
    QVERIFY(reused != skipped);
}

void TestSelectionPanel::cursorStepIsDrawn()
{
    const QImage before = painted();
    m_panel->setCursorStep(4);
    const QImage after = painted();
    const QRectF cell = m_panel->view().cellRect({4, 0, ModuleKind::SelfAttention});
    const QPoint edge(qRound(cell.left() - 0.5), qRound(cell.center().y()));
    bool changed = false;
    for (int x = -2; x <= 2; ++x) {
        changed = changed || before.pixel(edge + QPoint(x, 0)) != after.pixel(edge + QPoint(x, 0));
    }
    QVERIFY(changed);
    m_panel->setCursorStep(-1);
    QCOMPARE(painted(), before);
}

void TestSelectionPanel::ctrlWheelZooms()
{
    SelectionMapView& view = m_panel->view();
    const MapCell cell{3, 1, ModuleKind::Mlp};
    const QPointF at = view.cellRect(cell).center();
    QWheelEvent wheel(
        at, view.mapToGlobal(at), {}, {0, 240}, Qt::NoButton, Qt::ControlModifier, Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(&view, &wheel);
    QVERIFY(view.mapLayout().zoom() > 1.5);
    QVERIFY(view.cellRect(cell).contains(at));
}

void TestSelectionPanel::exportsPictureAndTable()
{
    QTemporaryDir folder;
    ui::testing::run(*m_trace, m_plan, 6);
    m_panel->refresh();
    QCOMPARE(m_panel->exportTo(folder.filePath(QStringLiteral("map.png"))), QString());
    const QImage picture(folder.filePath(QStringLiteral("map.png")));
    QCOMPARE(picture.size(), m_panel->view().size() * 2);
    QCOMPARE(m_panel->exportTo(folder.filePath(QStringLiteral("map.csv"))), QString());
    QFile table(folder.filePath(QStringLiteral("map.csv")));
    QVERIFY(table.open(QIODevice::ReadOnly));
    QCOMPARE(table.readAll().count('\n'), 1 + 36);
    QVERIFY(m_panel->exportTo(folder.filePath(QStringLiteral("map.bmp"))).contains(QLatin1String(".png")));
    QVERIFY(!m_panel->exportTo(folder.filePath(QStringLiteral("missing/map.csv"))).isEmpty());
}

void TestSelectionPanel::survivesClearAndOtherSizes()
{
    m_panel->view().setCurrentCell({5, 1, ModuleKind::Mlp});
    m_panel->setTrace(nullptr);
    m_panel->setPlan(ui::testing::smallPlan(2));
    QVERIFY(!m_panel->view().currentCell().has_value()); // there is no step 5 any more
    painted();
    m_panel->clear();
    painted();
    QTest::keyClick(&m_panel->view(), Qt::Key_Right);
    QTest::keyClick(&m_panel->view(), Qt::Key_PageDown);
    QTest::mouseMove(&m_panel->view(), QPoint(300, 100));
    m_panel->refresh();
    QVERIFY(m_panel->readout().isEmpty());
}

QTEST_MAIN(TestSelectionPanel)
#include "tst_selection_panel.moc"
