// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace toca {

/// Text from an untrusted file made fit for a one-line message: in single quotes, control characters as \xNN, at most
/// `limit` bytes of it (then "...").
std::string printable(std::string_view text, std::size_t limit = 80);

/// The same for a file's path, which is shown whole.
inline std::string quotedPath(std::string_view path)
{
    return printable(path, 4096);
}

/// True when `text` holds C0, DEL or C1 control characters. `text` is UTF-8.
bool hasControlCharacters(std::string_view text);

} // namespace toca
