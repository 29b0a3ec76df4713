// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/frame.h"
#include "core/media/libav.h"

#include <cstdint>

namespace toca::media {

/// A writable libav picture with aligned, padded rows, which swscale may read a little past the width.
Result<FrameHandle> newPicture(int width, int height, AVPixelFormat format, const std::filesystem::path& path);

/// Copies our RGB rows into a picture of AV_PIX_FMT_RGB24. @pre frame.rgb holds height * width * 3 bytes
Result<FrameHandle> toPicture(const Frame& frame, const std::filesystem::path& path);

/// Converts an RGB24 picture to limited-range BT.709 YUV and tags it so. `scaler` is made at the first call and reused.
Result<FrameHandle> toYuv(
    const AVFrame& rgb, AVPixelFormat format, ScalerHandle& scaler, const std::filesystem::path& path);

/// Converts any decoded picture to our RGB rows, honouring its colour space and range (BT.601 below 720 lines when
/// untagged); transparent parts show white. `scaler` is reused while size and format stay the same.
Result<Frame> toFrame(const AVFrame& picture, ScalerHandle& scaler, const std::filesystem::path& path);

/// Turns a picture the way its display matrix (libavutil/display.h, nine 16.16 numbers) asks for, if that is a quarter
/// turn or a flip; otherwise returns it unchanged.
Frame upright(Frame frame, const std::int32_t* matrix);

} // namespace toca::media
