// SPDX-License-Identifier: Apache-2.0
#include "core/media/embedded_text.h"
#include "core/media/encoders.h"
#include "core/media/frame_conversion.h"
#include "core/media/memory_muxer.h"

#include <algorithm>
#include <cmath>

extern "C" {
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
}

namespace toca::media {

namespace {

constexpr int kTicksPerSecond = 100; // GIF counts hundredths of a second
constexpr double kHighestFps = 50; // browsers show shorter delays than 2/100 s as 10/100 s

/// A filter graph given as text; sources and sink are found by the names written there.
class Graph {
public:
    Result<void> open(const std::string& description, const std::filesystem::path& path)
    {
        m_path = path;
        m_graph.reset(avfilter_graph_alloc());
        if (!m_graph)
            return libavError(ErrorCode::EncoderFailed, path, "avfilter_graph_alloc", AVERROR(ENOMEM));
        m_graph->nb_threads = 1;
        if (const int status = avfilter_graph_parse_ptr(m_graph.get(), description.c_str(), nullptr, nullptr, nullptr);
            status < 0)
            return libavError(ErrorCode::EncoderFailed, path, "avfilter_graph_parse_ptr", status);
        if (const int status = avfilter_graph_config(m_graph.get(), nullptr); status < 0)
            return libavError(ErrorCode::EncoderFailed, path, "avfilter_graph_config", status);
        return {};
    }

    /// Null says that no more comes.
    Result<void> push(const char* source, AVFrame* picture)
    {
        const int status = av_buffersrc_add_frame_flags(
            avfilter_graph_get_filter(m_graph.get(), source), picture, AV_BUFFERSRC_FLAG_KEEP_REF);
        if (status < 0)
            return libavError(ErrorCode::EncoderFailed, m_path, "av_buffersrc_add_frame", status);
        return {};
    }

