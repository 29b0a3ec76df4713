// SPDX-License-Identifier: Apache-2.0
#include "core/models/stdit3/stdit3_block.h"

#include "cache/exec/ops/gated_add.h"
#include "core/models/layers/activation_recorder.h"

#include <torch/torch.h>

namespace toca::models {

using cache::TokenSubset;
using plan::ModuleKind;

torch::Tensor FrameVector::of(const TokenSubset& subset) const
{
    if (m_value.size(1) == 1)
        return m_value;
    if (subset.isAll())
        return m_value.repeat_interleave(m_layout.positions, 1);
    return TokenSubset::chosen(subset.ids().div(m_layout.positions, "floor"), m_layout.frames).gather(m_value);
}

Stdit3BlockImpl::Stdit3BlockImpl(std::int64_t hiddenSize, std::int64_t heads, std::int64_t mlpHiddenSize, bool qkNorm,
    plan::LayerKind kind, const std::string& name)
    : m_kind(kind)
    , norm1(register_module("norm1", LayerNorm(hiddenSize, 1e-6, /*hasAffine=*/false)))
    , norm2(register_module("norm2", LayerNorm(hiddenSize, 1e-6, /*hasAffine=*/false)))
    , attn(register_module("attn", SelfAttention(hiddenSize, heads, qkNorm, kind)))
    , cross_attn(register_module("cross_attn", CrossAttention(hiddenSize, heads, name + ".cross_attn")))
    , mlp(register_module("mlp", Mlp(hiddenSize, mlpHiddenSize, hiddenSize)))
    , drop_path(register_module("drop_path", Identity()))
    , scale_shift_table(register_parameter("scale_shift_table", unloaded({6, hiddenSize}), /*requires_grad=*/false))
{
}

std::vector<FrameVector> Stdit3BlockImpl::modulation(const BlockConditioning& conditioning) const
{
    auto vectors = (scale_shift_table + conditioning.t6).chunk(6, 1); // 6 x (B, 1, C)
    std::vector<FrameVector> result;
    if (conditioning.xMask.defined()) {
        const auto zero = (scale_shift_table + conditioning.t6Zero).chunk(6, 1);
        for (std::size_t i = 0; i < vectors.size(); ++i)
            vectors[i] = torch::where(conditioning.xMask.unsqueeze(-1), vectors[i], zero[i]); // (B, T, C)
    }
    for (const auto& vector : vectors)
        result.emplace_back(vector, conditioning.layout);
    return result;
}

torch::Tensor Stdit3BlockImpl::modulatedInput(const torch::Tensor& x, const BlockConditioning& conditioning)
{
    const auto m = modulation(conditioning);
    return modulated(norm1->forward(x), m[0].ofAll(x.size(1)), m[1].ofAll(x.size(1)));
}

torch::Tensor Stdit3BlockImpl::forward(
    const torch::Tensor& input, const BlockConditioning& conditioning, cache::CachingSession& session)
{
    const auto m = modulation(conditioning);
    const auto &shiftMsa = m[0], &scaleMsa = m[1], &gateMsa = m[2], &shiftMlp = m[3], &scaleMlp = m[4], &gateMlp = m[5];
    const std::int64_t tokens = input.size(1);

    const auto attended = session.moduleOutput(ModuleKind::SelfAttention, input, [&](const TokenSubset& subset) {
        const auto h =
            normModulated(norm1, input, TokenSubset::all(tokens), shiftMsa.ofAll(tokens), scaleMsa.ofAll(tokens));
        return attn->forward(h, subset, conditioning.layout,
            m_kind == plan::LayerKind::Temporal ? conditioning.rotation : torch::Tensor(), session);
    });
    tapAs(*drop_path, [&] { return gateMsa.ofAll(tokens) * attended.features(); });
    // A new tensor: the input may be kept by a policy.
    auto x = cache::gatedAdd(input, gateMsa.ofAll(tokens), attended, /*overX=*/false);

    const auto crossed = session.moduleOutput(ModuleKind::CrossAttention, x, [&](const TokenSubset& subset) {
        return cross_attn->forward(subset.gather(x), subset, conditioning.text, session);
    });
    x = cache::gatedAdd(x, {}, crossed, /*overX=*/true);

    const auto mixed = session.moduleOutput(
        ModuleKind::Mlp, x,
        [&](const TokenSubset& subset) {
            return mlp->forward(normModulated(norm2, x, subset, shiftMlp.of(subset), scaleMlp.of(subset)));
        },
        // Here the published code scores the modulated tokens.
        [&] { return modulated(norm2->forward(x), shiftMlp.ofAll(tokens), scaleMlp.ofAll(tokens)); });
    return tapped(*this, cache::gatedAdd(x, gateMlp.ofAll(tokens), mixed, /*overX=*/true)); // (B, N, C)
}

} // namespace toca::models
