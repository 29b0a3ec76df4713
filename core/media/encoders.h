// SPDX-License-Identifier: Apache-2.0
#pragma once

// Internal to core/media: clips and frames to the bytes of files.

#include "core/media/clip_writer.h"

namespace toca::media {

/// An encoded file and the rate it states.
struct EncodedClip {
    std::string bytes;
    double fps = 0;
};

/// H.264 in MP4 or VP9 in WebM. @pre the clip was checked by `writeClip`; `path` is only named in errors
Result<EncodedClip> encodeVideo(ContainerFormat format, const std::filesystem::path& path, const Clip& clip,
    const std::string& requestJson, const WriteOptions& options);

/// Animated GIF with one palette for the clip. @pre as above
Result<EncodedClip> encodeGif(
    const std::filesystem::path& path, const Clip& clip, const std::string& requestJson, const WriteOptions& options);

/// Lossless PNG. `fps` > 0 is stored beside the request, since a sequence has no other place for it. @pre as above
Result<std::string> encodePng(
    const std::filesystem::path& path, const Frame& frame, const std::string& requestJson, double fps);

} // namespace toca::media
