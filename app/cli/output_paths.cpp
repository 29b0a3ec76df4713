// SPDX-License-Identifier: Apache-2.0
#include "app/cli/output_paths.h"

#include "app/cli/clip_files.h"
#include "core/base/atomic_file.h"
#include "core/library/run_name.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace toca::app {

namespace fs = std::filesystem;

namespace {

constexpr int kMostCopies = 10'000;

Unexpected cannotWrite(const fs::path& path, const std::string& reason)
{
    return unexpected(ErrorCode::Io, "Cannot write '" + path.string() + "': " + reason + ".");
}

/// Writes a byte to a new file beside `beside` and removes it; `path` is what a message names.
Result<void> tryWriting(const fs::path& beside, const fs::path& path)
{
    const fs::path folder = beside.parent_path().empty() ? fs::path(".") : beside.parent_path();
    std::error_code error;
    if (!fs::is_directory(folder, error))
        return cannotWrite(path, "there is no folder '" + folder.string() + "'; make it or choose another place");
    const fs::path probe = temporaryBeside(beside);
    const int file = ::open(probe.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (file < 0)
        return cannotWrite(path, std::strerror(errno));
    const char byte = 0;
    const bool isWritten = ::write(file, &byte, 1) == 1;
    const int reason = errno;
    ::close(file);
    ::unlink(probe.c_str());
    if (!isWritten)
        return cannotWrite(path, std::strerror(reason));
    return {};
}

} // namespace

Result<void> checkWritableFile(const fs::path& path)
{
    if (!path.has_filename())
        return unexpected(ErrorCode::InvalidArgument,
            "'" + path.string() + "' is not the name of a file; give a name without '/' at its end.");
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (fs::is_directory(status))
        return cannotWrite(path, "it is a folder; choose another name");
    if (fs::exists(status) && !fs::is_regular_file(status))
        return cannotWrite(path, "it exists and is not a file; choose another name");
    return tryWriting(path, path);
}

Result<void> checkWritableClip(const fs::path& path)
{
    const auto kind = clipKindOf(path);
    if (!kind)
        return unexpected(kind.error());
    if (*kind != ClipKind::Folder)
        return checkWritableFile(path);
    const fs::path folder = path.parent_path(); // without the '/' at the end
    std::error_code error;
    const fs::file_status status = fs::status(folder, error);
    if (fs::is_directory(status))
        return tryWriting(folder / "frame.png", path);
    if (fs::exists(status))
        return cannotWrite(path, "it exists and is not a folder; choose another name");
    return tryWriting(folder, path);
}

fs::path defaultClipName(const GenerationRequest& request)
{
    const std::string stem = library::subjectName(request);
    const char* extension = request.frames == 1 || !canWriteVideo() ? ".png" : ".mp4";
    fs::path name = stem + extension;
    std::error_code error;
    for (int copy = 2; copy < kMostCopies && fs::exists(fs::symlink_status(name, error)); ++copy)
        name = stem + "-" + std::to_string(copy) + extension;
    return name;
}

fs::path numberedName(const fs::path& path, std::size_t number)
{
    std::string digits = std::to_string(number);
    digits.insert(0, digits.size() < 4 ? 4 - digits.size() : 0, '0');
    if (!path.has_filename())
        return fs::path(path.parent_path().string() + "_" + digits) / "";
    const std::string name = path.filename().string();
    if (name.find('%') != std::string::npos)
        return path.parent_path() / (digits + "_" + name);
    return path.parent_path() / (path.stem().string() + "_" + digits + path.extension().string());
}

} // namespace toca::app
