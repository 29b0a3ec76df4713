// SPDX-License-Identifier: Apache-2.0
#include "small_run.h"

#include "ui/selection/cell_text.h"
#include "ui/selection/selection_map_model.h"

#include <QLocale>
#include <QSignalSpy>
#include <QTest>

using namespace toca;
using namespace toca::ui;
using plan::ModuleKind;
using Source = MapCellState::Source;

class TestSelectionMapModel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }
    void rowsAndCellsAreInverse_data();
    void rowsAndCellsAreInverse();
    void classModelsHaveNoCrossAttentionRows();
    void planShowsBeforeTheRun();
    void onlySeenCellsHaveHappened();
    void refreshNamesTheChangedEvaluations();
    void planOfOtherSizeIsLeftOut();
    void cellsOutsideAreUnknown();
    void readoutSaysEveryValue();
    void sentenceNamesTheLastFullStep();
    void layersAreCountedWithinTheirKind();
    void csvHasOneLinePerKnownCell();
    void unitsAreReadable();
};

void TestSelectionMapModel::rowsAndCellsAreInverse_data()
{
    QTest::addColumn<bool>("byModule");
    QTest::newRow("by module") << true;
    QTest::newRow("by layer") << false;
}

void TestSelectionMapModel::rowsAndCellsAreInverse()
{
    QFETCH(bool, byModule);
    SelectionMapModel model;
    model.setPlan(ui::testing::smallPlan(4));
    model.setRowOrder(byModule ? SelectionMapModel::RowOrder::ByModule : SelectionMapModel::RowOrder::ByLayer);
    QCOMPARE(model.rows(), 6);
    for (int row = 0; row < 6; ++row) {
        const MapCell cell = model.cellAt(2, row);
        QVERIFY(model.contains(cell));
        QCOMPARE(model.rowOf(cell.layer, cell.module), row);
    }
    // Row 1: second layer's self-attention, or first layer's cross-attention.
    const MapCell second{2, byModule ? 1 : 0, byModule ? ModuleKind::SelfAttention : ModuleKind::CrossAttention};
    QCOMPARE(model.cellAt(2, 1), second);
}

void TestSelectionMapModel::classModelsHaveNoCrossAttentionRows()
{
    SelectionMapModel model;
    model.setPlan(plan::Plan(ui::testing::pictureGeometry(), plan::uniformSchedule("ddim", 3)));
    for (const auto order : {SelectionMapModel::RowOrder::ByModule, SelectionMapModel::RowOrder::ByLayer}) {
        model.setRowOrder(order);
        QCOMPARE(model.rows(), 4);
        for (int row = 0; row < 4; ++row) {
            const MapCell cell = model.cellAt(0, row);
            QVERIFY(cell.module != ModuleKind::CrossAttention);
            QCOMPARE(model.rowOf(cell.layer, cell.module), row);
        }
    }
    QVERIFY(!model.contains({0, 0, ModuleKind::CrossAttention}));
    QVERIFY(!selectionCsv(model).contains("cross_attention"));
}

void TestSelectionMapModel::planShowsBeforeTheRun()
{
    SelectionMapModel model;
    QVERIFY(model.isEmpty());
    QSignalSpy changed(&model, &SelectionMapModel::layoutChanged);
    model.setPlan(ui::testing::smallPlan(4));
    QCOMPARE(changed.count(), 1);
    QCOMPARE(model.columns(), 4);
    const MapCellState mlp = model.state({2, 0, ModuleKind::Mlp});
    QCOMPARE(mlp.source, Source::Planned);
    QCOMPARE(mlp.action, plan::Action::Subset);
    QCOMPARE(mlp.freshRatio(), 0.25);
    QCOMPARE(model.state({0, 0, ModuleKind::Mlp}).freshRatio(), 1.0);
    QVERIFY(!model.isRunning());
}

