// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/geometry.h"

#include <string>
#include <string_view>
#include <vector>

namespace toca::app {

/// "0,4-7": ascending, each once, 0..9999. @return InvalidArgument naming option and text
Result<std::vector<int>> parseNumberRanges(std::string_view option, std::string_view text);
/// "mlp,cross_attention". @return InvalidArgument naming option and word
Result<std::vector<plan::ModuleKind>> parseModules(std::string_view option, std::string_view text);

} // namespace toca::app
