// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/frame.h"
#include "core/base/expected.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace toca::media {

/// What an untrusted file may cost. Beyond a limit the result is TooLarge, except for `maxFrames`, and for
/// `maxPixels` where a decoder refuses the size first (BadFormat).
struct ReadLimits {
    std::size_t maxFrames = 1024; ///< reading stops quietly after these
    std::int64_t maxPixels = 64'000'000; ///< of one frame (width * height)
    std::uint64_t maxClipBytes = std::uint64_t{1} << 30; ///< of all decoded frames together, 3 bytes a pixel
    std::uint64_t maxPictureFileBytes = std::uint64_t{256} << 20; ///< of a picture file, which is read whole
    double maxSeconds = 60; ///< of wall-clock time, the last guard against a hang
};

/// Reads a picture (PNG, JPEG, WebP, BMP: a clip of one frame) or the first frames of a video (MP4/MOV, WebM/MKV, GIF),
/// or a PNG sequence (a folder or a name with %04d), as 8-bit RGB. Rotation marks are applied; transparent parts show
/// white.
///
/// The kind is told by the file's first bytes, never by its name. Nothing else is opened on behalf of a file: no
/// playlists, references or network. The file must be a regular one.
///
/// @return NotFound, Io, Unsupported (another kind of file or codec), BadFormat (damaged, or the frame size changes),
/// TooLarge.
Result<Clip> readClip(const std::filesystem::path& path, const ReadLimits& limits = {});

/// What a media file holds.
struct MediaInfo {
    std::string format; ///< "mp4", "webm", "gif", "png", "jpeg", "webp", "bmp", "png_sequence"
    std::string codec; ///< libav's short name: "h264", "vp9", "gif", "png", ...
    int width = 0; ///< pixels, as `readClip` gives them
    int height = 0;
    std::size_t frames = 0; ///< counted; all of them, whatever `maxFrames` says
    double fps = 0; ///< 0 for a single picture
    double duration = 0; ///< seconds; 0 for a single picture
    std::uintmax_t bytes = 0; ///< of the file, or of all files of a sequence
    std::optional<std::string> request; ///< the JSON that `writeClip` stored, when there is one; untrusted
};

/// Looks into a file without keeping its pictures. Files, limits and errors as for `readClip`.
Result<MediaInfo> probe(const std::filesystem::path& path, const ReadLimits& limits = {});

/// The request that `writeClip` stored. The text is untrusted: it may be anything that is UTF-8 of up to 1 MiB.
///
/// @return NotFound when the file holds none; otherwise as `probe`.
Result<std::string> readRequest(const std::filesystem::path& path);

} // namespace toca::media
