// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/trace.h"

#include <optional>
#include <string>

namespace toca::plan {

/// The first place where two runs decided otherwise: evaluations, then cell by cell action, number of tokens and the
/// set of tokens of each row. Times, FLOPs, memory and scores may differ.
/// @return a sentence naming step, layer and module with both decisions; nothing when all decisions are the same
std::optional<std::string> firstDifference(const Trace& expected, const Trace& actual);

} // namespace toca::plan
