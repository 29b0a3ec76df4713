// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/ops/trained_rows.h"

#include "cache/exec/ops/kernel_calls.h"
#include "kernels/gelu.h"
#include "kernels/trained_rows.h"

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/autocast_mode.h>
#include <torch/torch.h>

#include <algorithm>

namespace toca::cache {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::tensor_list;

/// Values that are worth a thread of their own.
constexpr std::int64_t kValuesPerThread = 1 << 14;

std::int64_t rowsPerThread(std::int64_t width)
{
    return std::max<std::int64_t>(1, kValuesPerThread / std::max<std::int64_t>(1, width));
}

kernels::TrainedRows rowsOf(const torch::Tensor& x, const torch::Tensor& y)
{
    kernels::TrainedRows rows;
    rows.element = elementOf(y);
    rows.batches = x.size(0);
    rows.tokens = x.size(1);
    rows.width = x.size(2);
    rows.x = x.const_data_ptr<float>();
    rows.y = y.const_data_ptr();
    return rows;
}

const float* vectorsOf(const torch::Tensor& vectors)
{
    return vectors.const_data_ptr<float>();
}

class NormModulatedFunction : public Function<NormModulatedFunction> {
public:
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x, const torch::Tensor& shift,
        const torch::Tensor& scale, double epsilon, bool isHalf)
    {
        auto out = torch::empty(x.sizes(), x.options().dtype(isHalf ? torch::kBFloat16 : torch::kFloat32));
        const bool areAlike = shift.stride(0) == scale.stride(0);
        const auto shifts = areAlike ? shift : shift.contiguous(), scales = areAlike ? scale : scale.contiguous();
        auto rows = rowsOf(x, out);
        rows.shift = vectorsOf(shifts);
        rows.scale = vectorsOf(scales);
        rows.vectorStride = scales.stride(0);
        rows.epsilon = static_cast<float>(epsilon);
        void* values = out.mutable_data_ptr();
        at::parallel_for(0, rows.batches * rows.tokens, rowsPerThread(rows.width),
            [&](std::int64_t first, std::int64_t last) { kernels::trainedNorm(rows, values, first, last); });
        context->save_for_backward({x, scale});
        context->saved_data["epsilon"] = epsilon;
        return out;
    }

    static tensor_list backward(AutogradContext* context, tensor_list gradients)
    {
        const auto saved = context->get_saved_variables();
        const torch::Tensor &x = saved[0], &scale = saved[1];
        const auto given = gradients[0].contiguous();
        auto rows = rowsOf(x, given);
        rows.scale = vectorsOf(scale);
        rows.vectorStride = scale.stride(0);
        rows.epsilon = static_cast<float>(context->saved_data["epsilon"].toDouble());
        auto ofX = torch::empty_like(x);
        auto ofShift = torch::empty({x.size(0), 1, x.size(2)}, x.options()), ofScale = torch::empty_like(ofShift);
        kernels::TrainedNormGradient gradient;
        gradient.out = given.const_data_ptr();
        gradient.x = ofX.mutable_data_ptr<float>();
        gradient.shift = ofShift.mutable_data_ptr<float>();
        gradient.scale = ofScale.mutable_data_ptr<float>();
        at::parallel_for(0, rows.batches, rowsPerThread(rows.tokens * rows.width),
            [&](std::int64_t first, std::int64_t last) { kernels::trainedNormGradient(rows, gradient, first, last); });
        return {ofX, ofShift, ofScale, torch::Tensor(), torch::Tensor()};
    }
};

