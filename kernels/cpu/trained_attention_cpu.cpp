// SPDX-License-Identifier: Apache-2.0
#include "kernels/trained_attention.h"

#include "kernels/cpu/lane_functions.h"
#include "kernels/cpu/matrix_tiles.h"

#include <algorithm>
#include <cmath>

namespace toca::kernels {
namespace {

/// Queries that are attended at once: their scores stay in the nearest caches.
constexpr std::int64_t kQueries = 64;

std::int64_t padded(std::int64_t length)
{
    return (length + kLanes - 1) / kLanes * kLanes;
}

/// Where the parts of a thread's memory begin.
struct Memory {
    float *keys, *turnedKeys, *values, *turnedValues; ///< (L, D), (D, L), (L, D), (D, L)
    float *keySums, *valueSums; ///< (L, D)
    float *queries, *gradients, *querySums; ///< (kQueries, D)
    float *scores, *slopes; ///< (kQueries, L)

    Memory(float* memory, std::int64_t width, std::int64_t keyCount)
    {
        const std::int64_t length = padded(keyCount);
        for (float** part : {&keys, &turnedKeys, &values, &turnedValues, &keySums, &valueSums})
            *part = memory, memory += length * width;
        for (float** part : {&queries, &gradients, &querySums})
            *part = memory, memory += kQueries * width;
        for (float** part : {&scores, &slopes})
            *part = memory, memory += kQueries * length;
    }
};

/// How a query or key becomes what is multiplied: normalised, then turned.
template <int kWidth>
struct Preparation {
    const float* weight; ///< null: as it is
    const float* cosines; ///< of this row; null: not turned
    const float* sines;
    float epsilon;
};

TOCA_INLINE void exchangeNeighbours(Lanes& x)
{
    constexpr LaneBits kNeighbours = {1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14};
    x = __builtin_shuffle(x, kNeighbours);
}

template <int kWidth>
TOCA_INLINE float inverseRms(const Lanes (&row)[kWidth], float epsilon)
{
    Lanes squares{};
    for (int j = 0; j < kWidth; ++j)
        squares += row[j] * row[j];
    return 1.0F / std::sqrt(sumOf(squares) / static_cast<float>(kWidth * kLanes) + epsilon);
}

template <int kWidth, class T>
TOCA_INLINE void prepare(float* to, const T* from, const Preparation<kWidth>& how)
{
    Lanes row[kWidth], other, factor;
    for (int j = 0; j < kWidth; ++j)
        load(row[j], from + j * kLanes);
    if (how.weight) {
        const float inverse = inverseRms(row, how.epsilon);
        for (int j = 0; j < kWidth; ++j) {
            load(factor, how.weight + j * kLanes);
            row[j] = row[j] * inverse * factor;
        }
    }
    for (int j = 0; j < kWidth; ++j) {
        if (how.cosines) {
            other = row[j];
            exchangeNeighbours(other);
            load(factor, how.sines + j * kLanes);
            other *= factor;
            load(factor, how.cosines + j * kLanes);
            row[j] = row[j] * factor + other;
        }
        store(to + j * kLanes, row[j]);
    }
}

/// Back through `prepare`. @param given the gradient of its result  @param weightSums (D), added to
template <int kWidth, class T>
TOCA_INLINE void unprepare(T* to, const T* from, const float* given, const Preparation<kWidth>& how, float* weightSums)
{
    Lanes gradient[kWidth], row[kWidth], other, factor;
    for (int j = 0; j < kWidth; ++j) {
        load(gradient[j], given + j * kLanes);
        if (how.cosines) {
            other = gradient[j];
            exchangeNeighbours(other);
            load(factor, how.sines + j * kLanes);
            other *= factor;
            load(factor, how.cosines + j * kLanes);
            gradient[j] = gradient[j] * factor - other;
        }
    }
    if (how.weight) {
        for (int j = 0; j < kWidth; ++j)
            load(row[j], from + j * kLanes);
        const float inverse = inverseRms(row, how.epsilon);
        Lanes products{};
        for (int j = 0; j < kWidth; ++j) {
            row[j] *= inverse;
            load(other, weightSums + j * kLanes);
            other += gradient[j] * row[j];
            store(weightSums + j * kLanes, other);
            load(factor, how.weight + j * kLanes);
            gradient[j] *= factor;
            products += gradient[j] * row[j];
        }
        const float mean = sumOf(products) / static_cast<float>(kWidth * kLanes);
        for (int j = 0; j < kWidth; ++j)
            gradient[j] = inverse * (gradient[j] - row[j] * mean);
    }
    for (int j = 0; j < kWidth; ++j)
        store(to + j * kLanes, gradient[j]);
}

/// One step of turning 16 x 16 values: exchanges the blocks of kSize x kSize on both sides of the diagonal.
template <int kSize>
TOCA_INLINE void exchangeBlocks(Lanes (&block)[kLanes])
{
    LaneBits low, high;
    for (std::uint32_t i = 0; i < kLanes; ++i) {
        low[i] = (i & kSize) ? i - kSize + kLanes : i;
        high[i] = (i & kSize) ? i + kLanes : i + kSize;
    }
    for (int r = 0; r < kLanes; ++r)
        if (!(r & kSize)) {
            const Lanes upper = block[r], lower = block[r + kSize];
            block[r] = __builtin_shuffle(upper, lower, low);
            block[r + kSize] = __builtin_shuffle(upper, lower, high);
        }
}

/// (rows, 16 kWidth) -> (16 kWidth, padded rows), zeros where there is no row
template <int kWidth>
TOCA_INLINE void turn(float* to, const float* from, std::int64_t rows)
{
    const std::int64_t length = padded(rows);
    Lanes block[kLanes];
    for (std::int64_t first = 0; first < rows; first += kLanes)
        for (std::int64_t c = 0; c < kWidth * kLanes; c += kLanes) {
            for (int i = 0; i < kLanes; ++i) {
                block[i] = Lanes{};
                if (first + i < rows)
                    load(block[i], from + (first + i) * kWidth * kLanes + c);
            }
            exchangeBlocks<8>(block);
            exchangeBlocks<4>(block);
            exchangeBlocks<2>(block);
            exchangeBlocks<1>(block);
            for (int i = 0; i < kLanes; ++i)
                store(to + (c + i) * length + first, block[i]);
        }
}

/// Scores become probabilities; those behind the last key become 0.
TOCA_INLINE void softmax(float* row, std::int64_t keys, float scale)
{
    const std::int64_t length = padded(keys);
    for (std::int64_t c = keys; c < length; ++c)
        row[c] = -__builtin_inff();
    const float factor = 1.0F / exponentiate(row, length, scale);
    Lanes values;
    for (std::int64_t c = 0; c < length; c += kLanes) {
        load(values, row + c);
        values *= factor;
        store(row + c, values);
    }
}

/// slopes = scores (slopes - sum(scores slopes)) scale: the gradient of scores before their softmax
TOCA_INLINE void softmaxGradient(float* slopes, const float* scores, std::int64_t length, float scale)
{
    Lanes sums{}, a, b;
    for (std::int64_t c = 0; c < length; c += kLanes) {
        load(a, slopes + c);
        load(b, scores + c);
        sums += a * b;
    }
    const float sum = sumOf(sums);
    for (std::int64_t c = 0; c < length; c += kLanes) {
        load(a, slopes + c);
        load(b, scores + c);
        a = b * (a - sum) * scale;
        store(slopes + c, a);
    }
}

/// One head of one sequence.
template <int kWidth, class T>
struct Head {
    static constexpr std::int64_t kSize = kWidth * kLanes;
    const TrainedAttention& operation;
    const AttentionSequence& sequence;
    const Memory& memory;
    std::int64_t at; ///< the head's first value in a row

