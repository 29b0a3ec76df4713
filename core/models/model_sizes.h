// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/nn/module.h>

#include <cstdint>

namespace toca::models {

/// Bytes of all parameters and buffers of `module` in their present dtypes; before loading, what they will take.
/// Tensors that share memory are counted once for each name.
std::int64_t parameterBytes(const torch::nn::Module& module);

} // namespace toca::models