class GatedAddFunction : public Function<GatedAddFunction> {
public:
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x,
        const std::optional<torch::Tensor>& gate, const torch::Tensor& y)
    {
        auto out = torch::empty_like(x);
        auto rows = rowsOf(x, y);
        if (gate) {
            rows.gate = vectorsOf(*gate);
            rows.vectorStride = gate->stride(0);
        }
        auto* values = out.mutable_data_ptr<float>();
        at::parallel_for(0, rows.batches * rows.tokens, rowsPerThread(rows.width),
            [&](std::int64_t first, std::int64_t last) { kernels::trainedGate(rows, values, first, last); });
        context->saved_data["is_half"] = y.scalar_type() == torch::kBFloat16;
        if (gate)
            context->save_for_backward({*gate, y});
        return out;
    }

    static tensor_list backward(AutogradContext* context, tensor_list gradients)
    {
        const auto saved = context->get_saved_variables();
        const auto given = gradients[0].contiguous();
        const bool isHalf = context->saved_data["is_half"].toBool();
        if (saved.empty() && !isHalf)
            return {given, torch::Tensor(), given};
        auto ofY = torch::empty(given.sizes(), given.options().dtype(isHalf ? torch::kBFloat16 : torch::kFloat32));
        auto rows = rowsOf(given, saved.empty() ? ofY : saved[1]);
        torch::Tensor ofGate;
        kernels::TrainedGateGradient gradient;
        gradient.out = given.const_data_ptr<float>();
        gradient.y = ofY.mutable_data_ptr();
        if (!saved.empty()) {
            ofGate = torch::empty({given.size(0), 1, given.size(2)}, given.options());
            rows.gate = vectorsOf(saved[0]);
            rows.vectorStride = saved[0].stride(0);
            gradient.gate = ofGate.mutable_data_ptr<float>();
        }
        at::parallel_for(0, rows.batches, rowsPerThread(rows.tokens * rows.width),
            [&](std::int64_t first, std::int64_t last) { kernels::trainedGateGradient(rows, gradient, first, last); });
        return {given, ofGate, ofY};
    }
};

class GeluFunction : public Function<GeluFunction> {
public:
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x)
    {
        auto out = torch::empty_like(x);
        const kernels::Gelu operation{elementOf(x), x.const_data_ptr(), nullptr, out.mutable_data_ptr()};
        at::parallel_for(0, x.numel(), kValuesPerThread,
            [&](std::int64_t first, std::int64_t last) { kernels::gelu(operation, first, last); });
        context->save_for_backward({x});
        return out;
    }

    static tensor_list backward(AutogradContext* context, tensor_list gradients)
    {
        const auto x = context->get_saved_variables()[0];
        const auto given = gradients[0].contiguous();
        auto out = torch::empty_like(x);
        const kernels::Gelu operation{elementOf(x), x.const_data_ptr(), given.const_data_ptr(), out.mutable_data_ptr()};
        at::parallel_for(0, x.numel(), kValuesPerThread,
            [&](std::int64_t first, std::int64_t last) { kernels::geluGradient(operation, first, last); });
        return {out};
    }
};

} // namespace

bool readsHalves()
{
    return at::autocast::is_autocast_enabled(at::kCPU) && at::autocast::get_autocast_dtype(at::kCPU) == at::kBFloat16;
}

bool hasHalfProducts()
{
    static const bool hasThem = at::get_cpu_capability().find("AVX512") != std::string::npos;
    return hasThem;
}

bool runsTrained(const torch::Tensor& x)
{
    return torch::GradMode::is_enabled() && x.requires_grad() && x.is_cpu() && hasKernelElement(x) && x.numel() > 0
        && !PlainOperations::areWanted();
}

bool isTrainedModulation(const torch::Tensor& x, const torch::Tensor& vectors)
{
    return x.dim() == 3 && x.scalar_type() == torch::kFloat32 && vectors.scalar_type() == torch::kFloat32
        && vectors.is_cpu() && vectors.dim() == 3 && vectors.size(0) == x.size(0) && vectors.size(1) == 1
        && vectors.size(2) == x.size(2) && vectors.stride(2) == 1;
}

torch::Tensor trainedNormModulated(
    const torch::Tensor& x, const torch::Tensor& shift, const torch::Tensor& scale, double epsilon)
{
    return NormModulatedFunction::apply(x.contiguous(), shift, scale, epsilon, readsHalves());
}

bool isTrainedGate(const torch::Tensor& x, const torch::Tensor& gate, const torch::Tensor& y)
{
    return runsTrained(x) && x.dim() == 3 && x.scalar_type() == torch::kFloat32 && y.is_cpu() && hasKernelElement(y)
        && y.sizes() == x.sizes() && (!gate.defined() || isTrainedModulation(x, gate));
}

torch::Tensor trainedGatedAdd(const torch::Tensor& x, const torch::Tensor& gate, const torch::Tensor& y)
{
    return GatedAddFunction::apply(
        x.contiguous(), gate.defined() ? std::optional<torch::Tensor>(gate) : std::nullopt, y.contiguous());
}

torch::Tensor gelu(const torch::Tensor& x)
{
    return runsTrained(x) ? GeluFunction::apply(x.contiguous()) : torch::gelu(x, "tanh");
}

} // namespace toca::cache
