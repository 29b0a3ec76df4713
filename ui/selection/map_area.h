// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/selection/selection_map_model.h"

#include <QString>

namespace toca::ui {

/// Cells between two columns and two rows of the map, both included.
struct MapArea {
    int firstColumn = 0;
    int lastColumn = -1;
    int firstRow = 0;
    int lastRow = -1;

    static MapArea between(int column, int row, int otherColumn, int otherRow);
    int cells() const { return (lastColumn - firstColumn + 1) * (lastRow - firstRow + 1); }
    bool operator==(const MapArea&) const = default;
};

/// What the cells of an area add up to.
struct MapAreaSums {
    int cells = 0;
    int known = 0; ///< happened or planned
    int happened = 0;
    double freshRatio = 0; ///< mean over the known cells
    double flops = 0; ///< of those that happened
    double seconds = 0; ///< of those that happened, selection included
    double selectionSeconds = 0;
    double shareOfSeconds = 0; ///< of all modules of the run so far
};
MapAreaSums sumsOf(const SelectionMapModel& model, const MapArea& area);
/// "steps 4 to 12, 8 layers, MLP: 72 cells, 37.2 % computed on average, 1.20 GFLOP, 34.1 ms (12.1 % of the modules'
/// time)"
QString areaText(const SelectionMapModel& model, const MapArea& area);

} // namespace toca::ui
