// SPDX-License-Identifier: Apache-2.0
#include "core/media/embedded_text.h"
#include "core/media/encoders.h"
#include "core/media/frame_conversion.h"

#include <locale>
#include <sstream>

namespace toca::media {

Result<std::string> encodePng(
    const std::filesystem::path& path, const Frame& frame, const std::string& requestJson, double fps)
{
    const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_PNG);
    if (!codec)
        return unexpected(
            ErrorCode::Unsupported, "Cannot write '" + path.string() + "': this build of FFmpeg has no PNG.");
    const CodecHandle encoder(avcodec_alloc_context3(codec));
    const PacketHandle packet(av_packet_alloc());
    if (!encoder || !packet)
        return libavError(ErrorCode::EncoderFailed, path, "avcodec_alloc_context3", AVERROR(ENOMEM));
    encoder->width = frame.width;
    encoder->height = frame.height;
    encoder->pix_fmt = AV_PIX_FMT_RGB24;
    encoder->time_base = {1, 1};
    encoder->thread_count = 1;
    encoder->flags |= AV_CODEC_FLAG_BITEXACT;
    Options settings;
    settings.set("pred", "mixed");
    if (const int status = avcodec_open2(encoder.get(), codec, settings.out()); status < 0)
        return libavError(ErrorCode::EncoderFailed, path, "avcodec_open2", status);
    const auto picture = toPicture(frame, path);
    if (!picture)
        return Unexpected{picture.error()};
    if (const int status = avcodec_send_frame(encoder.get(), picture->get()); status < 0)
        return libavError(ErrorCode::EncoderFailed, path, "avcodec_send_frame", status);
    if (const int status = avcodec_receive_packet(encoder.get(), packet.get()); status < 0)
        return libavError(ErrorCode::EncoderFailed, path, "avcodec_receive_packet", status);

    std::optional<std::string> bytes(std::in_place, reinterpret_cast<const char*>(packet->data), packet->size);
    if (fps > 0) {
        std::ostringstream text;
        text.imbue(std::locale::classic());
        text.precision(15);
        text << fps;
        bytes = withPngText(*bytes, kFpsKey, text.str());
    }
    if (bytes && !requestJson.empty())
        bytes = withPngText(*bytes, kRequestKey, requestJson);
    if (!bytes)
        return unexpected(
            ErrorCode::EncoderFailed, "Cannot encode '" + path.string() + "': FFmpeg's PNG has no header.");
    return std::move(*bytes);
}

} // namespace toca::media
