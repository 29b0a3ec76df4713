// SPDX-License-Identifier: Apache-2.0
#pragma once

// Internal to core/media.

#include "core/media/media_input.h"

namespace toca::media {

/// The bytes of a picture file within `limits.maxPictureFileBytes`. @pre the kind is a picture's
Result<std::string> readPictureFile(const InputFile& file, const std::filesystem::path& path, const ReadLimits& limits);

/// Decodes one whole picture, without any demuxer or probing.
Result<Frame> decodePicture(
    FileKind kind, const std::string& bytes, const std::filesystem::path& path, const ReadLimits& limits);

/// Turns a decoded picture into ours, upright; `matrix` (may be null) is the stream's display matrix, a frame's own one
/// comes first.
Result<Frame> finishedFrame(
    const AVFrame& picture, const std::int32_t* matrix, ScalerHandle& scaler, const std::filesystem::path& path);

} // namespace toca::media
