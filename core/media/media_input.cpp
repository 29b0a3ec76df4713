// SPDX-License-Identifier: Apache-2.0
#include "core/media/media_input.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

extern "C" {
#include <libavutil/opt.h>
}

namespace toca::media {

namespace {

constexpr int kBufferBytes = 1 << 15;

FileKind kindOf(std::string_view head)
{
    const auto at = [head](std::size_t offset, std::string_view text) {
        return head.size() >= offset + text.size() && head.substr(offset, text.size()) == text;
    };
    if (at(0, {"\x89PNG\r\n\x1a\n", 8}))
        return FileKind::Png;
    if (at(0, "\xff\xd8\xff"))
        return FileKind::Jpeg;
    if (at(0, "RIFF") && at(8, "WEBP"))
        return FileKind::WebP;
    if (at(0, "BM"))
        return FileKind::Bmp;
    if (at(0, "GIF87a") || at(0, "GIF89a"))
        return FileKind::Gif;
    if (at(4, "ftyp") || at(4, "moov") || at(4, "wide") || at(4, "mdat"))
        return FileKind::Mp4;
    if (at(0, "\x1a\x45\xdf\xa3"))
        return FileKind::Matroska;
    return FileKind::Unknown;
}

Unexpected readError(const std::filesystem::path& path, int code)
{
    if (code == ENOENT || code == ENOTDIR)
        return unexpected(ErrorCode::NotFound, "'" + path.string() + "' does not exist.");
    return unexpected(ErrorCode::Io, "Cannot read '" + path.string() + "': " + std::strerror(code) + ".");
}

} // namespace

const char* const kAllowedDecoders = "h264,hevc,vp8,vp9,libdav1d,mpeg4,mjpeg,gif,png,webp,bmp";

const char* fileKindName(FileKind kind)
{
    switch (kind) {
    case FileKind::Png:
        return "png";
    case FileKind::Jpeg:
        return "jpeg";
    case FileKind::WebP:
        return "webp";
    case FileKind::Bmp:
        return "bmp";
    case FileKind::Gif:
        return "gif";
    case FileKind::Mp4:
        return "mp4";
    case FileKind::Matroska:
        return "webm";
    case FileKind::Unknown:
        break;
    }
    return "unknown";
}

InputFile::~InputFile()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

Result<void> InputFile::open(const std::filesystem::path& path)
{
    // Not blocking, since opening a named pipe would otherwise wait for a writer.
    m_descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (m_descriptor < 0)
        return readError(path, errno);
    struct stat info { };
    if (::fstat(m_descriptor, &info) != 0)
        return readError(path, errno);
    if (!S_ISREG(info.st_mode))
        return unexpected(ErrorCode::Io, "Cannot read '" + path.string() + "': it is not a file.");
    m_bytes = static_cast<std::uint64_t>(info.st_size);
    char head[16];
    const auto count = ::pread(m_descriptor, head, sizeof head, 0);
    if (count < 0)
        return readError(path, errno);
    m_kind = kindOf({head, static_cast<std::size_t>(count)});
    if (m_kind == FileKind::Unknown)
        return unexpected(ErrorCode::Unsupported,
            "'" + path.string()
                + "' is not a picture or video that can be read. Use PNG, JPEG, WebP, BMP, GIF, MP4, MOV, WebM or "
                  "MKV.");
    return {};
}

void setDecoderLimits(AVCodecContext& decoder, const ReadLimits& limits)
{
    decoder.max_pixels = limits.maxPixels;
    decoder.thread_count = 1; // memory stays small whatever the file asks for, and results repeat
    av_opt_set(&decoder, "codec_whitelist", kAllowedDecoders, 0);
}

MediaInput::~MediaInput()
{
    avformat_close_input(&m_context);
    if (m_io) {
        av_freep(&m_io->buffer);
        avio_context_free(&m_io);
    }
}

int MediaInput::read(void* self, std::uint8_t* data, int size)
{
    auto& input = *static_cast<MediaInput*>(self);
    if (isOverTime(self) || static_cast<std::uint64_t>(size) > input.m_budget)
        return AVERROR_EXIT;
    const auto count = ::pread(input.m_file->descriptor(), data, static_cast<std::size_t>(size), input.m_position);
    if (count < 0)
        return AVERROR(errno);
    if (count == 0)
        return AVERROR_EOF;
    input.m_position += count;
    input.m_budget -= static_cast<std::uint64_t>(count);
    return static_cast<int>(count);
}

std::int64_t MediaInput::seek(void* self, std::int64_t offset, int whence)
{
    auto& input = *static_cast<MediaInput*>(self);
    const auto size = static_cast<std::int64_t>(input.m_file->bytes());
    if (whence == AVSEEK_SIZE)
        return size;
    std::int64_t base = 0;
    if (whence == SEEK_CUR)
        base = input.m_position;
    else if (whence == SEEK_END)
        base = size;
    std::int64_t target = 0;
    if (__builtin_add_overflow(base, offset, &target) || target < 0)
        return AVERROR(EINVAL);
    input.m_position = target;
    return target;
}

int MediaInput::isOverTime(void* self)
{
    return std::chrono::steady_clock::now() > static_cast<MediaInput*>(self)->m_deadline;
}

Unexpected MediaInput::failure(const char* call, int status) const
{
    if (status == AVERROR_EXIT)
        return unexpected(ErrorCode::TooLarge,
            "Cannot decode '" + m_path.string()
                + "': it takes more time or reading than a file of its size should. It may be damaged.");
    return libavError(ErrorCode::BadFormat, m_path, call, status);
}

Result<void> MediaInput::open(const InputFile& file, const std::filesystem::path& path, const ReadLimits& limits)
{
    m_file = &file;
    m_path = path;
    m_limits = limits;
    // Far more than any demuxer needs, and an end for those that are made to jump about.
    m_budget = file.bytes() * 8 + (std::uint64_t{64} << 20);
    const double seconds = std::clamp(limits.maxSeconds, 0.0, 86400.0);
    m_deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(std::llround(seconds * 1000));

    auto* buffer = static_cast<unsigned char*>(av_malloc(kBufferBytes));
    if (buffer)
        m_io = avio_alloc_context(buffer, kBufferBytes, 0, this, read, nullptr, seek);
    if (!m_io) {
        av_free(buffer);
        return failure("avio_alloc_context", AVERROR(ENOMEM));
    }
    m_context = avformat_alloc_context();
    if (!m_context)
        return failure("avformat_alloc_context", AVERROR(ENOMEM));
    m_context->pb = m_io;
    m_context->flags |= AVFMT_FLAG_CUSTOM_IO;
    m_context->interrupt_callback = {isOverTime, this};
    m_context->io_open = [](AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) {
        return AVERROR(EPERM);
    };
    m_context->max_streams = 32;
    m_context->probesize = 1 << 22;
    m_context->max_analyze_duration = 5 * AV_TIME_BASE;
    const char* demuxer = file.kind() == FileKind::Gif ? "gif" : file.kind() == FileKind::Mp4 ? "mov" : "matroska";
    Options options;
    options.set("codec_whitelist", kAllowedDecoders).set("format_whitelist", "gif,mov,matroska");
    options.set("protocol_whitelist", "none");
    int status = avformat_open_input(&m_context, nullptr, av_find_input_format(demuxer), options.out());
    if (status < 0)
        return failure("avformat_open_input", status);

    const int index = av_find_best_stream(m_context, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
    if (index < 0)
        return unexpected(ErrorCode::BadFormat, "'" + path.string() + "' holds no video that can be read.");
    m_stream = m_context->streams[index];
    for (unsigned i = 0; i < m_context->nb_streams; ++i)
        if (m_context->streams[i] != m_stream)
            m_context->streams[i]->discard = AVDISCARD_ALL;
    // Finding the stream's properties may decode its first frames, so the limits apply to that too.
    const unsigned count = m_context->nb_streams;
    std::vector<AVDictionary*> perStream(count, nullptr);
    for (auto& dictionary : perStream) {
        av_dict_set(&dictionary, "max_pixels", std::to_string(limits.maxPixels).c_str(), 0);
        av_dict_set(&dictionary, "threads", "1", 0);
    }
    status = avformat_find_stream_info(m_context, perStream.data());
    for (auto& dictionary : perStream)
        av_dict_free(&dictionary);
    if (status < 0)
        return failure("avformat_find_stream_info", status);
    const auto& parameters = *m_stream->codecpar;
    if (parameters.width > 0 && std::int64_t{parameters.width} * parameters.height > limits.maxPixels)
        return unexpected(ErrorCode::TooLarge,
            "'" + path.string() + "' has frames of " + std::to_string(parameters.width) + "x"
                + std::to_string(parameters.height) + ", more than the " + std::to_string(limits.maxPixels)
                + " pixels that are read. Make it smaller first.");
    return {};
}

double MediaInput::fps() const
{
    const AVRational guess = av_guess_frame_rate(m_context, m_stream, nullptr);
    double fps = guess.num > 0 && guess.den > 0 ? av_q2d(guess) : 0;
    // GIF rounds each delay, so only the whole length tells the rate.
    if (m_file->kind() == FileKind::Gif && m_stream->nb_frames > 0 && m_stream->duration > 0)
        fps = static_cast<double>(m_stream->nb_frames)
            / (static_cast<double>(m_stream->duration) * av_q2d(m_stream->time_base));
    return fps > 0 ? std::clamp(fps, 0.01, 1000.0) : Clip{}.fps;
}

Result<bool> MediaInput::next(AVPacket& packet)
{
    for (;;) {
        if (isOverTime(this))
            return failure("av_read_frame", AVERROR_EXIT);
        const int status = av_read_frame(m_context, &packet);
        if (status == AVERROR_EOF)
            return false;
        if (status < 0)
            return failure("av_read_frame", status);
        if (packet.stream_index == m_stream->index)
            return true;
        av_packet_unref(&packet);
    }
}

Result<CodecHandle> MediaInput::openDecoder() const
{
    const AVCodec* codec = avcodec_find_decoder(m_stream->codecpar->codec_id);
    if (!codec
        || (std::string(",") + kAllowedDecoders + ",").find(std::string(",") + codec->name + ",") == std::string::npos)
        return unexpected(ErrorCode::Unsupported,
            "'" + m_path.string() + "' is coded as " + avcodec_get_name(m_stream->codecpar->codec_id)
                + ", which is not read. Convert it to H.264 or VP9.");
    CodecHandle decoder(avcodec_alloc_context3(codec));
    if (!decoder)
        return failure("avcodec_alloc_context3", AVERROR(ENOMEM));
    if (const int status = avcodec_parameters_to_context(decoder.get(), m_stream->codecpar); status < 0)
        return failure("avcodec_parameters_to_context", status);
    setDecoderLimits(*decoder, m_limits);
    decoder->pkt_timebase = m_stream->time_base;
    if (const int status = avcodec_open2(decoder.get(), codec, nullptr); status < 0)
        return failure("avcodec_open2", status);
    return decoder;
}

} // namespace toca::media
