// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/pickle_text.h"

#include <algorithm>
#include <charconv>

namespace toca::checkpoint {

namespace {

void appendUtf8(std::string& text, std::uint32_t code)
{
    const auto put = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xc0 | code >> 6);
        put(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        put(0xe0 | code >> 12);
        put(0x80 | (code >> 6 & 0x3f));
        put(0x80 | (code & 0x3f));
    } else {
        put(0xf0 | code >> 18);
        put(0x80 | (code >> 12 & 0x3f));
        put(0x80 | (code >> 6 & 0x3f));
        put(0x80 | (code & 0x3f));
    }
}

/// Exactly `digits` digits to this base at `at`.
std::optional<std::uint32_t> digitsAt(std::string_view text, std::size_t at, std::size_t digits, int base)
{
    if (at > text.size() || text.size() - at < digits)
        return std::nullopt;
    std::uint32_t value = 0;
    const char* const end = text.data() + at + digits;
    const auto [stop, error] = std::from_chars(text.data() + at, end, value, base);
    return error == std::errc() && stop == end ? std::optional(value) : std::nullopt;
}

} // namespace

std::optional<double> parseFloat(std::string_view line)
{
    double value = 0;
    const auto [stop, error] = std::from_chars(line.data(), line.data() + line.size(), value);
    if (stop != line.data() + line.size() || line.empty() || error == std::errc::invalid_argument)
        return std::nullopt;
    return value;
}

bool isInteger(std::string_view line)
{
    if (line.starts_with('-') || line.starts_with('+'))
        line.remove_prefix(1);
    return !line.empty() && std::all_of(line.begin(), line.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::int64_t> parseInteger(std::string_view line)
{
    if (!isInteger(line))
        return std::nullopt;
    if (line.starts_with('+'))
        line.remove_prefix(1);
    std::int64_t value = 0;
    const auto [stop, error] = std::from_chars(line.data(), line.data() + line.size(), value);
    return error == std::errc() && stop == line.data() + line.size() ? std::optional(value) : std::nullopt;
}

std::optional<std::string> decodeUnicodeLine(std::string_view line)
{
    std::string text;
    for (std::size_t i = 0; i < line.size();) {
        const bool isShort = line.substr(i, 2) == "\\u";
        if (!isShort && line.substr(i, 2) != "\\U") {
            appendUtf8(text, static_cast<unsigned char>(line[i++]));
            continue;
        }
        const std::size_t digits = isShort ? 4 : 8;
        const auto code = digitsAt(line, i + 2, digits, 16);
        if (!code || *code > 0x10ffff)
            return std::nullopt;
        appendUtf8(text, *code);
        i += 2 + digits;
    }
    return text;
}

std::optional<std::string> decodeStringLine(std::string_view line)
{
    if (line.size() < 2 || line.front() != line.back() || (line.front() != '\'' && line.front() != '"'))
        return std::nullopt;
    line = line.substr(1, line.size() - 2);
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] != '\\') {
            text += line[i];
            continue;
        }
        if (++i >= line.size())
            return std::nullopt;
        static constexpr std::string_view kLetters = "abfnrtv\\'\"", kMeanings = "\a\b\f\n\r\t\v\\'\"";
        if (const auto at = kLetters.find(line[i]); at != std::string_view::npos) {
            text += kMeanings[at];
        } else if (line[i] == 'x') {
            const auto code = digitsAt(line, i + 1, 2, 16);
            if (!code)
                return std::nullopt;
            text += static_cast<char>(*code);
            i += 2;
        } else if (const auto code = digitsAt(line, i, 3, 8); code && *code < 256) {
            text += static_cast<char>(*code);
            i += 2;
        } else {
            return std::nullopt;
        }
    }
    return text;
}

bool isUtf8(std::string_view text)
{
    for (std::size_t i = 0; i < text.size();) {
        const auto first = static_cast<unsigned char>(text[i]);
        const std::size_t more = first < 0x80 ? 0
            : first < 0xc2                    ? 4
            : first < 0xe0                    ? 1
            : first < 0xf0                    ? 2
            : first < 0xf5                    ? 3
                                              : 4;
        if (more > 3 || text.size() - i - 1 < more)
            return false;
        std::uint32_t code = more == 0 ? first : first & (0x3fu >> more);
        for (std::size_t k = 1; k <= more; ++k) {
            const auto next = static_cast<unsigned char>(text[i + k]);
            if ((next & 0xc0) != 0x80)
                return false;
            code = code << 6 | (next & 0x3fu);
        }
        if ((more == 2 && code < 0x800) || (more == 3 && (code < 0x10000 || code > 0x10ffff))
            || (code >= 0xd800 && code < 0xe000))
            return false;
        i += 1 + more;
    }
    return true;
}

} // namespace toca::checkpoint
