// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/token_subset.h"
#include "core/models/layers/tapped_layers.h"

namespace toca::models {

/// fc2(GELU_tanh(fc1 x)).
class MlpImpl : public torch::nn::Module {
public:
    MlpImpl(std::int64_t in, std::int64_t hidden, std::int64_t out);
    torch::Tensor forward(const torch::Tensor& x);

private:
    Linear fc1;
    Gelu act;
    Identity drop1, norm;
    Linear fc2;
    Identity drop2;
};
TORCH_MODULE(Mlp);

/// norm(x) * (1 + scale) + shift of the chosen tokens, in one pass where nobody records the norm.
/// @param norm without an affine part  @param shift, scale (B, 1, C), or (B, K, C)  @return (B, K, C)
torch::Tensor normModulated(LayerNorm& norm, const torch::Tensor& x, const cache::TokenSubset& subset,
    const torch::Tensor& shift, const torch::Tensor& scale);

/// x * (1 + scale) + shift
torch::Tensor modulated(const torch::Tensor& x, const torch::Tensor& shift, const torch::Tensor& scale);

} // namespace toca::models
