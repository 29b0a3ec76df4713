// SPDX-License-Identifier: Apache-2.0
#include "app/cli/console.h"

#include "core/api/generation_request.h"
#include "core/api/utf8.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace toca::app {
namespace {

std::string scaled(double value, double base, std::string_view unit, const std::array<const char*, 5>& prefixes)
{
    std::size_t prefix = 0;
    while (value >= base && prefix + 1 < prefixes.size()) {
        value /= base;
        ++prefix;
    }
    const int decimals = prefix == 0 ? 0 : value < 10 ? 2 : value < 100 ? 1 : 0;
    return fixedText(value, decimals) + " " + prefixes[prefix] + std::string(unit);
}

/// Characters of a line, as far as a table needs them: one for each UTF-8 character.
std::size_t characters(std::string_view text)
{
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

} // namespace

int exitCodeOf(ErrorCode code)
{
    switch (code) {
    case ErrorCode::InvalidArgument:
        return kExitUsage;
    case ErrorCode::NotFound:
    case ErrorCode::Io:
        return kExitFile;
    case ErrorCode::BadFormat:
    case ErrorCode::BadCheckpoint:
        return kExitBadFile;
    case ErrorCode::TooLarge:
    case ErrorCode::OutOfMemory:
        return kExitTooLarge;
    case ErrorCode::Cancelled:
        return kExitCancelled;
    case ErrorCode::Unsupported:
    case ErrorCode::EncoderFailed:
    case ErrorCode::Internal:
        break;
    }
    return kExitFailed;
}

std::string oneLine(std::string_view text, std::size_t limit)
{
    const bool isLong = text.size() > limit;
    if (isLong) {
        text = text.substr(0, limit);
        while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0) == 0x80)
            text.remove_suffix(1); // not in the middle of a character
        if (!text.empty() && static_cast<unsigned char>(text.back()) >= 0xc0)
            text.remove_suffix(1);
    }
    return sanitizedPrompt(text) + (isLong ? "..." : "");
}

int fail(const Error& error)
{
    std::fprintf(stderr, "toca: %s\n", oneLine(error.message).c_str());
    return exitCodeOf(error.code);
}

void warn(std::string_view message)
{
    std::fprintf(stderr, "toca: warning: %s\n", oneLine(message).c_str());
}

std::string fixedText(double value, int decimals)
{
    std::array<char, 400> buffer{}; // the largest double has 309 digits before the point
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, decimals).ptr;
    return {buffer.data(), end};
}

std::string bytesText(double bytes)
{
    return scaled(bytes, 1024, "B", {"", "Ki", "Mi", "Gi", "Ti"});
}

std::string flopsText(double flops)
{
    return scaled(flops, 1000, "FLOP", {"", "k", "M", "G", "T"});
}

std::string shellQuoted(std::string_view text)
{
    constexpr std::string_view kHarmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+";
    if (!text.empty() && text.find_first_not_of(kHarmless) == std::string_view::npos)
        return std::string(text);
    std::string quoted = "'";
    for (const char c : text) {
        if (c == '\'')
            quoted += "'\\''";
        else
            quoted += c;
    }
    return quoted + "'";
}

std::string csvLine(const std::vector<std::string>& cells)
{
    std::string line;
    for (const std::string& cell : cells) {
        line += &cell == &cells.front() ? "" : ",";
        if (cell.find_first_of(",\"\n\r") == std::string::npos) {
            line += cell;
            continue;
        }
        line += '"';
        for (const char c : cell)
            line += c == '"' ? std::string("\"\"") : std::string(1, c);
        line += '"';
    }
    return line + "\n";
}

std::string TextTable::text(std::string_view indent) const
{
    std::vector<std::size_t> widths(m_alignment.size(), 0);
    for (const auto& row : m_rows)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], characters(row[i]));
    std::string text;
    for (const auto& row : m_rows) {
        std::string line(indent);
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string padding(widths[i] - characters(row[i]), ' ');
            line += (i == 0 ? "" : "  ") + (m_alignment[i] == 'r' ? padding + row[i] : row[i] + padding);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

} // namespace toca::app