void TestSelectionMapModel::onlySeenCellsHaveHappened()
{
    const plan::Plan plan = ui::testing::smallPlan(4);
    const auto trace = std::make_shared<plan::Trace>(plan.geometry(), plan.schedule());
    SelectionMapModel model;
    model.setTrace(trace);
    QCOMPARE(model.state({0, 0, ModuleKind::SelfAttention}).source, Source::Unknown);
    ui::testing::run(*trace, plan, 3);
    // Published meanwhile, but not looked at yet: a paint in between must not read it.
    QCOMPARE(model.state({0, 0, ModuleKind::SelfAttention}).source, Source::Unknown);
    model.refresh();
    QCOMPARE(model.state({0, 0, ModuleKind::Mlp}).source, Source::Happened);
    QCOMPARE(model.state({0, 1, ModuleKind::SelfAttention}).source, Source::Unknown);
    QVERIFY(model.isRunning());
    model.setPlan(plan);
    QCOMPARE(model.state({0, 1, ModuleKind::SelfAttention}).source, Source::Planned);
    ui::testing::run(*trace, plan, trace->cellCount() - 3);
    model.refresh();
    QVERIFY(!model.isRunning());
    model.clear();
    QVERIFY(model.isEmpty());
}

void TestSelectionMapModel::refreshNamesTheChangedEvaluations()
{
    const plan::Plan plan = ui::testing::smallPlan(5);
    const auto trace = std::make_shared<plan::Trace>(plan.geometry(), plan.schedule());
    SelectionMapModel model;
    model.setTrace(trace);
    QSignalSpy cells(&model, &SelectionMapModel::cellsChanged);
    model.refresh();
    QCOMPARE(cells.count(), 0);
    ui::testing::run(*trace, plan, 8); // one evaluation has 6 cells
    model.refresh();
    QCOMPARE(cells.count(), 1);
    QCOMPARE(cells[0][0].toInt(), 0);
    QCOMPARE(cells[0][1].toInt(), 1);
    ui::testing::run(*trace, plan, 4); // the second evaluation's last cells
    model.refresh();
    QCOMPARE(cells[1][0].toInt(), 1);
    QCOMPARE(cells[1][1].toInt(), 1);
    model.refresh();
    QCOMPARE(cells.count(), 2);
}

void TestSelectionMapModel::planOfOtherSizeIsLeftOut()
{
    const plan::Plan plan = ui::testing::smallPlan(4);
    SelectionMapModel model;
    model.setTrace(std::make_shared<plan::Trace>(plan.geometry(), plan.schedule()));
    model.setPlan(ui::testing::smallPlan(9));
    QCOMPARE(model.columns(), 4);
    QCOMPARE(model.state({1, 0, ModuleKind::Mlp}).source, Source::Unknown);
}

void TestSelectionMapModel::cellsOutsideAreUnknown()
{
    SelectionMapModel model;
    model.setPlan(ui::testing::smallPlan(4));
    for (const MapCell& cell : {MapCell{-1, 0, ModuleKind::Mlp}, MapCell{4, 0, ModuleKind::Mlp},
             MapCell{0, 2, ModuleKind::Mlp}, MapCell{0, -1, ModuleKind::Mlp}}) {
        QVERIFY(!model.contains(cell));
        QCOMPARE(model.state(cell).source, Source::Unknown);
        QVERIFY(cellReadout(model, cell).isEmpty());
        QVERIFY(cellSentence(model, cell).isEmpty());
    }
    QVERIFY(!model.evaluationOfStep(4).has_value());
    QCOMPARE(*model.evaluationOfStep(3), 3);
}

void TestSelectionMapModel::readoutSaysEveryValue()
{
    const plan::Plan plan = ui::testing::smallPlan(4);
    const auto trace = std::make_shared<plan::Trace>(plan.geometry(), plan.schedule());
    SelectionMapModel model;
    model.setPlan(plan);
    QVERIFY(cellReadout(model, {2, 1, ModuleKind::Mlp}).contains(QLatin1String("planned: subset")));
    ui::testing::run(*trace, plan, trace->cellCount());
    model.setTrace(trace);
    const QString text = cellReadout(model, {2, 1, ModuleKind::Mlp});
    for (const char* part :
        {"step 2", "temporal layer 0", "MLP", "subset", "3 / 12 tokens", "25", "4.00", "ms", "2.00", "MFLOP"}) {
        QVERIFY2(text.contains(QLatin1String(part)), qPrintable(text));
    }
    QVERIFY(cellToolTip(model, {2, 1, ModuleKind::Mlp}).contains(QLatin1String("last full at step 0")));
}

