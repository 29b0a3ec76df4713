// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/element.h"
#include "kernels/token_scores.h"

// Compiled without fused multiplications (see CMakeLists.txt): a score that differs in its last bit can choose another
// token.
namespace toca::kernels {

/// The sum of the terms from place `i` of all rows on, as many as `Values` holds.
template <class Values>
TOCA_BODY void scoreSumAt(const TokenScores& operation, std::int64_t i)
{
    Values sum{};
    int first = 0;
    if (operation.ages) {
        load(sum, operation.ages + i);
        sum = sum / operation.interval * operation.ageWeight;
    } else if (operation.termCount > 0) {
        load(sum, operation.terms[0] + i);
        sum = sum * operation.weights[0];
        first = 1;
    }
    for (int term = first; term < operation.termCount; ++term) {
        Values values;
        load(values, operation.terms[term] + i);
        sum += values * operation.weights[term];
    }
    store(operation.score + i, sum);
}

/// Blocks of one row that may get a bonus.
TOCA_BODY std::int64_t bonusCells(const TokenScores& operation)
{
    const std::int64_t rows = (operation.gridRows + operation.cell - 1) / operation.cell;
    const std::int64_t columns = (operation.gridColumns + operation.cell - 1) / operation.cell;
    return operation.frames * rows * columns;
}

/// Gives block `index` of row `row` its bonus. @pre the sums of its tokens are there
TOCA_BODY void addBonusAt(const TokenScores& operation, std::int64_t row, std::int64_t index)
{
    const std::int64_t cell = operation.cell, columns = (operation.gridColumns + cell - 1) / cell;
    const std::int64_t rows = (operation.gridRows + cell - 1) / cell;
    const std::int64_t left = index % columns * cell, top = index / columns % rows * cell;
    const std::int64_t frame = index / (columns * rows);
    const std::int64_t right = left + cell < operation.gridColumns ? left + cell : operation.gridColumns;
    const std::int64_t bottom = top + cell < operation.gridRows ? top + cell : operation.gridRows;
    float* const score =
        operation.score + (row * operation.frames + frame) * operation.gridRows * operation.gridColumns;
    float* best = score + top * operation.gridColumns + left;
    for (std::int64_t y = top; y < bottom; ++y)
        for (std::int64_t x = left; x < right; ++x) {
            float* const here = score + y * operation.gridColumns + x;
            if (*here > *best || (*here != *here && *best == *best))
                best = here;
        }
    const float more = operation.bonus * *best;
    *best += more;
}

// What a GPU's threads share out: all sums first, then all blocks.

struct ScoreSumBody {
    TokenScores operation;
    TOCA_HD std::int64_t count() const { return operation.rows * operation.tokens(); }
    TOCA_HD void operator()(std::int64_t i) const { scoreSumAt<float>(operation, i); }
};

struct SpatialBonusBody {
    TokenScores operation;
    TOCA_HD std::int64_t count() const { return operation.rows * bonusCells(operation); }
    TOCA_HD void operator()(std::int64_t i) const
    {
        addBonusAt(operation, i / bonusCells(operation), i % bonusCells(operation));
    }
};

} // namespace toca::kernels
