// SPDX-License-Identifier: Apache-2.0
#include "kernels/trained_rows.h"

#include "kernels/cpu/lanes.h"

#include <cmath>

namespace toca::kernels {
namespace {

/// As many values from `at` on as are left of a row, zeros behind them.
template <class T>
TOCA_INLINE void loadAt(Lanes& to, const T* row, std::int64_t at, std::int64_t width)
{
    if (at + kLanes <= width) {
        load(to, row + at);
        return;
    }
    T values[kLanes] = {};
    for (std::int64_t i = 0; at + i < width; ++i)
        values[i] = row[at + i];
    load(to, values);
}

template <class T>
TOCA_INLINE void storeAt(T* row, const Lanes& from, std::int64_t at, std::int64_t width)
{
    if (at + kLanes <= width) {
        store(row + at, from);
        return;
    }
    T values[kLanes];
    store(values, from);
    for (std::int64_t i = 0; at + i < width; ++i)
        row[at + i] = values[i];
}

struct Moments {
    float mean, inverse;
};

TOCA_INLINE Moments momentsOf(const float* row, std::int64_t width, float epsilon)
{
    Lanes sums{}, values;
    for (std::int64_t c = 0; c < width; c += kLanes) {
        loadAt(values, row, c, width);
        sums += values;
    }
    const float mean = sumOf(sums) / static_cast<float>(width);
    const std::int64_t whole = width / kLanes * kLanes;
    sums = Lanes{};
    for (std::int64_t c = 0; c < whole; c += kLanes) {
        load(values, row + c);
        values -= mean;
        sums += values * values;
    }
    float sum = sumOf(sums);
    for (std::int64_t c = whole; c < width; ++c)
        sum += (row[c] - mean) * (row[c] - mean);
    return {mean, 1.0F / std::sqrt(sum / static_cast<float>(width) + epsilon)};
}

template <class T>
TOCA_INLINE void norm(const TrainedRows& rows, T* out, std::int64_t first, std::int64_t last)
{
    const std::int64_t width = rows.width;
    for (std::int64_t row = first; row < last; ++row) {
        const float* x = rows.x + row * width;
        const std::int64_t vector = row / rows.tokens * rows.vectorStride;
        const auto [mean, inverse] = momentsOf(x, width, rows.epsilon);
        Lanes values, scale, shift;
        for (std::int64_t c = 0; c < width; c += kLanes) {
            loadAt(values, x, c, width);
            loadAt(scale, rows.scale + vector, c, width);
            loadAt(shift, rows.shift + vector, c, width);
            values = (values - mean) * inverse * (1.0F + scale) + shift;
            storeAt(out + row * width, values, c, width);
        }
    }
}

template <class T>
TOCA_INLINE void normGradient(
    const TrainedRows& rows, const TrainedNormGradient& gradient, std::int64_t first, std::int64_t last)
{
    const std::int64_t width = rows.width;
    const auto share = 1.0F / static_cast<float>(width);
    for (std::int64_t b = first; b < last; ++b) {
        const float* scales = rows.scale + b * rows.vectorStride;
        float* shiftSums = gradient.shift + b * width;
        float* scaleSums = gradient.scale + b * width;
        for (std::int64_t c = 0; c < width; ++c)
            shiftSums[c] = scaleSums[c] = 0;
        for (std::int64_t row = b * rows.tokens; row < (b + 1) * rows.tokens; ++row) {
            const float* x = rows.x + row * width;
            const T* given = static_cast<const T*>(gradient.out) + row * width;
            float* out = gradient.x + row * width;
            const auto [mean, inverse] = momentsOf(x, width, rows.epsilon);
            // With h = (x - mean) inverse and g = given (1 + scale): inverse (g - mean(g) - h mean(g h))
            Lanes sums{}, products{};
            for (std::int64_t c = 0; c < width; c += kLanes) {
                Lanes values, gradients, scale, sum;
                loadAt(values, x, c, width);
                loadAt(gradients, given, c, width);
                loadAt(scale, scales, c, width);
                values = (values - mean) * inverse;
                loadAt(sum, shiftSums, c, width);
                sum += gradients;
                storeAt(shiftSums, sum, c, width);
                loadAt(sum, scaleSums, c, width);
                sum += gradients * values; // 0 behind the row's end
                storeAt(scaleSums, sum, c, width);
                gradients *= 1.0F + scale;
                sums += gradients;
                products += gradients * values;
            }
            const float mean1 = sumOf(sums) * share, mean2 = sumOf(products) * share;
            for (std::int64_t c = 0; c < width; c += kLanes) {
                Lanes values, gradients, scale;
                loadAt(values, x, c, width);
                loadAt(gradients, given, c, width);
                loadAt(scale, scales, c, width);
                values = (values - mean) * inverse;
                values = inverse * (gradients * (1.0F + scale) - mean1 - values * mean2);
                if (gradient.passed) {
                    loadAt(gradients, gradient.passed + row * width, c, width);
                    values += gradients;
                }
                storeAt(out, values, c, width);
            }
        }
    }
}

template <class T>
TOCA_INLINE void gate(const TrainedRows& rows, float* out, std::int64_t first, std::int64_t last)
{
    const std::int64_t width = rows.width;
    for (std::int64_t row = first; row < last; ++row) {
        const float* gates = rows.gate ? rows.gate + row / rows.tokens * rows.vectorStride : nullptr;
        Lanes values, added, factors = Lanes{} + 1.0F;
        for (std::int64_t c = 0; c < width; c += kLanes) {
            loadAt(values, rows.x + row * width, c, width);
            loadAt(added, static_cast<const T*>(rows.y) + row * width, c, width);
            if (gates)
                loadAt(factors, gates, c, width);
            values += factors * added;
            storeAt(out + row * width, values, c, width);
        }
    }
}

template <class T>
TOCA_INLINE void gateGradient(
    const TrainedRows& rows, const TrainedGateGradient& gradient, std::int64_t first, std::int64_t last)
{
    const std::int64_t width = rows.width;
    for (std::int64_t b = first; b < last; ++b) {
        const float* gates = rows.gate ? rows.gate + b * rows.vectorStride : nullptr;
        float* gateSums = rows.gate ? gradient.gate + b * width : nullptr;
        for (std::int64_t c = 0; gates && c < width; ++c)
            gateSums[c] = 0;
        for (std::int64_t row = b * rows.tokens; row < (b + 1) * rows.tokens; ++row) {
            Lanes gradients, values, sum;
            for (std::int64_t c = 0; c < width; c += kLanes) {
                loadAt(gradients, gradient.out + row * width, c, width);
                if (gates) {
                    loadAt(values, static_cast<const T*>(rows.y) + row * width, c, width);
                    loadAt(sum, gateSums, c, width);
                    sum += gradients * values;
                    storeAt(gateSums, sum, c, width);
                    loadAt(values, gates, c, width);
                    gradients *= values;
                }
                storeAt(static_cast<T*>(gradient.y) + row * width, gradients, c, width);
            }
        }
    }
}

// One version per element and instruction set.
#define TOCA_TRAINED_KERNEL(name, body, Argument, Cast)                                                                \
    namespace {                                                                                                        \
    TOCA_PER_INSTRUCTION_SET void name##Floats(                                                                        \
        const TrainedRows& rows, Argument argument, std::int64_t first, std::int64_t last)                             \
    {                                                                                                                  \
        using T = float;                                                                                               \
        body<T>(rows, Cast(argument), first, last);                                                                    \
    }                                                                                                                  \
    TOCA_PER_INSTRUCTION_SET void name##Halves(                                                                        \
        const TrainedRows& rows, Argument argument, std::int64_t first, std::int64_t last)                             \
    {                                                                                                                  \
        using T = BFloat16;                                                                                            \
        body<T>(rows, Cast(argument), first, last);                                                                    \
    }                                                                                                                  \
    }                                                                                                                  \
    void name(const TrainedRows& rows, Argument argument, std::int64_t first, std::int64_t last)                       \
    {                                                                                                                  \
        if (rows.element == Element::Float32)                                                                          \
            name##Floats(rows, argument, first, last);                                                                 \
        else                                                                                                           \
            name##Halves(rows, argument, first, last);                                                                 \
    }

} // namespace

TOCA_TRAINED_KERNEL(trainedNorm, norm, void*, static_cast<T*>)
TOCA_TRAINED_KERNEL(trainedNormGradient, normGradient, const TrainedNormGradient&, )
TOCA_TRAINED_KERNEL(trainedGate, gate, float*, )
TOCA_TRAINED_KERNEL(trainedGateGradient, gateGradient, const TrainedGateGradient&, )

} // namespace toca::kernels
