// SPDX-License-Identifier: Apache-2.0
#pragma once

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

/// x * (1 + scale) + shift
torch::Tensor modulated(const torch::Tensor& x, const torch::Tensor& shift, const torch::Tensor& scale);

} // namespace toca::models
