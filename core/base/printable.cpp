// SPDX-License-Identifier: Apache-2.0
#include "core/base/printable.h"

namespace toca {

namespace {

bool isControl(std::string_view text, std::size_t at)
{
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x20 || byte == 0x7f)
        return true;
    // C1 controls are U+0080..U+009F: C2 80 .. C2 9F in UTF-8.
    return byte == 0xc2 && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xa0;
}

} // namespace

bool hasControlCharacters(std::string_view text)
{
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (isControl(text, at))
            return true;
    }
    return false;
}

std::string printable(std::string_view text, std::size_t limit)
{
    static constexpr char kHex[] = "0123456789abcdef";
    std::string out = "'";
    std::size_t end = text.size() < limit ? text.size() : limit;
    // Do not cut a UTF-8 sequence in two.
    while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
        --end;
    for (std::size_t at = 0; at < end; ++at) {
        if (!isControl(text, at)) {
            out += text[at];
            continue;
        }
        const std::size_t length = static_cast<unsigned char>(text[at]) == 0xc2 ? 2 : 1;
        for (std::size_t k = 0; k < length && at + k < end; ++k) {
            const auto byte = static_cast<unsigned char>(text[at + k]);
            out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
        }
        at += length - 1;
    }
    if (end < text.size())
        out += "...";
    return out + "'";
}

} // namespace toca
