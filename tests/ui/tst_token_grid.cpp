// SPDX-License-Identifier: Apache-2.0
#include "small_run.h"

#include "ui/selection/token_grid_panel.h"
#include "ui/selection/token_grid_view.h"

#include <QComboBox>
#include <QFile>
#include <QLocale>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace toca;
using namespace toca::ui;
using plan::ModuleKind;
using Quantity = TokenGridModel::Quantity;

class TestTokenGrid : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }
    void init();
    void cleanup()
    {
        delete m_panel;
        m_panel = nullptr;
    }
    void stateAgeAndScoreOfEachToken();
    void levelsSpanTheColourMap();
    void cellAppearsWhenItIsPublished();
    void everyTokenIsFoundAtItsMiddle();
    void pointingReadsAToken();
    void arrowsStepThroughCells();
    void ctrlArrowsMoveOverTokens();
    void computedAndReusedDifferInShape();
    void scoresNeedATraceThatKeepsThem();
    void exportsTable();
    void cellsOutsideShowNothing();
    void guidanceRowsOfPictures();

private:
    plan::Plan m_plan;
    std::shared_ptr<plan::Trace> m_trace;
    QWidget m_window; // without size limits, which the offscreen platform would complain about
    TokenGridPanel* m_panel = nullptr;
};

void TestTokenGrid::init()
{
    m_plan = ui::testing::smallPlan(4);
    m_trace = std::make_shared<plan::Trace>(m_plan.geometry(), m_plan.schedule(), 1, plan::TraceLevel::Scores);
    ui::testing::run(*m_trace, m_plan, m_trace->cellCount());
    m_panel = new TokenGridPanel(&m_window);
    m_window.resize(600, 320);
    m_panel->resize(600, 320);
    m_panel->setTrace(m_trace);
    m_panel->show();
    m_window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&m_window));
}

void TestTokenGrid::stateAgeAndScoreOfEachToken()
{
    TokenGridModel model;
    model.setTrace(m_trace);
    QVERIFY(!model.isAvailable());
    model.showCell({3, 1, ModuleKind::Mlp});
    QVERIFY(model.isAvailable());
    for (std::int64_t token = 0; token < 12; ++token) {
        const bool fresh = token == 0 || token == 1 || token == 7;
        QCOMPARE(model.isFresh(token), fresh);
        QCOMPARE(model.age(token), fresh ? 0 : 3); // computed last at step 0
        QCOMPARE(model.score(token), fresh ? 2.0f : 0.5f);
    }
    QCOMPARE(model.tokenText(7), QStringLiteral("frame 1, row 0, column 1: computed, age 0, score 2"));
    QCOMPARE(model.tokenText(5), QStringLiteral("frame 0, row 1, column 2: reused, age 3, score 0.5"));
    QCOMPARE(model.tokenAt(1, 0, 1), 7);
}

void TestTokenGrid::levelsSpanTheColourMap()
{
    TokenGridModel model;
    model.setTrace(m_trace);
    model.showCell({3, 1, ModuleKind::Mlp});
    QCOMPARE(model.level(0, Quantity::State), 1.0);
    QCOMPARE(model.level(2, Quantity::State), 0.0);
    QCOMPARE(model.level(0, Quantity::Age), 0.0);
    QCOMPARE(model.level(2, Quantity::Age), 0.75); // age 3 on a scale that is never shorter than 4
    QCOMPARE(model.level(0, Quantity::Score), 1.0);
    QCOMPARE(model.level(2, Quantity::Score), 0.0);
    model.showCell({3, 1, ModuleKind::SelfAttention}); // no selection, so no scores
    QVERIFY(!model.hasScores());
    QCOMPARE(model.level(0, Quantity::Score), 0.0);
}

