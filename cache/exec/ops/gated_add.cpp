// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/ops/gated_add.h"

#include "cache/exec/ops/kernel_calls.h"
#include "cache/exec/profile.h"
#include "kernels/gated_add.h"

#include <ATen/Parallel.h>

namespace toca::cache {

torch::Tensor gatedAdd(torch::Tensor x, const torch::Tensor& gate, const torch::Tensor& y, bool overX)
{
    const PartScope scope(Part::Modulation);
    const auto fits = [&](const torch::Tensor& tensor) {
        return tensor.device() == x.device() && tensor.scalar_type() == x.scalar_type();
    };
    const bool hasKernel = !torch::GradMode::is_enabled() && runsKernels(x) && hasKernelElement(x) && fits(y)
        && fits(gate) && x.is_contiguous() && y.is_contiguous() && x.sizes() == y.sizes() && gate.dim() == 3
        && gate.size(0) == x.size(0) && gate.size(1) == 1 && gate.size(2) == x.size(2) && gate.stride(2) == 1;
    if (!hasKernel)
        return overX && !torch::GradMode::is_enabled() ? x.addcmul_(gate, y) : torch::addcmul(x, gate, y);
    auto out = overX ? x : torch::empty_like(x);
    kernels::GatedAdd operation;
    operation.element = elementOf(x);
    operation.x = x.const_data_ptr();
    operation.y = y.const_data_ptr();
    operation.gate = gate.const_data_ptr();
    operation.out = out.mutable_data_ptr();
    operation.batches = x.size(0);
    operation.tokens = x.size(1);
    operation.width = x.size(2);
    operation.gateStride = gate.stride(0);
    if (onDevice(x, [&](auto* stream) { return kernels::gatedAddCuda(operation, stream); }))
        return out;
    constexpr std::int64_t kValuesPerThread = 1 << 15;
    at::parallel_for(0, operation.rows(), std::max<std::int64_t>(1, kValuesPerThread / operation.width),
        [&](std::int64_t first, std::int64_t last) { kernels::gatedAdd(operation, first, last); });
    return out;
}

} // namespace toca::cache
