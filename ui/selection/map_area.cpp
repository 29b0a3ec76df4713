// SPDX-License-Identifier: Apache-2.0
#include "ui/selection/map_area.h"

#include "ui/selection/cell_text.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>
#include <set>

namespace toca::ui {
namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("toca::ui::MapArea", text);
}

} // namespace

MapArea MapArea::between(int column, int row, int otherColumn, int otherRow)
{
    return {
        std::min(column, otherColumn), std::max(column, otherColumn), std::min(row, otherRow), std::max(row, otherRow)};
}

MapAreaSums sumsOf(const SelectionMapModel& model, const MapArea& area)
{
    MapAreaSums sums;
    double allSeconds = 0;
    for (int column = 0; column < model.columns(); ++column) {
        for (int row = 0; row < model.rows(); ++row) {
            const MapCellState state = model.state(model.cellAt(column, row));
            allSeconds += state.seconds;
            if (column < area.firstColumn || column > area.lastColumn || row < area.firstRow || row > area.lastRow) {
                continue;
            }
            ++sums.cells;
            if (state.source == MapCellState::Source::Unknown) {
                continue;
            }
            ++sums.known;
            sums.freshRatio += state.freshRatio();
            if (state.source == MapCellState::Source::Happened) {
                ++sums.happened;
                sums.flops += state.flops;
                sums.seconds += state.seconds;
                sums.selectionSeconds += state.selectionSeconds;
            }
        }
    }
    if (sums.known > 0) {
        sums.freshRatio /= sums.known;
    }
    if (allSeconds > 0) {
        sums.shareOfSeconds = sums.seconds / allSeconds;
    }
    return sums;
}

QString areaText(const SelectionMapModel& model, const MapArea& area)
{
    const MapAreaSums sums = sumsOf(model, area);
    std::set<int> layers;
    QStringList modules;
    for (int row = area.firstRow; row <= area.lastRow; ++row) {
        const MapCell cell = model.cellAt(area.firstColumn, row);
        layers.insert(cell.layer);
        const QString module = moduleTitle(cell.module);
        if (!modules.contains(module)) {
            modules += module;
        }
    }
    const int first = model.step(area.firstColumn);
    const int last = model.step(area.lastColumn);
    QString text = first == last ? tr("step %1").arg(first) : tr("steps %1 to %2").arg(first).arg(last);
    text += layers.size() == 1 ? QStringLiteral(", ") + layerTitle(model.geometry(), *layers.begin())
                               : tr(", %1 layers").arg(layers.size());
    text += QStringLiteral(", ") + modules.join(QStringLiteral(" + "));
    text += tr(": %1 cells, %2 computed on average").arg(sums.cells).arg(percentText(sums.freshRatio));
    if (sums.happened > 0) {
        text += tr(", %1, %2 (%3 of the modules' time), of it %4 selection")
                    .arg(flopsText(sums.flops), secondsText(sums.seconds), percentText(sums.shareOfSeconds),
                        secondsText(sums.selectionSeconds));
    }
    if (sums.happened < sums.known) {
        text += tr(", %1 of them planned").arg(sums.known - sums.happened);
    }
    return text;
}

} // namespace toca::ui