void TestTokenGrid::cellAppearsWhenItIsPublished()
{
    const auto trace = std::make_shared<plan::Trace>(m_plan.geometry(), m_plan.schedule());
    TokenGridModel model;
    model.setTrace(trace);
    model.showCell({0, 1, ModuleKind::Mlp}); // the sixth cell
    QSignalSpy changed(&model, &TokenGridModel::changed);
    ui::testing::run(*trace, m_plan, 5);
    model.refresh();
    QCOMPARE(changed.count(), 0);
    QVERIFY(!model.isAvailable());
    ui::testing::run(*trace, m_plan, 1);
    model.refresh();
    QCOMPARE(changed.count(), 1);
    QVERIFY(model.isAvailable());
    model.refresh();
    QCOMPARE(changed.count(), 1);
}

void TestTokenGrid::everyTokenIsFoundAtItsMiddle()
{
    m_panel->showCell(1, 0, ModuleKind::Mlp);
    for (std::int64_t token = 0; token < 12; ++token) {
        const QRectF rect = m_panel->view().tokenRect(token);
        QVERIFY(QRectF(m_panel->view().rect()).contains(rect));
        QCOMPARE(m_panel->view().tokenAt(rect.center()), token);
    }
    QCOMPARE(m_panel->view().tokenAt({1, 1}), -1);
}

void TestTokenGrid::pointingReadsAToken()
{
    m_panel->showCell(1, 0, ModuleKind::Mlp);
    QSignalSpy hovered(m_panel, &TokenGridPanel::tokenHovered);
    QTest::mouseMove(&m_panel->view(), m_panel->view().tokenRect(7).center().toPoint());
    QCOMPARE(hovered.count(), 1);
    QCOMPARE(hovered[0][0].toLongLong(), 7);
    QCOMPARE(m_panel->readout(), QStringLiteral("frame 1, row 0, column 1: computed, age 0, score 2"));
    QCOMPARE(m_panel->view().accessibleDescription(), m_panel->readout());
}

void TestTokenGrid::arrowsStepThroughCells()
{
    m_panel->showCell(1, 0, ModuleKind::Mlp);
    QSignalSpy changed(m_panel, &TokenGridPanel::cellChanged);
    QTest::keyClick(&m_panel->view(), Qt::Key_Right);
    QCOMPARE(changed.count(), 1);
    QCOMPARE(changed[0][0].toInt(), 2);
    QVERIFY2(m_panel->title().startsWith(QLatin1String("Step 2, spatial layer 0, MLP")), qPrintable(m_panel->title()));
    QVERIFY(m_panel->title().contains(QLatin1String("3 of 12")));
    QTest::keyClick(&m_panel->view(), Qt::Key_Down);
    QCOMPARE(changed[1][1].toInt(), 1);
    QTest::keyClick(&m_panel->view(), Qt::Key_Down);
    QCOMPARE(changed.count(), 2); // the last layer
    QTest::keyClick(&m_panel->view(), Qt::Key_PageUp);
    QCOMPARE(changed[2][2].value<ModuleKind>(), ModuleKind::CrossAttention);
    for (int i = 0; i < 9; ++i) {
        QTest::keyClick(&m_panel->view(), Qt::Key_Left);
    }
    QCOMPARE(m_panel->model().cell()->evaluation, 0);
}

void TestTokenGrid::ctrlArrowsMoveOverTokens()
{
    m_panel->showCell(1, 0, ModuleKind::Mlp);
    QTest::keyClick(&m_panel->view(), Qt::Key_Right, Qt::ControlModifier);
    QCOMPARE(m_panel->view().hoveredToken(), 0);
    QTest::keyClick(&m_panel->view(), Qt::Key_Right, Qt::ControlModifier);
    QTest::keyClick(&m_panel->view(), Qt::Key_Down, Qt::ControlModifier);
    QCOMPARE(m_panel->view().hoveredToken(), 4); // one row further = three columns
}

