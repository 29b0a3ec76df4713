// SPDX-License-Identifier: Apache-2.0
#include "core/training/optimizer.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace toca::training {

torch::Tensor orthogonalized(const torch::Tensor& matrices, torch::ScalarType dtype)
{
    constexpr double kLinear = 3.4445, kCubic = -4.7750, kQuintic = 2.0315; // Jordan et al. 2024
    constexpr int kIterations = 5;
    auto x = matrices.to(dtype);
    const bool isTall = x.size(-2) > x.size(-1);
    if (isTall)
        x = x.transpose(-2, -1);
    x = x / (x.norm(2, {-2, -1}, /*keepdim=*/true) + 1e-7);
    for (int i = 0; i < kIterations; ++i) {
        const auto a = torch::bmm(x, x.transpose(-2, -1));
        const auto b = torch::baddbmm(a, a, a, kCubic, kQuintic); // kCubic a + kQuintic a a
        x = torch::baddbmm(x, b, x, kLinear, 1.0);
    }
    return (isTall ? x.transpose(-2, -1) : x).to(matrices.scalar_type());
}

Optimizer::Optimizer(std::vector<TrainedParameter> parameters, OptimizerOptions options)
    : m_options(options)
{
    for (auto& parameter : parameters) {
        Entry entry;
        entry.momentum = torch::zeros_like(parameter.value.data());
        if (!m_options.orthogonalizes || !parameter.isMatrix)
            entry.square = torch::zeros_like(parameter.value.data());
        entry.parameter = std::move(parameter);
        m_entries.push_back(std::move(entry));
    }
}

void Optimizer::step(double learningRate)
{
    const torch::NoGradGuard noGradients;
    ++m_steps;
    stepMuon(learningRate);
    stepAdam(m_options.orthogonalizes ? learningRate * m_options.adamScale : learningRate);
}

void Optimizer::stepMuon(double learningRate)
{
    // Matrices of one shape are turned together: small ones alone would not keep the processor busy.
    std::map<std::pair<std::int64_t, std::int64_t>, std::vector<Entry*>> byShape;
    for (Entry& entry : m_entries) {
        const torch::Tensor& value = entry.parameter.value;
        if (!entry.square.defined() && value.grad().defined())
            byShape[{value.size(0), value.numel() / value.size(0)}].push_back(&entry);
    }
    for (const auto& [shape, entries] : byShape) {
        const auto [rows, columns] = shape;
        std::vector<torch::Tensor> updates;
        for (Entry* entry : entries) {
            const auto& gradient = entry->parameter.value.grad();
            entry->momentum.lerp_(gradient, 1 - m_options.momentum);
            updates.push_back(gradient.lerp(entry->momentum, m_options.momentum).reshape({rows, columns})); // Nesterov
        }
        const auto turned = orthogonalized(torch::stack(updates), m_options.iterationType);
        const double scale = 0.2 * std::sqrt(static_cast<double>(std::max(rows, columns)));
        for (std::size_t i = 0; i < entries.size(); ++i) {
            auto value = entries[i]->parameter.value.data();
            value.mul_(1 - learningRate * m_options.weightDecay);
            value.add_(turned[static_cast<std::int64_t>(i)].reshape(value.sizes()), -learningRate * scale);
        }
    }
}

void Optimizer::stepAdam(double learningRate)
{
    std::vector<torch::Tensor> values, gradients, momenta, squares;
    for (Entry& entry : m_entries) {
        const torch::Tensor& value = entry.parameter.value;
        if (!entry.square.defined() || !value.grad().defined())
            continue;
        if (entry.parameter.isMatrix)
            value.data().mul_(1 - learningRate * m_options.weightDecay);
        values.push_back(value.data());
        gradients.push_back(value.grad());
        momenta.push_back(entry.momentum);
        squares.push_back(entry.square);
    }
    if (values.empty())
        return;
    const auto steps = static_cast<double>(m_steps);
    torch::_foreach_lerp_(momenta, gradients, 1 - m_options.beta1);
    torch::_foreach_mul_(squares, m_options.beta2);
    torch::_foreach_addcmul_(squares, gradients, gradients, 1 - m_options.beta2);
    auto denominators = torch::_foreach_div(squares, 1 - std::pow(m_options.beta2, steps));
    torch::_foreach_sqrt_(denominators);
    torch::_foreach_add_(denominators, m_options.epsilon);
    torch::_foreach_addcdiv_(values, momenta, denominators, -learningRate / (1 - std::pow(m_options.beta1, steps)));
}

NamedTensors Optimizer::state() const
{
    NamedTensors result;
    for (const Entry& entry : m_entries) {
        result.emplace_back("momentum/" + entry.parameter.name, entry.momentum);
        if (entry.square.defined())
            result.emplace_back("square/" + entry.parameter.name, entry.square);
    }
    return result;
}

} // namespace toca::training
