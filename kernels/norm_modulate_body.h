// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/block.h"
#include "kernels/norm_modulate.h"
#include "kernels/pack.h"

#include <cmath>

namespace toca::kernels {

/// A row for each warp: its mean, its variance from a second pass (a difference of sums of squares would lose the small
/// variance of a large mean), and the modulated values. The row stays in the nearest cache between the passes.
template <class Values, class T>
struct NormModulateBody {
    struct Shared { };
    static constexpr int kThreads = 128;

    NormModulate operation;

    TOCA_HD std::int64_t blocks() const { return (operation.rows() + kThreads / kWarp - 1) / (kThreads / kWarp); }

    template <class Block>
    TOCA_HD void run(Block& block) const
    {
        constexpr std::int64_t kStep = ValuesIn<Values>::kCount * kWarp;
        const std::int64_t row = block.index() * (kThreads / kWarp) + block.thread() / kWarp;
        if (row >= operation.rows())
            return; // whole warps
        const std::int64_t lane = block.thread() % kWarp * ValuesIn<Values>::kCount, width = operation.width;
        const std::int64_t b = row / operation.chosen;
        const std::int64_t token = operation.ids ? operation.ids[row] : row % operation.chosen;
        const T* const x = static_cast<const T*>(operation.x) + (b * operation.tokens + token) * width;
        const T* const shift = static_cast<const T*>(operation.shift) + b * operation.shiftStride;
        const T* const scale = static_cast<const T*>(operation.scale) + b * operation.scaleStride;
        T* const out = static_cast<T*>(operation.out) + row * width;
        Values values, scales, shifts;
        float sum = 0;
        for (std::int64_t c = lane; c < width; c += kStep) {
            load(values, x + c);
            sum += sumOf(values);
        }
        const float mean = block.warpSum(sum) / static_cast<float>(width);
        sum = 0;
        for (std::int64_t c = lane; c < width; c += kStep) {
            load(values, x + c);
            values = values - mean;
            sum += sumOf(values * values);
        }
        const float variance = block.warpSum(sum) / static_cast<float>(width);
        const float inverse = 1.0F / sqrtf(variance + operation.epsilon);
        for (std::int64_t c = lane; c < width; c += kStep) {
            load(values, x + c);
            load(scales, scale + c);
            load(shifts, shift + c);
            values = (values - mean) * inverse * (scales + 1.0F) + shifts;
            store(out + c, values);
        }
    }
};

} // namespace toca::kernels
