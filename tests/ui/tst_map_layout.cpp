// SPDX-License-Identifier: Apache-2.0
#include "ui/selection/map_layout.h"

#include <QTest>

using toca::ui::MapLayout;

class TestMapLayout : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void fittedCellsFillTheViewport();
    void everyCellIsFoundAtItsMiddle();
    void gapsAndOutsideHoldNoCell();
    void zoomKeepsThePointUnderThePointer();
    void panStopsAtTheEnds();
    void revealShowsACellAtTheFarEnd();
    void manyCellsScrollInsteadOfVanishing();
    void emptyMapHasNoCells();
};

static MapLayout layout(int columns, int rows, int rowsPerGroup)
{
    MapLayout map;
    map.setViewport({100, 10, 600, 250});
    map.setCells(columns, rows, rowsPerGroup);
    return map;
}

void TestMapLayout::fittedCellsFillTheViewport()
{
    const MapLayout map = layout(30, 24, 8);
    QCOMPARE(map.cellWidth(), 20.0);
    QCOMPARE(map.left(0), 100.0);
    QCOMPARE(map.left(30), 700.0);
    QCOMPARE(map.top(0), 10.0);
    QVERIFY(qAbs(map.bottom(23) - 260.0) < 1e-9);
    QVERIFY(map.top(8) - map.bottom(7) > 1.0); // a gap parts the bands
}

void TestMapLayout::everyCellIsFoundAtItsMiddle()
{
    MapLayout map = layout(30, 24, 8);
    map.zoomAt({350, 90}, 1.7);
    for (int row = 0; row < 24; ++row) {
        for (int column = 0; column < 30; ++column) {
            const QPointF middle = map.cellRect(column, row).center();
            if (map.viewport().contains(middle)) {
                QCOMPARE(map.columnAt(middle.x()), column);
                QCOMPARE(map.rowAt(middle.y()), row);
            }
        }
    }
}

void TestMapLayout::gapsAndOutsideHoldNoCell()
{
    const MapLayout map = layout(30, 24, 8);
    QCOMPARE(map.rowAt((map.bottom(7) + map.top(8)) / 2), -1);
    QCOMPARE(map.columnAt(99.0), -1);
    QCOMPARE(map.columnAt(700.5), -1);
    QCOMPARE(map.rowAt(5.0), -1);
}

void TestMapLayout::zoomKeepsThePointUnderThePointer()
{
    MapLayout map = layout(30, 168, 56);
    const QPointF at(405, 60);
    const int column = map.columnAt(at.x());
    const int row = map.rowAt(at.y());
    for (int i = 0; i < 12; ++i) {
        map.zoomAt(at, 1.25);
        QCOMPARE(map.columnAt(at.x()), column);
        QCOMPARE(map.rowAt(at.y()), row);
    }
    QVERIFY(!map.isFitted());
    map.fit();
    QVERIFY(map.isFitted());
    QCOMPARE(map.left(0), 100.0);
}

void TestMapLayout::panStopsAtTheEnds()
{
    MapLayout map = layout(30, 24, 8);
    map.pan({-50, -50});
    QCOMPARE(map.left(0), 100.0); // nothing to scroll
    map.zoomAt({400, 100}, 4);
    map.pan({1e6, 1e6});
    QCOMPARE(map.left(0), 100.0);
    QCOMPARE(map.top(0), 10.0);
    map.pan({-1e6, -1e6});
    QVERIFY(qAbs(map.left(30) - 700.0) < 1e-6);
    QVERIFY(qAbs(map.bottom(23) - 260.0) < 1e-6);
}

void TestMapLayout::revealShowsACellAtTheFarEnd()
{
    MapLayout map = layout(30, 24, 8);
    map.zoomAt({100, 10}, 8);
    QVERIFY(!map.viewport().contains(map.cellRect(29, 23).center()));
    map.reveal(29, 23);
    QVERIFY(map.viewport().contains(map.cellRect(29, 23).center()));
    QCOMPARE(map.lastVisibleColumn(), 29);
}

void TestMapLayout::manyCellsScrollInsteadOfVanishing()
{
    MapLayout map = layout(1000, 600, 200);
    QVERIFY(map.cellWidth() >= MapLayout::kSmallestCell);
    QVERIFY(map.cellHeight() >= MapLayout::kSmallestCell);
    QVERIFY(map.lastVisibleColumn() < 999);
    map.reveal(999, 599);
    QCOMPARE(map.lastVisibleColumn(), 999);
}

void TestMapLayout::emptyMapHasNoCells()
{
    MapLayout map = layout(0, 0, 1);
    map.zoomAt({400, 100}, 2);
    QCOMPARE(map.columnAt(400), -1);
    QCOMPARE(map.rowAt(100), -1);
    QCOMPARE(map.lastVisibleColumn(), -1);
}

QTEST_GUILESS_MAIN(TestMapLayout)
#include "tst_map_layout.moc"
