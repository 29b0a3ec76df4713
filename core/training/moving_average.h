// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/training/parameters.h"

namespace toca::training {

/// Exponential moving average of the parameters, from which models are sampled and exported.
class MovingAverage {
public:
    /// Starts from the parameters as they are. @param decay in [0, 1): share that is kept in each step
    MovingAverage(const std::vector<TrainedParameter>& parameters, double decay);
    /// @param step number of steps made; the average of the first ones is shorter
    void update(std::int64_t step);

    /// In the order of the parameters.
    const std::vector<torch::Tensor>& values() const { return m_values; }
    /// "average/<parameter>"; shares memory.
    NamedTensors state() const;

private:
    std::vector<TrainedParameter> m_parameters;
    std::vector<torch::Tensor> m_values;
    double m_decay;
};

} // namespace toca::training
