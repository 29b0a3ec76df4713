// SPDX-License-Identifier: Apache-2.0
#include "core/media/clip_reader.h"

#include "core/base/atomic_file.h"
#include "core/media/embedded_text.h"
#include "core/media/frame_conversion.h"
#include "core/media/image_decoder.h"
#include "core/media/media_input.h"
#include "core/media/picture_sequence.h"

#include <algorithm>
#include <limits>
#include <locale>
#include <sstream>

namespace toca::media {

namespace fs = std::filesystem;

namespace {

bool isPicture(FileKind kind)
{
    return kind == FileKind::Png || kind == FileKind::Jpeg || kind == FileKind::WebP || kind == FileKind::Bmp;
}

bool isSequence(const fs::path& path)
{
    std::error_code error;
    return fs::is_directory(path, error) || (!fs::exists(path, error) && sequenceOfPattern(path));
}

/// The rate that a frame of our own sequences states, else the default one.
double fpsOfPng(const std::string& bytes)
{
    double fps = 0;
    if (const auto text = pngText(bytes, kFpsKey)) {
        std::istringstream stream(*text);
        stream.imbue(std::locale::classic());
        stream >> fps;
    }
    return fps >= 0.01 && fps <= 1000 ? fps : Clip{}.fps;
}

/// Adds a frame within the limits. Every frame has the size of the first.
Result<void> addFrame(Clip& clip, Frame frame, const fs::path& path, const ReadLimits& limits)
{
    if (!clip.frames.empty()
        && (frame.width != clip.frames.front().width || frame.height != clip.frames.front().height))
        return unexpected(ErrorCode::BadFormat,
            "'" + path.string() + "' changes its frame size from " + std::to_string(clip.frames.front().width) + "x"
                + std::to_string(clip.frames.front().height) + " to " + std::to_string(frame.width) + "x"
                + std::to_string(frame.height) + ". Use frames of one size.");
    if ((clip.frames.size() + 1) * std::uint64_t{frame.bytes()} > limits.maxClipBytes)
        return unexpected(ErrorCode::TooLarge,
            "'" + path.string() + "' needs more than the " + std::to_string(limits.maxClipBytes >> 20)
                + " MiB that a decoded clip may have. Use fewer or smaller frames.");
    clip.frames.push_back(std::move(frame));
    return {};
}

Result<Clip> readSequence(const fs::path& path, const ReadLimits& limits)
{
    const auto files = filesOfSequence(path, limits.maxFrames);
    if (!files)
        return Unexpected{files.error()};
    Clip clip;
    for (const fs::path& name : *files) {
        InputFile file;
        if (auto opened = file.open(name); !opened)
            return Unexpected{opened.error()};
        if (file.kind() != FileKind::Png)
            return unexpected(ErrorCode::BadFormat, "'" + name.string() + "' is not a PNG.");
        const auto bytes = readPictureFile(file, name, limits);
        if (!bytes)
            return Unexpected{bytes.error()};
        auto frame = decodePicture(FileKind::Png, *bytes, name, limits);
        if (!frame)
            return Unexpected{frame.error()};
        if (clip.frames.empty())
            clip.fps = fpsOfPng(*bytes);
        if (auto added = addFrame(clip, std::move(*frame), name, limits); !added)
            return Unexpected{added.error()};
    }
    return clip;
}

const std::int32_t* displayMatrix(AVStream& stream)
{
    std::size_t size = 0;
    const auto* data = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
    return data && size >= 9 * sizeof(std::int32_t) ? reinterpret_cast<const std::int32_t*>(data) : nullptr;
}

Result<Clip> readVideo(const InputFile& file, const fs::path& path, const ReadLimits& limits)
{
    MediaInput input;
    if (auto opened = input.open(file, path, limits); !opened)
        return Unexpected{opened.error()};
    const auto decoder = input.openDecoder();
    if (!decoder)
        return Unexpected{decoder.error()};
    const PacketHandle packet(av_packet_alloc());
    const FrameHandle picture(av_frame_alloc());
    if (!packet || !picture)
        return libavError(ErrorCode::BadFormat, path, "av_packet_alloc", AVERROR(ENOMEM));
    const std::int32_t* matrix = displayMatrix(input.stream());
    ScalerHandle scaler;
    Clip clip;
    clip.fps = input.fps();
    for (bool atEnd = false; !atEnd && clip.frames.size() < limits.maxFrames;) {
        const auto more = input.next(*packet);
        if (!more)
            return Unexpected{more.error()};
        atEnd = !*more;
        int status = avcodec_send_packet(decoder->get(), atEnd ? nullptr : packet.get());
        av_packet_unref(packet.get());
        if (status < 0)
            return libavError(ErrorCode::BadFormat, path, "avcodec_send_packet", status);
        while (clip.frames.size() < limits.maxFrames) {
            status = avcodec_receive_frame(decoder->get(), picture.get());
            if (status == AVERROR(EAGAIN) || status == AVERROR_EOF)
                break;
            if (status < 0)
                return libavError(ErrorCode::BadFormat, path, "avcodec_receive_frame", status);
            auto frame = finishedFrame(*picture, matrix, scaler, path);
            if (!frame)
                return Unexpected{frame.error()};
            if (auto added = addFrame(clip, std::move(*frame), path, limits); !added)
                return Unexpected{added.error()};
        }
    }
    if (clip.frames.empty())
        return unexpected(ErrorCode::BadFormat, "'" + path.string() + "' holds no frames. The file may be damaged.");
    return clip;
}

/// The request in the metadata of MP4 and WebM. Matroska writes keys in capitals; the look-up ignores case.
std::optional<std::string> requestOf(const AVDictionary* metadata)
{
    const AVDictionaryEntry* entry = av_dict_get(metadata, kRequestKey, nullptr, 0);
    if (!entry)
        return std::nullopt;
    std::string text = entry->value;
    if (text.size() > kLongestRequest || !isPlainUtf8(text))
        return std::nullopt;
    return text;
}

/// The request in a GIF's comments, which libav cuts to 255 bytes each.
std::optional<std::string> requestOfGif(const fs::path& path, const InputFile& file)
{
    constexpr std::uint64_t kLargestGif = std::uint64_t{1} << 30;
    if (file.bytes() > kLargestGif)
        return std::nullopt;
    const auto bytes = readFile(path, kLargestGif);
    return bytes ? gifComment(*bytes, kRequestKey) : std::nullopt;
}

Result<MediaInfo> probePicture(const InputFile& file, const fs::path& path, const ReadLimits& limits)
{
    const auto bytes = readPictureFile(file, path, limits);
    if (!bytes)
        return Unexpected{bytes.error()};
    const auto frame = decodePicture(file.kind(), *bytes, path, limits);
    if (!frame)
        return Unexpected{frame.error()};
    MediaInfo info;
    info.format = info.codec = fileKindName(file.kind());
    info.width = frame->width;
    info.height = frame->height;
    info.frames = 1;
    info.bytes = file.bytes();
    if (file.kind() == FileKind::Png)
        info.request = pngText(*bytes, kRequestKey);
    return info;
}

Result<MediaInfo> probeSequence(const fs::path& path, const ReadLimits& limits)
{
    const auto files = filesOfSequence(path, std::numeric_limits<std::size_t>::max());
    if (!files)
        return Unexpected{files.error()};
    InputFile first;
    if (auto opened = first.open(files->front()); !opened)
        return Unexpected{opened.error()};
    if (first.kind() != FileKind::Png)
        return unexpected(ErrorCode::BadFormat, "'" + files->front().string() + "' is not a PNG.");
    auto info = probePicture(first, files->front(), limits);
    if (!info)
        return info;
    const auto bytes = readPictureFile(first, files->front(), limits);
    info->format = "png_sequence";
    info->frames = files->size();
    info->fps = bytes ? fpsOfPng(*bytes) : Clip{}.fps;
    info->duration = static_cast<double>(info->frames) / info->fps;
    info->bytes = 0;
    for (const fs::path& file : *files) {
        std::error_code error;
        const auto size = fs::file_size(file, error);
        info->bytes += error ? 0 : size;
    }
    return info;
}

Result<MediaInfo> probeVideo(const InputFile& file, const fs::path& path, const ReadLimits& limits)
{
    MediaInput input;
    if (auto opened = input.open(file, path, limits); !opened)
        return Unexpected{opened.error()};
    const PacketHandle packet(av_packet_alloc());
    if (!packet)
        return libavError(ErrorCode::BadFormat, path, "av_packet_alloc", AVERROR(ENOMEM));
    const auto& parameters = *input.stream().codecpar;
    MediaInfo info;
    info.format = fileKindName(file.kind());
    info.codec = avcodec_get_name(parameters.codec_id);
    const std::int32_t* matrix = displayMatrix(input.stream());
    const bool isTurned = matrix && matrix[0] == 0 && matrix[4] == 0;
    info.width = isTurned ? parameters.height : parameters.width;
    info.height = isTurned ? parameters.width : parameters.height;
    if (info.width < 1 || info.height < 1)
        return unexpected(ErrorCode::BadFormat, "'" + path.string() + "' doesn't say how large its frames are.");
    info.fps = input.fps();
    info.bytes = file.bytes();
    for (;;) { // counted, since what a header says may be missing or wrong
        const auto more = input.next(*packet);
        if (!more)
            return Unexpected{more.error()};
        if (!*more)
            break;
        ++info.frames;
        av_packet_unref(packet.get());
    }
    if (info.frames == 0)
        return unexpected(ErrorCode::BadFormat, "'" + path.string() + "' holds no frames. The file may be damaged.");
    info.duration = static_cast<double>(info.frames) / info.fps;
    info.request = file.kind() == FileKind::Gif ? requestOfGif(path, file) : requestOf(input.metadata());
    return info;
}

/// What libav writes to single allocations is limited by `prepareLibav`; decoded frames by these.
Result<void> checkLimits(const ReadLimits& limits)
{
    if (limits.maxFrames == 0 || limits.maxPixels < 1 || !(limits.maxSeconds > 0)
        || limits.maxPictureFileBytes > static_cast<std::uint64_t>(std::numeric_limits<int>::max()) - 64)
        return unexpected(
            ErrorCode::InvalidArgument, "Limits for reading must be positive, and picture files below 2 GiB.");
    return {};
}

} // namespace

Result<Clip> readClip(const std::filesystem::path& path, const ReadLimits& limits)
{
    prepareLibav();
    if (auto checked = checkLimits(limits); !checked)
        return Unexpected{checked.error()};
    if (isSequence(path))
        return readSequence(path, limits);
    InputFile file;
    if (auto opened = file.open(path); !opened)
        return Unexpected{opened.error()};
    if (!isPicture(file.kind()))
        return readVideo(file, path, limits);
    const auto bytes = readPictureFile(file, path, limits);
    if (!bytes)
        return Unexpected{bytes.error()};
    auto frame = decodePicture(file.kind(), *bytes, path, limits);
    if (!frame)
        return Unexpected{frame.error()};
    Clip clip;
    if (auto added = addFrame(clip, std::move(*frame), path, limits); !added)
        return Unexpected{added.error()};
    return clip;
}

Result<MediaInfo> probe(const std::filesystem::path& path, const ReadLimits& limits)
{
    prepareLibav();
    if (auto checked = checkLimits(limits); !checked)
        return Unexpected{checked.error()};
    if (isSequence(path))
        return probeSequence(path, limits);
    InputFile file;
    if (auto opened = file.open(path); !opened)
        return Unexpected{opened.error()};
    return isPicture(file.kind()) ? probePicture(file, path, limits) : probeVideo(file, path, limits);
}

Result<std::string> readRequest(const std::filesystem::path& path)
{
    const auto info = probe(path);
    if (!info)
        return Unexpected{info.error()};
    if (!info->request)
        return unexpected(
            ErrorCode::NotFound, "'" + path.string() + "' holds no request; it was not written by ToCa Studio.");
    return *info->request;
}

} // namespace toca::media
