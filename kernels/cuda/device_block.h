// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/block.h"

// Only for .cu files.
namespace toca::kernels {

/// The block that a GPU's thread belongs to (kernels/block.h).
class DeviceBlock {
public:
    __device__ explicit DeviceBlock(void* memory)
        : m_memory(memory)
    {
    }
    __device__ std::int64_t index() const { return blockIdx.x; }
    __device__ int thread() const { return static_cast<int>(threadIdx.x); }
    __device__ int threads() const { return static_cast<int>(blockDim.x); }
    __device__ void sync() { __syncthreads(); }
    __device__ void syncWarp() { __syncwarp(); }
    __device__ float warpSum(float value)
    {
        for (int distance = kWarp / 2; distance > 0; distance /= 2)
            value += __shfl_xor_sync(0xFFFFFFFFU, value, distance);
        return value;
    }
    template <class T>
    __device__ T warpLargest(T value)
    {
        for (int distance = kWarp / 2; distance > 0; distance /= 2) {
            const T other = __shfl_xor_sync(0xFFFFFFFFU, value, distance);
            value = other > value ? other : value;
        }
        return value;
    }
    template <class Shared>
    __device__ Shared& shared()
    {
        return *static_cast<Shared*>(m_memory);
    }
    __device__ void add(unsigned& sum, unsigned value) { atomicAdd(&sum, value); }

private:
    void* m_memory;
};

/// One block for each index: `body.run(block)`, with a `Body::Shared`.
template <class Body>
__global__ void eachBlock(Body body)
{
    __shared__ typename Body::Shared memory;
    DeviceBlock block(&memory);
    body.run(block);
}

/// @param blocks at most 2^31 - 1  @return a cudaError_t, 0 = launched
template <class Body>
int launchBlocks(const Body& body, std::int64_t blocks, int threads, void* stream)
{
    if (blocks == 0)
        return 0;
    if (blocks > 0x7FFFFFFF)
        return static_cast<int>(cudaErrorInvalidConfiguration);
    eachBlock<<<static_cast<unsigned>(blocks), static_cast<unsigned>(threads), 0, static_cast<cudaStream_t>(stream)>>>(
        body);
    return static_cast<int>(cudaGetLastError());
}

} // namespace toca::kernels
