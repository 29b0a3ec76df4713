// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/training/parameters.h"

namespace toca::training {

struct OptimizerOptions {
    bool orthogonalizes = true; ///< Muon for matrices; false: AdamW for everything
    double momentum = 0.95; ///< of Muon
    double weightDecay = 0.01; ///< of matrices, decoupled (Loshchilov and Hutter, arXiv 1711.05101)
    double beta1 = 0.9; ///< of AdamW
    double beta2 = 0.98;
    double epsilon = 1e-8;
    double adamScale = 0.6; ///< AdamW's share of the learning rate, beside Muon
    torch::ScalarType iterationType = torch::kBFloat16; ///< of Muon's iteration
};

/// The nearest matrix with orthonormal rows or columns, roughly: five steps of a quintic Newton-Schulz iteration whose
/// singular values end between 0.7 and 1.2 (Jordan et al. 2024, "Muon").
/// @param matrices (n, rows, columns)
torch::Tensor orthogonalized(const torch::Tensor& matrices, torch::ScalarType dtype);

/// Muon (Jordan et al. 2024) for matrices and kernels, AdamW for the rest. Muon's updates are scaled by
/// 0.2 sqrt(max(rows, columns)), the size of AdamW's (Liu et al., arXiv 2502.16982), so that both share one rate.
class Optimizer {
public:
    Optimizer(std::vector<TrainedParameter> parameters, OptimizerOptions options = {});

    /// Changes the parameters by their gradients. Parameters without one stay as they are.
    void step(double learningRate);

    /// The moments, by name: "momentum/<parameter>", and for AdamW "square/<parameter>". They share memory with the
    /// optimiser: to restore a state, copy into them.
    NamedTensors state() const;
    std::int64_t steps() const { return m_steps; }
    void setSteps(std::int64_t steps) { m_steps = steps; }
    const OptimizerOptions& options() const { return m_options; }

private:
    struct Entry {
        TrainedParameter parameter;
        torch::Tensor momentum;
        torch::Tensor square; ///< undefined for Muon
    };
    void stepMuon(double learningRate);
    void stepAdam(double learningRate);

    OptimizerOptions m_options;
    std::vector<Entry> m_entries;
    std::int64_t m_steps = 0;
};

} // namespace toca::training
