// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/mapped_file.h"

#include "core/base/printable.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace toca::checkpoint {

namespace {

Unexpected systemError(const std::filesystem::path& path, const char* doing, int code)
{
    return unexpected(ErrorCode::Io,
        "Cannot " + std::string(doing) + " '" + path.string() + "': " + std::strerror(code)
            + ". Check the file and its permissions.");
}

} // namespace

Result<std::shared_ptr<const MappedFile>> MappedFile::open(const std::filesystem::path& path)
{
    // Without O_NONBLOCK a named pipe would wait for its writer for ever.
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return unexpected(ErrorCode::NotFound, quotedPath(path.string()) + " does not exist. Check the path.");
        return systemError(path, "open", errno);
    }
    // From here on the destructor closes.
    std::shared_ptr<MappedFile> file(new MappedFile(path, descriptor));
    struct stat info { };
    if (::fstat(descriptor, &info) != 0)
        return systemError(path, "read", errno);
    if (!S_ISREG(info.st_mode))
        return unexpected(ErrorCode::Io, "Cannot read '" + path.string() + "': it is not a regular file.");
    if (info.st_size <= 0)
        return unexpected(
            ErrorCode::BadFormat, quotedPath(path.string()) + " is empty (0 bytes). Download or export it again.");
    file->m_size = static_cast<std::uint64_t>(info.st_size);
    void* mapping = ::mmap(nullptr, file->m_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (mapping == MAP_FAILED)
        return systemError(path, "map", errno);
    file->m_data = static_cast<const std::byte*>(mapping);
    return std::shared_ptr<const MappedFile>(std::move(file));
}

MappedFile::~MappedFile()
{
    if (m_data)
        ::munmap(const_cast<std::byte*>(m_data), m_size);
    ::close(m_descriptor);
}

bool MappedFile::isWhole() const
{
    struct stat info { };
    return ::fstat(m_descriptor, &info) == 0 && static_cast<std::uint64_t>(info.st_size) >= m_size;
}

Result<std::string> MappedFile::read(std::uint64_t offset, std::size_t count) const
{
    // Looked at before the bytes are allocated.
    if (auto fits = checkRange(offset, count); !fits)
        return unexpected(fits.error());
    std::string bytes(count, '\0');
    if (auto done = readInto(offset, std::as_writable_bytes(std::span(bytes))); !done)
        return unexpected(done.error());
    return bytes;
}

Result<void> MappedFile::readInto(std::uint64_t offset, std::span<std::byte> bytes) const
{
    if (auto fits = checkRange(offset, bytes.size()); !fits)
        return fits;
    std::size_t done = 0;
    while (done < bytes.size()) {
        const auto n =
            ::pread(m_descriptor, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return systemError(m_path, "read", errno);
        if (n == 0)
            return unexpected(ErrorCode::Io,
                quotedPath(m_path.string()) + " became shorter while it was read. Open it again when it is complete.");
        done += static_cast<std::size_t>(n);
    }
    return {};
}

Result<void> MappedFile::checkRange(std::uint64_t offset, std::uint64_t count) const
{
    if (offset <= m_size && count <= m_size - offset)
        return {};
    return unexpected(ErrorCode::BadFormat,
        quotedPath(m_path.string()) + " ends too early: it has " + std::to_string(m_size) + " bytes, at least "
            + std::to_string(offset) + " + " + std::to_string(count) + " were expected.");
}

} // namespace toca::checkpoint
