// SPDX-License-Identifier: Apache-2.0
#include "core/base/atomic_file.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace toca {

namespace fs = std::filesystem;

namespace {

Unexpected ioError(const fs::path& path, const char* doing, int code)
{
    return unexpected(ErrorCode::Io,
        "Cannot " + std::string(doing) + " '" + path.string() + "': " + std::strerror(code)
            + ". Choose another place or free some space.");
}

Result<void> syncFile(const fs::path& path)
{
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ioError(path, "open", errno);
    const int status = ::fsync(fd);
    const int code = errno;
    ::close(fd);
    if (status != 0)
        return ioError(path, "write", code);
    return {};
}

} // namespace

std::filesystem::path temporaryBeside(const std::filesystem::path& path)
{
    static std::atomic<unsigned> counter{0};
    auto name = "." + path.stem().string() + "." + std::to_string(::getpid()) + "-" + std::to_string(counter++)
        + ".part" + path.extension().string();
    return path.parent_path() / name;
}

Result<void> commitTemporary(const std::filesystem::path& temporary, const std::filesystem::path& path)
{
    if (auto synced = syncFile(temporary); !synced) {
        std::error_code ignored;
        fs::remove(temporary, ignored);
        return synced;
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) {
        const int code = errno;
        std::error_code ignored;
        fs::remove(temporary, ignored);
        return ioError(path, "write", code);
    }
    return {};
}

Result<void> writeFileAtomically(const std::filesystem::path& path, std::string_view content)
{
    const fs::path temporary = temporaryBeside(path);
    const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0)
        return ioError(path, "write", errno);
    std::size_t written = 0;
    while (written < content.size()) {
        const auto n = ::write(fd, content.data() + written, content.size() - written);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            const int code = n == 0 ? ENOSPC : errno;
            ::close(fd);
            ::unlink(temporary.c_str());
            return ioError(path, "write", code);
        }
        written += static_cast<std::size_t>(n);
    }
    if (::close(fd) != 0) {
        const int code = errno;
        ::unlink(temporary.c_str());
        return ioError(path, "write", code);
    }
    return commitTemporary(temporary, path);
}

Result<std::string> readFile(const std::filesystem::path& path, std::size_t limit)
{
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); // a pipe must not block
    if (fd < 0) {
        if (errno == ENOENT)
            return unexpected(ErrorCode::NotFound, "'" + path.string() + "' does not exist.");
        return ioError(path, "read", errno);
    }
    struct stat info { };
    if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        ::close(fd);
        return unexpected(ErrorCode::Io, "Cannot read '" + path.string() + "': it is not a file.");
    }
    std::string content;
    char buffer[1 << 16];
    for (;;) {
        const auto n = ::read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            const int code = errno;
            ::close(fd);
            return ioError(path, "read", code);
        }
        if (n == 0)
            break;
        if (content.size() + static_cast<std::size_t>(n) > limit) {
            ::close(fd);
            return unexpected(ErrorCode::TooLarge,
                "'" + path.string() + "' is larger than the " + std::to_string(limit >> 20)
                    + " MiB that such a file may have.");
        }
        content.append(buffer, static_cast<std::size_t>(n));
    }
    ::close(fd);
    return content;
}

} // namespace toca
