// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/ops/trained_linear.h"

#include "cache/exec/ops/kernel_calls.h"
#include "cache/exec/ops/trained_rows.h"
#include "kernels/column_sums.h"

#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/torch.h>

#include <algorithm>

namespace toca::cache {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::tensor_list;

using Multiply = torch::Tensor(const torch::Tensor&, const torch::Tensor&, const std::optional<torch::Tensor>&,
    std::string_view, c10::List<std::optional<at::Scalar>>, std::optional<std::string_view>);

/// oneDNN's linear layer, which has a name in LibTorch, but no C++ function; nothing where it is left out.
const std::optional<c10::TypedOperatorHandle<Multiply>>& multiply()
{
    static const auto found = [] {
        std::optional<c10::TypedOperatorHandle<Multiply>> result;
        const auto schema = c10::Dispatcher::singleton().findSchema({"mkldnn::_linear_pointwise", ""});
        if (schema && schema->hasKernelForDispatchKey(c10::DispatchKey::CPU))
            result = schema->typed<Multiply>();
        return result;
    }();
    return found;
}

/// Sums over the rows in pieces of one size, so that their order does not depend on the number of threads.
torch::Tensor sumOfRows(const torch::Tensor& matrix)
{
    constexpr std::int64_t kRows = 512;
    const std::int64_t rows = matrix.size(0), width = matrix.size(1), pieces = (rows + kRows - 1) / kRows;
    const auto sums = torch::empty({pieces, width}, torch::kFloat32);
    auto* const out = sums.mutable_data_ptr<float>();
    const kernels::ColumnSums operation{elementOf(matrix), matrix.const_data_ptr(), width};
    at::parallel_for(0, pieces, 1, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t piece = first; piece < last; ++piece)
            kernels::columnSums(operation, piece * kRows, std::min(rows, (piece + 1) * kRows), out + piece * width);
    });
    const auto total = torch::empty({width}, torch::kFloat32);
    kernels::columnSums({kernels::Element::Float32, out, width}, 0, pieces, total.mutable_data_ptr<float>());
    return total;
}

class LinearFunction : public Function<LinearFunction> {
public:
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x, const torch::Tensor& weight,
        const std::optional<torch::Tensor>& bias, bool isHalf)
    {
        const auto type = isHalf ? torch::kBFloat16 : torch::kFloat32;
        const auto input = x.to(type).contiguous(), matrix = weight.to(type).contiguous();
        context->save_for_backward({input, matrix});
        context->saved_data["has_bias"] = bias.has_value();
        const auto added = bias ? std::optional<torch::Tensor>(bias->to(type)) : std::nullopt;
        return multiply()->call(input, matrix, added, "none", c10::List<std::optional<at::Scalar>>(), std::nullopt);
    }

    static tensor_list backward(AutogradContext* context, tensor_list gradients)
    {
        const auto saved = context->get_saved_variables();
        const torch::Tensor &input = saved[0], &matrix = saved[1];
        const auto given = gradients[0].to(input.scalar_type()).reshape({-1, matrix.size(0)}).contiguous();
        tensor_list result(4);
        if (context->needs_input_grad(0))
            result[0] = torch::mm(given, matrix).view(input.sizes());
        result[1] = torch::mm(given.t(), input.view({-1, matrix.size(1)})).to(torch::kFloat32);
        if (context->saved_data["has_bias"].toBool())
            result[2] = sumOfRows(given);
        return result;
    }
};

} // namespace

bool runsTrainedLinear(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias)
{
    const bool isHalf = readsHalves();
    return runsTrained(weight) && weight.scalar_type() == torch::kFloat32 && weight.dim() == 2 && x.is_cpu()
        && (x.scalar_type() == torch::kFloat32 || (isHalf && x.scalar_type() == torch::kBFloat16)) && x.numel() > 0
        && x.dim() >= 2 && (!bias.defined() || (bias.requires_grad() && bias.scalar_type() == torch::kFloat32))
        && multiply() && at::globalContext().userEnabledMkldnn() && (!isHalf || hasHalfProducts());
}

torch::Tensor trainedLinear(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias)
{
    return LinearFunction::apply(
        x, weight, bias.defined() ? std::optional<torch::Tensor>(bias) : std::nullopt, readsHalves());
}

} // namespace toca::cache
