// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace toca {

/// CRC-32 of the PNG specification, annex D (polynomial 0xedb88320, reflected; the same as in zip and gzip). Finds
/// every burst of damage up to 32 bits; it is no protection against intent.
std::uint32_t crc32(std::string_view data);

} // namespace toca
