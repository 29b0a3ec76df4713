// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace toca::checkpoint {

/// A regular file mapped into memory, read-only, for as long as this object lives.
///
/// The size is taken once, when the file is opened. A file that another program shortens while it is mapped makes the
/// system send SIGBUS to whoever reads the lost pages; no reader of mappings can rule that out. `isWhole` asks the
/// system again and is called before large reads, so the usual case (a file overwritten between opening and loading)
/// ends in a message. Programs that replace a file by renaming, as this one does, never touch an existing mapping.
class MappedFile {
public:
    /// Folders, pipes and devices are refused, and opening never waits for one.
    ///
    /// @return NotFound, Io, or BadFormat for an empty file.
    static Result<std::shared_ptr<const MappedFile>> open(const std::filesystem::path& path);

    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;
    ~MappedFile();

    const std::byte* data() const { return m_data; }
    std::uint64_t size() const { return m_size; }
    const std::filesystem::path& path() const { return m_path; }
    /// False when the file has become shorter since it was opened.
    bool isWhole() const;
    /// Copies `count` bytes at `offset` by reading, not through the mapping: safe for a file that shrinks.
    ///
    /// @return Io when they can't be read.
    Result<std::string> read(std::uint64_t offset, std::size_t count) const;
    /// The same into memory of the caller: what is only copied out of the file then takes no mapped pages.
    Result<void> readInto(std::uint64_t offset, std::span<std::byte> bytes) const;

private:
    MappedFile(std::filesystem::path path, int descriptor)
        : m_path(std::move(path))
        , m_descriptor(descriptor)
    {
    }

    Result<void> checkRange(std::uint64_t offset, std::uint64_t count) const;

    std::filesystem::path m_path;
    int m_descriptor = -1;
    std::uint64_t m_size = 0;
    const std::byte* m_data = nullptr;
};

} // namespace toca::checkpoint
