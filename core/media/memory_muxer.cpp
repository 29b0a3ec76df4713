// SPDX-License-Identifier: Apache-2.0
#include "core/media/memory_muxer.h"

#include <algorithm>
#include <cstdio>

namespace toca::media {

namespace {

constexpr int kBufferBytes = 1 << 16;

} // namespace

MemoryMuxer::~MemoryMuxer()
{
    if (!m_context)
        return;
    if (m_context->pb) {
        av_freep(&m_context->pb->buffer);
        avio_context_free(&m_context->pb);
    }
    avformat_free_context(m_context);
}

int MemoryMuxer::append(void* self, std::uint8_t* data, int size)
{
    auto& muxer = *static_cast<MemoryMuxer*>(self);
    const auto end = muxer.m_position + static_cast<std::size_t>(size);
    if (end > muxer.m_bytes.size())
        muxer.m_bytes.resize(end);
    std::copy_n(data, size, muxer.m_bytes.begin() + static_cast<std::ptrdiff_t>(muxer.m_position));
    muxer.m_position = end;
    return size;
}

std::int64_t MemoryMuxer::seek(void* self, std::int64_t offset, int whence)
{
    auto& muxer = *static_cast<MemoryMuxer*>(self);
    const auto size = static_cast<std::int64_t>(muxer.m_bytes.size());
    if (whence == AVSEEK_SIZE)
        return size;
    const std::int64_t target = whence == SEEK_CUR ? offset + static_cast<std::int64_t>(muxer.m_position)
        : whence == SEEK_END                       ? offset + size
                                                   : offset;
    if (target < 0 || target > size)
        return AVERROR(EINVAL);
    muxer.m_position = static_cast<std::size_t>(target);
    return target;
}

Result<void> MemoryMuxer::open(const char* format, const std::filesystem::path& path)
{
    m_path = path;
    if (const int status = avformat_alloc_output_context2(&m_context, nullptr, format, nullptr); status < 0)
        return libavError(ErrorCode::EncoderFailed, path, "avformat_alloc_output_context2", status);
    auto* buffer = static_cast<unsigned char*>(av_malloc(kBufferBytes));
    if (buffer)
        m_context->pb = avio_alloc_context(buffer, kBufferBytes, 1, this, nullptr, append, seek);
    if (!m_context->pb) {
        av_free(buffer);
        return libavError(ErrorCode::EncoderFailed, path, "avio_alloc_context", AVERROR(ENOMEM));
    }
    m_context->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT; // no dates, versions or random identifiers
    return {};
}

Result<void> MemoryMuxer::begin(AVCodecContext& encoder, Options& options)
{
    m_stream = avformat_new_stream(m_context, nullptr);
    if (!m_stream)
        return libavError(ErrorCode::EncoderFailed, m_path, "avformat_new_stream", AVERROR(ENOMEM));
    int status = avcodec_parameters_from_context(m_stream->codecpar, &encoder);
    if (status < 0)
        return libavError(ErrorCode::EncoderFailed, m_path, "avcodec_parameters_from_context", status);
    m_stream->time_base = encoder.time_base;
    m_stream->avg_frame_rate = m_stream->r_frame_rate = encoder.framerate;
    m_stream->sample_aspect_ratio = encoder.sample_aspect_ratio;
    status = avformat_write_header(m_context, options.out());
    if (status < 0)
        return libavError(ErrorCode::EncoderFailed, m_path, "avformat_write_header", status);
    return {};
}

Result<void> MemoryMuxer::write(AVCodecContext& encoder, const AVFrame* picture, std::int64_t duration)
{
    int status = avcodec_send_frame(&encoder, picture);
    if (status < 0)
        return libavError(ErrorCode::EncoderFailed, m_path, "avcodec_send_frame", status);
    const PacketHandle packet(av_packet_alloc());
    if (!packet)
        return libavError(ErrorCode::EncoderFailed, m_path, "av_packet_alloc", AVERROR(ENOMEM));
    for (;;) {
        status = avcodec_receive_packet(&encoder, packet.get());
        if (status == AVERROR(EAGAIN) || status == AVERROR_EOF)
            return {};
        if (status < 0)
            return libavError(ErrorCode::EncoderFailed, m_path, "avcodec_receive_packet", status);
        packet->stream_index = m_stream->index;
        packet->duration = duration; // without it the last frame has no length in some containers
        av_packet_rescale_ts(packet.get(), encoder.time_base, m_stream->time_base);
        status = av_interleaved_write_frame(m_context, packet.get());
        if (status < 0)
            return libavError(ErrorCode::EncoderFailed, m_path, "av_interleaved_write_frame", status);
    }
}

Result<std::string> MemoryMuxer::finish()
{
    if (const int status = av_write_trailer(m_context); status < 0)
        return libavError(ErrorCode::EncoderFailed, m_path, "av_write_trailer", status);
    avio_flush(m_context->pb);
    return std::move(m_bytes);
}

} // namespace toca::media
