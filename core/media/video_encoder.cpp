// SPDX-License-Identifier: Apache-2.0
#include "core/media/embedded_text.h"
#include "core/media/encoders.h"
#include "core/media/frame_conversion.h"
#include "core/media/memory_muxer.h"

namespace toca::media {

namespace {

// Fixed, because the encoders' decisions depend on the number of threads: the same clip must give the same bytes on
// every machine.
constexpr int kThreads = 4;

// A key frame at least this often, so that players can scrub.
constexpr int kKeyFrameDistance = 24;

Result<CodecHandle> openEncoder(ContainerFormat format, const std::filesystem::path& path, const Clip& clip,
    const WriteOptions& options, bool globalHeader)
{
    const bool isMp4 = format == ContainerFormat::Mp4;
    const char* name = isMp4 ? "libx264" : "libvpx-vp9";
    const AVCodec* codec = avcodec_find_encoder_by_name(name);
    if (!codec)
        return unexpected(ErrorCode::Unsupported,
            "Cannot write '" + path.string() + "': this build of FFmpeg has no " + name
                + ". Install an FFmpeg that has it, or write a .gif or .png.");
    CodecHandle encoder(avcodec_alloc_context3(codec));
    if (!encoder)
        return libavError(ErrorCode::EncoderFailed, path, "avcodec_alloc_context3", AVERROR(ENOMEM));
    const Frame& first = clip.frames.front();
    encoder->width = first.width;
    encoder->height = first.height;
    // H.264 crops 4:2:0 pictures by two rows only, so an odd size needs full chroma; VP9 takes any size.
    const bool isOdd = first.width % 2 != 0 || first.height % 2 != 0;
    encoder->pix_fmt = isMp4 && isOdd ? AV_PIX_FMT_YUV444P : AV_PIX_FMT_YUV420P;
    encoder->framerate = av_d2q(clip.fps, 100'000);
    encoder->time_base = av_inv_q(encoder->framerate);
    encoder->sample_aspect_ratio = {1, 1};
    encoder->gop_size = kKeyFrameDistance;
    encoder->thread_count = kThreads;
    encoder->colorspace = AVCOL_SPC_BT709;
    encoder->color_primaries = AVCOL_PRI_BT709;
    encoder->color_trc = AVCOL_TRC_BT709;
    encoder->color_range = AVCOL_RANGE_MPEG;
    encoder->flags |= AV_CODEC_FLAG_BITEXACT;
    if (globalHeader)
        encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;

    Options settings;
    if (isMp4) {
        settings.set("preset", "medium").set("crf", std::to_string(options.h264Quality));
        // libx264's macroblock tree (as of build 164) reads memory that it never wrote, so its decisions vary from run
        // to run. It saves little at this quality.
        settings.set("mbtree", "0");
    } else {
        encoder->bit_rate = 0; // quality alone decides
        settings.set("deadline", "good").set("cpu-used", "2").set("row-mt", "0");
        settings.set("crf", std::to_string(options.vp9Quality));
    }
    if (const int status = avcodec_open2(encoder.get(), codec, settings.out()); status < 0)
        return libavError(ErrorCode::EncoderFailed, path, "avcodec_open2", status);
    return encoder;
}

} // namespace

Result<EncodedClip> encodeVideo(ContainerFormat format, const std::filesystem::path& path, const Clip& clip,
    const std::string& requestJson, const WriteOptions& options)
{
    MemoryMuxer muxer;
    if (auto opened = muxer.open(format == ContainerFormat::Mp4 ? "mp4" : "webm", path); !opened)
        return Unexpected{opened.error()};
    const bool globalHeader = (muxer.context()->oformat->flags & AVFMT_GLOBALHEADER) != 0;
    auto encoder = openEncoder(format, path, clip, options, globalHeader);
    if (!encoder)
        return Unexpected{encoder.error()};

    Options settings;
    if (format == ContainerFormat::Mp4)
        settings.set("movflags", "use_metadata_tags"); // keys of our own, not only the few of iTunes
    if (!requestJson.empty())
        av_dict_set(&muxer.context()->metadata, kRequestKey, requestJson.c_str(), 0);
    if (auto begun = muxer.begin(**encoder, settings); !begun)
        return Unexpected{begun.error()};

    ScalerHandle scaler;
    std::int64_t time = 0;
    for (const Frame& frame : clip.frames) {
        if (options.stop.stop_requested())
            return unexpected(ErrorCode::Cancelled, "Writing '" + path.string() + "' was cancelled.");
        const auto rgb = toPicture(frame, path);
        if (!rgb)
            return Unexpected{rgb.error()};
        const auto yuv = toYuv(**rgb, (*encoder)->pix_fmt, scaler, path);
        if (!yuv)
            return Unexpected{yuv.error()};
        (*yuv)->pts = time++;
        (*yuv)->sample_aspect_ratio = {1, 1};
        if (auto written = muxer.write(**encoder, yuv->get(), 1); !written)
            return Unexpected{written.error()};
    }
    if (auto flushed = muxer.write(**encoder, nullptr, 1); !flushed)
        return Unexpected{flushed.error()};
    auto bytes = muxer.finish();
    if (!bytes)
        return Unexpected{bytes.error()};
    return EncodedClip{std::move(*bytes), av_q2d((*encoder)->framerate)};
}

} // namespace toca::media
