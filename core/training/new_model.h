// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/training/request.h"

#include <torch/types.h>

namespace torch::nn {
class Module;
}

namespace toca::training {

/// Gives every parameter and buffer its values before training from scratch: matrices and kernels a uniform
/// distribution by fan-in and fan-out (Glorot and Bengio, AISTATS 2010), norms' weights 1, biases 0, tables small
/// normal numbers. What ends a residual branch that is added to a trained one (temporal blocks, text, DiT's modulation)
/// and the last layer begin at zero, as published.
void initialize(torch::nn::Module& module, std::uint64_t seed, torch::ScalarType dtype = torch::kFloat32);

/// Writes a model folder with a new, untrained transformer: STDiT3, DiT with the classes of the world, or PixArt-alpha.
/// @param from a video model's folder, whose VAE, text encoder and tokenizer are taken over
/// @return InvalidArgument for sizes that do not fit, Io, errors of `from`
Result<void> makeModel(
    const NewModel& model, std::uint64_t seed, const std::filesystem::path& from, const std::filesystem::path& to);

} // namespace toca::training
