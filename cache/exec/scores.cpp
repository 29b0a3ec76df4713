// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/scores.h"

#include <limits>

namespace toca::cache {

torch::Tensor normalizedOverTokens(const torch::Tensor& values)
{
    return values / values.norm(2, /*dim=*/-1, /*keepdim=*/true).clamp_min(1e-12);
}

torch::Tensor weighted(const torch::Tensor& values, double weight)
{
    return weight == 1.0 ? values : values * weight;
}

torch::Tensor withSpatialBonus(const torch::Tensor& score, const plan::TokenGrid& grid, std::int64_t cell, double bonus)
{
    TORCH_CHECK(score.dim() == 2 && score.size(1) == grid.tokens() && cell > 0, "withSpatialBonus: score ",
        score.sizes(), " does not fit the token grid");
    const std::int64_t rowPad = (cell - grid.rows % cell) % cell;
    const std::int64_t columnPad = (cell - grid.columns % cell) % cell;
    const std::int64_t rows = (grid.rows + rowPad) / cell, columns = (grid.columns + columnPad) / cell;
    torch::Tensor blocks = score.reshape({-1, grid.rows, grid.columns}); // (R * T, H, W)
    blocks = torch::constant_pad_nd(blocks, {0, columnPad, 0, rowPad}, -std::numeric_limits<double>::infinity());
    blocks =
        blocks.view({-1, rows, cell, columns, cell}).permute({0, 1, 3, 2, 4}).reshape({-1, rows, columns, cell * cell});
    const torch::Tensor best = blocks.argmax(-1, /*keepdim=*/true);
    const torch::Tensor bestScore = blocks.gather(-1, best);
    blocks = blocks.scatter(-1, best, bestScore + bonus * bestScore);
    blocks = blocks.view({-1, rows, columns, cell, cell})
                 .permute({0, 1, 3, 2, 4})
                 .reshape({-1, rows * cell, columns * cell});
    return blocks.narrow(1, 0, grid.rows).narrow(2, 0, grid.columns).reshape(score.sizes());
}

} // namespace toca::cache
