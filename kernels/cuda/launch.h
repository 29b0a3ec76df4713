// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/pack.h"

#include <cstdint>

// Only for .cu files.
namespace toca::kernels {

/// A body for every index up to its count: `count()` and `operator()(index)`.
template <class Body>
__global__ void eachIndex(Body body)
{
    const std::int64_t stride = static_cast<std::int64_t>(gridDim.x) * blockDim.x, count = body.count();
    for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count; i += stride)
        body(i);
}

/// @return a cudaError_t, 0 = launched
template <class Body>
int launchEach(const Body& body, void* stream)
{
    const std::int64_t count = body.count();
    if (count == 0)
        return 0;
    constexpr int kThreads = 256;
    constexpr std::int64_t kMostBlocks = 65535; // more work goes round again
    const std::int64_t blocks = (count + kThreads - 1) / kThreads;
    eachIndex<<<static_cast<unsigned>(blocks < kMostBlocks ? blocks : kMostBlocks), kThreads, 0,
        static_cast<cudaStream_t>(stream)>>>(body);
    return static_cast<int>(cudaGetLastError());
}

/// The body for the operation's element type, in packs where all its addresses allow it.
template <template <class Values, class T> class Body, class Operation>
int launchEachOf(const Operation& operation, bool inPacks, void* stream)
{
    if (operation.element == Element::Float32)
        return inPacks ? launchEach(Body<Pack, float>{operation}, stream)
                       : launchEach(Body<float, float>{operation}, stream);
    return inPacks ? launchEach(Body<Pack, BFloat16>{operation}, stream)
                   : launchEach(Body<float, BFloat16>{operation}, stream);
}

} // namespace toca::kernels
