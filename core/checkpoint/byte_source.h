// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace toca::checkpoint {

/// Bytes that can be read at any place: a file, or a text in tests.
struct ByteSource {
    std::string name; ///< for messages only
    std::uint64_t size = 0;
    /// Exactly `count` bytes at `offset`; both were checked against `size`.
    std::function<Result<std::string>(std::uint64_t offset, std::size_t count)> read;
};

/// Reads a part of a source from front to back, in pieces. No piece is larger than what was asked for and is there, so
/// a length written in the file never decides on its own how much is allocated.
class ByteStream {
public:
    /// @pre begin <= end <= source.size; the source outlives the stream
    ByteStream(const ByteSource& source, std::uint64_t begin, std::uint64_t end);

    /// Offset in the source of the next byte.
    std::uint64_t position() const { return m_start + m_used; }
    std::uint64_t remaining() const { return m_end - position(); }
    const std::string& name() const { return m_source.name; }
    /// The next `count` bytes; the view is valid until the next call.
    ///
    /// @return BadFormat when fewer are left
    Result<std::string_view> take(std::uint64_t count);
    /// Leaves out the next `count` bytes.
    ///
    /// @return BadFormat when fewer are left
    Result<void> skip(std::uint64_t count);
    /// The bytes up to the next line break, which is taken but not returned.
    ///
    /// @return BadFormat when there is none within `limit` bytes
    Result<std::string_view> line(std::size_t limit);

private:
    Unexpected endsTooEarly(std::uint64_t expected) const;
    /// Makes `count` bytes from `position()` on available. @pre count <= remaining()
    Result<void> fill(std::size_t count);

    const ByteSource& m_source;
    std::uint64_t m_end;
    std::uint64_t m_start; ///< offset of m_buffer in the source
    std::size_t m_used = 0; ///< bytes of m_buffer that were taken
    std::string m_buffer;
};

} // namespace toca::checkpoint
