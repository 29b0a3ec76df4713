// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/device_block.h"
#include "kernels/norm_modulate_body.h"

namespace toca::kernels {
namespace {

template <class Values, class T>
int launch(const NormModulate& operation, void* stream)
{
    const NormModulateBody<Values, T> body{operation};
    return launchBlocks(body, body.blocks(), body.kThreads, stream);
}

} // namespace

int normModulateCuda(const NormModulate& operation, void* stream)
{
    const auto fits = [&](const void* address, std::int64_t stride) {
        return isPackable(address, stride, operation.element);
    };
    const bool packs = fits(operation.x, operation.width) && fits(operation.out, operation.width)
        && fits(operation.shift, operation.shiftStride) && fits(operation.scale, operation.scaleStride);
    if (operation.element == Element::Float32)
        return packs ? launch<Pack, float>(operation, stream) : launch<float, float>(operation, stream);
    return packs ? launch<Pack, BFloat16>(operation, stream) : launch<float, BFloat16>(operation, stream);
}

} // namespace toca::kernels