void TestSelectionMapModel::sentenceNamesTheLastFullStep()
{
    const plan::Plan plan = ui::testing::smallPlan(4);
    const auto trace = std::make_shared<plan::Trace>(plan.geometry(), plan.schedule());
    ui::testing::run(*trace, plan, trace->cellCount());
    SelectionMapModel model;
    model.setTrace(trace);
    QCOMPARE(cellSentence(model, {2, 1, ModuleKind::Mlp}),
        QStringLiteral(
            "step 2, temporal layer 0, MLP: 3 of 12 tokens computed, the others reused; last full at step 0"));
    QCOMPARE(cellSentence(model, {3, 0, ModuleKind::SelfAttention}),
        QStringLiteral("step 3, spatial layer 0, self-attention: all 12 tokens reused; last full at step 0"));
    QCOMPARE(cellSentence(model, {0, 0, ModuleKind::Mlp}),
        QStringLiteral("step 0, spatial layer 0, MLP: all 12 tokens computed"));
}

void TestSelectionMapModel::layersAreCountedWithinTheirKind()
{
    plan::Geometry geometry = ui::testing::smallGeometry();
    geometry.layers = {
        plan::LayerKind::Spatial, plan::LayerKind::Temporal, plan::LayerKind::Spatial, plan::LayerKind::Temporal};
    QCOMPARE(layerTitle(geometry, 3), QStringLiteral("temporal layer 1"));
    QCOMPARE(layerShortTitle(geometry, 2), QStringLiteral("S1"));
    geometry.layers = {plan::LayerKind::Joint, plan::LayerKind::Joint};
    QCOMPARE(layerTitle(geometry, 1), QStringLiteral("layer 1"));
}

void TestSelectionMapModel::csvHasOneLinePerKnownCell()
{
    const plan::Plan plan = ui::testing::smallPlan(3);
    const auto trace = std::make_shared<plan::Trace>(plan.geometry(), plan.schedule());
    ui::testing::run(*trace, plan, 7);
    SelectionMapModel model;
    model.setTrace(trace);
    QByteArrayList lines = selectionCsv(model).split('\n');
    QCOMPARE(lines.size(), 9); // header, 7 cells, nothing after the last line end
    model.setPlan(plan);
    lines = selectionCsv(model).split('\n');
    QCOMPARE(lines.size(), 20);
    QVERIFY(lines[1].startsWith("0,0,"));
    QVERIFY(lines[1].contains(",0,spatial,0,self_attention,happened,full,12,12,1,"));
    QVERIFY(lines[18].contains(",1,temporal,0,mlp,planned,subset,3,12,0.25,0,0,0"));
}

void TestSelectionMapModel::unitsAreReadable()
{
    const auto plain = [](QString text) { return text.replace(QChar(0x00a0), QLatin1Char(' ')); };
    QCOMPARE(plain(flopsText(1.05e12)), QStringLiteral("1.05 TFLOP"));
    QCOMPARE(plain(flopsText(21.1e6)), QStringLiteral("21.1 MFLOP"));
    QCOMPARE(plain(flopsText(5e15)), QStringLiteral("5000 TFLOP"));
    QCOMPARE(plain(bytesText(1536)), QStringLiteral("1.50 KiB"));
    QCOMPARE(plain(bytesText(0)), QStringLiteral("0 B"));
    QCOMPARE(plain(secondsText(0.00042)), QStringLiteral("0.42 ms"));
    QCOMPARE(plain(secondsText(1.3)), QStringLiteral("1.30 s"));
    QCOMPARE(plain(percentText(0.25)), QStringLiteral("25 %"));
    QCOMPARE(plain(percentText(0.1469)), QStringLiteral("14.7 %"));
}

QTEST_GUILESS_MAIN(TestSelectionMapModel)
#include "tst_selection_map_model.moc"
