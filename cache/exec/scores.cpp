// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/scores.h"

#include <limits>

namespace toca::cache {
namespace {

/// Spreads neighbouring numbers over all 64 bits (the finaliser of the splitmix64 generator).
std::uint64_t scrambled(std::uint64_t value)
{
    value += 0x9e3779b97f4a7c15U;
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
    return value ^ (value >> 31U);
}

} // namespace

torch::Tensor normalizedOverTokens(const torch::Tensor& values)
{
    return values / values.norm(2, /*dim=*/-1, /*keepdim=*/true).clamp_min(1e-12);
}

torch::Tensor weighted(const torch::Tensor& values, double weight)
{
    return weight == 1.0 ? values : values * weight;
}

torch::Tensor tokenNorms(const torch::Tensor& x)
{
    return x.to(torch::kFloat32).norm(2, /*dim=*/-1);
}

torch::Tensor tokenChanges(const torch::Tensor& x, const torch::Tensor& stored)
{
    return 1 - torch::cosine_similarity(x.to(torch::kFloat32), stored.to(torch::kFloat32), /*dim=*/-1);
}

torch::Tensor randomScore(std::uint64_t seed, const plan::Site& site, std::int64_t rows, std::int64_t tokens)
{
    std::uint64_t state = scrambled(seed);
    for (const int part : {site.evaluation, site.layer, static_cast<int>(site.module)})
        state = scrambled(state ^ static_cast<std::uint64_t>(part));
    torch::Tensor score = torch::empty({rows, tokens}, torch::kFloat32);
    float* values = score.mutable_data_ptr<float>();
    for (std::int64_t i = 0; i < score.numel(); ++i) {
        constexpr float kUnit = 1.0F / (1 << 24);
        values[i] = static_cast<float>(scrambled(state + static_cast<std::uint64_t>(i)) >> 40U) * kUnit;
    }
    return score;
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
