// SPDX-License-Identifier: Apache-2.0
#include "kernels/score_key.h"
#include "kernels/select_tokens.h"

namespace toca::kernels {
namespace {

constexpr int kThreads = 256;
constexpr int kBuckets = 256;

/// One block per row. Four passes over 8 bits each narrow down the key of the last chosen score (radix select); a final
/// ordered pass writes the chosen ids, so that ties fall to the lower token and ids ascend.
__global__ void selectRow(const float* scores, std::int64_t tokens, std::int64_t count, std::int64_t* ids)
{
    __shared__ unsigned histogram[kBuckets];
    __shared__ std::uint32_t sharedPrefix;
    __shared__ std::int64_t sharedRemaining;
    __shared__ std::int64_t ranksAbove[kThreads], ranksEqual[kThreads];
    const float* score = scores + static_cast<std::int64_t>(blockIdx.x) * tokens;
    std::int64_t* out = ids + static_cast<std::int64_t>(blockIdx.x) * count;

    std::uint32_t prefix = 0, mask = 0;
    std::int64_t remaining = count; // of the chosen, how many have keys that start with `prefix`
    for (int shift = 24; shift >= 0; shift -= 8) {
        for (int bucket = threadIdx.x; bucket < kBuckets; bucket += kThreads)
            histogram[bucket] = 0;
        __syncthreads();
        for (std::int64_t token = threadIdx.x; token < tokens; token += kThreads) {
            const std::uint32_t key = scoreKey(score[token]);
            if ((key & mask) == prefix)
                atomicAdd(&histogram[(key >> shift) & 0xFF], 1U);
        }
        __syncthreads();
        if (threadIdx.x == 0) {
            std::int64_t left = remaining;
            int bucket = kBuckets - 1;
            while (bucket > 0 && static_cast<std::int64_t>(histogram[bucket]) < left)
                left -= histogram[bucket--];
            sharedPrefix = prefix | static_cast<std::uint32_t>(bucket) << shift;
            sharedRemaining = left;
        }
        __syncthreads();
        prefix = sharedPrefix;
        remaining = sharedRemaining;
        mask |= 0xFFU << shift;
    }

    // `prefix` is the last chosen key; all larger ones are in, and the first `remaining` equal ones.
    std::int64_t writtenAbove = 0, seenEqual = 0;
    for (std::int64_t first = 0; first < tokens; first += kThreads) {
        const std::int64_t token = first + threadIdx.x;
        const std::uint32_t key = token < tokens ? scoreKey(score[token]) : 0;
        const bool above = token < tokens && key > prefix, equal = token < tokens && key == prefix;
        ranksAbove[threadIdx.x] = above;
        ranksEqual[threadIdx.x] = equal;
        __syncthreads();
        for (int distance = 1; distance < kThreads; distance *= 2) { // inclusive scans of both marks
            const std::int64_t a = threadIdx.x >= distance ? ranksAbove[threadIdx.x - distance] : 0;
            const std::int64_t e = threadIdx.x >= distance ? ranksEqual[threadIdx.x - distance] : 0;
            __syncthreads();
            ranksAbove[threadIdx.x] += a;
            ranksEqual[threadIdx.x] += e;
            __syncthreads();
        }
        const std::int64_t equalBefore = seenEqual + ranksEqual[threadIdx.x] - equal;
        if (above || (equal && equalBefore < remaining)) {
            const std::int64_t equalTaken = equalBefore < remaining ? equalBefore : remaining;
            out[writtenAbove + ranksAbove[threadIdx.x] - above + equalTaken] = token;
        }
        writtenAbove += ranksAbove[kThreads - 1];
        seenEqual += ranksEqual[kThreads - 1];
        __syncthreads();
    }
}

/// One block per row: the chosen are set behind a barrier.
__global__ void renewRow(float* allAges, std::int64_t tokens, const std::int64_t* allIds, std::int64_t count)
{
    float* const ages = allAges + static_cast<std::int64_t>(blockIdx.x) * tokens;
    const std::int64_t* const ids = allIds + static_cast<std::int64_t>(blockIdx.x) * count;
    for (std::int64_t token = threadIdx.x; token < tokens; token += blockDim.x)
        ages[token] += 1;
    __syncthreads();
    for (std::int64_t k = threadIdx.x; k < count; k += blockDim.x)
        ages[ids[k]] = 0;
}

} // namespace

int renewAgesCuda(
    float* ages, std::int64_t rows, std::int64_t tokens, const std::int64_t* ids, std::int64_t count, void* stream)
{
    if (rows == 0)
        return 0;
    renewRow<<<static_cast<unsigned>(rows), kThreads, 0, static_cast<cudaStream_t>(stream)>>>(ages, tokens, ids, count);
    return static_cast<int>(cudaGetLastError());
}

int selectTokensCuda(
    const float* score, std::int64_t rows, std::int64_t tokens, std::int64_t count, std::int64_t* ids, void* stream)
{
    if (rows == 0 || count == 0)
        return 0;
    selectRow<<<static_cast<unsigned>(rows), kThreads, 0, static_cast<cudaStream_t>(stream)>>>(
        score, tokens, count, ids);
    return static_cast<int>(cudaGetLastError());
}

} // namespace toca::kernels
