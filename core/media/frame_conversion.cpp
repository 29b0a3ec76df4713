// SPDX-License-Identifier: Apache-2.0
#include "core/media/frame_conversion.h"

#include <cstring>

extern "C" {
#include <libavutil/pixdesc.h>
}

namespace toca::media {

namespace {

// Bit-exact and with full chroma: files must not differ between processors, and colours must not bleed.
constexpr int kExact = SWS_ACCURATE_RND | SWS_BITEXACT | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP;

void copyRows(std::uint8_t* to, std::ptrdiff_t toStride, const std::uint8_t* from, std::ptrdiff_t fromStride,
    std::size_t rowBytes, int rows)
{
    for (int y = 0; y < rows; ++y)
        std::memcpy(to + y * toStride, from + y * fromStride, rowBytes);
}

bool isFullRange(const AVFrame& picture)
{
    switch (picture.format) {
    case AV_PIX_FMT_YUVJ420P:
    case AV_PIX_FMT_YUVJ422P:
    case AV_PIX_FMT_YUVJ444P:
    case AV_PIX_FMT_YUVJ440P:
    case AV_PIX_FMT_YUVJ411P:
        return true;
    default:
        return picture.color_range == AVCOL_RANGE_JPEG;
    }
}

int matrixOf(const AVFrame& picture)
{
    switch (picture.colorspace) {
    case AVCOL_SPC_UNSPECIFIED:
    case AVCOL_SPC_RGB:
    case AVCOL_SPC_RESERVED:
        // What players assume; JPEG is always BT.601.
        return !isFullRange(picture) && picture.height >= 720 ? SWS_CS_ITU709 : SWS_CS_ITU601;
    default:
        return picture.colorspace; // SWS_CS_* share the numbers of AVColorSpace; unknown ones give BT.601
    }
}

bool hasTransparency(const AVFrame& picture)
{
    const auto* description = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(picture.format));
    return description && (description->flags & (AV_PIX_FMT_FLAG_ALPHA | AV_PIX_FMT_FLAG_PAL)) != 0;
}

} // namespace

Result<FrameHandle> newPicture(int width, int height, AVPixelFormat format, const std::filesystem::path& path)
{
    FrameHandle picture(av_frame_alloc());
    if (!picture)
        return libavError(ErrorCode::OutOfMemory, path, "av_frame_alloc", AVERROR(ENOMEM));
    picture->width = width;
    picture->height = height;
    picture->format = format;
    if (const int status = av_frame_get_buffer(picture.get(), 0); status < 0)
        return libavError(ErrorCode::OutOfMemory, path, "av_frame_get_buffer", status);
    return picture;
}

Result<FrameHandle> toPicture(const Frame& frame, const std::filesystem::path& path)
{
    auto picture = newPicture(frame.width, frame.height, AV_PIX_FMT_RGB24, path);
    if (picture) {
        const auto rowBytes = static_cast<std::size_t>(frame.width) * 3;
        copyRows((*picture)->data[0], (*picture)->linesize[0], frame.rgb.data(), static_cast<std::ptrdiff_t>(rowBytes),
            rowBytes, frame.height);
    }
    return picture;
}

Result<FrameHandle> toYuv(
    const AVFrame& rgb, AVPixelFormat format, ScalerHandle& scaler, const std::filesystem::path& path)
{
    if (!scaler) {
        scaler.reset(sws_getContext(rgb.width, rgb.height, AV_PIX_FMT_RGB24, rgb.width, rgb.height, format,
            SWS_BICUBIC | kExact, nullptr, nullptr, nullptr));
        if (!scaler)
            return libavError(ErrorCode::EncoderFailed, path, "sws_getContext", AVERROR(EINVAL));
        const int* coefficients = sws_getCoefficients(SWS_CS_ITU709);
        const int status =
            sws_setColorspaceDetails(scaler.get(), coefficients, 1, coefficients, 0, 0, 1 << 16, 1 << 16);
        if (status < 0)
            return libavError(ErrorCode::EncoderFailed, path, "sws_setColorspaceDetails", status);
    }
    auto yuv = newPicture(rgb.width, rgb.height, format, path);
    if (!yuv)
        return yuv;
    const int status = sws_scale(scaler.get(), rgb.data, rgb.linesize, 0, rgb.height, (*yuv)->data, (*yuv)->linesize);
    if (status < 0)
        return libavError(ErrorCode::EncoderFailed, path, "sws_scale", status);
    (*yuv)->colorspace = AVCOL_SPC_BT709;
    (*yuv)->color_primaries = AVCOL_PRI_BT709;
    (*yuv)->color_trc = AVCOL_TRC_BT709;
    (*yuv)->color_range = AVCOL_RANGE_MPEG;
    return yuv;
}

