// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/launch.h"
#include "kernels/taylor_body.h"

namespace toca::kernels {
namespace {

template <class Operation>
bool inPacks(const Operation& operation)
{
    for (int order = 0; order < operation.order; ++order)
        if (!isPackable(operation.derivatives[order], operation.count, operation.element))
            return false;
    return isPackable(operation.output, operation.count, operation.element);
}

} // namespace

int taylorUpdateCuda(const TaylorUpdate& operation, void* stream)
{
    const bool packs = inPacks(operation) && isPackable(operation.oldOutput, operation.count, operation.element);
    return launchEachOf<TaylorUpdateBody>(operation, packs, stream);
}

int taylorSumCuda(const TaylorSum& operation, void* stream)
{
    const bool packs = inPacks(operation) && isPackable(operation.out, operation.count, operation.element);
    return launchEachOf<TaylorSumBody>(operation, packs, stream);
}

} // namespace toca::kernels
