// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/parameters.h"

#include <string>
#include <string_view>

namespace toca::plan {

/// Why a parameter has no effect beside the other values of its policy, as a sentence for people; "" = it has one.
/// Knows the choices that switch others off: the refresh rule of ToCa and DuCa, FORA's one interval for all modules.
/// @param values complete: also those at their defaults
std::string withoutEffect(std::string_view name, const ParameterValues& values);

} // namespace toca::plan
