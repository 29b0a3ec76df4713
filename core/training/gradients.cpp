// SPDX-License-Identifier: Apache-2.0
#include "core/training/gradients.h"

#include <torch/torch.h>

namespace toca::training {
namespace {

std::vector<torch::Tensor> gradients(const std::vector<TrainedParameter>& parameters)
{
    std::vector<torch::Tensor> found;
    for (const auto& parameter : parameters)
        if (parameter.value.grad().defined())
            found.push_back(parameter.value.grad());
    return found;
}

} // namespace

double gradientNorm(const std::vector<TrainedParameter>& parameters)
{
    const auto all = gradients(parameters);
    if (all.empty())
        return 0;
    return torch::stack(torch::_foreach_norm(all)).norm().item<double>();
}

void clipGradients(const std::vector<TrainedParameter>& parameters, double norm, double longest)
{
    if (longest <= 0 || norm <= longest)
        return;
    torch::_foreach_mul_(gradients(parameters), longest / norm);
}

void clearGradients(const std::vector<TrainedParameter>& parameters)
{
    for (const auto& parameter : parameters) {
        torch::Tensor value = parameter.value;
        value.mutable_grad().reset();
    }
}

} // namespace toca::training
