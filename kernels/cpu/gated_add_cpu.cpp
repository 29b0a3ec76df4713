// SPDX-License-Identifier: Apache-2.0
#include "kernels/gated_add.h"

namespace toca::kernels {

// The compiler makes a version per instruction set; the loader picks one. Sanitizers start too early for that.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)                  \
    && !defined(__SANITIZE_THREAD__)
__attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#endif
void gatedAdd(const GatedAdd& operation, std::int64_t first, std::int64_t last)
{
    const std::int64_t width = operation.width;
    for (std::int64_t row = first; row < last; ++row) {
        const float* x = operation.x + row * width;
        const float* y = operation.y + row * width;
        const float* gate = operation.gate + row / operation.tokens * operation.gateStride;
        float* out = operation.out + row * width;
#pragma GCC ivdep // x may be out, never shifted against it
        for (std::int64_t c = 0; c < width; ++c)
            out[c] = x[c] + gate[c] * y[c];
    }
}

} // namespace toca::kernels
