// SPDX-License-Identifier: Apache-2.0
// In place of clip_files.cpp in a build without media support: pictures are written by core/world.
#include "app/cli/clip_files.h"

#include "app/cli/console.h"
#include "core/base/atomic_file.h"
#include "core/world/png.h"

#include <algorithm>
#include <cctype>
#include <cstdio>

namespace toca::app {

namespace fs = std::filesystem;

namespace {

Unexpected withoutMedia(const std::string& what)
{
    return unexpected(ErrorCode::Unsupported,
        "This program was built without media support (TOCA_MEDIA), so it cannot " + what + ".");
}

/// The name of frame `number`, from 1: name.png of one frame, name_0001.png of several, folder/frame_0001.png.
fs::path pictureName(const fs::path& path, std::size_t number, std::size_t count)
{
    char digits[24];
    std::snprintf(digits, sizeof digits, "_%04zu.png", number);
    if (!path.has_filename())
        return path / ("frame" + std::string(digits));
    return count == 1 ? path : path.parent_path() / (path.stem().string() + digits);
}

bool fits(const Frame& frame, const Frame& first)
{
    return frame.width > 0 && frame.height > 0 && frame.width == first.width && frame.height == first.height
        && frame.rgb.size() == static_cast<std::size_t>(frame.width) * static_cast<std::size_t>(frame.height) * 3;
}

} // namespace

bool canWriteVideo()
{
    return false;
}

Result<ClipKind> clipKindOf(const fs::path& path)
{
    if (!path.empty() && !path.has_filename())
        return ClipKind::Folder;
    std::string ending = path.extension().string();
    std::transform(ending.begin(), ending.end(), ending.begin(),
        [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (ending == ".png" && path.filename().string().find('%') == std::string::npos)
        return ClipKind::OneFile;
    return withoutMedia("write '" + path.string()
        + "': end the name in .png (several frames become name_0001.png and so on), or '/' for a folder");
}

Result<std::string> saveClip(
    const fs::path& path, const Clip& clip, const std::string& /*requestJson*/, std::stop_token stop)
{
    const auto kind = clipKindOf(path);
    if (!kind)
        return unexpected(kind.error());
    if (clip.isEmpty() || !std::all_of(clip.frames.begin(), clip.frames.end(), [&](const Frame& frame) {
            return fits(frame, clip.frames.front());
        }))
        return unexpected(ErrorCode::InvalidArgument, "A clip needs frames, all of one size.");
    std::error_code error;
    if (*kind == ClipKind::Folder && !fs::create_directory(path.parent_path(), error)
        && !fs::is_directory(path.parent_path()))
        return unexpected(ErrorCode::Io, "Cannot make the folder '" + path.string() + "': " + error.message() + ".");
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < clip.frames.size(); ++i) {
        if (stop.stop_requested())
            return unexpected(ErrorCode::Cancelled, "Writing '" + path.string() + "' was stopped.");
        const auto png = world::pngOf(clip.frames[i]);
        if (!png)
            return unexpected(png.error());
        if (auto written = writeFileAtomically(pictureName(path, i + 1, clip.frames.size()), *png); !written)
            return unexpected(written.error());
        bytes += png->size();
    }
    const std::size_t count = clip.frames.size();
    return pictureName(path, 1, count).string() + " (png, " + std::to_string(count)
        + (count == 1 ? " frame, " : " frames, ") + std::to_string(clip.frames.front().width) + "x"
        + std::to_string(clip.frames.front().height) + ", " + bytesText(static_cast<double>(bytes)) + ")";
}

Result<std::string> clipInfo(const fs::path&, bool)
{
    return withoutMedia("read clips");
}

Result<Clip> readClipFile(const fs::path&)
{
    return withoutMedia("read clips");
}

std::string clipRequest(const fs::path&)
{
    return {};
}

Result<Clip> sideBySide(std::vector<LabelledClip>, int)
{
    return withoutMedia("put clips side by side");
}

std::size_t longestClipRequest()
{
    return std::size_t{1} << 20;
}

} // namespace toca::app
