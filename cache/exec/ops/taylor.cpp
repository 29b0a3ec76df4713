// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/ops/taylor.h"

#include "cache/exec/ops/kernel_calls.h"
#include "kernels/taylor.h"

#include <ATen/Parallel.h>

#include <algorithm>

namespace toca::cache {
namespace {

/// Values that are worth a thread of their own.
constexpr std::int64_t kValuesPerThread = 1 << 15;

/// Whether the kernels take `tensor` beside `output`.
bool fits(const torch::Tensor& tensor, const torch::Tensor& output)
{
    const bool gradients = torch::GradMode::is_enabled() && tensor.requires_grad();
    return runsKernels(tensor) && tensor.device() == output.device() && tensor.is_contiguous() && !gradients
        && tensor.scalar_type() == output.scalar_type() && tensor.sizes() == output.sizes() && hasKernelElement(tensor);
}

} // namespace

std::vector<torch::Tensor> renewedDerivatives(
    std::vector<torch::Tensor> old, const torch::Tensor& output, double distance, int order)
{
    const std::size_t made = std::min(static_cast<std::size_t>(order), old.size());
    const bool hasKernel = made > 0 && made <= kernels::kMostDerivatives && fits(output, output)
        && std::all_of(old.begin(), old.end(), [&](const torch::Tensor& tensor) { return fits(tensor, output); });
    std::vector<torch::Tensor> next{output};
    if (!hasKernel) {
        for (std::size_t i = 0; i < made; ++i)
            next.push_back((next[i] - old[i]) / distance);
        return next;
    }
    kernels::TaylorUpdate operation;
    operation.element = elementOf(output);
    operation.output = output.const_data_ptr();
    operation.oldOutput = old.front().const_data_ptr();
    operation.order = static_cast<int>(made);
    operation.known = static_cast<int>(std::min(made, old.size() - 1));
    operation.distance = static_cast<float>(distance);
    operation.count = output.numel();
    for (std::size_t i = 0; i < made; ++i) {
        next.push_back(i + 1 < old.size() ? old[i + 1] : torch::empty_like(output));
        operation.derivatives[i] = next.back().mutable_data_ptr();
    }
    if (!onDevice(output, [&](auto* stream) { return kernels::taylorUpdateCuda(operation, stream); }))
        at::parallel_for(0, operation.count, kValuesPerThread,
            [&](std::int64_t first, std::int64_t last) { kernels::taylorUpdate(operation, first, last); });
    return next;
}

torch::Tensor taylorSum(const std::vector<torch::Tensor>& derivatives, double distance, int order)
{
    const torch::Tensor& output = derivatives.front();
    const std::size_t added = std::min(derivatives.size() - 1, static_cast<std::size_t>(order));
    const bool hasKernel = added <= kernels::kMostDerivatives
        && std::all_of(derivatives.begin(), derivatives.end(), [&](const auto& each) { return fits(each, output); });
    if (added == 0)
        return output;
    kernels::TaylorSum operation;
    torch::Tensor sum;
    double coefficient = 1.0;
    for (std::size_t i = 0; i < added; ++i) {
        coefficient *= distance / static_cast<double>(i + 1);
        const torch::Tensor& derivative = derivatives[i + 1];
        if (hasKernel) {
            operation.derivatives[i] = derivative.const_data_ptr();
            operation.coefficients[i] = static_cast<float>(coefficient);
        } else if (i == 0) {
            sum = output.add(derivative, coefficient); // a new tensor: the derivatives stay
        } else {
            sum = sum.add(derivative, coefficient);
        }
    }
    if (!hasKernel)
        return sum;
    sum = torch::empty_like(output);
    operation.element = elementOf(output);
    operation.output = output.const_data_ptr();
    operation.order = static_cast<int>(added);
    operation.out = sum.mutable_data_ptr();
    operation.count = output.numel();
    if (!onDevice(output, [&](auto* stream) { return kernels::taylorSumCuda(operation, stream); }))
        at::parallel_for(0, operation.count, kValuesPerThread,
            [&](std::int64_t first, std::int64_t last) { kernels::taylorSum(operation, first, last); });
    return sum;
}

} // namespace toca::cache
