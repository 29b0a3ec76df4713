// SPDX-License-Identifier: Apache-2.0
#include "core/models/layers/mlp.h"

#include "cache/exec/ops/norm_modulate.h"
#include "core/models/layers/activation_recorder.h"

#include <torch/torch.h>

namespace toca::models {

MlpImpl::MlpImpl(std::int64_t in, std::int64_t hidden, std::int64_t out)
    : fc1(register_module("fc1", Linear(in, hidden)))
    , act(register_module("act", Gelu()))
    , drop1(register_module("drop1", Identity()))
    , norm(register_module("norm", Identity()))
    , fc2(register_module("fc2", Linear(hidden, out)))
    , drop2(register_module("drop2", Identity()))
{
}

torch::Tensor MlpImpl::forward(const torch::Tensor& x)
{
    const bool isRecorded = ActivationRecorder::current() != nullptr; // then every layer's output is looked at
    const auto activated = isRecorded ? act->forward(fc1->forward(x)) : fc1->forwardGelu(x);
    const auto hidden = norm->forward(drop1->forward(activated));
    return tapped(*this, drop2->forward(fc2->forward(hidden)));
}

torch::Tensor normModulated(LayerNorm& norm, const torch::Tensor& x, const cache::TokenSubset& subset,
    const torch::Tensor& shift, const torch::Tensor& scale)
{
    if (ActivationRecorder::current())
        return modulated(norm->forward(subset.gather(x)), shift, scale);
    return cache::normModulated(x, subset, shift, scale, norm->epsilon());
}

torch::Tensor modulated(const torch::Tensor& x, const torch::Tensor& shift, const torch::Tensor& scale)
{
    return torch::addcmul(shift, x, 1 + scale);
}

} // namespace toca::models
