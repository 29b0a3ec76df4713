// SPDX-License-Identifier: Apache-2.0
#pragma once

// Internal to core/media.

#include "core/media/clip_reader.h"
#include "core/media/libav.h"

#include <chrono>

namespace toca::media {

/// What a file is by its first bytes.
enum class FileKind { Unknown, Png, Jpeg, WebP, Bmp, Gif, Mp4, Matroska };

/// Name for `MediaInfo::format`.
const char* fileKindName(FileKind kind);

/// A regular file opened for reading, with its kind.
class InputFile {
public:
    InputFile() = default;
    InputFile(const InputFile&) = delete;
    InputFile& operator=(const InputFile&) = delete;
    ~InputFile();

    /// @return NotFound, Io, or Unsupported when the kind is unknown.
    Result<void> open(const std::filesystem::path& path);

    int descriptor() const { return m_descriptor; }
    FileKind kind() const { return m_kind; }
    std::uint64_t bytes() const { return m_bytes; }

private:
    int m_descriptor = -1;
    FileKind m_kind = FileKind::Unknown;
    std::uint64_t m_bytes = 0;
};

/// Codecs that an untrusted file may use.
extern const char* const kAllowedDecoders;

/// Limits of libav that apply to every decoder.
void setDecoderLimits(AVCodecContext& decoder, const ReadLimits& limits);

/// The video stream of an untrusted container: libav sees only one descriptor, a fixed demuxer and a few decoders.
class MediaInput {
public:
    MediaInput() = default;
    MediaInput(const MediaInput&) = delete;
    MediaInput& operator=(const MediaInput&) = delete;
    ~MediaInput();

    /// @pre `file` is open and outlives this; its kind is Gif, Mp4 or Matroska
    Result<void> open(const InputFile& file, const std::filesystem::path& path, const ReadLimits& limits);

    AVStream& stream() { return *m_stream; }
    const AVDictionary* metadata() const { return m_context->metadata; }
    /// Frames per second, within [0.01, 1000]; 8 when the file doesn't say.
    double fps() const;

    /// @return false at the end. Only packets of the stream come.
    Result<bool> next(AVPacket& packet);
    Result<CodecHandle> openDecoder() const;

private:
    static int read(void* self, std::uint8_t* data, int size);
    static std::int64_t seek(void* self, std::int64_t offset, int whence);
    static int isOverTime(void* self);

    Unexpected failure(const char* call, int status) const;

    std::filesystem::path m_path;
    ReadLimits m_limits;
    const InputFile* m_file = nullptr;
    AVFormatContext* m_context = nullptr;
    AVIOContext* m_io = nullptr;
    AVStream* m_stream = nullptr;
    std::int64_t m_position = 0;
    std::uint64_t m_budget = 0; ///< bytes that may still be read, so that seeking to and fro ends
    std::chrono::steady_clock::time_point m_deadline;
};

} // namespace toca::media
