// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/gated_add.h"
#include "kernels/pack.h"

namespace toca::kernels {

/// The channels from `c` on of row `row`, as many as `Values` holds: the meaning of a gated residual for every device.
template <class Values, class T>
TOCA_BODY void gatedAddAt(const GatedAdd& operation, std::int64_t row, std::int64_t c)
{
    const std::int64_t at = row * operation.width + c;
    Values values, gates, added;
    load(values, static_cast<const T*>(operation.x) + at);
    load(gates, static_cast<const T*>(operation.gate) + row / operation.tokens * operation.gateStride + c);
    load(added, static_cast<const T*>(operation.y) + at);
    values += gates * added;
    store(static_cast<T*>(operation.out) + at, values);
}

/// All channels of all rows, in steps of what `Values` holds.
template <class Values, class T>
struct GatedAddBody {
    GatedAdd operation;
    TOCA_HD std::int64_t steps() const { return operation.width / ValuesIn<Values>::kCount; }
    TOCA_HD std::int64_t count() const { return operation.rows() * steps(); }
    TOCA_HD void operator()(std::int64_t i) const
    {
        gatedAddAt<Values, T>(operation, i / steps(), i % steps() * ValuesIn<Values>::kCount);
    }
};

} // namespace toca::kernels
