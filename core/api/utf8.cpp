// SPDX-License-Identifier: Apache-2.0
#include "core/api/utf8.h"

#include <cstdint>

namespace toca {

std::size_t utf8CharacterBytes(std::string_view text)
{
    if (text.empty())
        return 0;
    const auto byte = [text](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
    const std::uint32_t lead = byte(0);
    if (lead < 0x80)
        return 1;
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < length)
        return 0;
    std::uint32_t value = lead & (0x7fu >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0u) != 0x80u)
            return 0;
        value = value << 6 | (byte(i) & 0x3fu);
    }
    const std::uint32_t smallest = length == 4 ? 0x10000u : length == 3 ? 0x800u : 0x80u;
    const bool surrogate = value >= 0xd800u && value <= 0xdfffu;
    return value < smallest || value > 0x10ffffu || surrogate ? 0 : length;
}

} // namespace toca
