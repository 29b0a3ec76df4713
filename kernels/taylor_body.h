// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/pack.h"
#include "kernels/taylor.h"

namespace toca::kernels {

/// The values from `i` on, as many as `Values` holds.
template <class Values, class T>
TOCA_BODY void taylorUpdateAt(const TaylorUpdate& operation, std::int64_t i)
{
    Values next, old;
    load(next, static_cast<const T*>(operation.output) + i);
    load(old, static_cast<const T*>(operation.oldOutput) + i);
    for (int order = 0; order < operation.order; ++order) {
        next = (next - old) / operation.distance;
        T* const derivative = static_cast<T*>(operation.derivatives[order]) + i;
        if (order < operation.known)
            load(old, derivative);
        store(derivative, next);
    }
}

template <class Values, class T>
TOCA_BODY void taylorSumAt(const TaylorSum& operation, std::int64_t i)
{
    Values sum, derivative;
    load(sum, static_cast<const T*>(operation.output) + i);
    for (int order = 0; order < operation.order; ++order) {
        load(derivative, static_cast<const T*>(operation.derivatives[order]) + i);
        sum += derivative * operation.coefficients[order];
    }
    store(static_cast<T*>(operation.out) + i, sum);
}

// All of them, in steps of what `Values` holds: what a GPU's threads share out.

template <class Values, class T>
struct TaylorUpdateBody {
    TaylorUpdate operation;
    TOCA_HD std::int64_t count() const { return operation.count / ValuesIn<Values>::kCount; }
    TOCA_HD void operator()(std::int64_t i) const
    {
        taylorUpdateAt<Values, T>(operation, i * ValuesIn<Values>::kCount);
    }
};

template <class Values, class T>
struct TaylorSumBody {
    TaylorSum operation;
    TOCA_HD std::int64_t count() const { return operation.count / ValuesIn<Values>::kCount; }
    TOCA_HD void operator()(std::int64_t i) const { taylorSumAt<Values, T>(operation, i * ValuesIn<Values>::kCount); }
};

} // namespace toca::kernels
