// SPDX-License-Identifier: Apache-2.0
#include "kernels/column_sums.h"

#include "kernels/cpu/lanes.h"

namespace toca::kernels {
namespace {

/// kVectors * 16 columns at once, whose sums stay in registers.
template <int kVectors, class T>
TOCA_INLINE void sumColumns(const T* matrix, std::int64_t width, std::int64_t rows, float* sums)
{
    Lanes totals[kVectors] = {}, values;
    for (std::int64_t r = 0; r < rows; ++r, matrix += width)
        for (int j = 0; j < kVectors; ++j) {
            load(values, matrix + j * kLanes);
            totals[j] += values;
        }
    for (int j = 0; j < kVectors; ++j)
        store(sums + j * kLanes, totals[j]);
}

template <class T>
TOCA_INLINE void run(const ColumnSums& operation, std::int64_t first, std::int64_t last, float* sums)
{
    const std::int64_t width = operation.width;
    const T* matrix = static_cast<const T*>(operation.matrix) + first * width;
    std::int64_t c = 0;
    for (; c + 4 * kLanes <= width; c += 4 * kLanes)
        sumColumns<4>(matrix + c, width, last - first, sums + c);
    for (; c + kLanes <= width; c += kLanes)
        sumColumns<1>(matrix + c, width, last - first, sums + c);
    for (; c < width; ++c) {
        sums[c] = 0;
        for (std::int64_t r = 0; r < last - first; ++r)
            sums[c] += toFloat(matrix[r * width + c]);
    }
}

TOCA_PER_INSTRUCTION_SET void ofFloats(const ColumnSums& operation, std::int64_t first, std::int64_t last, float* sums)
{
    run<float>(operation, first, last, sums);
}
TOCA_PER_INSTRUCTION_SET void ofHalves(const ColumnSums& operation, std::int64_t first, std::int64_t last, float* sums)
{
    run<BFloat16>(operation, first, last, sums);
}

} // namespace

void columnSums(const ColumnSums& operation, std::int64_t first, std::int64_t last, float* sums)
{
    (operation.element == Element::Float32 ? ofFloats : ofHalves)(operation, first, last, sums);
}

} // namespace toca::kernels
