// SPDX-License-Identifier: Apache-2.0
#include "core/training/moving_average.h"

#include <torch/torch.h>

#include <algorithm>

namespace toca::training {

MovingAverage::MovingAverage(const std::vector<TrainedParameter>& parameters, double decay)
    : m_parameters(parameters)
    , m_decay(decay)
{
    for (const auto& parameter : parameters)
        m_values.push_back(parameter.value.detach().clone());
}

void MovingAverage::update(std::int64_t step)
{
    const torch::NoGradGuard noGradients;
    const auto steps = static_cast<double>(step);
    const double decay = std::min(m_decay, (1 + steps) / (10 + steps)); // the first values are soon forgotten
    std::vector<torch::Tensor> present;
    for (const auto& parameter : m_parameters)
        present.push_back(parameter.value.data());
    torch::_foreach_lerp_(m_values, present, 1 - decay);
}

NamedTensors MovingAverage::state() const
{
    NamedTensors result;
    for (std::size_t i = 0; i < m_values.size(); ++i)
        result.emplace_back("average/" + m_parameters[i].name, m_values[i]);
    return result;
}

} // namespace toca::training
