// SPDX-License-Identifier: Apache-2.0
#include "core/media/clip_writer.h"

#include "core/base/atomic_file.h"
#include "core/media/embedded_text.h"
#include "core/media/encoders.h"
#include "core/media/libav.h"
#include "core/media/picture_sequence.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <unistd.h>

namespace toca::media {

namespace fs = std::filesystem;

namespace {

constexpr int kLongestSide = 16384;

Result<void> checkClip(const Clip& clip, const std::string& requestJson)
{
    if (clip.frames.empty())
        return unexpected(ErrorCode::InvalidArgument, "A clip without frames can't be written.");
    if (!(clip.fps >= 0.01 && clip.fps <= 1000)) // also false for NaN
        return unexpected(ErrorCode::InvalidArgument,
            "A clip of " + std::to_string(clip.fps) + " frames per second can't be written: choose 0.01 to 1000.");
    const Frame& first = clip.frames.front();
    if (first.width < 1 || first.height < 1 || first.width > kLongestSide || first.height > kLongestSide)
        return unexpected(ErrorCode::InvalidArgument,
            "A clip of " + std::to_string(first.width) + "x" + std::to_string(first.height)
                + " can't be written: choose 1 to " + std::to_string(kLongestSide) + " pixels a side.");
    const auto bytes = static_cast<std::size_t>(first.width) * static_cast<std::size_t>(first.height) * 3;
    for (std::size_t i = 0; i < clip.frames.size(); ++i) {
        const Frame& frame = clip.frames[i];
        if (frame.width != first.width || frame.height != first.height || frame.rgb.size() != bytes)
            return unexpected(ErrorCode::InvalidArgument,
                "Frame " + std::to_string(i) + " has another size than the first one or not height * width * 3 bytes.");
    }
    if (requestJson.size() > kLongestRequest || !isPlainUtf8(requestJson))
        return unexpected(ErrorCode::InvalidArgument,
            "The request to store with the clip must be UTF-8 without NUL of at most 1 MiB.");
    return {};
}

/// Fails before minutes of encoding rather than after; the write itself reports what this can't foresee.
Result<void> checkFolder(const fs::path& folder, const fs::path& path)
{
    const fs::path place = folder.empty() ? fs::path(".") : folder;
    std::error_code error;
    if (!fs::is_directory(place, error))
        return unexpected(ErrorCode::Io,
            "Cannot write '" + path.string() + "': there is no folder '" + place.string()
                + "'. Make it or choose another place.");
    if (::access(place.c_str(), W_OK) != 0)
        return unexpected(ErrorCode::Io,
            "Cannot write '" + path.string() + "': " + std::strerror(errno)
                + ". Choose a folder that you may write to.");
    return {};
}

/// Renaming onto a device or folder would replace the device, or fail late.
Result<void> checkTarget(const fs::path& path)
{
    std::error_code error;
    const auto status = fs::status(path, error);
    if (fs::exists(status) && !fs::is_regular_file(status))
        return unexpected(
            ErrorCode::Io, "Cannot write '" + path.string() + "': it exists and is not a file. Choose another name.");
    return {};
}

/// Removes what is left of a sequence that was not completed.
class Leftovers {
public:
    Leftovers() = default;
    Leftovers(const Leftovers&) = delete;
    Leftovers& operator=(const Leftovers&) = delete;
    ~Leftovers()
    {
        std::error_code ignored;
        for (const auto& file : m_files)
            fs::remove(file, ignored);
        if (!m_folder.empty())
            fs::remove(m_folder, ignored); // only if empty
    }

