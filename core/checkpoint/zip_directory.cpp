// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/zip_directory.h"

#include "core/base/printable.h"
#include "core/base/safetensors_header.h"

#include <algorithm>

namespace toca::checkpoint {

namespace {

// Names and offsets of PKWARE's APPNOTE.TXT, sections 4.3.7 to 4.3.16.
constexpr std::string_view kLocal = "PK\x03\x04", kCentral = "PK\x01\x02", kEnd = "PK\x05\x06", kEnd64 = "PK\x06\x06",
                           kLocator64 = "PK\x06\x07";
constexpr std::uint64_t kLocalBytes = 30, kCentralBytes = 46, kEndBytes = 22, kEnd64Bytes = 56, kLocatorBytes = 20;
constexpr std::uint64_t kMaximumComment = 65'535;
constexpr std::uint64_t kMaximumDirectoryBytes = 256u << 20;
constexpr std::uint64_t kIn64 = 0xffff'ffff; ///< a 32-bit field whose value is in the zip64 extra field

std::uint64_t field(std::string_view bytes, std::size_t offset, std::size_t size)
{
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
        value |= std::uint64_t{static_cast<unsigned char>(bytes[offset + i])} << (8 * i);
    return value;
}

/// Replaces sizes and offset that did not fit 32 bits by those of the zip64 extra field.
/// @return false when they are not there
bool readExtra64(std::string_view extra, std::uint64_t& size, std::uint64_t& packed, std::uint64_t& header)
{
    if (size != kIn64 && packed != kIn64 && header != kIn64)
        return true;
    while (extra.size() >= 4) {
        const std::uint64_t id = field(extra, 0, 2), bytes = field(extra, 2, 2);
        if (bytes > extra.size() - 4)
            return false;
        if (id == 1) {
            std::string_view values = extra.substr(4, bytes);
            for (std::uint64_t* const value : {&size, &packed, &header}) {
                if (*value != kIn64)
                    continue;
                if (values.size() < 8)
                    return false;
                *value = field(values, 0, 8);
                values.remove_prefix(8);
            }
            return true;
        }
        extra.remove_prefix(4 + bytes);
    }
    return false;
}

} // namespace

Unexpected ZipDirectory::bad(const std::string& what) const
{
    return unexpected(ErrorCode::BadFormat,
        quotedPath(m_source->name) + " is not a valid PyTorch zip archive: " + what + ". Download or export it again.");
}

Result<ZipDirectory> ZipDirectory::read(const ByteSource& source)
{
    ZipDirectory directory(source);
    if (auto read = directory.readEnd(); !read)
        return unexpected(read.error());
    if (auto read = directory.readRecords(); !read)
        return unexpected(read.error());
    if (auto ordered = directory.checkOrder(); !ordered)
        return unexpected(ordered.error());
    return directory;
}

Result<void> ZipDirectory::readEnd()
{
    const std::uint64_t size = m_source->size;
    const std::uint64_t tail = std::min(size, kEndBytes + kMaximumComment);
    const auto bytes = m_source->read(size - tail, static_cast<std::size_t>(tail));
    if (!bytes)
        return unexpected(bytes.error());
    // Its comment reaches to the end of the file, so only one place can be right: the last that fits.
    std::size_t at = bytes->rfind(kEnd);
    while (at != std::string::npos && (tail - at < kEndBytes || field(*bytes, at + 20, 2) != tail - at - kEndBytes))
        at = at == 0 ? std::string::npos : bytes->rfind(kEnd, at - 1);
    if (at == std::string::npos)
        return bad("it has no central directory at its end, so it is cut or was not written to the end");
    const std::string_view end = std::string_view(*bytes).substr(at, kEndBytes);
    const std::uint64_t position = size - tail + at;
    m_count = field(end, 10, 2);
    m_bytes = field(end, 12, 4);
    m_begin = field(end, 16, 4);
    const bool isSplit = field(end, 4, 2) != field(end, 6, 2) || field(end, 8, 2) != m_count;
    if (position >= kLocatorBytes) {
        const auto locator = m_source->read(position - kLocatorBytes, kLocatorBytes);
        if (!locator)
            return unexpected(locator.error());
        if (locator->starts_with(kLocator64))
            return readEnd64(position - kLocatorBytes);
    }
    if (isSplit)
        return bad("it is one part of a split archive");
    if (m_begin > position || m_bytes != position - m_begin)
        return bad("its central directory of " + std::to_string(m_bytes) + " bytes at byte " + std::to_string(m_begin)
            + " does not end at byte " + std::to_string(position));
    return {};
}

Result<void> ZipDirectory::readEnd64(std::uint64_t locatorAt)
{
    const auto locator = m_source->read(locatorAt, kLocatorBytes);
    if (!locator)
        return unexpected(locator.error());
    const std::uint64_t at = field(*locator, 8, 8);
    if (at > locatorAt || locatorAt - at < kEnd64Bytes)
        return bad(
            "the zip64 end of its directory is said to be at byte " + std::to_string(at) + ", where it does not fit");
    const auto end = m_source->read(at, kEnd64Bytes);
    if (!end)
        return unexpected(end.error());
    if (!end->starts_with(kEnd64))
        return bad("there is no zip64 end of its directory at byte " + std::to_string(at));
    if (field(*end, 16, 4) != field(*end, 20, 4) || field(*end, 24, 8) != field(*end, 32, 8))
        return bad("it is one part of a split archive");
    m_count = field(*end, 32, 8);
    m_bytes = field(*end, 40, 8);
    m_begin = field(*end, 48, 8);
    if (m_begin > at || m_bytes != at - m_begin)
        return bad("its central directory of " + std::to_string(m_bytes) + " bytes at byte " + std::to_string(m_begin)
            + " does not end at byte " + std::to_string(at));
    return {};
}

Result<void> ZipDirectory::readRecords()
{
    if (m_count > kMaximumTensors || m_bytes > kMaximumDirectoryBytes)
        return unexpected(ErrorCode::TooLarge,
            quotedPath(m_source->name) + " holds " + std::to_string(m_count) + " records, expected at most "
                + std::to_string(kMaximumTensors) + ". Save the state_dict alone, or convert it to safetensors.");
    if (m_count == 0)
        return bad("it holds no records");
    const auto all = m_source->read(m_begin, static_cast<std::size_t>(m_bytes));
    if (!all)
        return unexpected(all.error());
    std::string_view rest = *all;
    for (std::uint64_t i = 0; i < m_count; ++i) {
        if (rest.size() < kCentralBytes || !rest.starts_with(kCentral))
            return bad("entry " + std::to_string(i) + " of its central directory is malformed");
        const std::uint64_t flags = field(rest, 8, 2), method = field(rest, 10, 2);
        std::uint64_t packed = field(rest, 20, 4), size = field(rest, 24, 4), header = field(rest, 42, 4);
        const std::uint64_t nameBytes = field(rest, 28, 2), extraBytes = field(rest, 30, 2);
        const std::uint64_t whole = kCentralBytes + nameBytes + extraBytes + field(rest, 32, 2);
        if (rest.size() < whole)
            return bad("entry " + std::to_string(i) + " of its central directory is cut");
        const std::string_view name = rest.substr(kCentralBytes, nameBytes);
        if (name.empty() || nameBytes > kMaximumNameBytes || hasControlCharacters(name))
            return bad("it has a record named " + printable(name) + ", expected 1 to "
                + std::to_string(kMaximumNameBytes) + " bytes without control characters");
        if (flags & 1)
            return bad("record " + printable(name) + " is encrypted");
        if (!readExtra64(rest.substr(kCentralBytes + nameBytes, extraBytes), size, packed, header))
            return bad("record " + printable(name) + " lacks its zip64 sizes");
        if (method == 0 && packed != size)
            return bad("record " + printable(name) + " is stored, but has " + std::to_string(packed) + " bytes for "
                + std::to_string(size));
        if (header > m_begin || m_begin - header < kLocalBytes + nameBytes
            || packed > m_begin - header - kLocalBytes - nameBytes)
            return bad("record " + printable(name) + " of " + std::to_string(packed) + " bytes at byte "
                + std::to_string(header) + " reaches outside of the file");
        if (!m_records.emplace(name, Record{header, packed, method}).second)
            return bad("it has two records named " + printable(name));
        if (!m_headers.emplace(header, header + kLocalBytes + nameBytes + packed).second)
            return bad(
                "record " + printable(name) + " begins where another one does, at byte " + std::to_string(header));
        rest.remove_prefix(whole);
    }
    if (!rest.empty())
        return bad("its central directory has " + std::to_string(rest.size()) + " bytes after its last entry");
    return {};
}

Result<void> ZipDirectory::checkOrder() const
{
    std::uint64_t end = 0;
    for (const auto& [header, leastEnd] : m_headers) {
        if (header < end)
            return bad("the record at byte " + std::to_string(header)
                + " lies over the one before it, which ends at byte " + std::to_string(end) + " or later");
        end = leastEnd;
    }
    return {};
}

Result<ZipDirectory::Range> ZipDirectory::find(std::string_view name)
{
    const auto record = m_records.find(name);
    if (record == m_records.end())
        return bad("its record " + printable(name) + " is missing");
    const auto& [header, size, method] = record->second;
    if (method != 0)
        return unexpected(ErrorCode::Unsupported,
            quotedPath(m_source->name) + " is not read: its record " + printable(name) + " is compressed (method "
                + std::to_string(method)
                + "), and torch.save stores records uncompressed. Unpack it and save it again with torch.save.");
    const auto local = m_source->read(header, static_cast<std::size_t>(kLocalBytes + name.size()));
    if (!local)
        return unexpected(local.error());
    if (!local->starts_with(kLocal) || field(*local, 8, 2) != 0 || field(*local, 26, 2) != name.size()
        || std::string_view(*local).substr(kLocalBytes) != name)
        return bad("the header of record " + printable(name) + " at byte " + std::to_string(header)
            + " contradicts the central directory");
    const std::uint64_t offset = header + kLocalBytes + name.size() + field(*local, 28, 2);
    const auto next = m_headers.upper_bound(header);
    const std::uint64_t limit = next == m_headers.end() ? m_begin : next->first;
    if (offset > limit || size > limit - offset)
        return bad("record " + printable(name) + " of " + std::to_string(size) + " bytes at byte "
            + std::to_string(offset) + " lies over what follows at byte " + std::to_string(limit));
    return Range{offset, size};
}

std::optional<std::string> ZipDirectory::findName(const std::function<bool(std::string_view)>& test) const
{
    for (const auto& [name, record] : m_records) {
        if (test(name))
            return name;
    }
    return std::nullopt;
}

} // namespace toca::checkpoint
