// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

namespace toca::tests {

/// Gives every parameter and buffer random values in float64 and asks for the parameters' gradients.
inline void randomize(torch::nn::Module& module)
{
    const torch::NoGradGuard noGradients;
    for (auto& item : module.named_parameters()) {
        auto values = 0.3 * torch::randn(item.value().sizes(), torch::kFloat64);
        if (item.key().ends_with("norm.weight") || item.value().dim() == 1)
            values = values + 1;
        item.value().set_data(values);
        item.value().set_requires_grad(true);
    }
    for (auto& item : module.named_buffers())
        item.value().set_data(torch::randn(item.value().sizes(), torch::kFloat64));
}

/// Compares the gradients of all parameters, and of `inputs`, with central differences at some of their values.
/// @param forward a function of parameters and inputs; its output's sum, with fixed weights, is what is differentiated
/// @return the first that differs; empty when all agree
inline std::string gradientMismatch(torch::nn::Module& module,
    const std::vector<std::pair<std::string, torch::Tensor>>& inputs, const std::function<torch::Tensor()>& forward)
{
    // A central difference in float64 is off by about step^2 and 1e-16 / step, times the size of the loss.
    constexpr double kStep = 1e-5, kTolerance = 2e-6;
    constexpr std::int64_t kValuesOfEach = 2;
    torch::Tensor weights;
    const auto loss = [&] {
        const auto out = forward();
        if (!weights.defined())
            weights = torch::randn(out.sizes(), torch::kFloat64);
        return (out * weights).sum();
    };
    std::vector<std::pair<std::string, torch::Tensor>> checked;
    for (auto& item : module.named_parameters())
        checked.emplace_back(item.key(), item.value());
    for (auto [name, input] : inputs) {
        input.set_requires_grad(true);
        checked.emplace_back(name, input);
    }
    loss().backward();
    for (auto& [name, tensor] : checked) {
        if (name.find("rope.freqs") != std::string::npos || name.find("pos_embed") != std::string::npos)
            continue; // never trained
        if (!tensor.grad().defined())
            return name + " has no gradient";
        if (tensor.grad().scalar_type() != torch::kFloat64)
            return name + " has no gradient in float64";
        const double scale = std::max(1e-3, tensor.grad().abs().max().item<double>());
        auto values = tensor.data().view({-1});
        for (std::int64_t i = 0; i < kValuesOfEach; ++i) {
            const std::int64_t at = (i * 7919 + 3) % values.numel();
            const double kept = values[at].item<double>();
            double sums[2];
            for (const int side : {0, 1}) {
                values[at].fill_(kept + (side == 0 ? -kStep : kStep));
                sums[side] = loss().item<double>(); // with gradients on: the same code
            }
            values[at].fill_(kept);
            const double numeric = (sums[1] - sums[0]) / (2 * kStep);
            const double analytic = tensor.grad().view({-1})[at].item<double>();
            if (!(std::abs(numeric - analytic) <= kTolerance * std::max({scale, std::abs(numeric), 1.0})))
                return name + "[" + std::to_string(at) + "]: autograd says " + std::to_string(analytic)
                    + ", differences say " + std::to_string(numeric);
        }
    }
    return {};
}

} // namespace toca::tests
