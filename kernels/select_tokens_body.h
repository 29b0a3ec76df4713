// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/block.h"
#include "kernels/score_key.h"

namespace toca::kernels {

/// One block per row. Four passes over 8 bits each narrow down the key of the last chosen score (radix select); a final
/// ordered pass writes the chosen ids, so that ties fall to the lower token and ids ascend.
struct SelectTokensBody {
    static constexpr int kThreads = 256;
    static constexpr int kBuckets = 256;
    struct Shared {
        unsigned histogram[kBuckets];
        std::uint32_t prefix;
        std::int64_t remaining;
        std::int64_t above[kThreads], equal[kThreads]; ///< of the threads up to each: how many are chosen, how many tie
    };

    const float* scores; ///< (rows, tokens)
    std::int64_t tokens;
    std::int64_t count;
    std::int64_t* ids; ///< (rows, count)

    /// Finds the bucket of the last chosen score. One thread's work.
    TOCA_HD void narrow(Shared& shared, std::uint32_t prefix, std::int64_t remaining, int shift) const
    {
        int bucket = kBuckets - 1;
        while (bucket > 0 && static_cast<std::int64_t>(shared.histogram[bucket]) < remaining)
            remaining -= shared.histogram[bucket--];
        shared.prefix = prefix | static_cast<std::uint32_t>(bucket) << shift;
        shared.remaining = remaining;
    }

    /// The key of the last chosen score goes to `prefix`, how many with exactly this key are chosen to `remaining`.
    template <class Block>
    TOCA_HD void findLast(Block& block, const float* score, std::uint32_t& prefix, std::int64_t& remaining) const
    {
        Shared& shared = block.template shared<Shared>();
        std::uint32_t mask = 0;
        prefix = 0;
        remaining = count;
        for (int shift = 24; shift >= 0; shift -= 8) {
            for (int bucket = block.thread(); bucket < kBuckets; bucket += kThreads)
                shared.histogram[bucket] = 0;
            block.sync();
            for (std::int64_t token = block.thread(); token < tokens; token += kThreads) {
                const std::uint32_t key = scoreKey(score[token]);
                if ((key & mask) == prefix)
                    block.add(shared.histogram[(key >> shift) & 0xFF], 1U);
            }
            block.sync();
            if (block.thread() == 0)
                narrow(shared, prefix, remaining, shift);
            block.sync();
            prefix = shared.prefix;
            remaining = shared.remaining;
            mask |= 0xFFU << shift;
        }
    }

    template <class Block>
    TOCA_HD void run(Block& block) const
    {
        Shared& shared = block.template shared<Shared>();
        const float* const score = scores + block.index() * tokens;
        std::int64_t* const out = ids + block.index() * count;
        const int thread = block.thread();
        std::uint32_t last;
        std::int64_t remaining;
        findLast(block, score, last, remaining);

        // All larger ones are in, and the first `remaining` equal ones.
        std::int64_t writtenAbove = 0, seenEqual = 0;
        for (std::int64_t first = 0; first < tokens; first += kThreads) {
            const std::int64_t token = first + thread;
            const std::uint32_t key = token < tokens ? scoreKey(score[token]) : 0;
            const bool isAbove = token < tokens && key > last, isEqual = token < tokens && key == last;
            shared.above[thread] = isAbove;
            shared.equal[thread] = isEqual;
            block.sync();
            for (int distance = 1; distance < kThreads; distance *= 2) { // inclusive scans of both marks
                const std::int64_t a = thread >= distance ? shared.above[thread - distance] : 0;
                const std::int64_t e = thread >= distance ? shared.equal[thread - distance] : 0;
                block.sync();
                shared.above[thread] += a;
                shared.equal[thread] += e;
                block.sync();
            }
            const std::int64_t equalBefore = seenEqual + shared.equal[thread] - isEqual;
            if (isAbove || (isEqual && equalBefore < remaining)) {
                const std::int64_t equalTaken = equalBefore < remaining ? equalBefore : remaining;
                out[writtenAbove + shared.above[thread] - isAbove + equalTaken] = token;
            }
            writtenAbove += shared.above[kThreads - 1];
            seenEqual += shared.equal[kThreads - 1];
            block.sync();
        }
    }
};

/// One block per row: the chosen are set behind a barrier.
struct RenewAgesBody {
    static constexpr int kThreads = 256;
    struct Shared { };

    float* ages; ///< (rows, tokens)
    std::int64_t tokens;
    const std::int64_t* ids; ///< (rows, count)
    std::int64_t count;

    template <class Block>
    TOCA_HD void run(Block& block) const
    {
        float* const row = ages + block.index() * tokens;
        for (std::int64_t token = block.thread(); token < tokens; token += kThreads)
            row[token] += 1;
        block.sync();
        for (std::int64_t k = block.thread(); k < count; k += kThreads)
            row[ids[block.index() * count + k]] = 0;
    }
};

} // namespace toca::kernels