Result<Frame> toFrame(const AVFrame& picture, ScalerHandle& scaler, const std::filesystem::path& path)
{
    const bool transparent = hasTransparency(picture);
    const AVPixelFormat format = transparent ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24;
    const auto sourceFormat = static_cast<AVPixelFormat>(picture.format);
    scaler.reset(sws_getCachedContext(scaler.release(), picture.width, picture.height, sourceFormat, picture.width,
        picture.height, format, SWS_BICUBIC | kExact, nullptr, nullptr, nullptr));
    if (!scaler)
        return libavError(ErrorCode::BadFormat, path, "sws_getContext", AVERROR(EINVAL));
    // Fails for RGB sources, which need no matrix.
    sws_setColorspaceDetails(scaler.get(), sws_getCoefficients(matrixOf(picture)), isFullRange(picture) ? 1 : 0,
        sws_getCoefficients(SWS_CS_DEFAULT), 1, 0, 1 << 16, 1 << 16);
    const auto rgb = newPicture(picture.width, picture.height, format, path);
    if (!rgb)
        return Unexpected{rgb.error()};
    const int status =
        sws_scale(scaler.get(), picture.data, picture.linesize, 0, picture.height, (*rgb)->data, (*rgb)->linesize);
    if (status < 0)
        return libavError(ErrorCode::BadFormat, path, "sws_scale", status);

    Frame frame{.width = picture.width, .height = picture.height, .rgb = {}};
    const auto rowBytes = static_cast<std::size_t>(frame.width) * 3;
    frame.rgb.resize(rowBytes * static_cast<std::size_t>(frame.height));
    if (!transparent) {
        copyRows(frame.rgb.data(), static_cast<std::ptrdiff_t>(rowBytes), (*rgb)->data[0], (*rgb)->linesize[0],
            rowBytes, frame.height);
        return frame;
    }
    for (int y = 0; y < frame.height; ++y) {
        const std::uint8_t* from = (*rgb)->data[0] + static_cast<std::ptrdiff_t>(y) * (*rgb)->linesize[0];
        std::uint8_t* to = frame.rgb.data() + static_cast<std::size_t>(y) * rowBytes;
        for (int x = 0; x < frame.width; ++x, from += 4)
            for (int c = 0; c < 3; ++c)
                *to++ = static_cast<std::uint8_t>((from[c] * from[3] + 255 * (255 - from[3]) + 127) / 255);
    }
    return frame;
}

Frame upright(Frame frame, const std::int32_t* matrix)
{
    // x' = a x + c y, y' = b x + d y (libavutil/display.h); only the signs matter for quarter turns and flips.
    const auto sign = [](std::int32_t value) { return (value > 0) - (value < 0); };
    const int a = sign(matrix[0]), b = sign(matrix[1]), c = sign(matrix[3]), d = sign(matrix[4]);
    const bool straight = a != 0 && d != 0 && b == 0 && c == 0;
    const bool turned = a == 0 && d == 0 && b != 0 && c != 0;
    if ((!straight && !turned) || (straight && a > 0 && d > 0))
        return frame;
    Frame out{.width = turned ? frame.height : frame.width, .height = turned ? frame.width : frame.height, .rgb = {}};
    out.rgb.resize(frame.rgb.size());
    const std::uint8_t* from = frame.rgb.data();
    for (int y = 0; y < frame.height; ++y)
        for (int x = 0; x < frame.width; ++x, from += 3) {
            const int movedX = a * x + c * y, movedY = b * x + d * y;
            const int toX = a + c < 0 ? movedX + out.width - 1 : movedX;
            const int toY = b + d < 0 ? movedY + out.height - 1 : movedY;
            std::memcpy(&out.rgb[(static_cast<std::size_t>(toY) * out.width + toX) * 3], from, 3);
        }
    return out;
}

} // namespace toca::media
