// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/token_subset.h"

#include "cache/exec/ops/row_moves.h"
#include "cache/exec/profile.h"
#include "cache/exec/stopwatch.h"

namespace toca::cache {

TokenSubset TokenSubset::chosen(torch::Tensor ids, std::int64_t tokens, double* seconds)
{
    TORCH_CHECK(ids.dim() == 2 && ids.scalar_type() == torch::kInt64, "TokenSubset: ids must be (B, K) int64, got ",
        ids.sizes());
    TokenSubset subset(ids.contiguous(), tokens);
    subset.m_seconds = seconds;
    return subset;
}

torch::Tensor TokenSubset::gather(const torch::Tensor& x) const
{
    if (isAll())
        return x;
    const PartScope scope(Part::RowMoves);
    const Stopwatch watch(m_seconds);
    return gatherRows(x, m_ids);
}

void TokenSubset::scatter(torch::Tensor& x, const torch::Tensor& rows) const
{
    TORCH_CHECK(!isAll(), "TokenSubset::scatter: nothing to scatter, all tokens were computed");
    const PartScope scope(Part::RowMoves);
    const Stopwatch watch(m_seconds);
    scatterRows(x, m_ids, rows);
}

} // namespace toca::cache
