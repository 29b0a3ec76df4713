// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"

#include <filesystem>
#include <string>

namespace toca::training {

/// Copies a model folder with the floating-point weights of its safetensors files in another dtype. What was measured
/// or recorded with the old weights (calibrations, evaluations, reference tensors) stays behind.
/// @param dtype "float32", "float16" or "bfloat16"
/// @return InvalidArgument when `to` is there already or a value does not fit the dtype (the message names the tensor),
/// NotFound when `from` holds no such file, or an error of reading and writing
Result<void> convertModel(const std::filesystem::path& from, const std::filesystem::path& to, const std::string& dtype);

} // namespace toca::training
