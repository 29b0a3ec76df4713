// SPDX-License-Identifier: Apache-2.0
#include "core/models/pixart/pixart_block.h"

#include "cache/exec/ops/gated_add.h"
#include "core/models/layers/activation_recorder.h"

#include <torch/torch.h>

namespace toca::models {

using cache::TokenSubset;
using plan::ModuleKind;

PixartBlockImpl::PixartBlockImpl(
    std::int64_t hiddenSize, std::int64_t heads, std::int64_t mlpHiddenSize, const std::string& name)
    : norm1(register_module("norm1", LayerNorm(hiddenSize, 1e-6, /*hasAffine=*/false)))
    , norm2(register_module("norm2", LayerNorm(hiddenSize, 1e-6, /*hasAffine=*/false)))
    , attn(register_module("attn", JointSelfAttention(hiddenSize, heads)))
    , cross_attn(register_module("cross_attn", CrossAttention(hiddenSize, heads, name + ".cross_attn")))
    , mlp(register_module("mlp", Mlp(hiddenSize, mlpHiddenSize, hiddenSize)))
    , drop_path(register_module("drop_path", Identity()))
    , scale_shift_table(register_parameter("scale_shift_table", unloaded({6, hiddenSize}), /*requires_grad=*/false))
{
}

std::vector<torch::Tensor> PixartBlockImpl::modulation(const torch::Tensor& t6) const
{
    return (scale_shift_table + t6).chunk(6, 1);
}

torch::Tensor PixartBlockImpl::modulatedInput(const torch::Tensor& x, const torch::Tensor& t6)
{
    const auto m = modulation(t6);
    return modulated(norm1->forward(x), m[0], m[1]);
}

torch::Tensor PixartBlockImpl::forward(
    const torch::Tensor& input, const torch::Tensor& t6, const PackedText& text, cache::CachingSession& session)
{
    const auto m = modulation(t6);
    const auto &shiftMsa = m[0], &scaleMsa = m[1], &gateMsa = m[2], &shiftMlp = m[3], &scaleMlp = m[4], &gateMlp = m[5];

    const auto attended = session.moduleOutput(ModuleKind::SelfAttention, input, [&](const TokenSubset& subset) {
        return attn->forward(
            normModulated(norm1, input, TokenSubset::all(input.size(1)), shiftMsa, scaleMsa), subset, session);
    });
    tapAs(*drop_path, [&] { return gateMsa * attended.features(); });
    // A new tensor: the input may be kept by a policy.
    auto x = cache::gatedAdd(input, gateMsa, attended, /*overX=*/false);

    const auto crossed = session.moduleOutput(ModuleKind::CrossAttention, x,
        [&](const TokenSubset& subset) { return cross_attn->forward(subset.gather(x), subset, text, session); });
    x = cache::gatedAdd(x, {}, crossed, /*overX=*/true);

    const auto mixed = session.moduleOutput(ModuleKind::Mlp, x,
        [&](const TokenSubset& subset) { return mlp->forward(normModulated(norm2, x, subset, shiftMlp, scaleMlp)); });
    return tapped(*this, cache::gatedAdd(x, gateMlp, mixed, /*overX=*/true));
}

} // namespace toca::models
