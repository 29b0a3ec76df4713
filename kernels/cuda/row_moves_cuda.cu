// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/launch.h"
#include "kernels/row_moves_body.h"

namespace toca::kernels {

int gatherRowsCuda(const RowMove& move, void* stream)
{
    return move.rowBytes % 4 == 0 ? launchEach(RowMoveBody<std::uint32_t, false>{move}, stream)
                                  : launchEach(RowMoveBody<std::uint16_t, false>{move}, stream);
}

int scatterRowsCuda(const RowMove& move, void* stream)
{
    return move.rowBytes % 4 == 0 ? launchEach(RowMoveBody<std::uint32_t, true>{move}, stream)
                                  : launchEach(RowMoveBody<std::uint16_t, true>{move}, stream);
}

} // namespace toca::kernels
