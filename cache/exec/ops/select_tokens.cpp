// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/ops/select_tokens.h"

#include "cache/exec/ops/kernel_calls.h"
#include "kernels/select_tokens.h"

#include <ATen/Parallel.h>

namespace toca::cache {

torch::Tensor selectTokens(const torch::Tensor& score, std::int64_t count)
{
    TORCH_CHECK(
        score.dim() == 2 && count >= 1 && count <= score.size(1), "selectTokens: ", count, " of score ", score.sizes());
    const auto values = score.to(torch::kFloat32).contiguous();
    auto ids = torch::empty({score.size(0), count}, score.options().dtype(torch::kInt64));
    const std::int64_t tokens = values.size(1);
    if (values.is_cpu() && runsKernels(values)) {
        const float* in = values.const_data_ptr<float>();
        auto* out = ids.mutable_data_ptr<std::int64_t>();
        at::parallel_for(0, values.size(0), 1, [&](std::int64_t first, std::int64_t last) {
            std::vector<std::uint64_t> scratch;
            for (std::int64_t row = first; row < last; ++row)
                kernels::selectTokens(in + row * tokens, tokens, count, out + row * count, scratch);
        });
        return ids;
    }
    if (runsKernels(values) && onDevice(values, [&](auto* stream) {
            return kernels::selectTokensCuda(values.const_data_ptr<float>(), values.size(0), tokens, count,
                ids.mutable_data_ptr<std::int64_t>(), stream);
        }))
        return ids;
    // Another device, or plain: a stable sort gives the same choice.
    const auto order = std::get<1>(values.sort(/*stable=*/true, /*dim=*/-1, /*descending=*/true));
    return std::get<0>(order.narrow(1, 0, count).sort(-1)).contiguous();
}

void renewAges(torch::Tensor& ages, const torch::Tensor& ids)
{
    const std::int64_t rows = ages.size(0), tokens = ages.size(1), count = ids.defined() ? ids.size(1) : 0;
    TORCH_CHECK(!ids.defined() || ids.size(0) == rows, "renewAges: ages ", ages.sizes(), ", ids ", ids.sizes());
    const auto fits = [&](const torch::Tensor& tensor) {
        return tensor.is_contiguous() && tensor.device() == ages.device();
    };
    if (!runsKernels(ages) || !fits(ages) || ages.scalar_type() != torch::kFloat32 || (ids.defined() && !fits(ids))) {
        ages.add_(1);
        if (ids.defined())
            ages.scatter_(1, ids, 0.0);
        return;
    }
    float* const values = ages.mutable_data_ptr<float>();
    const std::int64_t* const chosen = ids.defined() ? ids.const_data_ptr<std::int64_t>() : nullptr;
    if (onDevice(
            ages, [&](auto* stream) { return kernels::renewAgesCuda(values, rows, tokens, chosen, count, stream); }))
        return;
    for (std::int64_t row = 0; row < rows; ++row)
        kernels::renewAges(values + row * tokens, tokens, chosen ? chosen + row * count : nullptr, count);
}

} // namespace toca::cache
