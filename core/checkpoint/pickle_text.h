// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace toca::checkpoint {

/// The text forms of pickle protocol 0, which is made of lines.

/// A decimal number as Python's repr writes it, also inf and nan.
std::optional<double> parseFloat(std::string_view line);
/// Digits with perhaps a sign, of any length.
bool isInteger(std::string_view line);
/// @return nothing when it is no integer or does not fit 64 bits
std::optional<std::int64_t> parseInteger(std::string_view line);
/// raw-unicode-escape: Latin-1 with \uXXXX and \UXXXXXXXX; gives UTF-8.
std::optional<std::string> decodeUnicodeLine(std::string_view line);
/// A quoted string as Python 2's repr writes it; gives its bytes.
std::optional<std::string> decodeStringLine(std::string_view line);

/// True for well-formed UTF-8 without surrogates and overlong forms.
bool isUtf8(std::string_view text);

} // namespace toca::checkpoint
