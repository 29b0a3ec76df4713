// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/row_kernel.h"
#include "kernels/taylor_body.h"

namespace toca::kernels {
namespace {

template <class Values, class T>
TOCA_INLINE void valuesAt(const TaylorUpdate& operation, std::int64_t i)
{
    taylorUpdateAt<Values, T>(operation, i);
}

template <class Values, class T>
TOCA_INLINE void valuesAt(const TaylorSum& operation, std::int64_t i)
{
    taylorSumAt<Values, T>(operation, i);
}

template <class T, class Operation>
TOCA_INLINE void rowsOf(const Operation& operation, std::int64_t first, std::int64_t last)
{
    std::int64_t i = first;
    for (; i + kLanes <= last; i += kLanes)
        valuesAt<Lanes, T>(operation, i);
    for (; i < last; ++i)
        valuesAt<float, T>(operation, i);
}

} // namespace

TOCA_ROW_KERNEL(taylorUpdate, TaylorUpdate)
TOCA_ROW_KERNEL(taylorSum, TaylorSum)

} // namespace toca::kernels
