// SPDX-License-Identifier: Apache-2.0
#include "kernels/gated_add.h"

#include "kernels/cpu/lanes.h"

namespace toca::kernels {
namespace {

template <class T>
TOCA_INLINE void rowsOf(const GatedAdd& operation, std::int64_t first, std::int64_t last)
{
    const std::int64_t width = operation.width;
    for (std::int64_t row = first; row < last; ++row) {
        const T* x = static_cast<const T*>(operation.x) + row * width;
        const T* y = static_cast<const T*>(operation.y) + row * width;
        const T* gate = static_cast<const T*>(operation.gate) + row / operation.tokens * operation.gateStride;
        T* out = static_cast<T*>(operation.out) + row * width;
        Lanes values, gates, added;
        std::int64_t c = 0;
        for (; c + kLanes <= width; c += kLanes) {
            load(values, x + c);
            load(gates, gate + c);
            load(added, y + c);
            values += gates * added;
            store(out + c, values);
        }
        for (; c < width; ++c)
            fromFloat(out[c], toFloat(x[c]) + toFloat(gate[c]) * toFloat(y[c]));
    }
}

TOCA_PER_INSTRUCTION_SET
void ofFloats(const GatedAdd& operation, std::int64_t first, std::int64_t last)
{
    rowsOf<float>(operation, first, last);
}

TOCA_PER_INSTRUCTION_SET
void ofHalves(const GatedAdd& operation, std::int64_t first, std::int64_t last)
{
    rowsOf<BFloat16>(operation, first, last);
}

} // namespace

void gatedAdd(const GatedAdd& operation, std::int64_t first, std::int64_t last)
{
    if (operation.element == Element::Float32)
        ofFloats(operation, first, last);
    else
        ofHalves(operation, first, last);
}

} // namespace toca::kernels
