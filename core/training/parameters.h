// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <string>
#include <utility>
#include <vector>

namespace toca::training {

using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

/// A tensor that is trained; shares its storage with the module's member.
struct TrainedParameter {
    std::string name; ///< unique: "transformer/final_layer.linear.weight"
    torch::Tensor value;
    /// A weight matrix or convolution kernel between hidden layers, for which orthogonalised updates are made. Tables,
    /// embeddings, norms and the first and last layers are none.
    bool isMatrix = false;
};

/// Gives the parameters of a module memory of their own (loaded ones are read-only pages of the file) and asks for
/// their gradients.
///
/// @param prefix put before every name  @param fixed names that are not trained, without the prefix
/// @param notMatrices parts of names of which the parameter is no matrix for the optimiser
std::vector<TrainedParameter> makeTrainable(torch::nn::Module& module, const std::string& prefix,
    const std::vector<std::string>& fixed, const std::vector<std::string>& notMatrices);

/// Exchanges the parameters' values with others while it lives.
class ExchangedValues {
public:
    /// @param values one for each parameter, in the same order
    ExchangedValues(const std::vector<TrainedParameter>& parameters, const std::vector<torch::Tensor>& values);
    ~ExchangedValues();
    ExchangedValues(const ExchangedValues&) = delete;
    ExchangedValues& operator=(const ExchangedValues&) = delete;

private:
    std::vector<std::pair<torch::Tensor, torch::Tensor>> m_kept;
};

} // namespace toca::training
