// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/ops/norm_modulate.h"

#include "cache/exec/ops/kernel_calls.h"
#include "cache/exec/ops/trained_rows.h"
#include "cache/exec/profile.h"
#include "kernels/norm_modulate.h"

#include <ATen/Parallel.h>

#include <algorithm>

namespace toca::cache {
namespace {

/// Values that are worth a thread of their own.
constexpr std::int64_t kValuesPerThread = 1 << 14;

bool isVectorPerRow(const torch::Tensor& vectors, const torch::Tensor& x)
{
    return vectors.device() == x.device() && vectors.scalar_type() == x.scalar_type() && vectors.dim() == 3
        && vectors.size(0) == x.size(0) && vectors.size(1) == 1 && vectors.size(2) == x.size(2)
        && vectors.stride(2) == 1;
}

bool hasKernel(const torch::Tensor& x, const torch::Tensor& shift, const torch::Tensor& scale)
{
    const bool gradients =
        torch::GradMode::is_enabled() && (x.requires_grad() || shift.requires_grad() || scale.requires_grad());
    return !gradients && runsKernels(x) && x.dim() == 3 && x.is_contiguous() && hasKernelElement(x)
        && isVectorPerRow(shift, x) && isVectorPerRow(scale, x);
}

} // namespace

torch::Tensor normModulated(const torch::Tensor& x, const TokenSubset& subset, const torch::Tensor& shift,
    const torch::Tensor& scale, double epsilon)
{
    const PartScope scope(Part::Modulation);
    if (runsTrained(x) && subset.isAll() && isTrainedModulation(x, shift) && isTrainedModulation(x, scale))
        return trainedNormModulated(x, shift, scale, epsilon);
    if (!hasKernel(x, shift, scale)) {
        const auto normalized = torch::layer_norm(subset.gather(x), {x.size(2)}, {}, {}, epsilon);
        return torch::addcmul(shift, normalized, 1 + scale);
    }
    auto out = torch::empty({x.size(0), subset.count(), x.size(2)}, x.options());
    kernels::NormModulate operation;
    operation.element = elementOf(x);
    operation.x = x.const_data_ptr();
    operation.ids = subset.isAll() ? nullptr : subset.ids().const_data_ptr<std::int64_t>();
    operation.shift = shift.const_data_ptr();
    operation.scale = scale.const_data_ptr();
    operation.out = out.mutable_data_ptr();
    operation.batches = x.size(0);
    operation.chosen = subset.count();
    operation.tokens = x.size(1);
    operation.width = x.size(2);
    operation.shiftStride = shift.stride(0);
    operation.scaleStride = scale.stride(0);
    operation.epsilon = static_cast<float>(epsilon);
    if (onDevice(x, [&](auto* stream) { return kernels::normModulateCuda(operation, stream); }))
        return out;
    at::parallel_for(0, operation.rows(), std::max<std::int64_t>(1, kValuesPerThread / operation.width),
        [&](std::int64_t first, std::int64_t last) { kernels::normModulate(operation, first, last); });
    return out;
}

} // namespace toca::cache
