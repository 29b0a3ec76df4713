// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace toca {

/// Length in bytes of the well-formed UTF-8 character that `text` starts with; 0 when there is none (overlong forms,
/// surrogates and values above U+10FFFF are not well-formed).
std::size_t utf8CharacterBytes(std::string_view text);

} // namespace toca
