// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/model_info.h"

#include <string>

namespace toca::app {

std::string modelText(const ModelInfo& model);
/// The JSON of a model in `toca info --json` and `toca models --json` (docs/cli.md).
std::string modelJson(const ModelInfo& model);

} // namespace toca::app
