// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cpu/lanes.h"

namespace toca::kernels {

/// c (+)= a b of small float matrices that lie in the nearest caches. Widths of b and c are multiples of 16.
struct SmallProduct {
    const float* a = nullptr; ///< a[i, k] at i * aRow + k * aColumn: a matrix or its transpose
    std::int64_t aRow = 0, aColumn = 1;
    const float* b = nullptr;
    std::int64_t bRow = 0;
    float* c = nullptr;
    std::int64_t cRow = 0;
    std::int64_t rows = 0, inner = 0, columns = 0;
    bool adds = false;
};

/// kRows x (16 kVectors) values of the product, kept in registers.
template <int kRows, int kVectors>
TOCA_INLINE void multiplyTile(const SmallProduct& p, std::int64_t row, std::int64_t column)
{
    Lanes sums[kRows][kVectors], values[kVectors];
    for (int i = 0; i < kRows; ++i)
        for (int j = 0; j < kVectors; ++j) {
            sums[i][j] = Lanes{};
            if (p.adds)
                load(sums[i][j], p.c + (row + i) * p.cRow + column + j * kLanes);
        }
    const float* a = p.a + row * p.aRow;
    const float* b = p.b + column;
    for (std::int64_t k = 0; k < p.inner; ++k, a += p.aColumn, b += p.bRow) {
        for (int j = 0; j < kVectors; ++j)
            load(values[j], b + j * kLanes);
        for (int i = 0; i < kRows; ++i)
            for (int j = 0; j < kVectors; ++j)
                sums[i][j] += a[i * p.aRow] * values[j];
    }
    for (int i = 0; i < kRows; ++i)
        for (int j = 0; j < kVectors; ++j)
            store(p.c + (row + i) * p.cRow + column + j * kLanes, sums[i][j]);
}

template <int kVectors>
TOCA_INLINE void multiplyColumns(const SmallProduct& p, std::int64_t column)
{
    std::int64_t row = 0;
    for (; row + 4 <= p.rows; row += 4)
        multiplyTile<4, kVectors>(p, row, column);
    switch (p.rows - row) {
    case 3:
        multiplyTile<3, kVectors>(p, row, column);
        break;
    case 2:
        multiplyTile<2, kVectors>(p, row, column);
        break;
    case 1:
        multiplyTile<1, kVectors>(p, row, column);
        break;
    default:
        break;
    }
}

TOCA_INLINE void multiply(const SmallProduct& p)
{
    std::int64_t column = 0;
    for (; column + 4 * kLanes <= p.columns; column += 4 * kLanes)
        multiplyColumns<4>(p, column);
    for (; column + 2 * kLanes <= p.columns; column += 2 * kLanes)
        multiplyColumns<2>(p, column);
    if (column < p.columns)
        multiplyColumns<1>(p, column);
}

} // namespace toca::kernels
