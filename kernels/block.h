// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/host_device.h"

#include <cstdint>

/// Bodies of whole thread blocks are templates over a `Block`, so that a CPU can run what a GPU runs:
///
///     std::int64_t index()      which block this is
///     int thread(), threads()   which thread of it, and how many there are: a multiple of 32
///     void sync()               waits for all threads of the block
///     void syncWarp()           waits for the 32 threads of the warp, whose writes are then seen
///     float warpSum(float)      sum over the threads of the warp, for all of them
///     T warpLargest(T)          the largest of them, for numbers of 32 bits
///     Shared& shared<Shared>()  memory of the block, one object
///     void add(unsigned&, unsigned)  an addition that threads may make at once
///
/// `DeviceBlock` (cuda/device_block.h) is the GPU's; tests have one that runs the threads in turns and in any order.
namespace toca::kernels {

inline constexpr int kWarp = 32;
inline constexpr int kMostWarps = 32; ///< of a block

/// Where the warps of a block leave what they add up.
struct WarpValues {
    float values[kMostWarps];
};

/// The sum over all threads of the block, for all of them, in the same order on every device. @pre every thread calls
template <class Block>
TOCA_BODY float blockSum(Block& block, WarpValues& memory, float value)
{
    const float sum = block.warpSum(value);
    if (block.thread() % kWarp == 0)
        memory.values[block.thread() / kWarp] = sum;
    block.sync();
    float total = 0;
    for (int warp = 0; warp < block.threads() / kWarp; ++warp)
        total += memory.values[warp];
    block.sync(); // the memory may be used again
    return total;
}

} // namespace toca::kernels