    void addFile(const fs::path& file) { m_files.push_back(file); }
    void addFolder(const fs::path& folder) { m_folder = folder; }
    void keep()
    {
        m_files.clear();
        m_folder.clear();
    }

private:
    std::vector<fs::path> m_files;
    fs::path m_folder;
};

/// Frames of a longer earlier clip would be taken for part of the new one. Only files that carry our mark go.
void removeOlderFrames(const SequenceName& name, std::size_t next)
{
    for (;; ++next) {
        const auto bytes = readFile(name.file(next));
        std::error_code ignored;
        if (!bytes || !pngText(*bytes, kFpsKey) || !fs::remove(name.file(next), ignored))
            return;
    }
}

Result<void> writeSequence(const fs::path& path, const SequenceName& name, const Clip& clip,
    const std::string& requestJson, const WriteOptions& options, WrittenClip& written)
{
    Leftovers leftovers;
    std::error_code error;
    if (path.filename().empty() && !fs::exists(name.folder, error)) {
        if (auto place = checkFolder(name.folder.parent_path(), path); !place)
            return place;
        if (!fs::create_directory(name.folder, error))
            return unexpected(ErrorCode::Io,
                "Cannot make the folder '" + name.folder.string() + "': " + error.message()
                    + ". Choose another place.");
        leftovers.addFolder(name.folder);
    }
    if (auto place = checkFolder(name.folder, path); !place)
        return place;

    std::vector<fs::path> temporaries;
    for (std::size_t i = 0; i < clip.frames.size(); ++i) {
        if (options.stop.stop_requested())
            return unexpected(ErrorCode::Cancelled, "Writing '" + path.string() + "' was cancelled.");
        const fs::path file = name.file(i + 1);
        if (auto target = checkTarget(file); !target)
            return target;
        const auto bytes = encodePng(file, clip.frames[i], requestJson, clip.fps);
        if (!bytes)
            return Unexpected{bytes.error()};
        temporaries.push_back(temporaryBeside(file));
        leftovers.addFile(temporaries.back());
        if (auto saved = writeFileAtomically(temporaries.back(), *bytes); !saved)
            return saved;
        written.bytes += bytes->size();
        written.files.push_back(file);
    }
    for (std::size_t i = 0; i < temporaries.size(); ++i)
        if (auto placed = commitTemporary(temporaries[i], written.files[i]); !placed)
            return placed;
    leftovers.keep();
    removeOlderFrames(name, clip.frames.size() + 1);
    return {};
}

} // namespace

const char* containerFormatName(ContainerFormat format)
{
    switch (format) {
    case ContainerFormat::Mp4:
        return "mp4";
    case ContainerFormat::WebM:
        return "webm";
    case ContainerFormat::Gif:
        return "gif";
    case ContainerFormat::PngSequence:
        return "png_sequence";
    case ContainerFormat::Png:
        return "png";
    }
    return "unknown";
}

Result<ContainerFormat> formatOf(const std::filesystem::path& path)
{
    if (!path.empty() && path.filename().empty())
        return ContainerFormat::PngSequence;
    std::string extension = path.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
        [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (extension == ".mp4")
        return ContainerFormat::Mp4;
    if (extension == ".webm")
        return ContainerFormat::WebM;
    if (extension == ".gif")
        return ContainerFormat::Gif;
    if (extension == ".png")
        return sequenceOfPattern(path) ? ContainerFormat::PngSequence : ContainerFormat::Png;
    return unexpected(ErrorCode::InvalidArgument,
        "Cannot tell what '" + path.string()
            + "' should become: end the name in .mp4, .webm, .gif, .png (with %04d for a sequence), or '/' for a "
              "folder.");
}

Result<WrittenClip> writeClip(
    const std::filesystem::path& path, const Clip& clip, const std::string& requestJson, const WriteOptions& options)
{
    prepareLibav();
    const auto format = formatOf(path);
    if (!format)
        return Unexpected{format.error()};
    if (auto checked = checkClip(clip, requestJson); !checked)
        return Unexpected{checked.error()};
    if (options.h264Quality < 0 || options.h264Quality > 51 || options.vp9Quality < 0 || options.vp9Quality > 63)
        return unexpected(
            ErrorCode::InvalidArgument, "The quality must be 0 to 51 for MP4 and 0 to 63 for WebM, smaller is better.");

    WrittenClip written{.format = *format,
        .files = {},
        .width = clip.frames.front().width,
        .height = clip.frames.front().height,
        .frames = clip.frames.size(),
        .fps = clip.fps,
        .bytes = 0};
    if (*format == ContainerFormat::PngSequence || (*format == ContainerFormat::Png && clip.frames.size() > 1)) {
        written.format = ContainerFormat::PngSequence;
        const auto pattern = sequenceOfPattern(path);
        const SequenceName name = pattern ? *pattern
            : path.filename().empty()     ? sequenceOfFolder(path.parent_path())
                                          : sequenceOfPicture(path);
        if (auto done = writeSequence(path, name, clip, requestJson, options, written); !done)
            return Unexpected{done.error()};
        return written;
    }

    if (auto place = checkFolder(path.parent_path(), path); !place)
        return Unexpected{place.error()};
    if (auto target = checkTarget(path); !target)
        return Unexpected{target.error()};
    EncodedClip encoded{.bytes = {}, .fps = clip.fps};
    if (*format == ContainerFormat::Png) {
        auto bytes = encodePng(path, clip.frames.front(), requestJson, 0);
        if (!bytes)
            return Unexpected{bytes.error()};
        encoded.bytes = std::move(*bytes);
    } else {
        auto result = *format == ContainerFormat::Gif ? encodeGif(path, clip, requestJson, options)
                                                      : encodeVideo(*format, path, clip, requestJson, options);
        if (!result)
            return Unexpected{result.error()};
        encoded = std::move(*result);
    }
    if (auto saved = writeFileAtomically(path, encoded.bytes); !saved)
        return Unexpected{saved.error()};
    written.files.push_back(path);
    written.fps = encoded.fps;
    written.bytes = encoded.bytes.size();
    return written;
}

} // namespace toca::media
