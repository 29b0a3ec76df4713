// SPDX-License-Identifier: Apache-2.0
#include "core/models/text/tokenizer.h"

#include <algorithm>
#include <array>
#include <cwctype>
#include <locale.h>
#include <optional>

namespace toca::models {
namespace {

struct CodePoint {
    char32_t value = 0;
    std::size_t bytes = 0;
};

/// The code point that starts at text[0]; nothing when no valid UTF-8 sequence does.
std::optional<CodePoint> firstCodePoint(std::string_view text)
{
    const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
    if (text.empty())
        return {};
    if (byte(0) < 0x80)
        return CodePoint{byte(0), 1};
    const std::size_t length = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
    if (byte(0) < 0xC2 || byte(0) > 0xF4 || text.size() < length)
        return {};
    char32_t value = byte(0) & (0x7F >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80)
            return {};
        value = value << 6 | (byte(i) & 0x3F);
    }
    constexpr std::array<char32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
    const bool isSurrogate = value >= 0xD800 && value <= 0xDFFF;
    if (value < kLeast[length] || value > 0x10FFFF || isSurrogate)
        return {};
    return CodePoint{value, length};
}

void append(std::string& text, char32_t value)
{
    if (value < 0x80) {
        text += static_cast<char>(value);
        return;
    }
    const int continuations = value < 0x800 ? 1 : value < 0x10000 ? 2 : 3;
    constexpr std::array<unsigned, 4> kLead = {0, 0xC0, 0xE0, 0xF0};
    text += static_cast<char>(kLead[continuations] | value >> 6 * continuations);
    for (int i = continuations - 1; i >= 0; --i)
        text += static_cast<char>(0x80 | (value >> 6 * i & 0x3F));
}

char32_t lower(char32_t value)
{
    if (value < 0x80)
        return value >= 'A' && value <= 'Z' ? value + ('a' - 'A') : value;
    // The user's locale must not change token ids, so the tables of a fixed one are used. Null where it isn't
    // installed.
    static const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return utf8 ? static_cast<char32_t>(towlower_l(static_cast<std::wint_t>(value), utf8)) : value;
}

/// Characters for which Python's str.isspace holds.
bool isSpace(char32_t value)
{
    return (value >= 0x09 && value <= 0x0D) || (value >= 0x1C && value <= 0x20) || value == 0x85 || value == 0xA0
        || value == 0x1680 || (value >= 0x2000 && value <= 0x200A) || value == 0x2028 || value == 0x2029
        || value == 0x202F || value == 0x205F || value == 0x3000;
}

} // namespace

std::string lowercased(std::string_view text)
{
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const std::optional<CodePoint> point = firstCodePoint(text);
        if (point)
            append(result, lower(point->value));
        else
            result += text.front();
        text.remove_prefix(point ? point->bytes : 1);
    }
    return result;
}

std::string_view stripped(std::string_view text)
{
    for (auto point = firstCodePoint(text); point && isSpace(point->value); point = firstCodePoint(text))
        text.remove_prefix(point->bytes);
    const auto endsInSpace = [&]() -> std::size_t {
        for (std::size_t bytes = 1; bytes <= std::min<std::size_t>(3, text.size()); ++bytes) {
            const auto point = firstCodePoint(text.substr(text.size() - bytes));
            if (point && point->bytes == bytes)
                return isSpace(point->value) ? bytes : 0;
        }
        return 0;
    };
    for (std::size_t bytes = endsInSpace(); bytes > 0; bytes = endsInSpace())
        text.remove_suffix(bytes);
    return text;
}

} // namespace toca::models
