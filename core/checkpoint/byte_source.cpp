// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/byte_source.h"

#include "core/base/printable.h"

#include <algorithm>

namespace toca::checkpoint {

namespace {

constexpr std::size_t kPiece = 64u << 10;

} // namespace

ByteStream::ByteStream(const ByteSource& source, std::uint64_t begin, std::uint64_t end)
    : m_source(source)
    , m_end(end)
    , m_start(begin)
{
}

Result<void> ByteStream::fill(std::size_t count)
{
    if (m_buffer.size() - m_used >= count)
        return {};
    m_start += m_used;
    m_used = 0;
    m_buffer.clear();
    const std::uint64_t wanted = std::min<std::uint64_t>(std::max(count, kPiece), m_end - m_start);
    auto bytes = m_source.read(m_start, static_cast<std::size_t>(wanted));
    if (!bytes)
        return unexpected(bytes.error());
    m_buffer = std::move(*bytes);
    return {};
}

Unexpected ByteStream::endsTooEarly(std::uint64_t expected) const
{
    return unexpected(ErrorCode::BadFormat,
        quotedPath(m_source.name) + " ends too early: at byte " + std::to_string(position()) + " there are "
            + std::to_string(remaining()) + " bytes left, expected " + std::to_string(expected)
            + ". Download or export it again.");
}

Result<std::string_view> ByteStream::take(std::uint64_t count)
{
    if (count > remaining())
        return endsTooEarly(count);
    if (auto filled = fill(static_cast<std::size_t>(count)); !filled)
        return unexpected(filled.error());
    const std::string_view bytes(m_buffer.data() + m_used, static_cast<std::size_t>(count));
    m_used += static_cast<std::size_t>(count);
    return bytes;
}

Result<void> ByteStream::skip(std::uint64_t count)
{
    if (count > remaining())
        return endsTooEarly(count);
    if (count <= m_buffer.size() - m_used) {
        m_used += static_cast<std::size_t>(count);
        return {};
    }
    m_start = position() + count;
    m_used = 0;
    m_buffer.clear();
    return {};
}

Result<std::string_view> ByteStream::line(std::size_t limit)
{
    std::size_t looked = 0; // bytes known to hold no line break
    while (looked < limit && looked < remaining()) {
        const std::size_t wanted =
            static_cast<std::size_t>(std::min<std::uint64_t>({limit, remaining(), looked + kPiece}));
        if (auto filled = fill(wanted); !filled)
            return unexpected(filled.error());
        const std::string_view there(m_buffer.data() + m_used, wanted);
        const std::size_t end = there.find('\n', looked);
        if (end != std::string_view::npos) {
            m_used += end + 1;
            return there.substr(0, end);
        }
        looked = wanted;
    }
    return unexpected(ErrorCode::BadFormat,
        quotedPath(m_source.name) + " is damaged: the line at byte " + std::to_string(position())
            + " has no end within " + std::to_string(std::min<std::uint64_t>(limit, remaining()))
            + " bytes. Download or export it again.");
}

} // namespace toca::checkpoint
