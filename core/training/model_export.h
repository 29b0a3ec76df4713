// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"

#include <filesystem>

namespace torch::nn {
class Module;
}

namespace toca::training {

/// Writes all parameters and buffers under their names, as float32: what the load functions of the engine read.
Result<void> exportWeights(const torch::nn::Module& module, const std::filesystem::path& path);

/// Makes `to` a copy of a model folder without what holds for its old weights only: calibrations, reference cases,
/// evaluations. Files that are there already are replaced, each atomically.
Result<void> copyModelFolder(const std::filesystem::path& from, const std::filesystem::path& to);

} // namespace toca::training
