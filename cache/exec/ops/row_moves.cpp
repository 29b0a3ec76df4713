// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/ops/row_moves.h"

namespace toca::cache {

torch::Tensor gatherRows(const torch::Tensor& x, const torch::Tensor& ids)
{
    return x.gather(1, ids.unsqueeze(-1).expand({-1, -1, x.size(2)}));
}

void scatterRows(torch::Tensor& x, const torch::Tensor& ids, const torch::Tensor& rows)
{
    x.scatter_(1, ids.unsqueeze(-1).expand({-1, -1, x.size(2)}), rows);
}

} // namespace toca::cache
