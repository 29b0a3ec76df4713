// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/ops/select_tokens.h"

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
    if (values.is_cpu()) {
        const float* in = values.const_data_ptr<float>();
        auto* out = ids.mutable_data_ptr<std::int64_t>();
        at::parallel_for(0, values.size(0), 1, [&](std::int64_t first, std::int64_t last) {
            std::vector<std::uint64_t> scratch;
            for (std::int64_t row = first; row < last; ++row)
                kernels::selectTokens(in + row * tokens, tokens, count, out + row * count, scratch);
        });
        return ids;
    }
#ifdef TOCA_HAS_CUDA
    if (values.is_cuda()) {
        const int error = kernels::selectTokensCuda(values.const_data_ptr<float>(), values.size(0), tokens, count,
            ids.mutable_data_ptr<std::int64_t>(), nullptr);
        TORCH_CHECK(error == 0, "selectTokens: CUDA error ", error);
        return ids;
    }
#endif
    // Another device: a stable sort gives the same choice.
    const auto order = std::get<1>(values.sort(/*stable=*/true, /*dim=*/-1, /*descending=*/true));
    return std::get<0>(order.narrow(1, 0, count).sort(-1)).contiguous();
}

} // namespace toca::cache