    TOCA_INLINE std::int64_t length() const { return padded(sequence.keys); }
    TOCA_INLINE std::int64_t query(std::int64_t i) const { return sequence.firstQuery + i * operation.queryStep; }
    TOCA_INLINE std::int64_t key(std::int64_t i) const
    {
        return (sequence.firstKey + i * operation.keyStep) * operation.keyStride + at;
    }
    TOCA_INLINE Preparation<kWidth> preparation(const float* weight, std::int64_t i) const
    {
        const std::int64_t row = i * kSize;
        return {weight, operation.cosines ? operation.cosines + row : nullptr,
            operation.cosines ? operation.sines + row : nullptr, operation.epsilon};
    }
    TOCA_INLINE void loadKeys(bool turnsValues) const
    {
        for (std::int64_t i = 0; i < sequence.keys; ++i) {
            prepare<kWidth>(memory.keys + i * kSize, static_cast<const T*>(operation.k) + key(i),
                preparation(operation.keyWeight, i));
            prepare<kWidth>(memory.values + i * kSize, static_cast<const T*>(operation.v) + key(i),
                Preparation<kWidth>{nullptr, nullptr, nullptr, 0});
        }
        turn<kWidth>(memory.turnedKeys, memory.keys, sequence.keys);
        if (turnsValues)
            turn<kWidth>(memory.turnedValues, memory.values, sequence.keys);
    }
    /// The probabilities of the queries [first, first + count).
    TOCA_INLINE void attend(std::int64_t first, std::int64_t count) const
    {
        for (std::int64_t i = 0; i < count; ++i)
            prepare<kWidth>(memory.queries + i * kSize,
                static_cast<const T*>(operation.q) + query(first + i) * operation.queryStride + at,
                preparation(operation.queryWeight, first + i));
        multiply({memory.queries, kSize, 1, memory.turnedKeys, length(), memory.scores, length(), count, kSize,
            length(), false});
        for (std::int64_t i = 0; i < count; ++i)
            softmax(memory.scores + i * length(), sequence.keys, operation.scale);
    }
    TOCA_INLINE void forward() const
    {
        loadKeys(false);
        for (std::int64_t first = 0; first < sequence.queries; first += kQueries) {
            const std::int64_t count = std::min(kQueries, sequence.queries - first);
            attend(first, count);
            multiply({memory.scores, length(), 1, memory.values, kSize, memory.querySums, kSize, count, sequence.keys,
                kSize, false});
            Lanes values;
            for (std::int64_t i = 0; i < count; ++i)
                for (std::int64_t c = 0; c < kSize; c += kLanes) {
                    load(values, memory.querySums + i * kSize + c);
                    store(static_cast<T*>(operation.out) + query(first + i) * operation.heads * kSize + at + c, values);
                }
        }
    }
    TOCA_INLINE void backward(float* weightSums) const
    {
        loadKeys(true);
        std::fill_n(memory.keySums, sequence.keys * kSize, 0.0F);
        std::fill_n(memory.valueSums, sequence.keys * kSize, 0.0F);
        for (std::int64_t first = 0; first < sequence.queries; first += kQueries) {
            const std::int64_t count = std::min(kQueries, sequence.queries - first);
            attend(first, count);
            for (std::int64_t i = 0; i < count; ++i)
                prepare<kWidth>(memory.gradients + i * kSize,
                    static_cast<const T*>(operation.outGradient) + query(first + i) * operation.heads * kSize + at,
                    Preparation<kWidth>{nullptr, nullptr, nullptr, 0});
            multiply({memory.scores, 1, length(), memory.gradients, kSize, memory.valueSums, kSize, sequence.keys,
                count, kSize, true});
            multiply({memory.gradients, kSize, 1, memory.turnedValues, length(), memory.slopes, length(), count, kSize,
                length(), false});
            for (std::int64_t i = 0; i < count; ++i)
                softmaxGradient(memory.slopes + i * length(), memory.scores + i * length(), length(), operation.scale);
            multiply({memory.slopes, 1, length(), memory.queries, kSize, memory.keySums, kSize, sequence.keys, count,
                kSize, true});
            multiply({memory.slopes, length(), 1, memory.keys, kSize, memory.querySums, kSize, count, sequence.keys,
                kSize, false});
            for (std::int64_t i = 0; i < count; ++i) {
                const std::int64_t row = query(first + i) * operation.queryStride + at;
                unprepare<kWidth>(static_cast<T*>(operation.qGradient) + row, static_cast<const T*>(operation.q) + row,
                    memory.querySums + i * kSize, preparation(operation.queryWeight, first + i), weightSums);
            }
        }
        Lanes values;
        for (std::int64_t i = 0; i < sequence.keys; ++i) {
            unprepare<kWidth>(static_cast<T*>(operation.kGradient) + key(i),
                static_cast<const T*>(operation.k) + key(i), memory.keySums + i * kSize,
                preparation(operation.keyWeight, i), weightSums + kSize);
            for (std::int64_t c = 0; c < kSize; c += kLanes) {
                load(values, memory.valueSums + i * kSize + c);
                store(static_cast<T*>(operation.vGradient) + key(i) + c, values);
            }
        }
    }
};

template <int kWidth, class T>
TOCA_INLINE void run(
    const TrainedAttention& operation, std::int64_t first, std::int64_t last, float* memory, float* weightSums)
{
    for (std::int64_t s = first; s < last; ++s) {
        const AttentionSequence& sequence = operation.sequences[s];
        const Memory parts(memory, kWidth * kLanes, sequence.keys);
        for (std::int64_t head = 0; head < operation.heads; ++head) {
            const Head<kWidth, T> one{operation, sequence, parts, head * kWidth * kLanes};
            if (weightSums)
                one.backward(weightSums);
            else
                one.forward();
        }
    }
}

// One version per width of a head, element and instruction set.
#define TOCA_ATTENTION_VERSION(name, kWidth, T)                                                                        \
    TOCA_PER_INSTRUCTION_SET void name(                                                                                \
        const TrainedAttention& operation, std::int64_t first, std::int64_t last, float* memory, float* weightSums)    \
    {                                                                                                                  \
        run<kWidth, T>(operation, first, last, memory, weightSums);                                                    \
    }
TOCA_ATTENTION_VERSION(floats16, 1, float)
TOCA_ATTENTION_VERSION(floats32, 2, float)
TOCA_ATTENTION_VERSION(floats64, 4, float)
TOCA_ATTENTION_VERSION(halves16, 1, BFloat16)
TOCA_ATTENTION_VERSION(halves32, 2, BFloat16)
TOCA_ATTENTION_VERSION(halves64, 4, BFloat16)
#undef TOCA_ATTENTION_VERSION

void dispatch(
    const TrainedAttention& operation, std::int64_t first, std::int64_t last, float* memory, float* weightSums)
{
    const bool isFloat = operation.element == Element::Float32;
    switch (operation.headSize) {
    case 16:
        return (isFloat ? floats16 : halves16)(operation, first, last, memory, weightSums);
    case 32:
        return (isFloat ? floats32 : halves32)(operation, first, last, memory, weightSums);
    default:
        return (isFloat ? floats64 : halves64)(operation, first, last, memory, weightSums);
    }
}

} // namespace

bool hasTrainedAttention(std::int64_t headSize)
{
    return headSize == 16 || headSize == 32 || headSize == 64;
}

std::int64_t trainedAttentionMemory(std::int64_t headSize, std::int64_t longest)
{
    return padded(longest) * (6 * headSize + 2 * kQueries) + 3 * kQueries * headSize;
}

void trainedAttention(const TrainedAttention& operation, std::int64_t first, std::int64_t last, float* memory)
{
    dispatch(operation, first, last, memory, nullptr);
}

void trainedAttentionGradient(
    const TrainedAttention& operation, std::int64_t first, std::int64_t last, float* memory, float* weightSums)
{
    dispatch(operation, first, last, memory, weightSums);
}

} // namespace toca::kernels
