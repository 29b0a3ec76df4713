// SPDX-License-Identifier: Apache-2.0
#include "core/media/image_decoder.h"

#include "core/base/atomic_file.h"
#include "core/media/embedded_text.h"
#include "core/media/frame_conversion.h"

#include <cstring>

namespace toca::media {

namespace {

AVCodecID codecOf(FileKind kind)
{
    switch (kind) {
    case FileKind::Png:
        return AV_CODEC_ID_PNG;
    case FileKind::Jpeg:
        return AV_CODEC_ID_MJPEG;
    case FileKind::WebP:
        return AV_CODEC_ID_WEBP;
    case FileKind::Bmp:
        return AV_CODEC_ID_BMP;
    default:
        return AV_CODEC_ID_NONE;
    }
}

} // namespace

Result<std::string> readPictureFile(const InputFile& file, const std::filesystem::path& path, const ReadLimits& limits)
{
    if (file.bytes() > limits.maxPictureFileBytes)
        return unexpected(ErrorCode::TooLarge,
            "'" + path.string() + "' has " + std::to_string(file.bytes() >> 20) + " MiB, more than the "
                + std::to_string(limits.maxPictureFileBytes >> 20) + " MiB that a picture may have.");
    return readFile(path, limits.maxPictureFileBytes);
}

Result<Frame> decodePicture(
    FileKind kind, const std::string& bytes, const std::filesystem::path& path, const ReadLimits& limits)
{
    if (kind == FileKind::Png && !isPngComplete(bytes))
        return unexpected(
            ErrorCode::BadFormat, "Cannot decode '" + path.string() + "': the file is cut off or damaged.");
    const AVCodec* codec = avcodec_find_decoder(codecOf(kind));
    if (!codec)
        return unexpected(ErrorCode::Unsupported,
            "Cannot decode '" + path.string() + "': this build of FFmpeg has no " + avcodec_get_name(codecOf(kind))
                + ".");
    const CodecHandle decoder(avcodec_alloc_context3(codec));
    const PacketHandle packet(av_packet_alloc());
    const FrameHandle picture(av_frame_alloc());
    if (!decoder || !packet || !picture)
        return libavError(ErrorCode::BadFormat, path, "avcodec_alloc_context3", AVERROR(ENOMEM));
    setDecoderLimits(*decoder, limits);
    if (kind == FileKind::Png) // checksums make damage certain; other pictures are shown as well as they can be
        decoder->err_recognition = AV_EF_CRCCHECK | AV_EF_EXPLODE;
    int status = avcodec_open2(decoder.get(), codec, nullptr);
    if (status < 0)
        return libavError(ErrorCode::BadFormat, path, "avcodec_open2", status);
    status = av_new_packet(packet.get(), static_cast<int>(bytes.size()));
    if (status < 0)
        return libavError(ErrorCode::BadFormat, path, "av_new_packet", status);
    std::memcpy(packet->data, bytes.data(), bytes.size());
    status = avcodec_send_packet(decoder.get(), packet.get());
    if (status < 0)
        return libavError(ErrorCode::BadFormat, path, "avcodec_send_packet", status);
    status = avcodec_receive_frame(decoder.get(), picture.get());
    if (status == AVERROR(EAGAIN)) { // some decoders wait for the end
        avcodec_send_packet(decoder.get(), nullptr);
        status = avcodec_receive_frame(decoder.get(), picture.get());
    }
    if (status < 0)
        return libavError(ErrorCode::BadFormat, path, "avcodec_receive_frame", status);
    ScalerHandle scaler;
    return finishedFrame(*picture, nullptr, scaler, path);
}

Result<Frame> finishedFrame(
    const AVFrame& picture, const std::int32_t* matrix, ScalerHandle& scaler, const std::filesystem::path& path)
{
    auto frame = toFrame(picture, scaler, path);
    if (!frame)
        return frame;
    const AVFrameSideData* own = av_frame_get_side_data(&picture, AV_FRAME_DATA_DISPLAYMATRIX);
    if (own && own->size >= 9 * sizeof(std::int32_t))
        matrix = reinterpret_cast<const std::int32_t*>(own->data);
    return matrix ? upright(std::move(*frame), matrix) : std::move(*frame);
}

} // namespace toca::media
