// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/row_kernel.h"
#include "kernels/gated_add_body.h"

namespace toca::kernels {
namespace {

template <class T>
TOCA_INLINE void rowsOf(const GatedAdd& operation, std::int64_t first, std::int64_t last)
{
    for (std::int64_t row = first; row < last; ++row) {
        std::int64_t c = 0;
        for (; c + kLanes <= operation.width; c += kLanes)
            gatedAddAt<Lanes, T>(operation, row, c);
        for (; c < operation.width; ++c)
            gatedAddAt<float, T>(operation, row, c);
    }
}

} // namespace

TOCA_ROW_KERNEL(gatedAdd, GatedAdd)

} // namespace toca::kernels
