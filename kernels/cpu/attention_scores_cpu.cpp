// SPDX-License-Identifier: Apache-2.0
#include "kernels/attention_scores.h"

#include "kernels/cpu/lane_functions.h"

namespace toca::kernels {
namespace {

/// values *= factor, and sums += values where they are wanted
template <bool kScales>
TOCA_INLINE void addScaled(float* sums, float* values, std::int64_t length, float factor)
{
    Lanes sum, value;
    std::int64_t c = 0;
    for (; c + kLanes <= length; c += kLanes) {
        load(sum, sums + c);
        load(value, values + c);
        value *= factor;
        sum += value;
        if constexpr (kScales)
            store(values + c, value);
        store(sums + c, sum);
    }
    if (c == length)
        return;
    loadSome(sum, sums + c, length - c, 0.0F);
    loadSome(value, values + c, length - c, 0.0F);
    value *= factor;
    sum += value;
    if constexpr (kScales)
        storeSome(values + c, value, length - c);
    storeSome(sums + c, sum, length - c);
}

/// -sum p ln(p + 1e-7) of p = factor * values
TOCA_INLINE float entropyOf(const float* values, std::int64_t length, float factor)
{
    constexpr float kSmall = 1e-7F; // as published
    Lanes sums{};
    for (std::int64_t c = 0; c < length; c += kLanes) {
        Lanes p;
        if (c + kLanes <= length)
            load(p, values + c);
        else
            loadSome(p, values + c, length - c, 0.0F);
        p *= factor;
        Lanes logarithm = p + kSmall;
        logarithms(logarithm);
        sums += p * logarithm;
    }
    return -sumOf(sums);
}

} // namespace

TOCA_PER_INSTRUCTION_SET
void addReceivedAttention(float* scores, std::int64_t rows, std::int64_t length, float scale, float* sums)
{
    for (std::int64_t row = 0; row < rows; ++row) {
        float* values = scores + row * length;
        const float whole = exponentiate(values, length, scale);
        addScaled<false>(sums, values, length, 1.0F / whole);
    }
}

TOCA_PER_INSTRUCTION_SET
void attentionEntropy(const AttentionEntropy& operation, std::int64_t first, std::int64_t last, float* mean)
{
    const std::int64_t length = operation.length, queries = operation.queries, heads = operation.heads;
    for (std::int64_t row = first; row < last; ++row) {
        const std::int64_t b = row / queries, k = row % queries;
        for (std::int64_t l = 0; l < length; ++l)
            mean[l] = 0;
        for (std::int64_t head = 0; head < heads; ++head) {
            float* values = static_cast<float*>(operation.scores) + ((b * heads + head) * queries + k) * length;
            addScaled<true>(mean, values, length, 1.0F / exponentiate(values, length, operation.scale));
        }
        operation.entropy[row] = entropyOf(mean, length, operation.weight / static_cast<float>(heads));
    }
}

} // namespace toca::kernels
