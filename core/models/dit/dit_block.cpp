// SPDX-License-Identifier: Apache-2.0
#include "core/models/dit/dit_block.h"

#include "cache/exec/ops/gated_add.h"
#include "core/models/layers/activation_recorder.h"

#include <torch/torch.h>

namespace toca::models {

using cache::TokenSubset;
using plan::ModuleKind;

AdaptiveModulationImpl::AdaptiveModulationImpl(std::int64_t hiddenSize, std::int64_t vectors)
    : m_activation(register_module("0", Silu()))
    , m_linear(register_module("1", Linear(hiddenSize, vectors * hiddenSize)))
{
}

torch::Tensor AdaptiveModulationImpl::forward(const torch::Tensor& c)
{
    return tapped(*this, m_linear->forward(m_activation->forward(c.clone())));
}

DitBlockImpl::DitBlockImpl(std::int64_t hiddenSize, std::int64_t heads, std::int64_t mlpHiddenSize)
    : norm1(register_module("norm1", LayerNorm(hiddenSize, 1e-6, /*hasAffine=*/false)))
    , norm2(register_module("norm2", LayerNorm(hiddenSize, 1e-6, /*hasAffine=*/false)))
    , attn(register_module("attn", JointSelfAttention(hiddenSize, heads)))
    , mlp(register_module("mlp", Mlp(hiddenSize, mlpHiddenSize, hiddenSize)))
    , adaLN_modulation(register_module("adaLN_modulation", AdaptiveModulation(hiddenSize, 6)))
{
}

torch::Tensor DitBlockImpl::modulatedInput(const torch::Tensor& x, const torch::Tensor& vectors)
{
    const auto m = vectors.unsqueeze(1).chunk(6, 2);
    return modulated(norm1->forward(x), m[0], m[1]);
}

torch::Tensor DitBlockImpl::forward(
    const torch::Tensor& input, const torch::Tensor& vectors, cache::CachingSession& session)
{
    const auto m = vectors.unsqueeze(1).chunk(6, 2); // 6 x (B, 1, C)
    const auto &shiftMsa = m[0], &scaleMsa = m[1], &gateMsa = m[2], &shiftMlp = m[3], &scaleMlp = m[4], &gateMlp = m[5];

    const auto attended = session.moduleOutput(ModuleKind::SelfAttention, input, [&](const TokenSubset& subset) {
        return attn->forward(
            normModulated(norm1, input, TokenSubset::all(input.size(1)), shiftMsa, scaleMsa), subset, session);
    });
    // A new tensor: the input may be kept by a policy.
    auto x = cache::gatedAdd(input, gateMsa, attended, /*overX=*/false);

    const auto mixed = session.moduleOutput(ModuleKind::Mlp, x,
        [&](const TokenSubset& subset) { return mlp->forward(normModulated(norm2, x, subset, shiftMlp, scaleMlp)); });
    return tapped(*this, cache::gatedAdd(x, gateMlp, mixed, /*overX=*/true)); // (B, N, C)
}

} // namespace toca::models
