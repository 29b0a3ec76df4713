// SPDX-License-Identifier: Apache-2.0
#include "core/training/parameters.h"

#include <torch/torch.h>

#include <algorithm>

namespace toca::training {

std::vector<TrainedParameter> makeTrainable(torch::nn::Module& module, const std::string& prefix,
    const std::vector<std::string>& fixed, const std::vector<std::string>& notMatrices)
{
    std::vector<TrainedParameter> trained;
    for (auto& item : module.named_parameters()) {
        const std::string& name = item.key();
        torch::Tensor& value = item.value();
        if (std::find(fixed.begin(), fixed.end(), name) != fixed.end())
            continue;
        value.set_data(value.detach().clone());
        value.set_requires_grad(true);
        const bool isNamed = std::any_of(notMatrices.begin(), notMatrices.end(),
            [&](const std::string& part) { return name.find(part) != std::string::npos; });
        trained.push_back({prefix + name, value, value.dim() >= 2 && !isNamed});
    }
    return trained;
}

ExchangedValues::ExchangedValues(
    const std::vector<TrainedParameter>& parameters, const std::vector<torch::Tensor>& values)
{
    TORCH_CHECK(parameters.size() == values.size(), "ExchangedValues: ", values.size(), " values for ",
        parameters.size(), " parameters");
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        torch::Tensor parameter = parameters[i].value;
        m_kept.emplace_back(parameter, parameter.data());
        parameter.set_data(values[i].data());
    }
}

ExchangedValues::~ExchangedValues()
{
    for (auto& [parameter, value] : m_kept)
        parameter.set_data(value);
}

} // namespace toca::training
