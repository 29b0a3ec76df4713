// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/launch.h"
#include "kernels/gated_add_body.h"

namespace toca::kernels {

int gatedAddCuda(const GatedAdd& operation, void* stream)
{
    const auto fits = [&](const void* address, std::int64_t stride) {
        return isPackable(address, stride, operation.element);
    };
    const bool packs = fits(operation.x, operation.width) && fits(operation.y, operation.width)
        && fits(operation.out, operation.width) && fits(operation.gate, operation.gateStride);
    return launchEachOf<GatedAddBody>(operation, packs, stream);
}

} // namespace toca::kernels
