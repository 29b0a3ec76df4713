// SPDX-License-Identifier: Apache-2.0
#include "core/library/run_writer.h"

#include "core/base/atomic_file.h"
#include "core/library/run_name.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

namespace toca::library {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kUnfinished = ".part";
constexpr int kMostNumbers = 10'000;

Unexpected ioError(const fs::path& path, const char* doing, int code)
{
    return unexpected(ErrorCode::Io,
        "Cannot " + std::string(doing) + " '" + path.string() + "': " + std::strerror(code)
            + ". Choose another place or free some space.");
}

Result<void> synced(const fs::path& path)
{
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return ioError(path, "open", errno);
    const int status = ::fsync(descriptor);
    const int code = errno;
    ::close(descriptor);
    if (status != 0)
        return ioError(path, "write", code);
    return {};
}

} // namespace

Result<Lock> Lock::take(const fs::path& path)
{
    Lock lock;
    lock.m_descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (lock.m_descriptor < 0)
        return ioError(path, "open", errno);
    if (::flock(lock.m_descriptor, LOCK_EX | LOCK_NB) == 0)
        return lock;
    if (errno != EWOULDBLOCK)
        return ioError(path, "lock", errno);
    return unexpected(ErrorCode::InvalidArgument,
        "'" + path.string() + "' is being written by another process; wait for it or choose another place.");
}

Lock::Lock(Lock&& other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1))
{
}

Lock& Lock::operator=(Lock&& other) noexcept
{
    std::swap(m_descriptor, other.m_descriptor);
    return *this;
}

Lock::~Lock()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

RunWriter::RunWriter(fs::path parent, std::string name, fs::path folder, Lock lock)
    : m_parent(std::move(parent))
    , m_name(std::move(name))
    , m_folder(std::move(folder))
    , m_lock(std::move(lock))
{
}

Result<RunWriter> RunWriter::begin(const fs::path& parent, const std::string& name)
{
    if (!isPlainName(name))
        return unexpected(ErrorCode::InvalidArgument,
            "A run's folder cannot be called like this; use up to 120 letters, digits and the signs - _ . =");
    static std::atomic<unsigned> counter{0};
    const fs::path folder = parent
        / ("." + name + "." + std::to_string(::getpid()) + "-" + std::to_string(counter++) + std::string(kUnfinished));
    std::error_code error;
    if (!fs::create_directory(folder, error))
        return ioError(folder, "make the folder", error ? error.value() : EEXIST);
    auto lock = Lock::take(folder);
    if (!lock) {
        fs::remove(folder, error);
        return unexpected(lock.error());
    }
    return RunWriter(parent, name, folder, std::move(*lock));
}

RunWriter::~RunWriter()
{
    if (m_folder.empty())
        return;
    std::error_code ignored;
    fs::remove_all(m_folder, ignored);
}

Result<void> RunWriter::setRequest(const GenerationRequest& request)
{
    return writeFileAtomically(file("request.json"), toJson(request, 2) + "\n");
}

Result<void> RunWriter::setReport(std::string_view report)
{
    return writeFileAtomically(file("report.json"), report);
}

Result<fs::path> RunWriter::commit(Taken taken)
{
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(m_folder, error))
        if (auto done = synced(entry.path()); !done)
            return unexpected(done.error());
    if (error)
        return ioError(m_folder, "read", error.value());
    if (auto done = synced(m_folder); !done)
        return unexpected(done.error());
    for (int number = 1; number < kMostNumbers; ++number) {
        const fs::path target = m_parent / (number == 1 ? m_name : m_name + "-" + std::to_string(number));
        // A folder that holds something is not replaced by rename(2); an empty one would be, so it is looked for first.
        const bool isTaken = fs::exists(fs::symlink_status(target, error));
        if (!isTaken && ::rename(m_folder.c_str(), target.c_str()) == 0) {
            m_folder.clear();
            if (auto done = synced(m_parent); !done)
                return unexpected(done.error());
            return target;
        }
        const int code = isTaken ? EEXIST : errno;
        if (taken == Taken::Fail || (code != EEXIST && code != ENOTEMPTY))
            return ioError(target, "write", code);
    }
    return ioError(m_parent / m_name, "write", EEXIST);
}

void removeAbandoned(const fs::path& parent)
{
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(parent, error)) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with('.') || !name.ends_with(kUnfinished) || entry.is_symlink(error)
            || !entry.is_directory(error))
            continue;
        if (auto lock = Lock::take(entry.path()))
            fs::remove_all(entry.path(), error);
    }
}

} // namespace toca::library