    /// @return null when the graph wants more input or has ended.
    Result<FrameHandle> pull()
    {
        FrameHandle picture(av_frame_alloc());
        if (!picture)
            return libavError(ErrorCode::EncoderFailed, m_path, "av_frame_alloc", AVERROR(ENOMEM));
        const int status =
            av_buffersink_get_frame(avfilter_graph_get_filter(m_graph.get(), "buffersink@out"), picture.get());
        if (status == AVERROR(EAGAIN) || status == AVERROR_EOF)
            return FrameHandle();
        if (status < 0)
            return libavError(ErrorCode::EncoderFailed, m_path, "av_buffersink_get_frame", status);
        return picture;
    }

private:
    std::filesystem::path m_path;
    GraphHandle m_graph;
};

std::string sourceText(const char* name, int width, int height, AVPixelFormat format)
{
    return "buffer@" + std::string(name) + "=video_size=" + std::to_string(width) + "x" + std::to_string(height)
        + ":pix_fmt=" + std::to_string(format) + ":time_base=1/" + std::to_string(kTicksPerSecond)
        + ":pixel_aspect=1/1";
}

/// The 255 colours (and the transparent one) that serve the whole clip best.
Result<FrameHandle> paletteOf(const std::filesystem::path& path, const Clip& clip, const std::stop_token& stop)
{
    const Frame& first = clip.frames.front();
    Graph graph;
    if (auto opened = graph.open(sourceText("in", first.width, first.height, AV_PIX_FMT_RGB24)
                + ",palettegen=stats_mode=full,buffersink@out",
            path);
        !opened)
        return Unexpected{opened.error()};
    std::int64_t time = 0;
    for (const Frame& frame : clip.frames) {
        if (stop.stop_requested())
            return unexpected(ErrorCode::Cancelled, "Writing '" + path.string() + "' was cancelled.");
        auto picture = toPicture(frame, path);
        if (!picture)
            return picture;
        (*picture)->pts = time++;
        if (auto pushed = graph.push("buffer@in", picture->get()); !pushed)
            return Unexpected{pushed.error()};
    }
    if (auto ended = graph.push("buffer@in", nullptr); !ended)
        return Unexpected{ended.error()};
    auto palette = graph.pull();
    if (palette && !*palette)
        return libavError(ErrorCode::EncoderFailed, path, "palettegen", AVERROR_EOF);
    return palette;
}

Result<CodecHandle> openEncoder(const std::filesystem::path& path, const Frame& first, double fps)
{
    const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_GIF);
    if (!codec)
        return unexpected(
            ErrorCode::Unsupported, "Cannot write '" + path.string() + "': this build of FFmpeg has no GIF.");
    CodecHandle encoder(avcodec_alloc_context3(codec));
    if (!encoder)
        return libavError(ErrorCode::EncoderFailed, path, "avcodec_alloc_context3", AVERROR(ENOMEM));
    encoder->width = first.width;
    encoder->height = first.height;
    encoder->pix_fmt = AV_PIX_FMT_PAL8;
    encoder->time_base = {1, kTicksPerSecond};
    encoder->framerate = av_d2q(fps, 100'000);
    encoder->sample_aspect_ratio = {1, 1};
    encoder->thread_count = 1;
    encoder->flags |= AV_CODEC_FLAG_BITEXACT;
    if (const int status = avcodec_open2(encoder.get(), codec, nullptr); status < 0)
        return libavError(ErrorCode::EncoderFailed, path, "avcodec_open2", status);
    return encoder;
}

} // namespace

Result<EncodedClip> encodeGif(
    const std::filesystem::path& path, const Clip& clip, const std::string& requestJson, const WriteOptions& options)
{
    const Frame& first = clip.frames.front();
    const double fps = std::min(clip.fps, kHighestFps);
    const auto palette = paletteOf(path, clip, options.stop);
    if (!palette)
        return Unexpected{palette.error()};

    Graph graph;
    const std::string description = sourceText("in", first.width, first.height, AV_PIX_FMT_RGB24) + "[frames];"
        + sourceText("palette", (*palette)->width, (*palette)->height, static_cast<AVPixelFormat>((*palette)->format))
        + "[palette];[frames][palette]paletteuse=dither=sierra2_4a,buffersink@out";
    if (auto opened = graph.open(description, path); !opened)
        return Unexpected{opened.error()};
    (*palette)->pts = 0;
    if (auto pushed = graph.push("buffer@palette", palette->get()); !pushed)
        return Unexpected{pushed.error()};
    if (auto ended = graph.push("buffer@palette", nullptr); !ended)
        return Unexpected{ended.error()};

    auto encoder = openEncoder(path, first, fps);
    if (!encoder)
        return Unexpected{encoder.error()};
    MemoryMuxer muxer;
    if (auto opened = muxer.open("gif", path); !opened)
        return Unexpected{opened.error()};
    const auto startOf = [fps](std::size_t frame) {
        return std::llround(static_cast<double>(frame) * kTicksPerSecond / fps);
    };
    const auto count = clip.frames.size();
    const auto lastDelay = std::clamp<std::int64_t>(startOf(count) - startOf(count - 1), 1, 65535);
    Options settings;
    settings.set("loop", "0").set("final_delay", std::to_string(lastDelay));
    if (auto begun = muxer.begin(**encoder, settings); !begun)
        return Unexpected{begun.error()};

    std::int64_t shown = 0;
    const auto writeReady = [&]() -> Result<void> {
        for (;;) {
            const auto indexed = graph.pull();
            if (!indexed)
                return Unexpected{indexed.error()};
            if (!*indexed)
                return {};
            (*indexed)->pts = startOf(static_cast<std::size_t>(shown++));
            if (auto written = muxer.write(**encoder, indexed->get(), lastDelay); !written)
                return written;
        }
    };
    for (std::size_t i = 0; i < count; ++i) {
        if (options.stop.stop_requested())
            return unexpected(ErrorCode::Cancelled, "Writing '" + path.string() + "' was cancelled.");
        const auto picture = toPicture(clip.frames[i], path);
        if (!picture)
            return Unexpected{picture.error()};
        (*picture)->pts = startOf(i);
        if (auto pushed = graph.push("buffer@in", picture->get()); !pushed)
            return Unexpected{pushed.error()};
        if (auto written = writeReady(); !written)
            return Unexpected{written.error()};
    }
    if (auto ended = graph.push("buffer@in", nullptr); !ended)
        return Unexpected{ended.error()};
    if (auto written = writeReady(); !written)
        return Unexpected{written.error()};
    if (auto flushed = muxer.write(**encoder, nullptr, lastDelay); !flushed)
        return Unexpected{flushed.error()};
    auto bytes = muxer.finish();
    if (!bytes)
        return Unexpected{bytes.error()};
    if (!requestJson.empty()) {
        auto commented = withGifComment(*bytes, kRequestKey, requestJson); // libav's muxer writes no comments
        if (!commented)
            return unexpected(
                ErrorCode::EncoderFailed, "Cannot encode '" + path.string() + "': FFmpeg's GIF has no header.");
        bytes = std::move(*commented);
    }
    return EncodedClip{
        std::move(*bytes), static_cast<double>(count) * kTicksPerSecond / static_cast<double>(startOf(count))};
}

} // namespace toca::media
