// SPDX-License-Identifier: Apache-2.0
#include "core/base/crc32.h"

#include <array>

namespace toca {

std::uint32_t crc32(std::string_view data)
{
    static const auto table = [] {
        std::array<std::uint32_t, 256> entries{};
        for (std::uint32_t n = 0; n < 256; ++n) {
            std::uint32_t value = n;
            for (int bit = 0; bit < 8; ++bit)
                value = value & 1 ? 0xedb88320u ^ value >> 1 : value >> 1;
            entries[n] = value;
        }
        return entries;
    }();
    std::uint32_t crc = 0xffffffffu;
    for (const char c : data)
        crc = table[(crc ^ static_cast<std::uint8_t>(c)) & 0xff] ^ crc >> 8;
    return crc ^ 0xffffffffu;
}

} // namespace toca
