// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/ops/token_scores.h"

#include "cache/exec/ops/kernel_calls.h"
#include "cache/exec/scores.h"
#include "kernels/token_scores.h"

#include <algorithm>

namespace toca::cache {
namespace {

torch::Tensor composed(const TokenScore& score)
{
    torch::Tensor sum = score.ageWeight * (score.ages / score.interval);
    for (std::size_t i = 0; i < score.terms.size(); ++i)
        sum = sum + weighted(score.terms[i], score.weights[i]);
    return score.bonus != 0.0 ? withSpatialBonus(sum, score.grid, score.bonusCell, score.bonus) : sum;
}

bool hasKernel(const TokenScore& score)
{
    const auto fits = [&](const torch::Tensor& tensor) {
        return tensor.scalar_type() == torch::kFloat32 && tensor.is_contiguous() && tensor.dim() == 2
            && tensor.sizes() == score.ages.sizes() && tensor.device() == score.ages.device()
            && !(torch::GradMode::is_enabled() && tensor.requires_grad());
    };
    constexpr std::size_t kMostTerms = std::size(kernels::TokenScores{}.terms);
    return runsKernels(score.ages) && fits(score.ages) && score.terms.size() <= kMostTerms
        && std::all_of(score.terms.begin(), score.terms.end(), fits) && score.ages.size(1) == score.grid.tokens()
        && score.bonusCell > 0;
}

} // namespace

torch::Tensor scored(const TokenScore& score)
{
    TORCH_CHECK(score.terms.size() == score.weights.size(), "scored: ", score.terms.size(), " terms, ",
        score.weights.size(), " weights");
    if (!hasKernel(score))
        return composed(score);
    auto out = torch::empty_like(score.ages);
    kernels::TokenScores operation;
    operation.ages = score.ages.const_data_ptr<float>();
    operation.ageWeight = static_cast<float>(score.ageWeight);
    operation.interval = static_cast<float>(score.interval);
    operation.termCount = static_cast<int>(score.terms.size());
    for (std::size_t i = 0; i < score.terms.size(); ++i) {
        operation.terms[i] = score.terms[i].const_data_ptr<float>();
        operation.weights[i] = static_cast<float>(score.weights[i]);
    }
    operation.score = out.mutable_data_ptr<float>();
    operation.rows = out.size(0);
    operation.frames = score.grid.frames;
    operation.gridRows = score.grid.rows;
    operation.gridColumns = score.grid.columns;
    operation.cell = score.bonusCell;
    operation.bonus = static_cast<float>(score.bonus);
    if (onDevice(out, [&](auto* stream) { return kernels::scoreTokensCuda(operation, stream); }))
        return out;
    kernels::scoreTokens(operation, 0, operation.rows); // microseconds: not worth a second thread
    return out;
}

} // namespace toca::cache