void TestTokenGrid::computedAndReusedDifferInShape()
{
    m_panel->showCell(1, 0, ModuleKind::Mlp);
    const QImage picture = m_panel->view().grab().toImage();
    const auto uniform = [&](std::int64_t token) {
        const QRect rect = m_panel->view().tokenRect(token).toRect();
        const QRgb middle = picture.pixel(rect.center());
        return picture.pixel(rect.topLeft() + QPoint(2, 2)) == middle;
    };
    QVERIFY(uniform(0)); // a whole square
    QVERIFY(!uniform(2)); // a small square on its ground
}

void TestTokenGrid::scoresNeedATraceThatKeepsThem()
{
    m_panel->showCell(1, 0, ModuleKind::Mlp);
    m_panel->setQuantity(Quantity::Score);
    QCOMPARE(m_panel->view().quantity(), Quantity::Score);
    const auto without = std::make_shared<plan::Trace>(m_plan.geometry(), m_plan.schedule());
    ui::testing::run(*without, m_plan, without->cellCount());
    m_panel->setTrace(without);
    QCOMPARE(m_panel->view().quantity(), Quantity::State);
    QVERIFY(!m_panel->model().hasScores());
    m_panel->grab();
}

void TestTokenGrid::exportsTable()
{
    QTemporaryDir folder;
    m_panel->showCell(1, 0, ModuleKind::Mlp);
    QCOMPARE(m_panel->exportTo(folder.filePath(QStringLiteral("tokens.csv"))), QString());
    QFile file(folder.filePath(QStringLiteral("tokens.csv")));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArrayList lines = file.readAll().split('\n');
    QCOMPARE(lines.size(), 14);
    QCOMPARE(lines[8], QByteArray("1,0,1,computed,0,2,,,"));
    QCOMPARE(m_panel->exportTo(folder.filePath(QStringLiteral("tokens.png"))), QString());
    QVERIFY(!QImage(folder.filePath(QStringLiteral("tokens.png"))).isNull());
}

void TestTokenGrid::cellsOutsideShowNothing()
{
    m_panel->showCell(99, 0, ModuleKind::Mlp);
    QVERIFY(!m_panel->model().isAvailable());
    m_panel->refresh();
    m_panel->grab();
    m_panel->showCell(-1, -1, ModuleKind::Mlp);
    m_panel->refresh();
    m_panel->grab();
    m_panel->clear();
    m_panel->grab();
    QVERIFY(m_panel->title().isEmpty());
}

void TestTokenGrid::guidanceRowsOfPictures()
{
    auto* rows = m_panel->findChild<QComboBox*>("selectionRow");
    QVERIFY2(rows->isHidden(), "all rows of this run choose together");
    const plan::Geometry geometry = ui::testing::pictureGeometry();
    auto trace = std::make_shared<plan::Trace>(geometry, plan::uniformSchedule("ddim", 1), 2);
    plan::TraceCell cell;
    cell.action = plan::Action::Subset;
    cell.selected = true;
    cell.computedTokens = 2;
    const std::vector<std::int64_t> fresh{0, 1, 10, 11}; // with class, without class
    trace->append(cell, fresh);
    m_panel->setTrace(trace);
    m_panel->showCell(0, 0, ModuleKind::SelfAttention);
    QVERIFY(!rows->isHidden());
    QCOMPARE(rows->itemText(0), QString("with class"));
    QCOMPARE(rows->itemText(1), QString("without class"));
    QVERIFY(m_panel->model().isFresh(0) && !m_panel->model().isFresh(10));
    QSignalSpy changed(m_panel, &TokenGridPanel::selectionRowChanged);
    rows->setFocus();
    QTest::keyClick(rows, Qt::Key_Down);
    QCOMPARE(changed.count(), 1);
    QVERIFY(!m_panel->model().isFresh(0) && m_panel->model().isFresh(10));
    // Modules go from self-attention straight to the MLP.
    QCOMPARE(m_panel->model().neighbour(0, 0, 1)->module, ModuleKind::Mlp);
    m_panel->setTrace(m_trace);
    QVERIFY(rows->isHidden());
}

QTEST_MAIN(TestTokenGrid)
#include "tst_token_grid.moc"
