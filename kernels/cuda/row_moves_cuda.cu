// SPDX-License-Identifier: Apache-2.0
#include "kernels/row_moves_body.h"

#include <algorithm>

namespace toca::kernels {
namespace {

template <class Body>
__global__ void eachWord(Body body)
{
    const std::int64_t stride = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < body.count();
         i += stride)
        body(i);
}

template <class Word, bool kScatter>
int launch(const RowMove& move, void* stream)
{
    const RowMoveBody<Word, kScatter> body{move};
    if (body.count() == 0)
        return 0;
    constexpr int kThreads = 256;
    const auto blocks = static_cast<unsigned>(std::min<std::int64_t>((body.count() + kThreads - 1) / kThreads, 65535));
    eachWord<<<blocks, kThreads, 0, static_cast<cudaStream_t>(stream)>>>(body);
    return static_cast<int>(cudaGetLastError());
}

} // namespace

int gatherRowsCuda(const RowMove& move, void* stream)
{
    return move.rowBytes % 4 == 0 ? launch<std::uint32_t, false>(move, stream)
                                  : launch<std::uint16_t, false>(move, stream);
}

int scatterRowsCuda(const RowMove& move, void* stream)
{
    return move.rowBytes % 4 == 0 ? launch<std::uint32_t, true>(move, stream)
                                  : launch<std::uint16_t, true>(move, stream);
}

} // namespace toca::kernels
