// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"

#include <cstdint>
#include <string>
#include <vector>

namespace toca::plan {

/// Whole numbers with commas between them, blanks allowed ("0,2,2,0"); empty text = empty list.
/// @return InvalidArgument naming the parameter, the text and the range
Result<std::vector<std::int64_t>> numberList(
    const std::string& parameter, const std::string& text, std::int64_t minimum, std::int64_t maximum);

} // namespace toca::plan
