// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/checkpoint/byte_source.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace toca::checkpoint {

/// The records of a zip archive that holds them uncompressed ("stored"), as torch.save writes it: where each lies in
/// the file, so that tensors can be mapped from there. Zip64 is read. Compressed records are never unpacked (so there
/// are no zip bombs); encrypted and split archives are refused, as are names twice, names with control characters, and
/// records that lie outside of the file, over each other or over the directory. CRCs are not looked at: PyTorch may
/// leave them out.
class ZipDirectory {
public:
    struct Range {
        std::uint64_t offset = 0; ///< from the start of the file
        std::uint64_t size = 0;
    };

    /// @param source must outlive this object
    /// @return BadFormat, TooLarge or Unsupported naming the file and what is wrong
    static Result<ZipDirectory> read(const ByteSource& source);

    bool has(std::string_view name) const { return m_records.find(name) != m_records.end(); }
    /// Where the record's bytes are.
    ///
    /// @return BadFormat when there is no such record or its own header contradicts the directory, Unsupported when it
    /// is compressed
    Result<Range> find(std::string_view name);
    /// True when some record's name makes `test` true; gives the first such name.
    std::optional<std::string> findName(const std::function<bool(std::string_view)>& test) const;

private:
    struct Record {
        std::uint64_t header = 0; ///< offset of the local header
        std::uint64_t size = 0; ///< in the file
        std::uint64_t method = 0; ///< 0 = stored
    };

    explicit ZipDirectory(const ByteSource& source)
        : m_source(&source)
    {
    }
    Unexpected bad(const std::string& what) const;
    Result<void> readEnd();
    Result<void> readEnd64(std::uint64_t locator);
    Result<void> readRecords();
    Result<void> checkOrder() const;

    const ByteSource* m_source;
    std::uint64_t m_begin = 0; ///< offset of the central directory
    std::uint64_t m_bytes = 0;
    std::uint64_t m_count = 0;
    std::map<std::string, Record, std::less<>> m_records;
    std::map<std::uint64_t, std::uint64_t> m_headers; ///< offset of each record's header -> least end of the record
};

} // namespace toca::checkpoint
