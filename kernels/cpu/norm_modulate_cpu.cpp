// SPDX-License-Identifier: Apache-2.0
#include "kernels/norm_modulate.h"

#include "kernels/cpu/row_kernel.h"

#include <cmath>

namespace toca::kernels {
namespace {

template <class T>
TOCA_INLINE float meanOf(const T* row, std::int64_t width)
{
    Lanes sums{};
    Lanes values;
    std::int64_t c = 0;
    for (; c + kLanes <= width; c += kLanes) {
        load(values, row + c);
        sums += values;
    }
    float sum = sumOf(sums);
    for (; c < width; ++c)
        sum += toFloat(row[c]);
    return sum / static_cast<float>(width);
}

/// Second pass: a difference of sums of squares would lose the small variance of a large mean.
template <class T>
TOCA_INLINE float varianceOf(const T* row, std::int64_t width, float mean)
{
    Lanes sums{};
    Lanes values;
    std::int64_t c = 0;
    for (; c + kLanes <= width; c += kLanes) {
        load(values, row + c);
        values -= mean;
        sums += values * values;
    }
    float sum = sumOf(sums);
    for (; c < width; ++c) {
        const float difference = toFloat(row[c]) - mean;
        sum += difference * difference;
    }
    return sum / static_cast<float>(width);
}

template <class T>
TOCA_INLINE void rowsOf(const NormModulate& operation, std::int64_t first, std::int64_t last)
{
    const std::int64_t width = operation.width;
    for (std::int64_t row = first; row < last; ++row) {
        const std::int64_t b = row / operation.chosen, k = row % operation.chosen;
        const std::int64_t token = operation.ids ? operation.ids[row] : k;
        const T* x = static_cast<const T*>(operation.x) + (b * operation.tokens + token) * width;
        const T* shift = static_cast<const T*>(operation.shift) + b * operation.shiftStride;
        const T* scale = static_cast<const T*>(operation.scale) + b * operation.scaleStride;
        T* out = static_cast<T*>(operation.out) + row * width;
        const float mean = meanOf(x, width);
        const float inverse = 1.0F / std::sqrt(varianceOf(x, width, mean) + operation.epsilon);
        Lanes values, scales, shifts;
        std::int64_t c = 0;
        for (; c + kLanes <= width; c += kLanes) {
            load(values, x + c);
            load(scales, scale + c);
            load(shifts, shift + c);
            values = (values - mean) * inverse * (1.0F + scales) + shifts;
            store(out + c, values);
        }
        for (; c < width; ++c)
            fromFloat(out[c], (toFloat(x[c]) - mean) * inverse * (1.0F + toFloat(scale[c])) + toFloat(shift[c]));
    }
}

} // namespace

TOCA_ROW_KERNEL(normModulate, NormModulate)

} // namespace toca::kernels
