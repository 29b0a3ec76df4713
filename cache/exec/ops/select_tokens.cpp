// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/ops/select_tokens.h"

namespace toca::cache {

torch::Tensor selectTokens(const torch::Tensor& score, std::int64_t count)
{
    const auto order = std::get<1>(score.sort(/*stable=*/true, /*dim=*/-1, /*descending=*/true));
    return std::get<0>(order.narrow(1, 0, count).sort(-1)).contiguous();
}

} // namespace toca::cache
