// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/attention_scores.h"
#include "kernels/block.h"

#include <cmath>

namespace toca::kernels {

/// ln(sum e^x) of values that are divided among the threads of a warp: what one thread has seen of them.
struct RunningLogSumExp {
    float largest = -INFINITY;
    float sum = 0; ///< of e^(x - largest)

    TOCA_BODY void see(float x)
    {
        if (x > largest) {
            sum *= expf(largest - x); // of nothing: 0
            largest = x;
        }
        // A NaN makes the sum one; -infinity beside nothing but itself adds nothing.
        if (x != -INFINITY)
            sum += expf(x - largest);
    }

    /// Of all threads of the warp; -infinity when all of it is.
    template <class Block>
    TOCA_BODY float ofWarp(Block& block) const
    {
        const float most = block.warpLargest(largest);
        const float all = block.warpSum(largest == -INFINITY && sum == 0 ? 0.0F : sum * expf(largest - most));
        return most + logf(all);
    }
};

/// A row for each warp.
template <class T>
struct LogSumExpBody {
    struct Shared { };
    static constexpr int kThreads = 128;

    ReceivedAttention operation;

    TOCA_HD std::int64_t blocks() const
    {
        return (operation.maps * operation.rows + kThreads / kWarp - 1) / (kThreads / kWarp);
    }

    template <class Block>
    TOCA_HD void run(Block& block) const
    {
        const std::int64_t row = block.index() * (kThreads / kWarp) + block.thread() / kWarp;
        if (row >= operation.maps * operation.rows)
            return; // whole warps
        const T* const scores = static_cast<const T*>(operation.scores) + row * operation.length;
        RunningLogSumExp running;
        for (std::int64_t l = block.thread() % kWarp; l < operation.length; l += kWarp)
            running.see(operation.scale * toFloat(scores[l]));
        const float result = running.ofWarp(block);
        if (block.thread() % kWarp == 0)
            operation.logSumExp[row] = result;
    }
};

/// 32 keys of one map for each block: a thread sums every eighth row of its key, so that neighbouring threads read
/// neighbouring scores, and the eight sums are added in a fixed order.
template <class T>
struct ReceivedAttentionBody {
    static constexpr int kRowsAtOnce = 8;
    static constexpr int kThreads = kWarp * kRowsAtOnce;
    struct Shared {
        float sums[kRowsAtOnce][kWarp];
    };

    ReceivedAttention operation;

    TOCA_HD std::int64_t stripes() const { return (operation.length + kWarp - 1) / kWarp; }
    TOCA_HD std::int64_t blocks() const { return operation.maps * stripes(); }

    template <class Block>
    TOCA_HD void run(Block& block) const
    {
        Shared& shared = block.template shared<Shared>();
        const std::int64_t map = block.index() / stripes();
        const int column = block.thread() % kWarp, part = block.thread() / kWarp;
        const std::int64_t key = block.index() % stripes() * kWarp + column;
        float sum = 0;
        if (key < operation.length)
            for (std::int64_t row = part; row < operation.rows; row += kRowsAtOnce) {
                const std::int64_t at = map * operation.rows + row;
                const float score = toFloat(static_cast<const T*>(operation.scores)[at * operation.length + key]);
                sum += expf(operation.scale * score - operation.logSumExp[at]);
            }
        shared.sums[part][column] = sum;
        block.sync();
        if (part != 0 || key >= operation.length)
            return;
        for (int other = 1; other < kRowsAtOnce; ++other)
            sum += shared.sums[other][column];
        operation.sums[map * operation.length + key] += sum;
    }
};

/// A token for each block. The log-sum-exp of its row in every head first, a row for each warp; then a thread for each
/// key, which writes the softmax of all heads and knows their mean: nothing as long as the text is kept.
template <class T>
struct AttentionEntropyBody {
    static constexpr int kThreads = 128;
    struct Shared {
        float logSumExp[kMostDeviceHeads];
        WarpValues warps;
    };

    AttentionEntropy operation;

    TOCA_HD std::int64_t blocks() const { return operation.rows(); }
    TOCA_HD bool fits() const { return operation.heads <= kMostDeviceHeads; }

    TOCA_HD T* rowOf(std::int64_t token, std::int64_t head) const
    {
        const std::int64_t b = token / operation.queries, k = token % operation.queries;
        return static_cast<T*>(operation.scores)
            + ((b * operation.heads + head) * operation.queries + k) * operation.length;
    }

    template <class Block>
    TOCA_HD void run(Block& block) const
    {
        Shared& shared = block.template shared<Shared>();
        for (std::int64_t head = block.thread() / kWarp; head < operation.heads; head += kThreads / kWarp) {
            const T* const scores = rowOf(block.index(), head);
            RunningLogSumExp running;
            for (std::int64_t l = block.thread() % kWarp; l < operation.length; l += kWarp)
                running.see(operation.scale * toFloat(scores[l]));
            const float result = running.ofWarp(block);
            if (block.thread() % kWarp == 0)
                shared.logSumExp[head] = result;
        }
        block.sync();
        float entropy = 0;
        const float factor = operation.weight / static_cast<float>(operation.heads);
        for (std::int64_t l = block.thread(); l < operation.length; l += kThreads) {
            float sum = 0;
            for (std::int64_t head = 0; head < operation.heads; ++head) {
                T& score = rowOf(block.index(), head)[l];
                const float share = expf(operation.scale * toFloat(score) - shared.logSumExp[head]);
                fromFloat(score, share);
                sum += share;
            }
            constexpr float kSmall = 1e-7F; // as published
            const float p = factor * sum;
            entropy -= p * logf(p + kSmall);
        }
        const float total = blockSum(block, shared.warps, entropy);
        if (block.thread() == 0)
            operation.entropy[block.index()] = total;
    }
};

} // namespace toca::kernels
