// SPDX-License-Identifier: Apache-2.0
#include "core/media/embedded_text.h"

#include "core/base/crc32.h"

#include <algorithm>
#include <array>

namespace toca::media {

namespace {

constexpr std::string_view kPngSignature{"\x89PNG\r\n\x1a\n", 8};
constexpr std::size_t kPngHeaderBytes = 8 + 12 + 13; // signature, then IHDR: length, type, 13 bytes, CRC

std::uint8_t byteAt(std::string_view data, std::size_t at)
{
    return static_cast<std::uint8_t>(data[at]);
}

std::uint32_t bigEndian(std::string_view data, std::size_t at)
{
    return std::uint32_t{byteAt(data, at)} << 24 | std::uint32_t{byteAt(data, at + 1)} << 16
        | std::uint32_t{byteAt(data, at + 2)} << 8 | byteAt(data, at + 3);
}

void appendBigEndian(std::string& out, std::uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        out += static_cast<char>(value >> shift & 0xff);
}

/// Calls `visit(type, content)` for each whole chunk until it returns false.
template <class Visit>
void forEachPngChunk(std::string_view png, Visit visit)
{
    if (!png.starts_with(kPngSignature))
        return;
    std::size_t at = kPngSignature.size();
    while (png.size() - at >= 12) {
        const std::size_t length = bigEndian(png, at);
        if (length > png.size() - at - 12 || !visit(png.substr(at + 4, 4), png.substr(at + 8, length)))
            return;
        at += length + 12;
    }
}

/// Offset after a GIF's header and global colour table.
std::optional<std::size_t> gifBlocksBegin(std::string_view gif)
{
    if (gif.size() < 13 || !(gif.starts_with("GIF87a") || gif.starts_with("GIF89a")))
        return std::nullopt;
    const std::uint8_t flags = byteAt(gif, 10);
    const std::size_t begin = 13 + (flags & 0x80 ? std::size_t{3} << ((flags & 7) + 1) : 0);
    if (begin > gif.size())
        return std::nullopt;
    return begin;
}

/// Collects the sub-blocks that begin at `at`, which moves behind their end mark. @return false if they are cut off.
bool readSubBlocks(std::string_view gif, std::size_t& at, std::string* content)
{
    while (at < gif.size()) {
        const std::size_t length = byteAt(gif, at++);
        if (length == 0)
            return true;
        if (length > gif.size() - at)
            return false;
        if (content && content->size() < kLongestRequest + 256)
            content->append(gif.substr(at, length));
        at += length;
    }
    return false;
}

} // namespace

bool isPlainUtf8(std::string_view text)
{
    for (std::size_t i = 0; i < text.size();) {
        const std::uint8_t lead = byteAt(text, i);
        const std::size_t length = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : lead >> 3 == 30 ? 4 : 0;
        if (lead == 0 || length == 0 || length > text.size() - i)
            return false;
        std::uint32_t code = length == 1 ? lead : lead & (0x7fu >> length);
        for (std::size_t k = 1; k < length; ++k) {
            if (byteAt(text, i + k) >> 6 != 2)
                return false;
            code = code << 6 | (byteAt(text, i + k) & 0x3fu);
        }
        constexpr std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
        if (code < kSmallest[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
            return false;
        i += length;
    }
    return true;
}

std::optional<std::string> withPngText(std::string_view png, std::string_view keyword, std::string_view text)
{
    if (png.size() < kPngHeaderBytes || !png.starts_with(kPngSignature) || png.substr(12, 4) != "IHDR")
        return std::nullopt;
    std::string chunk = "iTXt";
    chunk += keyword;
    chunk.append(5, '\0'); // end of keyword, not compressed, method 0, no language, no translated keyword
    chunk += text;

    std::string out(png.substr(0, kPngHeaderBytes));
    appendBigEndian(out, static_cast<std::uint32_t>(chunk.size() - 4));
    out += chunk;
    appendBigEndian(out, crc32(chunk));
    out += png.substr(kPngHeaderBytes);
    return out;
}

std::optional<std::string> pngText(std::string_view png, std::string_view keyword)
{
    std::optional<std::string> found;
    std::string begin(keyword);
    begin.append(3, '\0'); // end of keyword, not compressed, method 0
    forEachPngChunk(png, [&](std::string_view type, std::string_view content) {
        if (type != "iTXt" || !content.starts_with(begin))
            return true;
        content.remove_prefix(begin.size());
        for (int field = 0; field < 2; ++field) { // language, translated keyword
            const auto end = content.find('\0');
            if (end == std::string_view::npos)
                return true;
            content.remove_prefix(end + 1);
        }
        if (content.size() > kLongestRequest || !isPlainUtf8(content))
            return true;
        found = std::string(content);
        return false;
    });
    return found;
}

bool isPngComplete(std::string_view png)
{
    bool complete = false;
    forEachPngChunk(png, [&](std::string_view type, std::string_view) {
        complete = type == "IEND";
        return !complete;
    });
    return complete;
}

std::optional<std::string> withGifComment(std::string_view gif, std::string_view keyword, std::string_view text)
{
    const auto begin = gifBlocksBegin(gif);
    if (!begin)
        return std::nullopt;
    std::string out(gif.substr(0, *begin));
    const std::string comment = std::string(keyword) + ":" + std::string(text);
    out += "\x21\xfe"; // extension introducer, comment label (GIF89a section 24)
    for (std::size_t at = 0; at < comment.size(); at += 255) {
        const std::size_t length = std::min<std::size_t>(255, comment.size() - at);
        out += static_cast<char>(length);
        out.append(comment, at, length);
    }
    out += '\0';
    out += gif.substr(*begin);
    return out;
}

std::optional<std::string> gifComment(std::string_view gif, std::string_view keyword)
{
    const auto begin = gifBlocksBegin(gif);
    if (!begin)
        return std::nullopt;
    const std::string prefix = std::string(keyword) + ":";
    std::size_t at = *begin;
    while (at < gif.size()) {
        const std::uint8_t kind = byteAt(gif, at++);
        if (kind == 0x21 && at < gif.size()) { // extension
            const bool isComment = byteAt(gif, at++) == 0xfe;
            std::string content;
            if (!readSubBlocks(gif, at, isComment ? &content : nullptr))
                return std::nullopt;
            if (isComment && content.starts_with(prefix) && content.size() <= kLongestRequest + prefix.size()
                && isPlainUtf8(content))
                return content.substr(prefix.size());
        } else if (kind == 0x2c && gif.size() - at >= 9) { // picture: 9 bytes, maybe a colour table, code size, data
            const std::uint8_t flags = byteAt(gif, at + 8);
            at += 9 + (flags & 0x80 ? std::size_t{3} << ((flags & 7) + 1) : 0) + 1;
            if (at >= gif.size() || !readSubBlocks(gif, at, nullptr))
                return std::nullopt;
        } else {
            return std::nullopt; // the trailer, or not a GIF any more
        }
    }
    return std::nullopt;
}

} // namespace toca::media
