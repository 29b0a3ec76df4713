// SPDX-License-Identifier: Apache-2.0
#include "core/media/clip_resize.h"

#include "core/media/frame_conversion.h"

#include <algorithm>
#include <cmath>

namespace toca::media {

namespace {

constexpr int kLongestSide = 16384;

struct Area {
    int x = 0, y = 0, width = 0, height = 0;
};

/// The largest centred part of `width` x `height` with the shape of `shapeWidth` x `shapeHeight`.
Area centredArea(int width, int height, int shapeWidth, int shapeHeight)
{
    const double shape = static_cast<double>(shapeWidth) / shapeHeight;
    Area area{.width = width, .height = height};
    if (width > height * shape)
        area.width = std::clamp(static_cast<int>(std::lround(height * shape)), 1, width);
    else
        area.height = std::clamp(static_cast<int>(std::lround(width / shape)), 1, height);
    area.x = (width - area.width) / 2;
    area.y = (height - area.height) / 2;
    return area;
}

/// Scales the part `from` of `frame` into the part `to` of `out`. One colour at a time as a grey picture: swscale
/// would take RGB through YUV and lose exactness.
Result<void> scaleArea(const Frame& frame, const Area& from, Frame& out, const Area& to, ScalerHandle& scaler)
{
    scaler.reset(sws_getCachedContext(scaler.release(), from.width, from.height, AV_PIX_FMT_GRAY8, to.width, to.height,
        AV_PIX_FMT_GRAY8, SWS_LANCZOS | SWS_ACCURATE_RND | SWS_BITEXACT, nullptr, nullptr, nullptr));
    if (!scaler)
        return unexpected(ErrorCode::InvalidArgument,
            "A picture of " + std::to_string(from.width) + "x" + std::to_string(from.height) + " can't be scaled to "
                + std::to_string(to.width) + "x" + std::to_string(to.height) + ".");
    const auto source = newPicture(from.width, from.height, AV_PIX_FMT_GRAY8, {});
    if (!source)
        return Unexpected{source.error()};
    const auto scaled = newPicture(to.width, to.height, AV_PIX_FMT_GRAY8, {});
    if (!scaled)
        return Unexpected{scaled.error()};
    const auto offset = [](const Frame& in, int x, int y) {
        return (static_cast<std::size_t>(y) * static_cast<std::size_t>(in.width) + static_cast<std::size_t>(x)) * 3;
    };
    for (std::size_t c = 0; c < 3; ++c) {
        for (int y = 0; y < from.height; ++y) {
            const std::uint8_t* row = frame.rgb.data() + offset(frame, from.x, from.y + y) + c;
            std::uint8_t* plane = (*source)->data[0] + static_cast<std::ptrdiff_t>(y) * (*source)->linesize[0];
            for (int x = 0; x < from.width; ++x)
                plane[x] = row[x * 3];
        }
        const int status = sws_scale(
            scaler.get(), (*source)->data, (*source)->linesize, 0, from.height, (*scaled)->data, (*scaled)->linesize);
        if (status < 0)
            return unexpected(ErrorCode::Internal, "sws_scale failed with " + std::to_string(status) + ".");
        for (int y = 0; y < to.height; ++y) {
            const std::uint8_t* plane = (*scaled)->data[0] + static_cast<std::ptrdiff_t>(y) * (*scaled)->linesize[0];
            std::uint8_t* row = out.rgb.data() + offset(out, to.x, to.y + y) + c;
            for (int x = 0; x < to.width; ++x)
                row[x * 3] = plane[x];
        }
    }
    return {};
}

Result<Frame> resizedWith(const Frame& frame, int width, int height, Fit fit, ScalerHandle& scaler)
{
    if (width < 1 || height < 1 || width > kLongestSide || height > kLongestSide)
        return unexpected(ErrorCode::InvalidArgument,
            "A picture can't be scaled to " + std::to_string(width) + "x" + std::to_string(height) + ": choose 1 to "
                + std::to_string(kLongestSide) + " pixels a side.");
    if (frame.width < 1 || frame.height < 1
        || frame.rgb.size() != static_cast<std::size_t>(frame.width) * static_cast<std::size_t>(frame.height) * 3)
        return unexpected(
            ErrorCode::InvalidArgument, "A picture to scale is empty or has not height * width * 3 bytes.");
    if (frame.width == width && frame.height == height)
        return frame;
    Frame out{.width = width, .height = height, .rgb = {}};
    out.rgb.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
    Area from{.width = frame.width, .height = frame.height};
    Area to{.width = width, .height = height};
    if (fit == Fit::Cover)
        from = centredArea(frame.width, frame.height, width, height);
    else if (fit == Fit::Contain)
        to = centredArea(width, height, frame.width, frame.height);
    if (auto scaled = scaleArea(frame, from, out, to, scaler); !scaled)
        return Unexpected{scaled.error()};
    return out;
}

} // namespace

Result<Frame> resized(const Frame& frame, int width, int height, Fit fit)
{
    prepareLibav();
    ScalerHandle scaler;
    return resizedWith(frame, width, height, fit, scaler);
}

Result<Clip> resized(const Clip& clip, int width, int height, Fit fit)
{
    prepareLibav();
    ScalerHandle scaler;
    Clip out{.fps = clip.fps, .frames = {}};
    out.frames.reserve(clip.frames.size());
    for (const Frame& frame : clip.frames) {
        auto scaled = resizedWith(frame, width, height, fit, scaler);
        if (!scaled)
            return Unexpected{scaled.error()};
        out.frames.push_back(std::move(*scaled));
    }
    return out;
}

} // namespace toca::media
